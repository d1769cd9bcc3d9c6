"""Cases for tlog-proof: ``python -m tools.vectors.proof``."""

from __future__ import annotations

from tools.vectors._merkle_tree import inclusion_path, leaf, root
from tools.vectors._signing import LOG, ORIGIN, OTHER, WITNESS, Key, base64_of, note
from tools.vectors.writing import Cases

HEADER = "c2sp.org/tlog-proof@v1"
# The four leaves of docs/spec/log.md: ledger.opened, case.opened, request.refused, index leaf.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "a4faa90be63f767e8088e35cced49f22bfca0fc093652e35ac3053c3b970d6f6",
        "867ca4e74b1f7f287eecdfcf13d4f7f8897dee0377134f0812dfed00c8c7b324",
        "560c15f3261c1312a9dd8c1d6b3daea9b82dd731da98dfd50e6dda3fa117c6cd",
        "250a10fb507f245f67f0cb0647cf9c30a4c2aca2781d9225d2f2472b08b24bd3",
    )
]
EXTRA = b"any bytes"


def text_of(leaves: list[bytes], origin: str = ORIGIN) -> str:
    return f"{origin}\n{len(leaves)}\n{base64_of(root(leaves))}\n"


def proof_of(index: object, path: list[bytes], checkpoint: str, extra: str = "") -> str:
    lines = "".join(base64_of(item) + "\n" for item in path)
    return f"{HEADER}\n{extra}index {index}\n{lines}\n{checkpoint}"


def given(proof: str, leaf_hash: bytes, key: Key = LOG, origin: str = ORIGIN) -> dict[str, object]:
    return {"proof": proof, "leaf_hash": leaf_hash.hex(), "vkey": key.vkey, "origin": origin}


CHECKPOINT = note(text_of(LEAVES), LOG)
PATH = inclusion_path(1, LEAVES)
WHOLE = proof_of(1, PATH, CHECKPOINT)


def good(cases: Cases) -> None:
    def parse(name: str, index: int, path: list[bytes], extra: bytes | None, proof: str, why: str) -> None:
        ok = {
            "index": index,
            "path": [item.hex() for item in path],
            "extra": None if extra is None else extra.hex(),
            "checkpoint": CHECKPOINT,
        }
        cases.good(f"parse-{name}", "proof.parse", {"proof": proof}, ok, why)

    parse("plain", 1, PATH, None, WHOLE, "The proof of docs/spec/log.md.")
    extra = proof_of(1, PATH, CHECKPOINT, f"extra {base64_of(EXTRA)}\n")
    parse("extra", 1, PATH, EXTRA, extra, "With extra data.")
    parse("no-path", 0, [], None, proof_of(0, [], CHECKPOINT), "No hash, as in a tree of one leaf.")
    largest = 2**53 - 1
    parse("53-hashes", largest, PATH[:1] * 53, None, proof_of(largest, PATH[:1] * 53, CHECKPOINT), "The limits.")

    name, extra_data = "extra-16384-bytes", bytes(16_384)
    parse(name, 1, PATH, extra_data, proof_of(1, PATH, CHECKPOINT, f"extra {base64_of(extra_data)}\n"), "The limit.")
    ok: dict[str, object] = {"index": 0, "path": [], "extra": None, "checkpoint": "x"}
    why = "The checkpoint is cut out and judged when the proof is verified."
    cases.good("parse-checkpoint-not-judged", "proof.parse", {"proof": proof_of(0, [], "x")}, ok, why)

    def verify(name: str, index: int, leaves: list[bytes], why: str) -> None:
        proof = proof_of(index, inclusion_path(index, leaves), note(text_of(leaves), LOG))
        ok = {"origin": ORIGIN, "size": len(leaves), "root": root(leaves).hex()}
        cases.good(f"verify-{name}", "proof.verify", given(proof, leaves[index]), ok, why)

    for index in range(4):
        verify(f"four-leaves-{index}", index, LEAVES, f"Leaf {index} of docs/spec/log.md.")
    verify("one-leaf", 0, LEAVES[:1], "The path is empty.")
    verify("three-leaves-last", 2, LEAVES[:3], "The last leaf skips a level.")
    many = [leaf(number) for number in range(300)]
    verify("300-leaves-last", 299, many, "The right edge of a larger tree.")
    ok = {"origin": ORIGIN, "size": 4, "root": root(LEAVES).hex()}
    cosigned = proof_of(1, PATH, note(text_of(LEAVES), LOG, WITNESS))
    cases.good("verify-cosigned", "proof.verify", given(cosigned, LEAVES[1]), ok, "An unknown witness is ignored.")
    why = "The extra data are authenticated by nothing and change nothing."
    cases.good("verify-extra", "proof.verify", given(extra, LEAVES[1]), ok, why)


def malformed(cases: Cases) -> None:
    first = base64_of(PATH[0])
    for name, proof, why in (
        ("empty", "", "Nothing."),
        ("header-missing", WHOLE.removeprefix(f"{HEADER}\n"), "The first line is missing."),
        ("header-v2", WHOLE.replace("@v1", "@v2"), "Another version."),
        ("header-space-after", WHOLE.replace("@v1", "@v1 "), "A space after."),
        ("index-missing", WHOLE.replace("index 1\n", ""), "No index line."),
        ("index-empty", proof_of("", PATH, CHECKPOINT), "No number."),
        ("index-leading-zero", proof_of("01", PATH, CHECKPOINT), "A leading zero."),
        ("index-plus", proof_of("+1", PATH, CHECKPOINT), "A sign."),
        ("index-minus", proof_of("-1", PATH, CHECKPOINT), "Below zero."),
        ("index-over-2-53", proof_of(2**53, PATH, CHECKPOINT), "No leaf has this index."),
        ("index-5000-digits", proof_of("9" * 5000, PATH, CHECKPOINT), "No number is read before its length."),
        ("index-two-spaces", proof_of(" 1", PATH, CHECKPOINT), "Two spaces."),
        ("index-tab", WHOLE.replace("index 1", "index\t1"), "A tab for the space."),
        ("index-upper-case", WHOLE.replace("index", "Index"), "Another word."),
        ("index-twice", WHOLE.replace("index 1\n", "index 1\nindex 1\n"), "The second is no hash."),
        ("extra-empty", WHOLE.replace("index", "extra \nindex"), "No data means no line."),
        ("extra-unpadded", WHOLE.replace("index", "extra YQ\nindex"), "The padding is missing."),
        ("extra-unused-bits", WHOLE.replace("index", "extra YR==\nindex"), "The unused bits are not zero."),
        ("extra-twice", WHOLE.replace("index", "extra YQ==\nextra YQ==\nindex"), "One line at most."),
        ("extra-after-index", WHOLE.replace("index 1\n", "index 1\nextra YQ==\n"), "After the index."),
        ("hash-unpadded", WHOLE.replace(first, first.rstrip("=")), "The padding is missing."),
        ("hash-unused-bits", WHOLE.replace(first, f"{first[:-2]}Z="), "The unused bits are not zero."),
        ("hash-hexadecimal", WHOLE.replace(first, PATH[0].hex()), "Valid base64 of 48 bytes."),
        ("hash-31-bytes", WHOLE.replace(first, base64_of(PATH[0][:-1])), "A byte short."),
        ("hash-33-bytes", WHOLE.replace(first, base64_of(PATH[0] + bytes(1))), "A byte too many."),
        ("hashes-on-one-line", WHOLE.replace(f"{first}\n", first), "Two hashes joined."),
        ("carriage-return", WHOLE.replace("\n", "\r\n"), "Line ends of another kind."),
        ("no-empty-line", f"{HEADER}\nindex 1\n", "No checkpoint."),
        ("checkpoint-empty", f"{HEADER}\nindex 1\n\n", "An empty checkpoint."),
        ("comment", WHOLE.replace("index", "# 기록\nindex"), "Proofs have no other lines."),
        ("byte-order-mark", "\ufeff" + WHOLE, "U+FEFF in front."),
    ):
        cases.bad(f"parse-{name}", "proof.parse", {"proof": proof}, "MalformedProof", why)
    many = {"proof": proof_of(1, PATH[:1] * 54, CHECKPOINT)}
    cases.bad("parse-54-hashes", "proof.parse", many, "MalformedSize", "No tree is so deep.")
    for name, proof, error, why in (
        ("54-hashes-alone", f"{HEADER}\nindex 1\n" + f"{first}\n" * 54, "MalformedProof", "No empty line: seen first."),
        (
            "53-hashes-and-another-line",
            proof_of(1, PATH[:1] * 53, CHECKPOINT).replace("\n\n", "\nx\n\n", 1),
            "MalformedSize",
            "Lines are counted before one is read.",
        ),
        (
            "extra-16385-bytes",
            proof_of(1, PATH, CHECKPOINT, f"extra {base64_of(bytes(16_385))}\n"),
            "MalformedSize",
            "A byte over.",
        ),
        (
            "163841-bytes",
            WHOLE + "x" * (163_841 - len(WHOLE.encode())),
            "MalformedSize",
            "A byte over in all.",
        ),
    ):
        cases.bad(f"parse-{name}", "proof.parse", {"proof": proof}, error, why)


def false_claims(cases: Cases) -> None:
    def bad(name: str, proof: str, error: str, why: str, leaf_hash: bytes = LEAVES[1]) -> None:
        cases.bad(f"verify-{name}", "proof.verify", given(proof, leaf_hash), error, why)

    flipped = [bytes([PATH[0][0] ^ 1]) + PATH[0][1:], PATH[1]]
    inner = root(LEAVES[:2])
    for name, index, path, why in (
        ("hash-bit-flipped", 1, flipped, "One bit of the path."),
        ("hashes-swapped", 1, PATH[::-1], "The path from the root down."),
        ("path-short", 1, PATH[:1], "A hash short."),
        ("path-long", 1, [*PATH, PATH[0]], "A hash too many."),
        ("path-empty", 1, [], "No path in a tree of four."),
        ("index-of-sibling", 0, PATH, "The sibling's index."),
        ("index-at-size", 4, PATH, "The first index past the tree."),
        ("index-far-past", 5, PATH, "Index 5 folds like index 1 where nobody looks at the size."),
    ):
        bad(name, proof_of(index, path, CHECKPOINT), "VerificationInclusion", why)
    bad("other-leaf", WHOLE, "VerificationInclusion", "A leaf of the same tree.", LEAVES[2])
    short = proof_of(0, PATH[1:], CHECKPOINT)
    bad("inner-node", short, "VerificationInclusion", "An inner node shown as a leaf.", inner)
    bad("leaf-hash-31-bytes", WHOLE, "VerificationInclusion", "No hash at all.", LEAVES[1][:-1])

    text = text_of(LEAVES)
    older = text.replace("\n4\n", "\n3\n")
    foreign = text_of(LEAVES, "habeas.example/other")
    for name, checkpoint, error, why in (
        ("other-key", note(text, OTHER), "VerificationNote", "Signed by another key of the same name."),
        (
            "unsigned-size",
            CHECKPOINT.replace("\n4\n", "\n3\n"),
            "VerificationNote",
            "The size after signing.",
        ),
        ("duplicate-separator", "\n" + CHECKPOINT, "VerificationNote", "The checkpoint gains an empty line."),
        ("other-log", note(foreign, LOG), "VerificationCheckpoint", "The tree of another log."),
        ("extension-line", note(text + "more\n", LOG), "MalformedCheckpoint", "No extension lines here."),
        ("not-a-note", text, "MalformedNote", "A checkpoint without signature."),
        (
            "other-size-same-root",
            note(older, LOG),
            "VerificationInclusion",
            "Size 3 has a shorter right edge.",
        ),
    ):
        index, path = (2, inclusion_path(2, LEAVES)) if name == "other-size-same-root" else (1, PATH)
        bad(name, proof_of(index, path, checkpoint), error, why, LEAVES[index])


def main() -> None:
    cases = Cases("proof")
    good(cases)
    malformed(cases)
    false_claims(cases)
    cases.write()


if __name__ == "__main__":
    main()

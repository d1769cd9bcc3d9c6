"""Cases for trust policies: ``python -m tools.vectors.policy``."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from typing import Any

from ledger.encoding import encode_hex, sha256
from ledger.policy import MAX_BYTES, MAX_CONFIRMATIONS
from tools.vectors._bundles import COMPANY, COMPANY_KEY, ORIGIN, STRANGER, address, policy_bytes
from tools.vectors._policy_mail import bad_mail, good_mail, mail_found
from tools.vectors._policy_time import bad_authorities, good_authorities
from tools.vectors._policy_time import found as authority_found
from tools.vectors._signing import AUDITOR, SECOND, WITNESS, Cosigner
from tools.vectors.writing import Cases

PARSE = "policy.parse"
ERROR = "MalformedPolicy"
FINALIZED = 'finality = "finalized"\n'
HEAD = "habeas_trust = 1\nformats = [1]\n"
CHAIN = f'[[chain]]\nname = "c"\nid = 31337\ngenesis = "{encode_hex(sha256(b"g"))}"\nrpc_quorum = 2\n'
ATTESTER = f'[[attester]]\nname = "a"\nkey = "{encode_hex(address(STRANGER))}"\nscope = ["company_key", "dns"]\n'
OTHER = b"\x9b" * 32
ANOTHER = f'[[attester]]\nname = "b"\nkey = "{encode_hex(address(OTHER))}"\nscope = ["dkim"]\n'
PIN = f'[[company_key]]\ncompany = "{COMPANY}"\nkey = "{encode_hex(address(COMPANY_KEY))}"\n'
SUCCESSOR = f'[[successor]]\nledger = "habeas.example/second"\ncontinues = "{ORIGIN}"\n'


def whole() -> str:
    """The made-up ledger's own policy."""
    return policy_bytes().decode("ascii")


def expected(text: str) -> dict[str, Any]:
    """What a reader finds, from plain TOML and not through ``ledger.policy``."""
    value = tomllib.loads(text)
    chains = {item["name"]: item for item in value.get("chain", [])}
    return {
        "hash": hashlib.sha256(text.encode()).hexdigest(),
        "formats": value.get("formats", [1]),
        "staleness_days": value.get("staleness_days", 45),
        "attester_quorum": value.get("attester_quorum", 1),
        "ledgers": {item["origin"]: _ledger(item, chains[item["chain"]]) for item in value.get("ledger", [])},
        "attesters": [{**item, "key": item["key"][2:]} for item in value.get("attester", [])],
        "company_keys": [{**item, "key": item["key"][2:]} for item in value.get("company_key", [])],
        "successors": value.get("successor", []),
        "time_quorum": value.get("time_quorum", 1),
        "time_authorities": [authority_found(item) for item in value.get("time_authority", [])],
        **mail_found(value),
    }


def _ledger(item: dict[str, Any], chain: dict[str, Any]) -> dict[str, Any]:
    bare = {name: item[name][2:] for name in ("contract", "code_hash", "log")}
    plain = {name: item[name] for name in ("class", "vkey", "first_block")}
    of_chain = {
        "chain_id": chain["id"],
        "genesis": chain["genesis"][2:],
        "rpc_quorum": chain["rpc_quorum"],
        "pinned": {},
    }
    auditors = item.get("auditors", [])
    chosen = {"auditors": auditors, "quorum": item.get("quorum", 1 if auditors else 0)}
    return {**bare, **plain, **of_chain, **chosen, "finality": item.get("finality", "finalized")}


def good(cases: Cases) -> None:
    def add(name: str, text: str, why: str, **given: object) -> None:
        spaces = given.get("spaces_after", 0)
        cases.good(name, PARSE, {"policy": text, **given}, expected(text + " " * int(str(spaces))), why)

    add("smallest", "habeas_trust = 1\n", "Nobody is trusted; every default is filled in.")
    add("one-ledger", whole(), "The policy that a practice ledger gives out.")
    add("chain-only", HEAD + CHAIN, "A chain without a ledger, as the policy that ships has them.")
    pinned = f'pinned = [{{ hash = "{encode_hex(sha256(b"b"))}", number = 7 }}]\n'
    add("pinned-block", HEAD + CHAIN + pinned, "A block that the policy's author vouches for.")
    add("attester", HEAD + ATTESTER, "An attester with two scopes.")
    add("attesters-two-of-two", HEAD + "attester_quorum = 2\n" + ATTESTER + ANOTHER, "Two attesters, a quorum of two.")
    add("attesters-none-quorum-one", HEAD + "attester_quorum = 1\n", "Without attesters, one is the only quorum.")
    add("company-key", HEAD + PIN, "A pinned company key.")
    add("successor", HEAD + SUCCESSOR, "A ledger that continues another one.")
    add("auditor", audited(1, AUDITOR.vkey), "An auditor whose replay of the log counts.")
    add("auditors-two-of-two", audited(2, AUDITOR.vkey, SECOND.vkey), "Two auditors, both of whom must agree.")
    why = "Where auditors are listed, one of them is enough unless the policy says more."
    add("auditors-quorum-default", audited(None, AUDITOR.vkey, SECOND.vkey), why)
    add("auditors-none-quorum-zero", audited(0), "Without auditors, zero is the only quorum.")
    ledger = whole()
    add("finality-absent", ledger.replace(FINALIZED, ""), "What the chain calls final.")
    for name, number, why in (
        ("finality-zero", 0, "Every block counts at once."),
        ("finality-64", 64, "A chain without the tag: final below 64 others."),
        ("finality-at-limit", MAX_CONFIRMATIONS, "The largest, as the server's setting has it."),
    ):
        add(name, ledger.replace(FINALIZED, f"finality = {number}\n"), why)
    add("staleness", HEAD + "staleness_days = 1\n", "Another limit.")
    add("staleness-at-limit", HEAD + "staleness_days = 36500\n", "The largest.")
    add("comment-in-utf-8", "# 신뢰 정책\n" + HEAD, "Comments are free text; they count for the hash.")
    good_mail(cases, expected)
    good_authorities(lambda name, text, why: add(name, HEAD + text, why))
    add("at-limit", HEAD, f"{MAX_BYTES} bytes.", spaces_after=MAX_BYTES - len(HEAD))


def audited(quorum: int | None, *vkeys: str) -> str:
    """The made-up ledger's policy with auditors."""
    quoted = ", ".join(f'"{vkey}"' for vkey in vkeys)
    return whole() + f"auditors = [{quoted}]\n" + ("" if quorum is None else f"quorum = {quorum}\n")


def bad_auditors(cases: Cases) -> None:
    def add(name: str, text: str, why: str) -> None:
        cases.bad(name, PARSE, {"policy": text}, ERROR, why)

    name, _, data = _vkey().split("+", 2)
    log = base64.b64decode(data)[1:]
    add(
        "ledger-vkey-of-type-4",
        whole().replace(_vkey(), Cosigner(name, 0).vkey_of_type(4, log)),
        "A cosigning key signs no checkpoint as a log.",
    )
    add("auditor-broken", whole() + 'auditors = ["x"]\n', "No key.")
    add("auditor-is-the-log", audited(1, _vkey()), "The log's key is of type 0x01 and audits nobody.")
    add("auditor-of-type-1", audited(1, WITNESS.vkey), "A key of type 0x01 makes no cosignature.")
    add("auditor-named-like-the-log", audited(1, Cosigner(name, 0x66).vkey), "An auditor bears its own name.")
    add(
        "auditor-with-the-key-of-the-log",
        audited(1, Cosigner("self.example", 0).vkey_of_type(4, log)),
        "The log under another name.",
    )
    add("auditor-twice", audited(1, AUDITOR.vkey, AUDITOR.vkey), "One auditor, listed twice.")
    same_name = Cosigner(AUDITOR.name, 0x77).vkey
    add("auditors-of-one-name", audited(1, AUDITOR.vkey, same_name), "Names tell auditors apart.")
    same_key = Cosigner("other.example", 0x66).vkey
    add("auditors-of-one-key", audited(2, AUDITOR.vkey, same_key), "A cosignature does not sign its name: one counts.")
    add("auditors-text", whole() + f'auditors = "{AUDITOR.vkey}"\n', "A text in place of the list.")
    add("auditors-quorum-zero", audited(0, AUDITOR.vkey), "A quorum of nobody would pass without anybody.")
    add("auditors-quorum-over-number", audited(2, AUDITOR.vkey), "Two of one.")
    add("auditors-quorum-without-auditors", whole() + "quorum = 1\n", "One of nobody.")
    add("auditors-quorum-negative", audited(-1, AUDITOR.vkey), "Below zero.")
    add("auditors-quorum-text", audited(None, AUDITOR.vkey) + 'quorum = "all"\n', "A text.")


def _vkey() -> str:
    return whole().partition('vkey = "')[2].partition('"')[0]


def bad_files(cases: Cases) -> None:
    def add(name: str, text: str, why: str, **given: object) -> None:
        cases.bad(name, PARSE, {"policy": text, **given}, ERROR, why)

    add("over-limit", HEAD, f"{MAX_BYTES + 1} bytes.", spaces_after=MAX_BYTES + 1 - len(HEAD))
    cases.bad("not-utf-8", PARSE, {"policy_hex": (HEAD.encode() + b"# \xff").hex()}, ERROR, "Bytes that are no UTF-8.")
    add("not-toml", "{}", "JSON in place of TOML.")
    add("empty", "", "No bytes: the version is missing.")
    add("member-twice", HEAD + "formats = [1]\n", "TOML names a member once.")
    add("version-2", "habeas_trust = 2\n", "A newer version.")
    add("version-true", "habeas_trust = true\n", "true is no integer.")
    add("version-float", "habeas_trust = 1.0\n", "1.0 is no integer.")
    add("version-text", 'habeas_trust = "1"\n', "A text.")
    add("unknown-member", HEAD + "trust_everybody = true\n", "A member that nobody reads could be believed to work.")
    add("formats-text", 'habeas_trust = 1\nformats = "1"\n', "A text in place of the list.")
    add("formats-of-texts", 'habeas_trust = 1\nformats = ["1"]\n', "A list of texts.")
    add("staleness-zero", HEAD + "staleness_days = 0\n", "At least a day.")
    add("staleness-negative", HEAD + "staleness_days = -1\n", "At least a day.")
    add("staleness-over-limit", HEAD + "staleness_days = 36501\n", "At most 36,500 days, about a century.")
    add("staleness-huge", HEAD + f"staleness_days = {10**30}\n", "Beyond any calendar.")
    add("formats-over-limit", f"habeas_trust = 1\nformats = [{2**53}]\n", "Integers end at 2^53-1.")
    add("quorum-over-limit", HEAD + f"attester_quorum = {2**53}\n", "Integers end at 2^53-1.")
    add("quorum-zero", HEAD + "attester_quorum = 0\n", "A quorum of nobody would accept every key.")
    add("chain-a-table", HEAD + "[chain]\n", "A table in place of the list of tables.")
    add("deep", HEAD + "formats = " + "[" * 5000 + "]" * 5000, "5,000 open brackets.")


def bad_members(cases: Cases) -> None:
    def add(name: str, text: str, why: str) -> None:
        cases.bad(name, PARSE, {"policy": text}, ERROR, why)

    genesis = encode_hex(sha256(b"g"))
    add("chain-id-zero", HEAD + CHAIN.replace("31337", "0"), "Chain ids start at 1.")
    add("chain-id-text", HEAD + CHAIN.replace("31337", '"31337"'), "A text.")
    add("chain-twice", HEAD + CHAIN + CHAIN, "Two chains of one name.")
    add("chain-genesis-short", HEAD + CHAIN.replace(genesis, genesis[:-2]), "31 bytes.")
    add("chain-genesis-upper-case", HEAD + CHAIN.replace(genesis, "0x" + genesis[2:].upper()), "One spelling only.")
    add("chain-genesis-no-0x", HEAD + CHAIN.replace(genesis, genesis[2:]), "0x is missing.")
    add(
        "chain-without-genesis", HEAD + CHAIN.replace("genesis", "# genesis"), "An id alone is what any node can claim."
    )
    add("chain-quorum-zero", HEAD + CHAIN.replace("= 2", "= 0"), "Nobody would have to agree.")
    add("chain-unknown-member", HEAD + CHAIN + 'rpc = "https://node.example"\n', "No addresses of nodes here.")
    add("pinned-no-number", HEAD + CHAIN + f'pinned = [{{ hash = "{genesis}" }}]\n', "The number is missing.")
    add("pinned-number-negative", HEAD + CHAIN + f'pinned = [{{ hash = "{genesis}", number = -1 }}]\n', "Below 0.")
    ledger = whole()
    add("ledger-twice", ledger + "[[ledger]]" + ledger.partition("[[ledger]]")[2], "Two ledgers of one origin.")
    add("ledger-chain-unlisted", ledger.replace('chain = "made-up"', 'chain = "other"'), "A chain that is not there.")
    add("ledger-class-unknown", ledger.replace('class = "test"', 'class = "official"'), "Three classes are known.")
    add(
        "ledger-vkey-of-another",
        ledger.replace('origin = "habeas', 'origin = "another'),
        "The key's name is the origin.",
    )
    add("ledger-vkey-broken", ledger.replace(_vkey(), _vkey()[:-4] + "AAAA"), "The key id does not fit the key.")
    add("ledger-origin-with-plus", ledger.replace('origin = "', 'origin = "a+'), "No + in an origin.")
    add("ledger-without-code-hash", ledger.replace("code_hash", "# code_hash"), "Other code could anchor anything.")
    add("ledger-contract-short", ledger.replace("0xc0c0", "0xc0", 1), "19 bytes.")
    add("ledger-first-block-text", ledger.replace("first_block = 0", 'first_block = "0"'), "A text.")
    add("attester-scope-unknown", HEAD + ATTESTER.replace("dns", "everything"), "Scopes are a closed list.")
    add("attester-scope-missing", HEAD + ATTESTER.replace("scope", "# scope") + 'scopes = ["dns"]\n', "Misspelt.")
    add("attester-key-of-32-bytes", HEAD + ATTESTER.replace('key = "0x', 'key = "0x' + "00" * 12), "An address has 20.")
    same_key = ANOTHER.replace(encode_hex(address(OTHER)), encode_hex(address(STRANGER)))
    add("attester-twice", HEAD + ATTESTER + ATTESTER, "One attester, listed twice.")
    add("attesters-of-one-key", HEAD + ATTESTER + same_key, "One key under two names would be two of a quorum.")
    add("attesters-of-one-name", HEAD + ATTESTER + ANOTHER.replace('"b"', '"a"'), "Names tell attesters apart.")
    add("attesters-quorum-over-number", HEAD + "attester_quorum = 2\n" + ATTESTER, "Two of one: nothing would count.")
    add("attesters-quorum-without-attesters", HEAD + "attester_quorum = 2\n", "Two of nobody.")
    add("attester-without-name", HEAD + ATTESTER.replace('name = "a"\n', ""), "Results name him.")
    add("company-upper-case", HEAD + PIN.replace("shop", "Shop"), "DNS names are in lower case.")
    add("company-one-label", HEAD + PIN.replace("shop.example", "shop"), "Two labels or more.")
    add("company-name-wildcard", HEAD + PIN.replace("shop.example", "*.example"), "One key, one domain.")
    add("successor-of-nothing", HEAD + SUCCESSOR.partition("continues")[0], "What it continues is missing.")


def bad_finality(cases: Cases) -> None:
    for name, value, why in (
        ("safe", '"safe"', "A safe block can still vanish; no server anchors by it."),
        ("latest", '"latest"', "The newest block is not final."),
        ("upper-case", '"Finalized"', "One spelling only."),
        ("number-as-text", '"64"', "A number is an integer of TOML."),
        ("true", "true", "true is no integer."),
        ("float", "64.0", "64.0 is no integer."),
        ("negative", "-1", "A block that is not there yet."),
        ("over-limit", str(MAX_CONFIRMATIONS + 1), "At most 100,000 blocks."),
        ("list", '["finalized"]', "One rule, not several."),
    ):
        text = whole().replace(FINALIZED, f"finality = {value}\n")
        cases.bad(f"ledger-finality-{name}", PARSE, {"policy": text}, ERROR, why)
    misplaced = HEAD + CHAIN + FINALIZED
    cases.bad("chain-finality", PARSE, {"policy": misplaced}, ERROR, "A rule of the ledger, not of the chain.")


def main() -> None:
    """Write the folder."""
    cases = Cases("policy")
    good(cases)
    bad_files(cases)
    bad_members(cases)
    bad_auditors(cases)
    bad_finality(cases)
    bad_mail(cases)
    bad_authorities(lambda name, text, why: cases.bad(name, PARSE, {"policy": HEAD + text}, ERROR, why))
    cases.write()


if __name__ == "__main__":
    main()

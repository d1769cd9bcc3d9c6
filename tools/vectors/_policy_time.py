"""Policy cases for ``[[time_authority]]`` and ``time_quorum``."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from tools.vectors._authority import POLICY, Authority

Add = Callable[[str, str, str], None]
ALPHA, BETA = Authority("alpha"), Authority("beta")
BETA_HASH = "0x" + hashlib.sha256(BETA.root.public_bytes(Encoding.DER)).hexdigest()


def entry(name: str, *roots: str, more: str = "") -> str:
    """One authority. Certificates stand in multi-line texts, as people write them."""
    quoted = ", ".join(f'"""\n{root}"""' if "\n" in root else f'"{root}"' for root in roots)
    return f'\n[[time_authority]]\nname = "{name}"\nroots = [{quoted}]\n{more}'


ONE = entry("alpha", ALPHA.pem)
TWO = ONE + entry("beta", BETA_HASH, more=f'policies = ["{POLICY}"]\naccuracy_s = 30\n')


def found(item: dict[str, Any]) -> dict[str, Any]:
    """What a reader finds, from plain TOML."""
    pems = [root for root in item["roots"] if not root.startswith("0x")]
    return {
        "name": item["name"],
        "roots": [_fingerprint(part) for pem in pems for part in pem.split("-----BEGIN CERTIFICATE-----")[1:]],
        "root_hashes": [root[2:] for root in item["roots"] if root.startswith("0x")],
        "policies": item.get("policies", []),
        "accuracy_s": item.get("accuracy_s", 1),
    }


def _fingerprint(piece: str) -> str:
    return hashlib.sha256(base64.b64decode(piece.partition("-----END")[0])).hexdigest()


def good_authorities(add: Add) -> None:
    add("time-authority", ONE, "One authority by its root certificate; every default is filled in.")
    add("time-authorities", "time_quorum = 2\n" + TWO, "Two authorities, both of which must agree; one named by hash.")
    add(
        "time-authority-two-roots",
        entry("alpha", ALPHA.pem + BETA.pem),
        "Two certificates in one text: an old root and a new one.",
    )
    add(
        "time-authority-accuracy-zero",
        entry("alpha", ALPHA.pem, more="accuracy_s = 0\n"),
        "A clock that is believed to the second.",
    )


def bad_authorities(add: Add) -> None:
    add("time-quorum-zero", "time_quorum = 0\n" + ONE, "A quorum of nobody would pass without anybody.")
    add("time-quorum-over-number", "time_quorum = 2\n" + ONE, "Two of one.")
    add("time-quorum-without-authorities", "time_quorum = 2\n", "Two of nobody.")
    add("time-authority-twice", ONE + entry("alpha", BETA.pem), "Names tell authorities apart.")
    add("time-authorities-of-one-root", ONE + entry("beta", ALPHA.pem), "It would count twice.")
    by_hash = "0x" + hashlib.sha256(ALPHA.root.public_bytes(Encoding.DER)).hexdigest()
    add("time-authorities-of-one-root-by-hash", ONE + entry("beta", by_hash), "The same root, named by its hash.")
    add("time-authority-without-roots", entry("alpha"), "Nothing that its tokens could lead to.")
    add("time-authority-root-cut-off", entry("alpha", ALPHA.pem.replace("MII", "", 1)), "No certificate.")
    add("time-authority-root-short", entry("alpha", BETA_HASH[:-2]), "31 bytes.")
    add("time-authority-root-upper-case", entry("alpha", "0x" + BETA_HASH[2:].upper()), "One spelling only.")
    add("time-authority-root-address", entry("alpha", "https://alpha.example/root.pem"), "Nothing is fetched.")
    add("time-authority-name-with-slash", entry("alpha/1", ALPHA.pem), "Names stand in the names of checks.")
    add("time-authority-name-missing", ONE.replace("name =", "# name ="), "Results name it.")
    add(
        "time-authority-policy-text",
        entry("alpha", ALPHA.pem, more='policies = "1.2.3"\n'),
        "A text in place of the list.",
    )
    add("time-authority-policy-no-oid", entry("alpha", ALPHA.pem, more='policies = ["any"]\n'), "No object identifier.")
    add(
        "time-authority-policy-leading-zero",
        entry("alpha", ALPHA.pem, more='policies = ["1.02.3"]\n'),
        "One spelling only.",
    )
    add("time-authority-accuracy-over-limit", entry("alpha", ALPHA.pem, more="accuracy_s = 86401\n"), "At most a day.")
    add(
        "time-authority-unknown-member",
        entry("alpha", ALPHA.pem, more='url = "https://alpha.example"\n'),
        "A verifier asks nobody.",
    )

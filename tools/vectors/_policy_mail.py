"""Policy cases for ``[[company_mail]]`` and ``[[published_key]]``."""

from __future__ import annotations

from typing import Any

from ledger.encoding import encode_hex, sha256
from tools.vectors.writing import Cases

Value = dict[str, Any]
PARSE, ERROR, HEAD = "policy.parse", "MalformedPolicy", "habeas_trust = 1\n"
MAIL = '\n[[company_mail]]\ncompany = "shop.example"\ndomains = ["mail.example", "shop.example"]\n'
DIGEST = encode_hex(sha256(b"a published key"))
KEY = f'\n[[published_key]]\ndigest = "{DIGEST}"\npublished_at = "2026-11-20T00:00:00Z"\n'
OTHER_KEY = KEY.replace(DIGEST, encode_hex(sha256(b"another")))


SHIPPED = [
    "20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d",
    "38696 8 2 683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16",
]
"""The root's key signing keys of 2017 and 2024."""
OWN = f"12345 13 2 {'0f' * 32}"


def mail_found(value: Value) -> Value:
    """What a reader finds of the two members."""
    return {
        "company_mail": {item["company"]: sorted(item["domains"]) for item in value.get("company_mail", [])},
        "company_senders": {
            item["company"]: [sorted(item.get("senders", [])), item.get("shared", False)]
            for item in value.get("company_mail", [])
            if "senders" in item or item.get("shared")
        },
        "published_keys": [
            {"digest": item["digest"][2:], "published_at": item["published_at"]}
            for item in value.get("published_key", [])
        ],
        "root_anchors": [item.lower() for item in value.get("root_anchors", SHIPPED)],
    }


def good_mail(cases: Cases, found: Any) -> None:
    def add(name: str, more: str, why: str) -> None:
        cases.good(name, PARSE, {"policy": HEAD + more}, found(HEAD + more), why)

    senders = 'senders = ["privacy@mail.example", "dpo@eu.shop.example"]\n'
    add("company-mail-senders", MAIL + senders, "Addresses from which the company writes to people.")
    add("company-mail-shared", MAIL + "shared = true\n", "Others have mailboxes there too.")
    add("company-mail-not-shared", MAIL + senders + "shared = false\n", "As without the member.")
    add("company-mail", MAIL, "The domains under which a company sends mail, in place of its own.")
    add(
        "company-mail-two", MAIL + MAIL.replace('"shop.example"\nd', '"quiet.example"\nd'), "Two companies, one sender."
    )
    add(
        "root-anchors",
        f'root_anchors = ["{OWN}", "{SHIPPED[0].upper()}"]\n',
        "Roots of DNSSEC in place of the shipped.",
    )
    add("published-keys", KEY + OTHER_KEY, "Two keys whose private half anybody can have.")


def bad_mail(cases: Cases) -> None:
    def add(name: str, more: str, why: str) -> None:
        cases.bad(name, PARSE, {"policy": HEAD + more}, ERROR, why)

    listed = '["mail.example", "shop.example"]'
    for name, more, why in (
        ("no-senders", "senders = []", "An empty list would mean nobody."),
        ("senders-a-text", 'senders = "a@shop.example"', "A list."),
        ("sender-upper-case", 'senders = ["A@shop.example"]', "Addresses are compared in lower case."),
        ("sender-named", 'senders = ["Shop <a@shop.example>"]', "Addresses alone."),
        ("sender-elsewhere", 'senders = ["a@other.example"]', "Below one of the domains."),
        ("sender-twice", 'senders = ["a@shop.example", "a@shop.example"]', "Each once."),
        ("sender-integer", "senders = [7]", "Texts."),
        ("65-senders", f"senders = {[f'a{n}@shop.example' for n in range(65)]}", "At most 64."),
        ("shared-integer", "shared = 1", "True or false."),
    ):
        add(f"company-mail-{name}", MAIL + more + "\n", why)
    add("company-mail-twice", MAIL + MAIL, "One list for a company.")
    add("company-mail-without-domains", MAIL.replace("domains", "# domains"), "Nothing that it sends from.")
    add("company-mail-no-domain", MAIL.replace(listed, "[]"), "A company without mail is left out.")
    add("company-mail-domain-twice", MAIL.replace('"mail.example"', '"shop.example"'), "Each once.")
    add("company-mail-wildcard", MAIL.replace('"mail.example"', '"*.example"'), "Names below a domain count anyhow.")
    add("company-mail-upper-case", MAIL.replace('"mail.example"', '"Mail.example"'), "DNS names are in lower case.")
    add("company-mail-address", MAIL.replace('"mail.example"', '"service@mail.example"'), "Domains, not addresses.")
    add("company-mail-domains-a-text", MAIL.replace(listed, '"shop.example"'), "A list.")
    add("company-mail-domains-integer", MAIL.replace('"mail.example"', "7"), "Texts.")
    add("company-mail-65-domains", MAIL.replace(listed, str([f"a{n}.example" for n in range(65)])), "At most 64.")
    add("company-mail-unknown-member", MAIL + 'selector = "s1"\n', "Nobody reads it.")
    add("published-key-twice", KEY + KEY, "The earlier time would have to be guessed.")
    add("published-key-without-time", KEY.replace("published_at", "# published_at"), "Since when is the point.")
    add("published-key-a-date", KEY.replace("T00:00:00Z", ""), "An instant: a day is another one elsewhere.")
    add("published-key-toml-time", KEY.replace('"2026-11-20T00:00:00Z"', "2026-11-20T00:00:00Z"), "A text.")
    add("published-key-short", KEY.replace(DIGEST, DIGEST[:-2]), "31 bytes.")
    add("published-key-unknown-member", KEY + 'domain = "shop.example"\n', "The key counts, wherever it stands.")
    for name, value, why in (
        ("empty", "[]", "No chain could end anywhere; leave the member out for the shipped ones."),
        ("a-text", f'"{OWN}"', "A list."),
        ("integer", "[7]", "Texts."),
        ("twice", f'["{OWN}", "{OWN}"]', "Each once."),
        ("short-digest", f'["{OWN[:-2]}"]', "31 bytes."),
        ("no-digest", '["12345 13 2"]', "A key tag is no key."),
        ("seventeen", str([f"{n} 13 2 {'0f' * 32}" for n in range(17)]), "At most 16."),
    ):
        add(f"root-anchors-{name}", f"root_anchors = {value}\n", why)

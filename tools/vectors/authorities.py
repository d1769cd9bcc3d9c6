"""Cases for registers of authorities: ``python -m tools.vectors.authorities``."""

from __future__ import annotations

import json

from tools.vectors.writing import Cases

REGISTER, RECORD, NAMED = "authorities.register", "authorities.record", "authorities.named"
ERROR = "MalformedAuthorities"
PLAIN: dict[str, object] = {
    "slug": "iexample",
    "relevant-countries": ["ie"],
    "name": "Example Authority",
    "address": "1 Street\nDublin\nIreland",
    "phone": "+353 1 8000000",
    "webform": "https://authority.example/complain",
    "web": "https://www.authority.example",
    "sources": ["https://authority.example/contact"],
    "complaint-language": "en",
}
MARKED: dict[str, object] = {
    "slug": "mediator",
    "relevant-countries": ["kr"],
    "kind": "mediation",
    "name": "Example Mediator",
    "name-ko": "보기 조정위원회",
    "phone": "1833-0000",
    "web": "https://www.mediator.example",
    "domains": ["mediator.example"],
    "quality": "secondary",
    "read-on": "2026-11-22",
    "source-date": "2024-12-16",
    "sources": ["https://press.example/page"],
}
SHOWN: dict[str, object] = {
    "slug": "iexample",
    "kind": "supervision",
    "name": {"en": "Example Authority", "ko": "Example Authority"},
    "countries": ["IE"],
    "webform": "https://authority.example/complain",
    "web": "https://www.authority.example",
    "address": "1 Street\nDublin\nIreland",
    "phone": "+353 1 8000000",
    "fax": None,
    "email": None,
    "language": "en",
    "transport": None,
    "comments": [],
    "quality": None,
    "read_on": None,
    "source_date": None,
    "sources": ["https://authority.example/contact"],
}


def line(base: dict[str, object], **changed: object) -> str:
    """A record with members changed (``_`` for ``-``), or left out where ``...`` stands."""
    value = {**base, **{name.replace("_", "-"): item for name, item in changed.items()}}
    return json.dumps({name: item for name, item in value.items() if item is not ...}, ensure_ascii=False)


def records(cases: Cases) -> None:
    """What one record says, and nothing that it does not say."""
    cases.good("record-plain", RECORD, {"line": line(PLAIN)}, SHOWN, "A record as datenanfragen/data has it.")
    least = line(PLAIN, phone=..., webform=..., web=..., complaint_language=...)
    nothing = dict.fromkeys(("phone", "webform", "web", "language"))
    cases.good("record-least", RECORD, {"line": least}, {**SHOWN, **nothing}, "The members that it must have.")
    pgp = line(
        PLAIN,
        pgp_fingerprint="0000 1111 2222 3333 4444  5555 6666 7777 8888 9999",
        pgp_url="https://authority.example/key",
        fax="+353 1 8000001",
        email="complaints@authority.example",
        suggested_transport_medium="letter",
        comments=["Only\n\nin writing."],
    )
    more = {"fax": "+353 1 8000001", "email": "complaints@authority.example", "transport": "letter"}
    texts = [{"en": "Only in writing.", "ko": "Only in writing."}]
    cases.good("record-whole", RECORD, {"line": pgp}, {**SHOWN, **more, "comments": texts}, "Every member.")
    marked = {
        **SHOWN,
        "slug": "mediator",
        "kind": "mediation",
        "name": {"en": "Example Mediator", "ko": "보기 조정위원회"},
        "countries": ["KR"],
        "webform": None,
        "web": "https://www.mediator.example",
        "address": None,
        "phone": "1833-0000",
        "language": None,
        "quality": "secondary",
        "read_on": "2026-11-22",
        "source_date": "2024-12-16",
        "sources": ["https://press.example/page"],
    }
    cases.good("record-marked", RECORD, {"line": line(MARKED)}, marked, "No address was found, so there is none.")
    for name, changed, shown in (
        ("address-with-port", {"web": "https://authority.example:65535?a=b#c"}, {}),
        ("address-400-characters", {"webform": "https://authority.example/" + "a" * 374}, {}),
        ("email-tagged", {"email": "Data_Protection-1+in.box@authority.example"}, {}),
        ("name-1000-characters", {"name": "x" * 1000}, {"name": {"en": "x" * 1000, "ko": "x" * 1000}}),
        ("address-2000-characters", {"address": "x\n" * 1000}, {}),
        ("phone-15-digits", {"phone": "+353 1 80000001234"}, {}),
        ("language-not-looked-up", {"complaint-language": "zz"}, {"language": "zz", "complaint-language": ...}),
    ):
        seen = {key: value for key, value in {**SHOWN, **changed, **shown}.items() if value is not ...}
        given = line(PLAIN, **{key.replace("-", "_"): value for key, value in changed.items()})
        cases.good(f"record-{name}", RECORD, {"line": given}, seen, "As wide as the page allows.")
    wide = line(PLAIN, comments=["One\u3000two\n\n three ", "한국어 é 😀"])
    texts = [{"en": text, "ko": text} for text in ("One two three", "한국어 é 😀")]
    cases.good("record-comments-white-space", RECORD, {"line": wide}, {**SHOWN, "comments": texts}, "One space each.")
    around = f" {line(PLAIN)}\t\r\n"
    cases.good("record-space-around", RECORD, {"line": around}, SHOWN, "White space of JSON around the object.")
    unsure = line(MARKED, quality="unconfirmed")
    cases.good(
        "record-unconfirmed", RECORD, {"line": unsure}, {**marked, "quality": "unconfirmed"}, "Shown as what it is."
    )

    for name, number in (("short", "118"), ("hyphens", "+82-2-2100-3043"), ("one-group", "+8221003043")):
        cases.good(
            f"record-marked-phone-{name}",
            RECORD,
            {"line": line(MARKED, phone=number)},
            {**marked, "phone": number},
            "A number as its source spells it.",
        )


def named(cases: Cases) -> None:
    """By which DNS names a statement names an authority."""
    for name, domain, is_named in (
        ("itself", "mediator.example", True),
        ("below", "www.mediator.example", True),
        ("ends-alike", "notmediator.example", False),
        ("above", "example", False),
    ):
        cases.good(f"named-{name}", NAMED, {"line": line(MARKED), "domain": domain}, {"named": is_named}, domain)
    given = {"line": line(PLAIN), "domain": "authority.example"}
    cases.good("named-by-its-web-address", NAMED, given, {"named": True}, "Without domains the hosts count.")
    for name, web, domain, is_named in (
        ("www-taken-off", "https://www.one.example", "one.example", True),
        ("www-of-one-label", "https://www.example", "a.example", False),
    ):
        given = {"line": line(PLAIN, webform=..., web=web), "domain": domain}
        cases.good(f"named-{name}", NAMED, given, {"named": is_named}, web)


def registers(cases: Cases) -> None:
    """Places, kinds, and several files."""
    supervision = {"kinds": ["supervision"]}
    two = f"{line(PLAIN)}\n{line(PLAIN, slug='another')}\n"
    ask = {"files": [two], "place": "IE", **supervision}
    cases.good("place", REGISTER, ask, {"slugs": ["another", "iexample"]}, "In the order of the slugs.")
    cases.good("place-region", REGISTER, {**ask, "place": "IE-D"}, {"slugs": ["another", "iexample"]}, "A region.")
    cases.good("place-unknown", REGISTER, {**ask, "place": "DE"}, {"slugs": []}, "No register knows the place.")
    cases.good("kind-another", REGISTER, {**ask, "kinds": ["mediation"]}, {"slugs": []}, "Supervision is no mediation.")
    everywhere = {**ask, "files": [line(PLAIN, relevant_countries=["all"])], "place": "KR"}
    cases.good("place-all", REGISTER, everywhere, {"slugs": ["iexample"]}, "A record for all countries.")
    kinds = [line(MARKED), line(MARKED, slug="a-board", kind="supervision")]
    ordered = {"files": kinds, "place": "KR", "kinds": ["mediation", "supervision"]}
    cases.good("kinds-in-order", REGISTER, ordered, {"slugs": ["mediator", "a-board"]}, "First the first kind.")
    moved = [line(PLAIN), line(PLAIN, relevant_countries=["gb"])]
    cases.good("later-file-holds", REGISTER, {**ask, "files": moved}, {"slugs": []}, "The later one moved it away.")
    for name, text, why in (
        ("empty", "", "A line without a record."),
        ("empty-line", f"{line(PLAIN)}\n\n", "An empty line at the end."),
        ("slug-twice", f"{line(PLAIN)}\n{line(PLAIN)}\n", "Two records with one slug."),
        ("list", f"[{line(PLAIN)}]", "JSON, but not one object a line."),
        ("second-line-wrong", f"{line(PLAIN)}\nnothing\n", "Nothing of the file is taken."),
        ("member-twice", line(PLAIN)[:-1] + ', "slug": "x"}', "A member stands twice."),
        ("line-too-long", line(PLAIN, comments=["x" * 2000] * 9), "A line of more than 16,384 characters."),
        ("deep", line(PLAIN, comments=[[["x"]]]), "Four levels."),
        ("surrogate", line(PLAIN).replace("Example", "\\ud800"), "A text that has no bytes."),
    ):
        cases.bad(f"file-{name}", REGISTER, {**ask, "files": [text]}, ERROR, why)
    cases.bad("file-not-utf8", REGISTER, {"file_hex": "7b22ff227d", "place": "IE", **supervision}, ERROR, "No UTF-8.")


def wrong_records(cases: Cases) -> None:
    """Each by one change of a good one."""
    for name, text, why in (
        *(
            (f"lacks-{member}", line(PLAIN, **{member.replace("-", "_"): ...}), f"Without {member}.")
            for member in (
                "slug",
                "relevant-countries",
                "name",
                "address",
                "sources",
            )
        ),
        *(
            (f"marked-lacks-{member}", line(MARKED, **{member.replace("-", "_"): ...}), f"Marked, without {member}.")
            for member in ("kind", "read-on")
        ),
        ("unknown-member", line(PLAIN, verified=True), "A member that no page names."),
        ("kind-without-quality", line(PLAIN, kind="mediation"), "Only a marked record says its kind."),
        ("slug-with-capitals", line(PLAIN, slug="IE"), "A slug in capitals."),
        ("country-in-capitals", line(PLAIN, relevant_countries=["IE"]), "Codes are in lower case."),
        ("country-uk", line(PLAIN, relevant_countries=["uk"]), "The code is gb."),
        ("country-twice", line(PLAIN, relevant_countries=["ie", "ie"]), "One country twice."),
        ("countries-none", line(PLAIN, relevant_countries=[]), "For no country."),
        ("name-number", line(PLAIN, name=7), "A number in the place of a name."),
        ("name-two-lines", line(PLAIN, name="Example\nAuthority"), "A name on two lines."),
        ("name-turns-the-text", line(PLAIN, name="Example \u202eauthority"), "A character that turns the text round."),
        ("name-with-escape", line(PLAIN, name="Example \u001b[2J"), "A command to the terminal."),
        ("address-null", line(PLAIN, address=None), "What is not known is absent, never null."),
        ("phone-national", line(PLAIN, phone="01 8000000"), "Without the country's code."),
        ("email-two", line(PLAIN, email="a@b.example, c@d.example"), "Two mail addresses."),
        ("web-script", line(PLAIN, web="javascript:alert(1)"), "An address that is no http(s)."),
        ("web-without-host", line(PLAIN, web="https:///path"), "No host."),
        ("web-with-space", line(PLAIN, web="https://authority.example/a b"), "A space in an address."),
        ("sources-none", line(PLAIN, sources=[]), "No source."),
        ("sources-no-address", line(PLAIN, sources=["somewhere"]), "A source that nobody can open."),
        ("language-name", line(PLAIN, complaint_language="English"), "A name in the place of a code."),
        ("transport-pigeon", line(PLAIN, suggested_transport_medium="pigeon"), "Not in the list."),
        ("pgp-short", line(PLAIN, pgp_fingerprint="0000"), "No fingerprint."),
        ("quality-sure", line(MARKED, quality="sure"), "Not in the list."),
        ("kind-court", line(MARKED, kind="court"), "Not in the list."),
        ("read-on-no-date", line(MARKED, read_on="2026-02-30"), "No day."),
        ("domain-with-scheme", line(MARKED, domains=["https://mediator.example"]), "An address, no DNS name."),
        ("comments-ko-of-nothing", line(MARKED, comments_ko=["말"]), "Korean for a text that is not there."),
    ):
        cases.bad(f"record-{name}", RECORD, {"line": text}, ERROR, why)


# One of each range of the page, and both ends of those that have more than one character.
_UNSEEN = (
    *(0x00, 0x1F, 0x7F, 0x9F, 0xAD, 0x034F, 0x0600, 0x0605, 0x061C, 0x06DD, 0x070F, 0x0890),
    *(0x0891, 0x08E2, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x180F, 0x200B, 0x200F, 0x2028),
    *(0x2029, 0x202A, 0x202E, 0x2060, 0x2065, 0x206F, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0),
    *(0xFFF9, 0xFFFB, 0x110BD, 0x110CD, 0x13430, 0x1343F, 0x1BCA0, 0x1BCA3, 0x1D173, 0x1D17A, 0xE0000, 0xE0001),
    *(0xE0041, 0xE0FFF),
)  # fmt: skip
_SEEN = (0x20, 0x7E, 0xA0, 0xAC, 0xAE, 0x0301, 0x2010, 0x2027, 0x202F, 0x205F, 0x2070, 0x3000, 0xFFFD, 0x1F600)


def unseen(cases: Cases) -> None:
    """What nobody sees, and its neighbours that everybody sees."""
    for code in _UNSEEN:
        text = line(PLAIN, name=f"Example{chr(code)}authority")
        cases.bad(f"record-unseen-{code:04x}", RECORD, {"line": text}, ERROR, f"U+{code:04X} in a name.")
    name = "a" + "".join(map(chr, _SEEN)) + "b"
    shown = {**SHOWN, "name": {"en": name, "ko": name}}
    cases.good("record-seen", RECORD, {"line": line(PLAIN, name=name)}, shown, "Neighbours of what is refused.")
    for member, given in (
        ("address", line(PLAIN, address="1 Street\n\u061cDublin")),
        ("comments", line(PLAIN, comments=["Only \U000e0041in writing."])),
        ("name-ko", line(MARKED, name_ko="보기\u3164위원회")),
        ("comments-ko", line(MARKED, comments=["a"], comments_ko=["\u00ad"])),
    ):
        cases.bad(f"record-unseen-in-{member}", RECORD, {"line": given}, ERROR, f"An unseen character in {member}.")
    for member, given in (
        ("name", line(PLAIN, name="  ")),
        ("name-wide", line(PLAIN, name="\u3000")),
        ("address", line(PLAIN, address="\n \n")),
        ("comments", line(PLAIN, comments=["\n"])),
        ("name-empty", line(PLAIN, name="")),
    ):
        cases.bad(f"record-blank-{member}", RECORD, {"line": given}, ERROR, f"Nothing to read: {member}.")


def wrong_contacts(cases: Cases) -> None:
    """Addresses that lead elsewhere than they seem to, or nowhere; limits; lists with an entry twice."""
    host = "https://authority.example"
    for name, address in (
        ("user", f"{host}@evil.example/"),
        ("user-and-word", "https://u:p@authority.example/"),
        ("ipv4", "https://192.0.2.1/"),
        ("ipv6", "https://[2001:db8::1]/"),
        ("localhost", "https://localhost/"),
        ("host-in-capitals", "https://Authority.example/"),
        ("scheme-in-capitals", "HTTPS://authority.example/"),
        ("host-underscore", "https://a_b.example/"),
        ("host-ends-in-a-dot", "https://authority.example./"),
        ("host-percent", "https://authority%2eexample.example/"),
        ("port-zero", f"{host}:0/"),
        ("port-65536", f"{host}:65536/"),
        ("port-empty", f"{host}:/"),
        ("port-08080", f"{host}:08080/"),
        ("quote", f'{host}/"x'),
        ("less-than", f"{host}/<x"),
        ("greater-than", f"{host}/x>"),
        ("backslash", f"{host}/\\x"),
        ("backslash-host", f"{host}\\.evil.example/"),
        ("not-ascii", f"{host}/é"),
        ("tab", f"{host}/\tx"),
        ("401-characters", f"{host}/" + "a" * 375),
    ):
        cases.bad(f"record-web-{name}", RECORD, {"line": line(PLAIN, web=address)}, ERROR, f"An address: {name}.")
    for member in ("webform", "pgp-url", "sources"):
        wrong: object = [f"{host}@evil.example"] if member == "sources" else f"{host}@evil.example"
        text = line(PLAIN, **{member.replace("-", "_"): wrong})
        cases.bad(f"record-{member}-user", RECORD, {"line": text}, ERROR, f"A user before the host in {member}.")
    for name, email in (
        ("mailto", "mailto:a@b.example"),
        ("ip", "a@1.2"),
        ("one-label", "a@localhost"),
        ("header", "a?bcc=c@b.example"),
        ("quoted", '"a"@b.example'),
        ("host-in-capitals", "a@B.example"),
        ("two-dots", "a..b@c.example"),
        ("dot-first", ".a@c.example"),
        ("dot-last", "a.@c.example"),
        ("not-ascii", "é@c.example"),
        ("local-65", "a" * 65 + "@c.example"),
        ("empty", ""),
    ):
        cases.bad(f"record-email-{name}", RECORD, {"line": line(PLAIN, email=email)}, ERROR, f"A mail address: {name}.")
    for name, base, number in (
        ("code-alone", MARKED, "+353"),
        ("16-digits", MARKED, "+353 1 8000000123456"),
        ("one-digit", MARKED, "1"),
        ("ends-in-space", MARKED, "1833 "),
        ("two-hyphens", MARKED, "1833--0000"),
        ("two-groups", PLAIN, "+353 18000000"),
        ("hyphens", PLAIN, "+353-1-8000000"),
        ("two-spaces", PLAIN, "+353  1 8000000"),
        ("extension", PLAIN, "+353 1 8000000 ext 2"),
        ("national-in-brackets", PLAIN, "+353 (0)1 8000000"),
    ):
        cases.bad(f"record-phone-{name}", RECORD, {"line": line(base, phone=number)}, ERROR, f"A number: {name}.")
    for name, text in (
        ("name-1001-characters", line(PLAIN, name="x" * 1001)),
        ("address-2001-characters", line(PLAIN, address="x" * 2001)),
        ("comments-2001-characters", line(PLAIN, comments=["x" * 2001])),
        ("comments-65", line(PLAIN, comments=[str(number) for number in range(65)])),
        ("sources-65", line(PLAIN, sources=[f"{host}/{number}" for number in range(65)])),
        ("sources-twice", line(PLAIN, sources=[host, host])),
        ("domains-twice", line(MARKED, domains=["a.example", "a.example"])),
        ("domains-none", line(MARKED, domains=[])),
        ("comments-twice", line(PLAIN, comments=["x", "x"])),
        ("comments-ko-none", line(MARKED, comments=["x"], comments_ko=[])),
        ("pgp-one-space", line(PLAIN, pgp_fingerprint=" ".join(["0000"] * 10))),
        ("pgp-small-letters", line(PLAIN, pgp_fingerprint="0000 1111 2222 3333 4444  5555 6666 7777 8888 aaaa")),
        ("pgp-joined", line(PLAIN, pgp_fingerprint="0" * 40)),
        ("slug-61", line(PLAIN, slug="x" * 61)),
        ("byte-order-mark", "\ufeff" + line(PLAIN)),
    ):
        cases.bad(f"record-{name}", RECORD, {"line": text}, ERROR, name.replace("-", " ").capitalize() + ".")


def main() -> None:
    """Write the folder."""
    cases = Cases("authorities")
    for group in (records, named, registers, wrong_records, unseen, wrong_contacts):
        group(cases)
    cases.write()


if __name__ == "__main__":
    main()

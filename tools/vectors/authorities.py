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
    unsure = line(MARKED, quality="unconfirmed")
    cases.good(
        "record-unconfirmed", RECORD, {"line": unsure}, {**marked, "quality": "unconfirmed"}, "Shown as what it is."
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


def main() -> None:
    """Write the folder."""
    cases = Cases("authorities")
    for group in (records, named, registers, wrong_records):
        group(cases)
    cases.write()


if __name__ == "__main__":
    main()

"""Cases of dns_capture.parse: the container, member by member."""

from __future__ import annotations

import json
from typing import Any

from ledger.encoding import encode_base64
from tools.vectors._dns_files import (
    AT,
    FOUND,
    KEY_NAME,
    answer,
    capture,
    empty,
    failed,
    mx,
    question,
    resolvers,
    txt,
)
from tools.vectors._dns_zones import DKIM, shop_tree
from tools.vectors.writing import Cases

PARSE = "dns_capture.parse"
ERROR = "MalformedCapture"


def add(cases: Cases) -> None:
    good(cases)
    bad_outside(cases)
    bad_resolvers(cases)
    bad_names(cases)
    bad_answers(cases)
    bad_records(cases)
    bad_chains(cases)


def good(cases: Cases) -> None:
    def add(name: str, text: str, questions: list[str], asked: list[str], why: str) -> None:
        cases.good(f"good-{name}", PARSE, {"capture": text}, {"at": AT, "asked": questions, "resolvers": asked}, why)

    one = ["TXT s1._domainkey.shop.example"]
    add("smallest", capture(question([FOUND])), one, ["one"], "One resolver, one question.")
    mails = [
        question([answer(txt("v=DMARC1; p=reject"))] * 2, "_dmarc.shop.example"),
        question([answer(txt(DKIM[:30], DKIM[30:])), failed("servfail")]),
        question(
            [answer(mx("10 mx1.shop.example."), mx("20 mx2.shop.example.")), empty("nodata")], "shop.example", "MX"
        ),
    ]
    names = ["TXT _dmarc.shop.example", *one, "MX shop.example"]
    add("mail", capture(*mails), names, ["one", "two"], "What is asked about a mail.")
    everyone = [failed(cause) for cause in ("malformed", "refused", "servfail", "timeout", "too_large", "unreachable")]
    add("causes", capture(question(everyone)), one, [*"one two three four five six".split()], "Every cause.")
    aliased = answer(txt(DKIM), cnames=["shop.dkim.mailer.example", "k.mailer.example"])
    add("aliases", capture(question([aliased])), one, ["one"], "The name leads elsewhere, twice.")
    arpa = capture(question([empty("nodata")], "home.arpa"))
    add("home-arpa", arpa, ["TXT home.arpa"], ["one"], "The name above those that a network of its own knows.")
    for name, cnames in (("circle", [KEY_NAME]), ("twice", ["a.example", "b.example", "a.example"])):
        given = capture(question([answer(txt(DKIM), cnames=cnames)]))
        add(f"aliases-{name}", given, one, ["one"], "Who reads a capture does not judge aliases.")
    dangling = empty("nxdomain", ["gone.mailer.example"])
    add("dangling", capture(question([dangling])), one, ["one"], "The alias leads to nothing.")
    add(
        "no-mail",
        capture(question([answer(mx("0 ."))], "shop.example", "MX")),
        ["MX shop.example"],
        ["one"],
        "A null MX.",
    )
    six = [{"address": "[2001:db8::53]:53", "name": "six"}]
    add("ipv6", capture(question([FOUND]), resolvers=six), one, ["six"], "An IPv6 address.")
    chain = shop_tree().chain((KEY_NAME, "TXT"))
    add("chain", capture(question([FOUND], chain=chain)), one, ["one"], "A DNSSEC chain.")
    both = capture(
        question([FOUND], "shop.example", "MX") | question([answer(mx("0 ."))], "shop.example", "MX"),
        question([FOUND], "shop.example", "TXT"),
    )
    add("types", both, ["MX shop.example", "TXT shop.example"], ["one"], "One name, two types, in their order.")


def bad_outside(cases: Cases) -> None:
    def bad(name: str, text: str, why: str, error: str = ERROR) -> None:
        cases.bad(f"bad-{name}", PARSE, {"capture": text}, error, why)

    whole = capture(question([FOUND]))
    bad("not-json", "v=DKIM1", "No JSON.", "MalformedJson")
    bad("spaces", json.dumps(json.loads(whole)), "Space between tokens.", "MalformedJson")
    bad("deep", "[" * 7 + "]" * 7, "Seven brackets open at once.", "MalformedSize")
    bad("list", "[]", "A list.")
    bad("no-at", capture(question([FOUND]), at=...), "at is missing.")
    bad("extra-member", capture(question([FOUND]), note="x"), "A member that nobody knows.")
    bad("version-2", capture(question([FOUND]), habeas_dns=2), "Another version.")
    bad("version-true", capture(question([FOUND]), habeas_dns=True), "true is no integer.")
    bad("at-fraction", capture(question([FOUND]), at="2026-11-20T09:00:00.5Z"), "Half a second.")
    bad("at-offset", capture(question([FOUND]), at="2026-11-20T09:00:00+00:00"), "UTC is written Z.")
    bad("no-questions", capture(), "No question.")
    bad("many-questions", capture(*(question([FOUND], f"n{n:02}.shop.example") for n in range(25))), "25 questions.")
    pair = [question([FOUND], "a.example"), question([FOUND], "b.example")]
    bad("unsorted", capture(*reversed(pair)), "Questions not ascending.")
    bad("question-twice", capture(pair[0], pair[0]), "A question twice.")


def bad_resolvers(cases: Cases) -> None:
    def bad(name: str, why: str, *listed: dict[str, Any]) -> None:
        text = capture(question([FOUND] * len(listed)), resolvers=list(listed))
        cases.bad(f"bad-resolver-{name}", PARSE, {"capture": text}, ERROR, why)

    first, second = resolvers(2)
    bad("none", "No resolver.")
    bad("seventeen", "17 resolvers.", *({"address": f"192.0.2.{n}:53", "name": f"r{n}"} for n in range(1, 18)))
    bad("same-name", "Two of one name.", first, second | {"name": "one"})
    bad(
        "same-address", "Two of one address: one resolver with two voices.", first, second | {"address": "192.0.2.1:53"}
    )
    bad("upper-case", "A capital letter.", first | {"name": "One"})
    bad("empty-name", "No name.", first | {"name": ""})
    bad("long-name", "64 characters.", first | {"name": "a" * 64})
    for name, address in {
        "no-port": "192.0.2.1",
        "port-0": "192.0.2.1:0",
        "port-65536": "192.0.2.1:65536",
        "port-zeros": "192.0.2.1:053",
        "host-name": "dns.example:53",
        "zeros": "192.0.2.01:53",
        "bare-ipv6": "2001:db8::53:53",
        "long-ipv6": "[2001:db8:0::53]:53",
        "brackets-ipv4": "[192.0.2.1]:53",
    }.items():
        bad(name, f"The address {address}.", first | {"address": address})
    for name, count in {"fewer-answers": 2, "more-answers": 4}.items():
        text = capture(question([FOUND] * count), resolvers=resolvers(3))
        cases.bad(f"bad-{name}", PARSE, {"capture": text}, ERROR, f"{count} answers of 3 resolvers.")


def bad_names(cases: Cases) -> None:
    for name, asked in {
        "upper-case": "S1._domainkey.shop.example",
        "last-dot": "shop.example.",
        "one-label": "example",
        "empty-label": "s1..shop.example",
        "label-64": "a" * 64 + ".example",
        "name-254": ".".join(["a" * 60] * 4) + ".aaaaaaaaaa",
        "star": "*.shop.example",
        "escape": "a\\032b.example",
        "local": "printer.local",
        "localhost": "s1._domainkey.localhost",
        "internal": "mail.internal",
        "home-arpa": "nas.home.arpa",
        "onion": "abc.onion",
        "empty": "",
    }.items():
        text = capture(question([FOUND], asked))
        cases.bad(f"bad-name-{name}", PARSE, {"capture": text}, ERROR, f"The name {asked[:40]!r}.")
    text = capture(question([FOUND], kind="A"))
    cases.bad("bad-type-a", PARSE, {"capture": text}, ERROR, "Addresses are never asked for.")


def bad_answers(cases: Cases) -> None:
    def bad(name: str, value: dict[str, Any], why: str) -> None:
        cases.bad(f"bad-answer-{name}", PARSE, {"capture": capture(question([value]))}, ERROR, why)

    bad("status", FOUND | {"status": "ok"}, "A status that nobody knows.")
    bad("no-status", {"cnames": []}, "No status.")
    bad("no-records", {"cnames": [], "status": "answer"}, "An answer without records.")
    bad("empty-records", answer(), "An answer with an empty list of records is nodata.")
    bad("nodata-records", FOUND | {"status": "nodata"}, "No data, but records.")
    bad("no-cause", {"status": "failed"}, "A failure without its cause.")
    bad("cause", failed("bored"), "A cause that nobody knows.")
    bad("failed-cnames", failed() | {"cnames": []}, "A failure that leads somewhere.")
    bad("cnames-9", answer(txt(DKIM), cnames=[f"n{n}.example" for n in range(9)]), "Nine aliases.")
    bad("cname-upper-case", answer(txt(DKIM), cnames=["K.example"]), "A capital letter in an alias.")
    bad("cname-escape", answer(txt(DKIM), cnames=["a\\.b.example"]), "An alias that no capture can spell.")
    two = sorted([txt("a"), txt("b")])
    bad("unsorted", FOUND | {"records": two[::-1]}, "Records not ascending.")
    bad("twice", FOUND | {"records": [two[0], two[0]]}, "A record twice.")


def bad_records(cases: Cases) -> None:
    def bad(name: str, data: bytes | list[bytes], why: str, kind: str = "TXT") -> None:
        items = data if isinstance(data, list) else [data]
        value = FOUND | {"records": [encode_base64(each) for each in items]}
        asked = "shop.example" if kind == "MX" else KEY_NAME
        cases.bad(f"bad-record-{name}", PARSE, {"capture": capture(question([value], asked, kind))}, ERROR, why)

    bad("empty", b"", "No bytes.")
    bad("cut", b"\x05abc", "A character-string cut off.")
    bad("rest", b"\x01a\x05", "A length without its bytes.")
    bad("33", [b"\x02" + bytes([48 + n // 10, 48 + n % 10]) for n in range(33)], "33 records.")
    bad("4097-bytes", [(b"\xff" + b"a" * 255) * 16 + b"\x00"], "One byte more than an answer may have.")
    many = sorted(b"\xff" + bytes([97 + n]) * 255 for n in range(17))
    bad("4352-bytes", many, "Together more than an answer may have.")
    bad("mx-upper-case", b"\x00\x0a\x02MX\x00", "An upper-case name, which has a second spelling.", "MX")
    bad("mx-compressed", b"\x00\x0a\xc0\x00", "A compressed name.", "MX")
    bad("mx-rest", b"\x00\x0a\x00\x00", "A byte after the name.", "MX")
    bad("mx-short", b"\x00", "One byte.", "MX")
    value = FOUND | {"records": ["AWE"]}
    cases.bad("bad-record-base64", PARSE, {"capture": capture(question([value]))}, ERROR, "Base64 without padding.")


def bad_chains(cases: Cases) -> None:
    chain = shop_tree().chain((KEY_NAME, "TXT"))
    last = chain[-1]
    name = b"\x02s1\x0a_domainkey\x04shop\x07example\x00"
    assert last.startswith(name)
    length = len(name) + 10 + int.from_bytes(last[len(name) + 8 : len(name) + 10])
    record, rrsig = last[:length], last[length:]

    def bad(name: str, items: list[bytes], why: str) -> None:
        text = capture(question([FOUND], chain=items) | {"chain": [encode_base64(each) for each in items]})
        cases.bad(f"bad-chain-{name}", PARSE, {"capture": text}, ERROR, why)

    bad("empty", [], "A chain without record sets.")
    bad("set-twice", [*chain, last], "A record set twice.")
    bad("empty-set", [*chain, b""], "A record set without bytes.")
    bad("no-signature", [record], "Records without a signature.")
    bad("signature-alone", [rrsig], "A signature without records.")
    bad("signature-first", [rrsig + record], "The signature stands before its record.")
    bad("record-twice", [record + record + rrsig], "A record twice.")
    bad(
        "two-spellings",
        [b"".join(sorted([record, record.replace(b"s1", b"S1", 1)])) + rrsig],
        "Its name spelled twice.",
    )
    ttl = record.replace(b"\0\x01\0\0\x0e\x10", b"\0\x01\0\0\x0e\x11", 1)
    bad("two-times", [b"".join(sorted([record, ttl])) + rrsig], "A record twice, with two times to live.")
    bad("two-types", [record + record.replace(b"\0\x10\0\x01", b"\0\x99\0\x01", 1) + rrsig], "Two types in one set.")
    bad("cut", [last[:-1]], "The last byte is missing.")
    bad("rest", [last + b"\0"], "A byte more.")
    bad("class-ch", [last.replace(b"\0\x10\0\x01", b"\0\x10\0\x03", 1)], "A record of another class.")
    bad("type-a", [name + b"\0\x01\0\x01\0\0\x0e\x10\0\x04\xc0\0\x02\x01" + rrsig], "An address.")
    bad("other-name", [record + rrsig.replace(b"\x02s1", b"\x02s2", 1)], "The signature stands at another name.")
    covered = rrsig.replace(b"\0\x10\x0f", b"\0\x0f\x0f", 1)
    bad("other-type", [record + covered], "The signature covers another type.")
    bad("compressed", [record + b"\xc0\x00" + rrsig[len(name) :]], "A compressed name.")
    bad("two-names", [record + record.replace(b"\x02s1", b"\x02s2", 1) + rrsig], "Two names in one set.")
    bad(
        "sixty-five",
        [last.replace(b"\x02s1", b"\x02%c%c" % (97 + n // 26, 97 + n % 26)) for n in range(65)],
        "65 sets.",
    )

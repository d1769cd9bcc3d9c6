"""Cases of dns_capture.key: the key at receipt, by chain or by how many agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tools.vectors._dns_files import (
    AT,
    FOUND,
    KEY_NAME,
    NAMES,
    OTHER,
    Value,
    anchor_texts,
    answer,
    capture,
    empty,
    failed,
    question,
    txt,
)
from tools.vectors._dns_zones import DKIM, shop_tree
from tools.vectors.writing import Cases

KEY = "dns_capture.key"
LIE = answer(txt(OTHER))
TREE = shop_tree()


def add(cases: Cases) -> None:
    quorum(cases)
    statuses(cases)
    times(cases)
    chains(cases)
    why = "The domain of the signature is no public DNS name: nobody can have asked."
    cases.good("key-private-domain", KEY, given([FOUND], domain="localhost"), NOTHING, why)


def given(
    answers: Sequence[Value], chain: Sequence[bytes] = (), name: str = KEY_NAME, at: str = AT, **changed: Any
) -> dict[str, Any]:
    value: dict[str, Any] = {
        "capture": capture(question(answers, name, chain=chain), at=at),
        "domain": "shop.example",
        "selector": "s1",
        "received": AT,
        "anchors": anchor_texts(TREE.anchors),
    }
    return value | changed


def shown(status: str, origin: str, record: str | None, agreed: Sequence[str], seen: str | None = AT) -> Value:
    return {"status": status, "origin": origin, "record": record, "first_seen": seen, "agreed": list(agreed)}


NOTHING = shown("unknown", "none", None, [], None)


def quorum(cases: Cases) -> None:
    def add(name: str, answers: Sequence[Value], origin: str, agreed: Sequence[str], why: str) -> None:
        ok = shown("found", origin, DKIM, agreed) if origin != "none" else NOTHING
        cases.good(f"key-{name}", KEY, given(answers), ok, why)

    add("1-of-1", [FOUND], "single", NAMES[:1], "One resolver.")
    add("0-of-1", [failed()], "none", [], "One resolver, which does not answer.")
    add("2-of-2", [FOUND] * 2, "quorum", NAMES[:2], "Two that agree.")
    add("1-of-2-silent", [FOUND, failed()], "single", NAMES[:1], "One of two: the word of one.")
    add("1-of-2-differs", [FOUND, LIE], "none", [], "Two that disagree.")
    add("2-of-3-differs", [LIE, FOUND, FOUND], "part_quorum", NAMES[1:3], "One of three may differ.")
    add("5-of-5", [FOUND] * 5, "quorum", NAMES[:5], "All of five.")
    add("4-of-5-differs", [FOUND] * 4 + [LIE], "part_quorum", NAMES[:4], "One of five differs.")
    add("4-of-5-silent", [FOUND] * 4 + [failed("servfail")], "part_quorum", NAMES[:4], "One of five fails.")
    add("4-of-5-none", [FOUND] * 4 + [empty("nxdomain")], "part_quorum", NAMES[:4], "One of five finds nothing.")
    add("3-of-5-differ", [FOUND] * 3 + [LIE] * 2, "none", [], "Two of five differ: no quorum.")
    mixed = [FOUND] * 3 + [LIE, failed()]
    add("3-of-5-mixed", mixed, "none", [], "One of five differs and one is silent: together two.")
    add(
        "3-of-5-silent",
        [FOUND] * 3 + [failed()] * 2,
        "single",
        NAMES[:3],
        "Two of five are silent, nobody contradicts.",
    )
    add("4-of-6-differ", [FOUND] * 4 + [LIE] * 2, "part_quorum", NAMES[:4], "Two of six may differ.")
    add("3-of-6-differ", [FOUND] * 3 + [LIE] * 3, "none", [], "Three of six may not.")
    add("4-of-7-differ", [FOUND] * 4 + [LIE] * 3, "none", [], "Three of seven may not.")
    add("5-of-7", [FOUND] * 5 + [LIE, failed()], "part_quorum", NAMES[:5], "Two of seven do not agree.")


def statuses(cases: Cases) -> None:
    def add(case: str, answers: Sequence[Value], ok: Value, why: str, **changed: Any) -> None:
        cases.good(f"key-{case}", KEY, given(answers, **changed), ok, why)

    def agreed(status: str, record: str | None) -> Value:
        return shown(status, "quorum", record, NAMES[:2])

    found = agreed("found", DKIM)
    add("strings", [answer(txt(DKIM[:9], DKIM[9:])), FOUND], found, "Character-strings are joined without a separator.")
    add(
        "beside-spf", [answer(txt(DKIM), txt("v=spf1 -all"))] * 2, found, "Another's record at the name does not count."
    )
    broken = NOTHING | {"agreed": list(NAMES[:2])}
    add("two-keys", [answer(txt(DKIM), txt(OTHER))] * 2, broken, "Two key records: none counts (RFC 6376 3.6.2.2).")
    bare = "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    add("without-v", [answer(txt(bare))] * 2, agreed("found", bare), "v= may be missing.")
    odd = "v=DKIM1; k=ed25519"
    add("without-p", [answer(txt(odd))] * 2, agreed("found", odd), "A broken key record is a record all the same.")
    add(
        "dmarc-at-name",
        [answer(txt("v=DMARC1; p=none"))] * 2,
        agreed("missing", None),
        "No key record, although it has p=.",
    )
    for name, text, ok, why in (
        ("tag-twice-revoked", f"{DKIM}; p=", "revoked", "Of p= twice the last counts: it is empty."),
        ("tag-twice-found", "v=DKIM1; p=; k=ed25519; p=AAAA", "found", "And here it is not."),
        ("tag-twice-version", "v=DMARC1; p=AAAA; v=DKIM1", "found", "Of v= twice the last counts."),
        ("version-empty", "v=; p=AAAA", "missing", "An empty v= is a v= and not DKIM1."),
        ("p-without-equals", "v=DKIM1; k=rsa; p", "found", "A piece without = is no tag, so p= is not empty."),
        ("white-space", "\tv = DKIM1\r\n ; p = ", "revoked", "White space around names and values."),
        ("no-break-space", "v=DKIM1; p=\u00a0", "found", "White space of ASCII alone."),
    ):
        record = text if ok != "missing" else None
        add(name, [answer(txt(text))] * 2, agreed(ok, record), why)
    split = answer(txt(DKIM[:9], DKIM[9:]), txt(DKIM))
    add("one-text-split-two-ways", [split] * 2, found, "Two records, one text: one key record.")
    two, other = answer(txt(DKIM), txt(OTHER)), answer(txt(DKIM), txt("v=DKIM1; p=AAAA"))
    add("two-keys-differ", [two, other], NOTHING, "Two views that are broken and not the same: nobody agrees.")
    circle = ["a.mailer.example", KEY_NAME, "a.mailer.example"]
    add("aliases-in-a-circle", [answer(txt(DKIM), cnames=circle)] * 2, found, "Nothing rests on aliases.")
    revoked = "v=DKIM1; k=rsa; p= "
    add("revoked", [answer(txt(revoked))] * 2, agreed("revoked", revoked), "An empty p= revokes the key.")
    add("nodata", [empty("nodata")] * 2, agreed("missing", None), "The name has no TXT records.")
    add("nxdomain", [empty("nxdomain"), empty("nodata")], agreed("missing", None), "No such name: the same answer.")
    gone = empty("nxdomain", ["gone.mailer.example"])
    add("dangling", [gone] * 2, agreed("missing", None), "An alias to nothing.")
    paths = [answer(txt(DKIM), cnames=["a.mailer.example"]), answer(txt(DKIM), cnames=["b.mailer.example"])]
    add("other-aliases", paths, found, "The record counts, not the way to it.")
    add("all-fail", [failed("servfail"), failed()], NOTHING, "Nobody answers: not known, which is not missing.")
    add("not-asked", [FOUND] * 2, NOTHING, "The capture has other names.", name="s2._domainkey.shop.example")
    add("upper-case", [FOUND] * 2, found, "Case does not matter in names.", domain="Shop.Example", selector="S1")


def times(cases: Cases) -> None:
    found = [FOUND] * 2

    def add(name: str, at: str, answers: Sequence[Value], ok: Value, why: str, chain: Sequence[bytes] = ()) -> None:
        cases.good(f"key-{name}", KEY, given(answers, chain, at=at), ok, why)

    chain = TREE.chain((KEY_NAME, "TXT"))
    later, hour, before, long_ago = (
        "2026-11-20T10:00:01Z",
        "2026-11-20T10:00:00Z",
        "2026-11-20T08:00:00Z",
        "2026-11-20T07:59:59Z",
    )
    both = NAMES[:2]
    add("hour-later", hour, found, shown("found", "quorum", DKIM, both, hour), "An hour after receipt is at receipt.")
    add("later", later, found, shown("found", "archive", DKIM, both, later), "A second more: an archive.")
    add("later-chain", later, found, shown("found", "archive", DKIM, both, later), "Also with a chain.", chain)
    add("later-missing", later, [empty("nodata")] * 2, NOTHING, "That a key is gone later says nothing.")
    revoked = [answer(txt("v=DKIM1; p="))] * 2
    add("later-revoked", later, revoked, NOTHING, "Nor that it is revoked later.")
    add("hour-before", before, found, shown("found", "quorum", DKIM, both, before), "An hour before is at receipt.")
    add("long-before", long_ago, found, shown("found", "archive", DKIM, both, long_ago), "A second more is not.")
    proven = shown("found", "dnssec", DKIM, both, long_ago)
    add("long-before-chain", long_ago, found, proven, "But signatures that cover the time of receipt do.", chain)


def chains(cases: Cases) -> None:
    def add(name: str, value: dict[str, Any], ok: Value, why: str) -> None:
        cases.good(f"key-{name}", KEY, value, ok, why)

    chain = TREE.chain((KEY_NAME, "TXT"))
    proven = shown("found", "dnssec", DKIM, NAMES[:1])
    add("chain", given([FOUND], chain), proven, "The chain proves the record.")
    gone, revoked = empty("nxdomain"), answer(txt("v=DKIM1; p="))
    archived = shown("found", "archive", DKIM, [])
    one = NAMES[:1]
    add("chain-replaced", given([LIE] * 3, chain), archived, "Since then the zone has another key there.")
    add("chain-replaced-say-most", given([FOUND, LIE, LIE], chain), {**archived, "agreed": one}, "Two of three.")
    add("chain-replaced-says-one", given([FOUND, FOUND, LIE], chain), {**proven, "agreed": NAMES[:2]}, "One of three.")
    add("chain-two-keys-since", given([answer(txt(DKIM), txt(OTHER))] * 3, chain), archived, "Or two keys.")
    add("chain-withdrawn-say-all-that-answer", given([gone, failed(), failed()], chain), archived,
        "Those that did not answer say nothing for the chain.")  # fmt: skip
    add("chain-withdrawn-says-one-of-two", given([gone, FOUND, failed()], chain), {**proven, "agreed": NAMES[1:2]},
        "Half of those that answered are not most.")  # fmt: skip
    add("chain-differ-each", given([gone, LIE, FOUND], chain), {**archived, "agreed": NAMES[2:3]},
        "Two that differ from each other both differ from the chain.")  # fmt: skip
    add("chain-withdrawn", given([gone] * 3, chain), archived, "The zone had signed it; nobody finds it any more.")
    add("chain-revoked-since", given([revoked] * 3, chain), archived, "Or it is revoked.")
    add("chain-withdrawn-say-most", given([FOUND, gone, revoked], chain), {**archived, "agreed": NAMES[:1]},
        "Most of the resolvers.")  # fmt: skip
    add("chain-withdrawn-say-half", given([FOUND, gone], chain), proven, "Half of them are not most.")
    add("chain-silence", given([failed()], chain), shown("found", "dnssec", DKIM, []), "The answer itself was lost.")
    alias = TREE.chain(("svc._domainkey.shop.example", "CNAME"), ("shop.dkim.mailer.example", "TXT"))
    name = "svc._domainkey.shop.example"
    add("chain-alias", given([FOUND], alias, name, selector="svc"), proven, "By an alias into another zone.")
    old = TREE.chain(("old._domainkey.shop.example", "TXT"))
    record = "v=DKIM1; p="
    value = given([answer(txt(record))], old, "old._domainkey.shop.example", selector="old")
    add("chain-revoked", value, shown("revoked", "dnssec", record, NAMES[:1]), "A revoked key, proven.")
    two = TREE.chain(("two._domainkey.shop.example", "TXT"))
    value = given([FOUND], two, "two._domainkey.shop.example", selector="two")
    add("chain-two-keys", value, NOTHING, "Two key records, proven: none counts.")
    single = shown("found", "single", DKIM, NAMES[:1])
    wrong = [*chain[:-1], chain[-1][:-1] + bytes([chain[-1][-1] ^ 1])]
    add("chain-broken", given([FOUND], wrong), single, "A chain that proves nothing is set aside.")
    add("chain-other-root", given([FOUND], chain, anchors=[]), single, "The verifier believes another root key.")
    late = datetime(2026, 12, 6, 0, 0, 1, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    value = given([FOUND], chain, at=late, received=late)
    add("chain-expired", value, shown("found", "single", DKIM, NAMES[:1], late), "The signatures ended before receipt.")

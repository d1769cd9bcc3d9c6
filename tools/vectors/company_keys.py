"""Cases for published company keys: ``python -m tools.vectors.company_keys``."""

from __future__ import annotations

import json

from tools.vectors.writing import Cases

COMPANY = "shop.example"
KEYS = [f"0x{number:02x}" + "5a" * 19 for number in range(1, 18)]
ONE, TWO = KEYS[0], KEYS[1]
ERROR = "MalformedWellKnown"
WELL_KNOWN = "company_keys.well_known"
TXT = "company_keys.txt"


def file(**changed: object) -> str:
    members: dict[str, object] = {"habeas": 1, "company": COMPANY, "keys": [ONE], **changed}
    return json.dumps({name: value for name, value in members.items() if value is not ...})


def shown(*keys: str) -> dict[str, list[str]]:
    return {"keys": [key[2:] for key in keys]}


def good_files(cases: Cases) -> None:
    def good(name: str, text: str, keys: list[str], why: str, **given: object) -> None:
        cases.good(f"file-{name}", WELL_KNOWN, {"company": COMPANY, "file": text, **given}, shown(*keys), why)

    good("one-key", file(), [ONE], "The smallest file.")
    good("two-keys-descending", file(keys=[TWO, ONE]), [ONE, TWO], "Keys are read ascending, in whatever order.")
    good("sixteen-keys", file(keys=KEYS[:16]), KEYS[:16], "As many keys as fit.")
    spaced = json.dumps(json.loads(file()), indent=4).replace("\n", "\r\n") + "\r\n"
    good("indented", spaced, [ONE], "Space between tokens is free.")
    other = json.dumps({"keys": [ONE], "company": COMPANY, "habeas": 1})
    good("other-order", other, [ONE], "The order of members is free.")
    good("escaped", file().replace("shop", "\\u0073hop"), [ONE], "Escapes are read as JSON reads them.")
    good("at-limit", file(), [ONE], "65,536 bytes.", spaces_after=65_536 - len(file()))


def bad_files(cases: Cases) -> None:
    def bad(name: str, text: str, why: str, **given: object) -> None:
        cases.bad(f"file-{name}", WELL_KNOWN, {"company": COMPANY, "file": text, **given}, ERROR, why)

    bad("over-limit", file(), "65,537 bytes.", spaces_after=65_537 - len(file()))
    bad("empty", "", "No bytes.")
    bad("not-json", "keys: " + ONE, "Text that is no JSON.")
    bad("html", "<!doctype html><title>Not found</title>", "A page for people in place of the file.")
    bad("trailing-text", file() + "x", "Something follows the object.")
    bad("two-objects", file() + file(), "Two objects.")
    bad("list", f"[{file()}]", "The object stands in a list.")
    bad("deep", "[" * 60_000, "60,000 open brackets.")
    bad("member-twice", file()[:-1] + f', "keys": ["{TWO}"]}}', "keys stands twice.")
    bad("version-2", file(habeas=2), "Another version.")
    bad("version-true", file(habeas=True), "true is no integer, although some languages take it for 1.")
    bad("version-float", file().replace('"habeas": 1', '"habeas": 1.0'), "1.0 is no integer.")
    bad("version-text", file(habeas="1"), "A text in place of the integer.")
    bad("nan", file().replace('"habeas": 1', '"habeas": NaN'), "NaN is no JSON.")
    bad("no-version", file(habeas=...), "habeas is missing.")
    bad("no-company", file(company=...), "company is missing.")
    bad("no-keys", file(keys=...), "keys is missing.")
    bad("unknown-member", file(contact="dpo"), "A member that the format does not have.")
    bad("other-company", file(company="other.example"), "A file copied from another domain.")
    bad("parent-company", file(company="example"), "Another domain, even if a parent.")
    bad("company-upper-case", file(company="Shop.example"), "The domain in another spelling.")
    bad("company-null", file(company=None), "null in place of the domain.")
    bad("no-key", file(keys=[]), "An empty list publishes no key.")
    bad("seventeen-keys", file(keys=KEYS), "One key too many.")
    bad("keys-text", file(keys=ONE), "A text in place of the list.")
    bad("key-twice", file(keys=[ONE, ONE]), "One key twice.")
    bad("key-upper-case", file(keys=[ONE.upper().replace("X", "x")]), "Hexadecimal digits are lower case.")
    bad("key-without-0x", file(keys=[ONE[2:]]), "0x is missing.")
    bad("key-short", file(keys=[ONE[:-1]]), "39 digits.")
    bad("key-long", file(keys=[ONE + "0"]), "41 digits.")
    bad("key-number", file(keys=[1]), "A number in place of the key.")
    bad("key-newline", file(keys=[ONE + "\n"]), "A line break behind the digits.")
    latin = file().encode("ascii") + b"\xff"
    given = {"company": COMPANY, "file_hex": latin.hex()}
    cases.bad("file-not-utf-8", WELL_KNOWN, given, ERROR, "A byte that is no UTF-8.")
    given = {"company": COMPANY, "file_hex": (b"\xef\xbb\xbf" + file().encode("ascii")).hex()}
    cases.bad("file-byte-order-mark", WELL_KNOWN, given, ERROR, "A byte order mark comes first.")


def records(cases: Cases) -> None:
    def good(name: str, texts: list[str], keys: list[str], why: str) -> None:
        cases.good(f"txt-{name}", TXT, {"records": texts}, shown(*keys), why)

    def bad(name: str, texts: list[str], why: str) -> None:
        cases.bad(f"txt-{name}", TXT, {"records": texts}, ERROR, why)

    def record(key: str) -> str:
        return f"habeas1 key={key}"

    good("one-key", [record(ONE)], [ONE], "One record.")
    good("two-keys", [record(TWO), record(ONE)], [ONE, TWO], "Two records; keys are read ascending.")
    good("foreign-records", ["v=spf1 -all", record(ONE), ""], [ONE], "Records of others are ignored.")
    good("later-version", ["habeas2 key=whatever", record(ONE)], [ONE], "habeas2 is not for us.")
    good("none", [], [], "No record names no key.")
    good("only-foreign", ["habeas10 key=0x", "xhabeas1 key=0x"], [], "The first word is not habeas1.")
    good("sixteen-keys", [record(key) for key in KEYS[:16]], KEYS[:16], "As many keys as fit.")
    good("64-records", [record(ONE), *["other"] * 63], [ONE], "As many records as fit.")
    bad("seventeen-keys", [record(key) for key in KEYS], "One key too many.")
    bad("65-records", [record(ONE), *["other"] * 64], "One record too many.")
    bad("word-alone", ["habeas1"], "The key is missing.")
    bad("no-key-member", [f"habeas1 {ONE}"], "key= is missing.")
    bad("two-spaces", [f"habeas1  key={ONE}"], "Two spaces.")
    bad("space-behind", [record(ONE) + " "], "A space behind the key.")
    bad("two-keys-in-one", [f"habeas1 key={ONE} key={TWO}"], "Two keys in one record.")
    bad("key-short", [record(ONE[:-1])], "39 digits.")
    bad("key-upper-case", [record(ONE.upper().replace("X", "x"))], "Hexadecimal digits are lower case.")
    bad("key-twice", [record(ONE), record(ONE)], "One key in two records.")
    bad("one-broken-of-two", [record(ONE), record("0x")], "One broken record spoils the whole answer.")
    broken = f"habeas1 key={ONE}".encode("ascii") + b"\xc3\xa9"
    cases.bad("txt-not-ascii", TXT, {"records_hex": [broken.hex()]}, ERROR, "Bytes outside ASCII.")


def places(cases: Cases) -> None:
    ok = {"txt_name": f"_habeas.{COMPANY}", "url": f"https://{COMPANY}/.well-known/habeas.json"}
    cases.good("places", "company_keys.places", {"company": COMPANY}, ok, "Where the two formats are found.")
    names = {
        "one-label": ("localhost", "A name of one label."),
        "address": ("127.0.0.1", "An address in place of a name."),
        "port": ("shop.example:8443", "A port."),
        "user": ("user@shop.example", "Credentials."),
        "path": ("shop.example/x", "A path."),
        "upper-case": ("Shop.example", "An upper-case letter."),
        "dot-at-end": ("shop.example.", "The root dot is not written."),
        "idn": ("b\u00fccher.example", "IDN is written as A-label."),
    }
    for name, (company, why) in names.items():
        cases.bad(f"places-{name}", "company_keys.places", {"company": company}, ERROR, why)


def main() -> None:
    cases = Cases("company_keys")
    good_files(cases)
    bad_files(cases)
    records(cases)
    places(cases)
    cases.write()


if __name__ == "__main__":
    main()

"""What a caller checks of an attester's answer, and what an attester bears from hostile callers and mails."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ledger.attest_answer import AttestAnswer, BindingAnswer
from ledger.cli.attesting import ask_attesters, ask_for_key
from ledger.companies import encode_txt
from ledger.encoding import encode_hex, encode_json, sha256
from ledger.proof import LogProof
from ledger.runtime.attester.keys import AttesterKey
from ledger.statement import RecentBlock
from tests.attester.conftest import SHOP, Matter, disclosed, headers

Answer = dict[str, Any]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "attester.md"


@contextmanager
def saying(body: bytes, status: int = 200) -> Iterator[str]:
    """A server that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def spelled(value: Answer) -> bytes:
    """In the spelling of an answer, so that it is refused for what it says."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode("ascii")


def other_result(answer: Answer) -> None:
    answer["attested"][0]["result"] = "grade_b"


def other_attester(answer: Answer) -> None:
    answer["attester"] = "0x" + "11" * 20


def other_index(answer: Answer) -> None:
    answer["attested"][0]["index"] += 1


def other_proof(answer: Answer) -> None:
    answer["attested"][0]["proof"] = answer["attested"][1]["proof"]


def other_signature(answer: Answer) -> None:
    signed = answer["attested"][0]["signed"]
    answer["attested"][0]["signed"] = signed.replace('"grade_a"', '"grade_b"')
    answer["attested"][0]["result"] = "grade_b"


def other_capture(answer: Answer) -> None:
    answer["capture"] = answer["capture"].replace("habeas_dns", "habeas_dnt")


def no_disclosure(answer: Answer) -> None:
    answer["capture_disclosure"] = None


def swapped_checks(answer: Answer) -> None:
    answer["attested"][0]["check"] = "dns"


def no_proof(answer: Answer) -> None:
    del answer["attested"][0]["proof"]


LIES: tuple[Callable[[Answer], None], ...] = (
    other_result, other_attester, other_index, other_proof, other_signature, other_capture, no_disclosure,
    swapped_checks, no_proof,
)  # fmt: skip


def test_answers_that_lie(matter: Matter) -> None:
    """Each is refused by itself, and the honest one beside it is not."""
    one = matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    given = headers(matter, disclosure.encoded, statement.id)
    honest = httpx2.post(f"{one.url}/v1/attest", content=message, headers=given).content
    assert AttestAnswer.parse(honest).encode() == honest == spelled(json.loads(honest))
    for lie in LIES:
        value = json.loads(honest)
        lie(value)
        with saying(spelled(value)) as url:
            wrong, right = ask_attesters([url, one.url], message, disclosure, matter.client.info(), statement)
        assert wrong.problem is not None and wrong.attested == (), lie.__name__
        assert right.problem is None and right.result == "grade_a"
    with saying(honest) as url:
        assert ask_attesters([url], message, disclosure, matter.client.info(), statement)[0].problem is None


def test_a_statement_about_another_mail(matter: Matter) -> None:
    """An attester cannot answer with what it recorded about something else."""
    one = matter.start()
    case = matter.opened()
    first, second = disclosed(matter.mail(case)), disclosed(message := matter.mail(case, 2))
    statement, other = matter.acknowledged(case, first), matter.acknowledged(case, second, day=22)
    given = headers(matter, second.encoded, other.id)
    shown = httpx2.post(f"{one.url}/v1/attest", content=message, headers=given).json()
    digest = encode_hex(sha256(first.encoded.encode("ascii")))
    for words, changes in (
        ("another question", {}),
        ("another question", {"statement": encode_hex(statement.id)}),
        ("another statement", {"statement": encode_hex(statement.id), "digest": digest}),
    ):
        with saying(spelled({**shown, **changes})) as url:
            [lied] = ask_attesters([url], message, first, matter.client.info(), statement)
        assert words in (lied.problem or "")


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 200), (b"[]", 200), (b"{}", 200), (b"\xff", 500), (b"[" * 10_000, 200), (b"{}", 302)]
)
def test_answers_that_are_none(matter: Matter, body: bytes, status: int) -> None:
    disclosure = disclosed(b"From: a\r\n\r\n")
    statement = matter.world.sent(matter.opened())
    with saying(body, status) as url:
        [answer] = ask_attesters([url], b"x", disclosure, matter.client.info(), statement)
    assert answer.problem is not None
    for url in ("http://127.0.0.1:9", "ftp://x", "http://[", "http://"):
        assert ask_attesters([url], b"x", disclosure, matter.client.info(), statement)[0].problem is not None
    assert ask_attesters([], b"x", disclosure, matter.client.info(), statement) == ()


def hostile(good: bytes) -> dict[str, bytes]:
    """Mails that break mail programs, each a file of somebody's own."""
    signature = b"DKIM-Signature: v=1; a=rsa-sha256; d=%s; s=%s; h=from; bh=AAAA; b=AAAA\r\n"
    deep = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 2000
    return {
        "empty": b"",
        "nul in header": b"From: a@shop.example\r\nX: \x00\r\n\r\nx",
        "nul in body": good + b"\x00" * 1000,
        "only lines": b"\r\n" * 100_000,
        "a header without end": b"X: " + b"a" * 2_000_000,
        "many fields": b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\n",
        "many signatures": signature % (SHOP.encode(), b"x") * 200 + good,
        "names of private networks": signature % (b"db.internal", b"x") + good,
        "a selector that is a path": signature % (b"a.example", b"../../x") + good,
        "nested parts": b"From: a@shop.example\r\n" + deep,
        "random": secrets.token_bytes(50_000),
        "spaces": b"From: a@shop.example\r\nDKIM-Signature: " + b" \r\n" * 20_000 + b"\r\n\r\n",
        "two From": b"From: other@shop.example\r\n" + good,
    }


def test_hostile_mails(matter: Matter) -> None:
    """A clear problem or an honest result, never a fault of ours; and it goes on afterwards."""
    one = matter.start()
    case = matter.opened()
    good = matter.mail(case)
    results = {}
    shown = {name: (message, disclosed(message)) for name, message in hostile(good).items()}
    statement = matter.acknowledged(case, *(disclosure for _, disclosure in shown.values()))
    for name, (message, disclosure) in shown.items():
        [answer] = matter.ask(message, disclosure, statement)
        results[name] = answer.result or type(answer.error).__name__
        assert not results[name].startswith("Runtime"), (name, answer.problem)
    assert results["two From"] == "failed" and results["nul in body"] == "failed"
    assert results["many signatures"] in ("grade_a", "undetermined", "failed")
    assert results["names of private networks"] == results["a selector that is a path"] == "grade_a"
    assert {"MalformedMail", "MalformedSize"} >= {results["empty"], results["a header without end"], results["random"]}
    assert matter.attested(case, matter.mail(case, 2))[0].result == "grade_a"
    assert httpx2.get(f"{one.url}/readyz").status_code == 200


def test_what_the_page_says(matter: Matter) -> None:
    """Every route and every member of the answer is on the specification's page."""
    one = matter.start()
    document = httpx2.get(f"{one.url}/openapi.json").json()
    text = PAGE.read_text(encoding="utf-8")
    for path, operations in document["paths"].items():
        plain = path.partition("/{")[0]
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in text or f"`{plain}`" in text, path
            assert operation["summary"] and operation["description"]
            if path.startswith("/v1/") and method == "post":
                assert {"400", "403", "404", "409", "413", "415", "429", "500", "503"} <= set(operation["responses"])
    for name in document["components"]["schemas"]["AttestedMail"]["properties"]:
        assert f"`{name}`" in text, name
    assert set(re.findall(r"`(Habeas-[A-Z][a-z]+)`", text)) == {
        item["name"] for item in document["paths"]["/v1/attest"]["post"]["parameters"]
    }


def test_the_key_does_not_show_itself() -> None:
    key = AttesterKey.of(b"\x07" * 32)
    assert "0707" not in repr(key) and str(key.private) not in repr(key)
    signed = key.say(
        "habeas.example/main", "evidence.attested", {}, RecentBlock(bytes(32), 0), company=SHOP, case=bytes(32)
    )
    assert signed.statement.author == key.address


def test_a_binding_of_something_else(matter: Matter) -> None:
    """Whoever asks for one company's key is shown another company's, another key's, an attestation, or other bytes."""
    one = matter.start()
    for server in matter.names:
        for company in (SHOP, "post.example"):
            texts = [f'"{encode_txt(bytes([number]) * 20)}"' for number in (1, 2)]
            server.records[f"_habeas.{company}", "TXT"] = texts
    info = matter.client.info()

    def answer(company: str, key: bytes) -> bytes:
        asked = {"ledger": matter.origin, "company": company, "key": encode_hex(key), "method": "dns"}
        sent = {"Content-Type": "application/json"}
        given = httpx2.post(f"{one.url}/v1/company-keys", content=encode_json(asked), headers=sent)
        assert given.status_code in (200, 201), given.text
        return given.content

    key, other = bytes([1]) * 20, bytes([2]) * 20
    honest = answer(SHOP, key)
    case = matter.opened()
    [mail] = matter.attested(case, matter.mail(case))
    item = mail.attested[0]
    receipt = matter.client.get(f"/v1/statements/{encode_hex(item.signed.id)}/proof")
    attestation = BindingAnswer(item.signed, item.index, LogProof.parse(receipt)).encode()
    for said, words in (
        (answer("post.example", key), "something else than the binding"),
        (answer(SHOP, other), "something else than the binding"),
        (attestation, "something else than the binding"),
        (honest + b"\n", "one spelling"),
        (json.dumps(json.loads(honest)).encode(), "one spelling"),
        (b"{}", "lacks"),
    ):
        with saying(said, 201) as url:
            [found] = ask_for_key([url], info, SHOP, key, "dns")
        assert words in (found.problem or ""), found.problem
        assert found.signed is None
    with saying(honest, 201) as url:
        [found] = ask_for_key([url], info, SHOP, key, "dns")
    assert found.problem is None and BindingAnswer.parse(honest).signed == found.signed

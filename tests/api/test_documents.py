"""What is said about the API is what it does: docs/api.md, problem pages, examples, the document."""

from __future__ import annotations

import html
import json
import re

import pytest

from api import examples
from api.errors import every_error, status_of
from api.markdown import render
from api.problems import known_types
from ledger.checkpoint import verify_checkpoint
from ledger.encoding import encode_json
from ledger.leaf import statement_leaf
from ledger.note import VerifierKey
from ledger.proof import LogProof, verify_proof
from ledger.statement import parse, verify_signature
from tests.api.conftest import Api
from tests.conftest import ROOT

ORIGIN = "habeas.example/main"


def operations(api: Api) -> dict[str, dict[str, object]]:
    paths = api.app.openapi()["paths"]
    return {f"{method.upper()} {path}": value for path, methods in paths.items() for method, value in methods.items()}


def test_every_route_is_documented(still: Api) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    written = set(re.findall(r"^\| `((?:GET|POST) [^`]+)`", text, re.MULTILINE))
    assert written == {*operations(still), "GET /openapi.json"}


def test_every_status_is_documented(still: Api) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `([a-z-]+)` \| ([0-9]{3}) \|", text, re.MULTILINE))
    assert written == {error.type: str(status_of(error)) for error in every_error()}


def test_every_operation_declares_problems(still: Api) -> None:
    for name, operation in operations(still).items():
        responses = operation["responses"]
        assert isinstance(responses, dict)
        if name != "GET /healthz":
            assert {"400", "500", "503"} <= set(responses), name
        assert operation["summary"] and (operation["description"] or name.startswith("GET /docs")), name


@pytest.mark.parametrize("name", sorted(known_types()))
def test_every_problem_has_a_page(still: Api, name: str) -> None:
    answer = still.get(f"/problems/{name}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<h1>{html.escape(known_types()[name].title)}</h1>" in answer.text
    assert "<script" not in answer.text and "default-src 'none'" in answer.headers["content-security-policy"]


def test_pages_for_people(still: Api) -> None:
    page = still.get("/docs").text
    for name in operations(still):
        assert f"<code>{name}</code>" in page
    index = still.get("/problems").text
    assert all(f'href="/problems/{name}"' in index for name in known_types())


def test_the_examples_are_real() -> None:
    raw = encode_json(examples.SIGNED)
    signed = parse(raw)
    verify_signature(signed)
    assert "0x" + signed.id.hex() == examples.STATEMENT_ID == examples.RECEIPT["statement"]
    leaf_hash = statement_leaf(signed, ORIGIN).hash()
    assert "0x" + leaf_hash.hex() == examples.LEAF_HASH
    key = VerifierKey.parse(examples.VKEY)
    proof = LogProof.parse(examples.PROOF.encode())
    checkpoint = verify_proof(proof, leaf_hash, key, ORIGIN)
    assert checkpoint == verify_checkpoint(proof.checkpoint, key, ORIGIN)
    assert (proof.index, checkpoint.size) == (examples.RECEIPT["index"], examples.RECEIPT["checkpoint_size"])
    assert all(json.loads(line) for line in examples.BATCH_ANSWER.splitlines())


def test_markdown_escapes_everything() -> None:
    assert render("# A <b>\n\nb & `c<d>` [e](javascript:x) [f](/g)") == (
        '<h1>A &lt;b&gt;</h1><p>b &amp; <code>c&lt;d&gt;</code> e <a href="/g">f</a></p>'
    )
    assert render("- a\n- **b**\n  c") == "<ul><li>a</li><li><strong>b</strong> c</li></ul>"
    assert render("```\n<x>\n```") == "<pre>&lt;x&gt;</pre>"

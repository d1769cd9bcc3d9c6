"""Operations of tests/vectors/attest_answer (its README names their members)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from ledger.attest_answer import AttestAnswer, BindingAnswer

Values = dict[str, Any]


def _parse(given: Values) -> Values:
    data = base64.b64decode(given["answer"])
    answer = AttestAnswer.parse(data)
    assert answer.encode() == data
    return {
        "result": answer.result,
        "case_in": answer.case_in,
        "checks": [item.check for item in answer.attested],
        "reasons": [{"code": code, "text": text} for code, text in answer.reasons],
    }


def _parse_binding(given: Values) -> Values:
    data = base64.b64decode(given["answer"])
    answer = BindingAnswer.parse(data)
    assert answer.encode() == data
    said = answer.signed.statement
    return {"kind": said.kind, "company": said.company, "key": said.facts["key"], "index": answer.index}


OPERATIONS: dict[str, Callable[[Values], Values]] = {
    "attest_answer.parse": _parse,
    "attest_answer.parse_binding": _parse_binding,
}

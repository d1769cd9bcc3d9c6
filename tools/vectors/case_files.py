"""Cases as plain values, for generators that build a folder out of several modules."""

from __future__ import annotations

from collections.abc import Mapping

from tools.vectors.writing import VECTORS, Cases

__all__ = ["VECTORS", "Case", "case", "write_cases"]

Case = dict[str, object]


def case(operation: str, description: str, inputs: Mapping[str, object], **expect: object) -> Case:
    """One vector. ``expect`` is ``ok={...}`` or ``error="ClassName"``."""
    return {"description": description, "operation": operation, "input": dict(inputs), "expect": expect}


def write_cases(folder: str, cases: Mapping[str, Case]) -> None:
    """Write the folder through ``Cases``, the one writer."""
    target = Cases(folder)
    for name, content in cases.items():
        operation, description = str(content["operation"]), str(content["description"])
        given, expect = content["input"], content["expect"]
        assert isinstance(given, dict)
        assert isinstance(expect, dict)
        if "error" in expect:
            target.bad(name, operation, given, str(expect["error"]), description)
        else:
            target.good(name, operation, given, expect["ok"], description)
    target.write()

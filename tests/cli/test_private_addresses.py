"""Mail and case go over no wire in the clear."""

from __future__ import annotations

import pytest

from ledger.cli.client import require_private
from ledger.errors import MalformedRequest


@pytest.mark.parametrize(
    "url",
    ["https://a.example", "http://127.0.0.1:8000", "http://localhost:1/x", "http://[::1]:9", "http://127.8.8.8"],
)
def test_private(url: str) -> None:
    require_private(url, "it")


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example", "http://127.0.0.1.a.example", "http://192.0.2.1", "http://localhost@a.example",
        "http://localhost.a.example", "ftp://localhost", "localhost", "http://", "http://[::1", "",
    ],
)  # fmt: skip
def test_in_the_clear(url: str) -> None:
    with pytest.raises(MalformedRequest, match="it must be an https address"):
        require_private(url, "it")

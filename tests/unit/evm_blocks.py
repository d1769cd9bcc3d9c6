"""The captured blocks, raw and as web3 would hand them over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from web3.providers import JSONBaseProvider

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "evm"
CAPTURED: dict[str, Any] = json.loads((VECTORS / "captured" / "blocks.json").read_text(encoding="utf-8"))
BLOCKS: list[dict[str, Any]] = CAPTURED["input"]["blocks"]
NAMES = [block["name"] for block in BLOCKS]


class OneBlock(JSONBaseProvider):
    """Answers every request with one value, so that web3 formats it as it would a node's."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value

    def make_request(self, method: Any, params: Any) -> Any:
        return {"jsonrpc": "2.0", "id": 1, "result": self.value}

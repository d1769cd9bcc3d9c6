"""Ask EVM nodes what ``habeas verify`` cannot know offline, with the standard library alone.

Only five questions are asked: which chain, which block is final by the ledger's rule, which block has
a number, which code and which head the contract has at the final one. An answer counts only if the
node serves the chain of the trust policy (chain id and genesis hash); providers must agree as often as
the policy demands.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from ledger.cli.plainjson import load_json
from ledger.encoding import encode_hex
from ledger.errors import HabeasError, MalformedRequest, RuntimeChainUnavailable, RuntimeForeignChain
from ledger.evm import keccak256
from ledger.policy import Finality, LedgerTrust
from ledger.verification.observed import Observed

TIMEOUT_SECONDS = 5.0
DEADLINE_SECONDS = 60.0
"""For all questions to all nodes together."""
MAX_BLOCKS = 1000
_PATIENCE_SECONDS = 2.0
_T = TypeVar("_T")
MAX_ANSWER_BYTES = 2_000_000
_HEAD_SELECTOR = keccak256(b"head(address)")[:4]


class _Refused(RuntimeChainUnavailable):
    """The node answered, with an error of JSON-RPC."""


class Node:
    """One JSON-RPC endpoint: ``http://``, ``https://``, or the path of a Unix socket."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = _shown(url)
        self._number = 0

    def call(self, method: str, *params: object) -> object:
        """The result of one call. Raises RuntimeChainUnavailable with the node's name and the cause."""
        self._number += 1
        body = json.dumps({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}).encode()
        try:
            answer = load_json(self._over_socket(body) if self.url.startswith("/") else self._over_http(body))
        except (OSError, ValueError, http.client.HTTPException) as error:
            cause = str(error)[:200] or type(error).__name__
            raise RuntimeChainUnavailable(f"{self.name} did not answer {method}: {cause}") from None
        if not isinstance(answer, dict) or "result" not in answer:
            said = answer.get("error") if isinstance(answer, dict) else answer
            raise _Refused(f"{self.name} refused {method}: {ascii(said)[:200]}")
        result: object = answer["result"]
        return result

    def _over_http(self, body: bytes) -> bytes:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an RPC URL starts with http:// or https://, or is the path of a socket")
        until = time.monotonic() + TIMEOUT_SECONDS
        connection = (
            http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
        )
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"Content-Type": "application/json", "User-Agent": "habeas"})
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(f"HTTP status {response.status}")
            return b"".join(_limited(lambda: response.read1(65_536), until))
        finally:
            connection.close()

    def _over_socket(self, body: bytes) -> bytes:
        until = time.monotonic() + TIMEOUT_SECONDS
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(TIMEOUT_SECONDS)
            connection.connect(self.url)
            connection.sendall(body)
            data = b""
            for piece in _limited(lambda: connection.recv(65_536), until):
                data += piece
                # A socket has no end of message: the answer is whole when it is JSON.
                with suppress(ValueError):
                    load_json(data)
                    return data
            raise ValueError("the answer ended early")


def _limited(read: Callable[[], bytes], until: float) -> Iterator[bytes]:
    """Pieces until the end: bounded in size and, unlike a socket's time-out, in time as a whole."""
    size = 0
    while piece := read():
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            raise ValueError(f"the answer has more than {MAX_ANSWER_BYTES} bytes")
        if time.monotonic() > until:
            raise ValueError(f"the answer took more than {TIMEOUT_SECONDS:g} seconds")
        yield piece


def check_url(url: str) -> None:
    """Raises MalformedRequest where ``url`` is no address that a node can have."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good and not url.startswith("/"):
        raise MalformedRequest("--rpc must start with http:// or https:// and name a host, or be the path of a socket")


def _shown(url: str) -> str:
    """Scheme and host alone: path and query often hold the user's secret key, and reports are handed on."""
    if url.startswith("/"):
        return url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "the RPC URL"
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


@dataclass(frozen=True, slots=True)
class _View:
    """What one node says: the hash at each number asked for, if final.

    ``final`` is -1 where nothing is; code and head are None where it keeps no state of that block.
    """

    final: int
    hashes: Mapping[int, bytes]
    code_hash: bytes | None
    head_size: int | None


def observe(urls: Sequence[str], trust: LedgerTrust, blocks: Mapping[bytes, int], vouched: Sequence[bytes]) -> Observed:
    """Ask every URL about ``blocks`` (hash to number); ``vouched`` are hashes that the user vouches for.

    A block is canonical when the policy's quorum of providers has it at its number and final, and
    none has another there. It is contradicted when as many have another there, and none has it.
    """
    views: dict[str, _View] = {}
    notes: list[str] = []
    started = time.monotonic()
    numbers = sorted(set(blocks.values()))
    if len(numbers) > MAX_BLOCKS:
        notes.append(f"Only the first {MAX_BLOCKS} of {len(numbers)} blocks were asked for.")
    for url in dict.fromkeys(urls):
        node = Node(url)
        # Two URLs of one host are one provider: asking it twice is no second opinion.
        name = node.name
        if name in views:
            notes.append(f"{name} is one provider, however often it is named; it counts once.")
            continue
        if name.startswith("http:") and not _is_loopback(url):
            notes.append(f"{name} was asked without encryption: whoever carries the answer can change it.")
        try:
            views[name] = _ask(node, trust, numbers[:MAX_BLOCKS], started, notes)
        except HabeasError as error:
            notes.append(str(error))
    canonical = dict.fromkeys(vouched, "the person who verifies (--block)")
    contradicted: dict[bytes, str] = {}
    for block, number in blocks.items():
        _judge(block, number, views, trust, canonical, contradicted, notes)
    return Observed(
        canonical=canonical,
        contradicted=contradicted,
        head_size=_agreed([view.head_size for view in views.values()], trust.chain.rpc_quorum),
        code_hash=_agreed([view.code_hash for view in views.values()], trust.chain.rpc_quorum),
        notes=tuple(notes),
        asked=len(views) >= trust.chain.rpc_quorum or bool(vouched),
    )


def _judge(
    block: bytes,
    number: int,
    views: Mapping[str, _View],
    trust: LedgerTrust,
    canonical: dict[bytes, str],
    contradicted: dict[bytes, str],
    notes: list[str],
) -> None:
    asked = {url: view for url, view in views.items() if number in view.hashes and number <= view.final}
    same = [url for url, view in asked.items() if view.hashes[number] == block]
    other = [url for url in asked if url not in same]
    where = f"block {number} ({encode_hex(block)})"
    if same and other:
        notes.append(f"The providers disagree about {where}: {', '.join(same)} has it, {', '.join(other)} does not.")
    elif 0 < len(other) < trust.chain.rpc_quorum:
        notes.append(
            f"{', '.join(other)} has another block at the height of {where}; the policy asks for"
            f" {trust.chain.rpc_quorum} providers, so this counts neither for nor against it."
        )
    elif other:
        contradicted[block] = f"{where} is not on chain {trust.chain.name}: {', '.join(other)} has another block there"
    elif len(same) >= trust.chain.rpc_quorum:
        canonical[block] = ", ".join(same)
    elif same:
        notes.append(f"{where}: {len(same)} of {trust.chain.rpc_quorum} providers that the policy asks for.")
    elif views:
        notes.append(f"{where} is not final yet, or not known to {', '.join(views)}.")


def _ask(node: Node, trust: LedgerTrust, numbers: Sequence[int], started: float, notes: list[str]) -> _View:
    chain = trust.chain
    if time.monotonic() > started + DEADLINE_SECONDS:
        raise RuntimeChainUnavailable(f"{node.name} was not asked: all nodes together have {DEADLINE_SECONDS:g} s")
    found, genesis = _quantity(node, node.call("eth_chainId")), _block(node, "0x0")
    if found != chain.id or genesis is None or genesis[1] != chain.genesis:
        has = encode_hex(genesis[1]) if genesis else "none"
        raise RuntimeForeignChain(
            f"{node.name} serves another chain and was not believed: chain id {found} with genesis {has};"
            f" {chain.name} has id {chain.id} and genesis {encode_hex(chain.genesis)}"
        )
    final = _final(node, trust.finality)
    code_hash, head_size = _state(node, trust, final, notes)
    hashes: dict[int, bytes] = {}
    told = False
    for number in numbers:
        if time.monotonic() > started + DEADLINE_SECONDS:
            notes.append(
                f"{node.name} was asked for {len(hashes)} of {len(numbers)} blocks: all nodes together have"
                f" {DEADLINE_SECONDS:g} s."
            )
            break
        if not told and time.monotonic() > started + _PATIENCE_SECONDS:
            print(f"Asking {node.name} for {len(numbers)} blocks ...", file=sys.stderr)
            told = True
        block = _block(node, hex(number))
        if block is not None and block[0] == number:
            hashes[number] = block[1]
    return _View(final, hashes, code_hash, head_size)


def _final(node: Node, finality: Finality) -> int:
    """Number of the newest block that is final by the ledger's rule; -1 where none is."""
    if finality == "finalized":
        tagged = _block(node, "finalized")
        return tagged[0] if tagged else -1
    newest = _block(node, "latest")
    return max(newest[0] - finality, -1) if newest else -1


def _state(node: Node, trust: LedgerTrust, final: int, notes: list[str]) -> tuple[bytes | None, int | None]:
    """Hash of the contract's code and the size of its head at block ``final``.

    None where the ledger is younger than that block: it says nothing of a contract that came later.
    """
    if final < max(trust.first_block, 0):
        return None, None
    call = {"to": encode_hex(trust.contract), "data": encode_hex(_HEAD_SELECTOR + bytes(12) + trust.log)}
    try:
        code = node.call("eth_getCode", encode_hex(trust.contract), hex(final))
        head = node.call("eth_call", call, hex(final))
    except _Refused as error:
        # Most nodes keep the state of the newest blocks alone, and a rule of many blocks may ask for an older one.
        notes.append(f"Code and head at the final block {final} are not known: {error}.")
        return None, None
    return keccak256(_data(node, code)), int.from_bytes(_data(node, head)[:32])


def _block(node: Node, tag: str) -> tuple[int, bytes] | None:
    block = node.call("eth_getBlockByNumber", tag, False)
    if block is None:
        return None
    if not isinstance(block, dict):
        raise RuntimeChainUnavailable(f"{node.name} gave a block that is no object")
    block_hash = _data(node, block.get("hash"))
    if len(block_hash) != 32:
        raise RuntimeChainUnavailable(f"{node.name} gave a block without a hash")
    return _quantity(node, block.get("number")), block_hash


def _quantity(node: Node, value: object) -> int:
    try:
        return int(str(value), 16)
    except ValueError:
        raise RuntimeChainUnavailable(f"{node.name} gave {str(value)[:40]!r} instead of a number") from None


def _data(node: Node, value: object) -> bytes:
    try:
        return bytes.fromhex(str(value).removeprefix("0x"))
    except ValueError:
        raise RuntimeChainUnavailable(f"{node.name} gave {str(value)[:40]!r} instead of bytes") from None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _agreed(values: Iterable[_T | None], quorum: int) -> _T | None:
    known = [value for value in values if value is not None]
    return known[0] if len(known) >= max(quorum, 1) and all(value == known[0] for value in known) else None

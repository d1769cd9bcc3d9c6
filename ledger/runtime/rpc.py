"""JSON-RPC to one or more nodes of the same chain, with failover.

Each node proves the expected chain id and genesis hash before its first answer is believed, and
again after every failure. A node that asks to be left alone for a while (HTTP 429, Retry-After) is
left alone, as long as the caller's patience goes. Addresses of nodes often carry a secret in their
path, so messages show only scheme and host.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from requests import HTTPError, RequestException, Response
from web3 import HTTPProvider
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint

from ledger.encoding import encode_hex
from ledger.errors import MalformedReceipt, RuntimeChainUnavailable, RuntimeForeignChain, RuntimeSetting
from ledger.evm.rpc import rpc_bytes, rpc_integer
from ledger.runtime.chain import ChainIdentity, RpcRefusal

# -32005 limit exceeded, -32603 internal error, -32601 method missing: another node may do better.
# -32000 is left out: execution reverted, nonce too low and the like are answers, not faults.
_TRY_ANOTHER = frozenset({-32005, -32603, -32601, 429})
# Words of providers that refuse for the pace of questions, whatever their code.
_PACE = re.compile(r"rate.?limit|too many requests|per.second|/second|capacity exceeded|throttl", re.IGNORECASE)
_PAUSE_S = 1.0
PATIENCE_S = 5.0


class RpcStatus(RuntimeChainUnavailable):
    """The node answered with an HTTP status that is an error."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class RpcBusy(RuntimeChainUnavailable):
    """The node wants to be asked again after ``pause_s`` seconds."""

    def __init__(self, message: str, pause_s: float) -> None:
        super().__init__(message)
        self.pause_s = pause_s


def shown(url: str) -> str:
    """Scheme, host and port of ``url``: what may stand in a message."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or '?'}" + (f":{parts.port}" if parts.port else "")


class Endpoint:
    """One node. ``ask`` gives the ``result`` of a method, or raises."""

    def __init__(self, url: str, timeout: float) -> None:
        self.name = shown(url)
        self.proven = False
        self.busy_until = 0.0
        """By the monotonic clock: not to be asked before."""
        # No retries inside: failover and back-off are ours, and a second send must be seen by us.
        self._provider = HTTPProvider(url, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)

    def ask(self, method: str, params: Sequence[object]) -> object:
        """Raises RpcRefusal for an error of JSON-RPC, RpcBusy, RpcStatus, RuntimeChainUnavailable for all else."""
        try:
            answer = self._provider.make_request(RPCEndpoint(method), list(params))
        except HTTPError as error:
            raise self._fault(method, error.response) from None
        except (RequestException, Web3Exception, OSError, ValueError) as error:
            raise RuntimeChainUnavailable(f"{self.name} did not answer {method}: {type(error).__name__}") from None
        if not isinstance(answer, dict):
            raise RuntimeChainUnavailable(f"{self.name} answered {method} with something that is no JSON-RPC object")
        fault = answer.get("error")
        if fault is not None:
            refusal = _refusal(self.name, method, fault)
            if refusal.code == 429 or _PACE.search(str(refusal)):
                raise self._busy(str(refusal), _PAUSE_S)
            raise refusal
        return answer.get("result")

    def _fault(self, method: str, response: Response | None) -> RuntimeChainUnavailable:
        if response is None:
            return RuntimeChainUnavailable(f"{self.name} answered {method} with an HTTP error")
        message = f"{self.name} answered {method} with HTTP status {response.status_code}"
        after = response.headers.get("Retry-After")
        if response.status_code == 429 or (response.status_code == 503 and after is not None):
            return self._busy(message, _pause(after))
        # Some providers say only in the body why.
        said = response.text[:300].strip()
        return RpcStatus(f"{message}: {said}" if said.startswith("{") else message, response.status_code)

    def _busy(self, message: str, pause_s: float) -> RpcBusy:
        self.busy_until = time.monotonic() + pause_s
        return RpcBusy(f"{message}; it wants to be asked again after {pause_s:g} s", pause_s)


class Rpc:
    """The nodes of one chain, in order of preference. Safe for several threads."""

    def __init__(
        self, urls: Sequence[str], chain_id: int | None, genesis: bytes | None, timeout: float = 10.0,
        patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        """``chain_id`` or ``genesis`` None: not known beforehand (a new local chain); the first answer counts.

        ``patience_s``: longest wait within one question for nodes that are all busy.
        """
        if not urls:
            raise RuntimeSetting("rpc_urls is empty; name at least one JSON-RPC address of the chain")
        self._endpoints = [Endpoint(url, timeout) for url in urls]
        self.patience_s = patience_s
        self._chain_id = chain_id
        self._genesis = genesis
        self._lock = threading.Lock()

    def ask(self, method: str, *params: object) -> object:
        """The result by the first node that gives one.

        Raises RpcRefusal (the last node's refusal), RuntimeChainUnavailable naming every node, or
        RuntimeForeignChain as soon as one node is of another chain.
        """
        until = time.monotonic() + self.patience_s
        while True:
            try:
                return self._ask(method, params)
            except RpcBusy as busy:
                if time.monotonic() + busy.pause_s > until:
                    raise
                time.sleep(busy.pause_s)

    def ask_old(self, method: str, *params: object) -> object:
        """As ``ask``, of things that one node forgets and another keeps: a refusal is no end yet."""
        try:
            return self.ask(method, *params)
        except RpcRefusal as refusal:
            for endpoint in self.endpoints():
                with suppress(RuntimeChainUnavailable):
                    return self.ask_one(endpoint, method, *params)
            raise refusal

    def endpoints(self) -> list[Endpoint]:
        """The nodes in order of preference, those that are busy last."""
        now = time.monotonic()
        return sorted(self._endpoints, key=lambda endpoint: endpoint.busy_until > now)

    def ask_one(self, endpoint: Endpoint, method: str, *params: object) -> object:
        """The result by this node. Raises as ``Endpoint.ask``, and RuntimeForeignChain."""
        if not endpoint.proven:
            self._prove(endpoint)
        try:
            return endpoint.ask(method, params)
        except RpcRefusal:
            raise
        except RuntimeChainUnavailable:
            endpoint.proven = False
            raise

    def _ask(self, method: str, params: Sequence[object]) -> object:
        faults: list[RuntimeChainUnavailable] = []
        for endpoint in self.endpoints():
            try:
                return self.ask_one(endpoint, method, *params)
            except RpcRefusal as refusal:
                if refusal.code not in _TRY_ANOTHER:
                    raise
                faults.append(refusal)
            except RuntimeChainUnavailable as fault:
                endpoint.proven = False
                faults.append(fault)
            self._move_back(endpoint)
        if isinstance(faults[-1], RpcRefusal):
            raise faults[-1]
        message = "; ".join(str(fault) for fault in faults)
        pauses = [fault.pause_s for fault in faults if isinstance(fault, RpcBusy)]
        if pauses:
            raise RpcBusy(message, min(pauses))
        raise RuntimeChainUnavailable(message)

    def identity(self) -> ChainIdentity:
        """Prove the preferred node anew and say which chain it is of."""
        for endpoint in self._endpoints:
            endpoint.proven = False
        self.ask("eth_chainId")
        assert self._chain_id is not None and self._genesis is not None
        return ChainIdentity(self._chain_id, self._genesis)

    def _prove(self, endpoint: Endpoint) -> None:
        chain_id = read_integer(endpoint.ask("eth_chainId", ()), f"eth_chainId of {endpoint.name}")
        if self._chain_id is not None and chain_id != self._chain_id:
            raise RuntimeForeignChain(
                f"{endpoint.name} serves the chain with id {chain_id}, not {self._chain_id};"
                " nothing was sent to it. Correct `rpc_urls` or `chain`"
            )
        first = endpoint.ask("eth_getBlockByNumber", ("0x0", False))
        if not isinstance(first, dict):
            raise RuntimeChainUnavailable(f"{endpoint.name} serves no block 0, which tells its chain; use another node")
        genesis = read_bytes(first.get("hash"), f"hash of block 0 of {endpoint.name}", 32)
        if self._genesis is not None and genesis != self._genesis:
            raise RuntimeForeignChain(
                f"{endpoint.name} has chain id {chain_id}, but its block 0 is {encode_hex(genesis)} and not"
                f" {encode_hex(self._genesis)}: it is another chain with the same id, perhaps a local node;"
                " nothing was sent to it. Correct `rpc_urls`"
            )
        self._chain_id, self._genesis = chain_id, genesis
        endpoint.proven = True

    def _move_back(self, endpoint: Endpoint) -> None:
        with self._lock:
            self._endpoints.remove(endpoint)
            self._endpoints.append(endpoint)


def read_integer(value: object, where: str) -> int:
    """A quantity that a node gave. Raises RuntimeChainUnavailable."""
    try:
        return rpc_integer(value, MalformedReceipt, where)
    except MalformedReceipt as error:
        raise RuntimeChainUnavailable(str(error)) from None


def read_bytes(value: object, where: str, length: int | None = None) -> bytes:
    """Bytes that a node gave. Raises RuntimeChainUnavailable."""
    try:
        return rpc_bytes(value, MalformedReceipt, where, length)
    except MalformedReceipt as error:
        raise RuntimeChainUnavailable(str(error)) from None


def _pause(after: str | None) -> float:
    """Seconds of a Retry-After header, which holds a number or a date."""
    try:
        return max(0.1, float(after)) if after else _PAUSE_S
    except ValueError:
        pass
    try:
        return max(0.1, (parsedate_to_datetime(str(after)) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return _PAUSE_S


def _refusal(name: str, method: str, fault: object) -> RpcRefusal:
    if not isinstance(fault, dict):
        return RpcRefusal(f"{name} refused {method}: {str(fault)[:200]}")
    code = fault.get("code")
    data = fault.get("data")
    try:
        revert = rpc_bytes(data, MalformedReceipt, "data") if isinstance(data, str) else b""
    except MalformedReceipt:
        revert = b""
    message = str(fault.get("message"))[:300]
    return RpcRefusal(f"{name} refused {method}: {message}", code if isinstance(code, int) else 0, revert)

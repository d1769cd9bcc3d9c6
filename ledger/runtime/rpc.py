"""JSON-RPC to one or more nodes of the same chain, with failover.

Each node proves the expected chain id and genesis hash before its first answer is believed, and
again after every failure. Addresses of nodes often carry a secret in their path, so messages show
only scheme and host.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

from requests import HTTPError, RequestException
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


def shown(url: str) -> str:
    """Scheme, host and port of ``url``: what may stand in a message."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or '?'}" + (f":{parts.port}" if parts.port else "")


class Endpoint:
    """One node. ``ask`` gives the ``result`` of a method, or raises."""

    def __init__(self, url: str, timeout: float) -> None:
        self.name = shown(url)
        self.proven = False
        # No retries inside: failover and back-off are ours, and a second send must be seen by us.
        self._provider = HTTPProvider(url, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)

    def ask(self, method: str, params: Sequence[object]) -> object:
        """Raises RpcRefusal for an error of JSON-RPC, RuntimeChainUnavailable for all else."""
        try:
            answer = self._provider.make_request(RPCEndpoint(method), list(params))
        except HTTPError as error:
            status = error.response.status_code if error.response is not None else "?"
            raise RuntimeChainUnavailable(f"{self.name} answered {method} with HTTP status {status}") from None
        except (RequestException, Web3Exception, OSError, ValueError) as error:
            raise RuntimeChainUnavailable(f"{self.name} did not answer {method}: {type(error).__name__}") from None
        if not isinstance(answer, dict):
            raise RuntimeChainUnavailable(f"{self.name} answered {method} with something that is no JSON-RPC object")
        fault = answer.get("error")
        if fault is not None:
            raise _refusal(self.name, method, fault)
        return answer.get("result")


class Rpc:
    """The nodes of one chain, in order of preference. Safe for several threads."""

    def __init__(self, urls: Sequence[str], chain_id: int | None, genesis: bytes | None, timeout: float = 10.0) -> None:
        """``chain_id`` or ``genesis`` None: not known beforehand (a new local chain); the first answer counts."""
        if not urls:
            raise RuntimeSetting("rpc_urls is empty; name at least one JSON-RPC address of the chain")
        self._endpoints = [Endpoint(url, timeout) for url in urls]
        self._chain_id = chain_id
        self._genesis = genesis
        self._lock = threading.Lock()

    def ask(self, method: str, *params: object) -> object:
        """The result by the first node that gives one.

        Raises RpcRefusal (the last node's refusal), RuntimeChainUnavailable naming every node, or
        RuntimeForeignChain as soon as one node is of another chain.
        """
        faults: list[RuntimeChainUnavailable] = []
        for endpoint in list(self._endpoints):
            try:
                if not endpoint.proven:
                    self._prove(endpoint)
                return endpoint.ask(method, params)
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
        raise RuntimeChainUnavailable("; ".join(str(fault) for fault in faults))

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

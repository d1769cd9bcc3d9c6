"""Keccak-256, the hash of the EVM (the submission to SHA-3, not FIPS 202).

The C code is pycryptodome's, called without its Python wrapper: that one brings a whole C parser
along (140 ms of every start of ``habeas verify``) and takes three times as long for a short message.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from importlib.util import find_spec

_CAPACITY, _ROUNDS, _PADDING, _DIGEST = 64, 24, 1, 32


def _load() -> ctypes.PyDLL:
    spec = find_spec("Crypto.Hash._keccak")
    if spec is None or spec.origin is None:
        raise ImportError("pycryptodome is not installed completely: it has no Crypto.Hash._keccak")
    # PyDLL keeps the interpreter lock: releasing it takes longer than hashing a header.
    library = ctypes.PyDLL(spec.origin)
    size, byte, pointer = ctypes.c_size_t, ctypes.c_ubyte, ctypes.c_void_p
    library.keccak_init.argtypes = [ctypes.POINTER(pointer), size, byte]
    library.keccak_reset.argtypes = [pointer]
    library.keccak_absorb.argtypes = [pointer, ctypes.c_char_p, size]
    library.keccak_digest.argtypes = [pointer, ctypes.c_char_p, size, byte]
    library.keccak_destroy.argtypes = [pointer]
    return library


_LIBRARY = _load()
_reset, _absorb, _digest = _LIBRARY.keccak_reset, _LIBRARY.keccak_absorb, _LIBRARY.keccak_digest


class _Sponge:
    """A state in C memory. Between reset and digest no other thread may use it."""

    __slots__ = ("_destroy", "out", "state")

    def __init__(self) -> None:
        self._destroy: Callable[[ctypes.c_void_p], int] = _LIBRARY.keccak_destroy
        self.state = ctypes.c_void_p()
        self.out = ctypes.create_string_buffer(_DIGEST)
        if _LIBRARY.keccak_init(ctypes.byref(self.state), _CAPACITY, _ROUNDS):
            raise MemoryError("no memory for a Keccak state")

    def __del__(self) -> None:
        self._destroy(self.state)


class _PerThread(threading.local):
    """``threading.local`` runs this once in each thread that hashes."""

    def __init__(self) -> None:
        self.sponge = _Sponge()


_per_thread = _PerThread()


def keccak256(data: bytes) -> bytes:
    """Keccak-256 of ``data``, 32 bytes."""
    sponge = _per_thread.sponge
    state, out = sponge.state, sponge.out
    if _reset(state) or _absorb(state, data, len(data)) or _digest(state, out, _DIGEST, _PADDING):
        raise RuntimeError("the Keccak code of pycryptodome reports an error")
    return out.raw

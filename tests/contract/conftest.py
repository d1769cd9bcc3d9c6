"""One private anvil per test module, and the contract deployed from the exported JSON."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from web3.contract import Contract

from tests.contract.chain import Chain, deploy, fresh_log


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    started = Chain()
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def contract(chain: Chain) -> Contract:
    return deploy(chain)


@pytest.fixture
def log(chain: Chain) -> str:
    """An address that never anchored: every test has a log of its own."""
    return fresh_log(chain)

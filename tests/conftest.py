"""What tests of every layer share."""

from collections.abc import Iterator

import pytest

from escrow_chain.chain.anvil import Anvil


@pytest.fixture(scope="session")
def anvil() -> Iterator[Anvil]:
    """A local chain, one for each test process: its `url`, and its `accounts` with their keys."""
    with Anvil() as running:
        yield running

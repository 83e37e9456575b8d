"""The comparison finds what is wrong with a contract, if something is: each fault here was put there on purpose."""

from collections.abc import Callable

import pytest

from bench.compiled import source
from tests.differential.compiler import ESCROW, init_codes
from tests.differential.duel import Difference
from tests.differential.exploration import REVM_CALLS, explore
from tests.differential.faults import FAULTS, Fault, planted, switch
from tests.differential.revm import Revm
from tests.differential.world import World, found


@pytest.fixture(scope="module")
def faulty() -> Callable[[str], World]:
    """A world whose contract has all faults, and this one turned on."""
    codes = init_codes(planted())

    def with_fault(name: str) -> World:
        chain = Revm()
        chain.endow(switch(name), 1)
        return found(chain, codes)

    return with_fault


@pytest.mark.parametrize("name", FAULTS)
def test_finds_the_fault(name: str, faulty: Callable[[str], World]) -> None:
    """A run as long as that over the real contract meets the fault."""
    with pytest.raises(Difference):
        explore(faulty(name), calls=REVM_CALLS, first_seed=1, shrink=False)


def test_finds_nothing_where_no_fault_is_on() -> None:
    """The faults do nothing until they are turned on: what is found is found because of them."""
    explore(found(Revm(), init_codes(planted())), calls=REVM_CALLS // 5, first_seed=1)


def test_a_fault_needs_its_text() -> None:
    """When the source has changed so that a fault can't be planted, that is a failure and no silence."""
    with pytest.raises(AssertionError, match="stands 0 times"):
        Fault(ESCROW, "rule", "no such text").plant(source(ESCROW), "true")

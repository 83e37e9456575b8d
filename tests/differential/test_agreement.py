"""The contract does what the model says: the same refusals, events, states and money, after every call."""

from collections.abc import Callable

import pytest

from escrow_chain.chain.anvil import Anvil
from tests.differential.anvil import OPTIONS, AnvilChain
from tests.differential.compiler import init_codes
from tests.differential.exploration import ANVIL_CALLS, REVM_CALLS, REVM_PARTS, explore
from tests.differential.revm import Revm
from tests.differential.world import found

PARTS_APART = 1_000_000
"""Seeds between two parts: no part comes near the next one's."""


@pytest.mark.parametrize("part", range(REVM_PARTS))
def test_they_agree_in_process(part: int, record_property: Callable[[str, object], None]) -> None:
    """No random scenario, and every refusal, rule and event is among them, makes the contract differ from the model."""
    census = explore(found(Revm(), init_codes()), calls=REVM_CALLS, first_seed=part * PARTS_APART)
    record_property("census", str(census))
    assert census.steps >= REVM_CALLS * 4 // 3
    assert census.opened >= 300
    assert census.largest >= 127
    assert census.rare_refusals(below=1) == []
    assert census.rare_rules(below=5) == []
    assert census.rare_events(below=5) == []


def test_they_agree_on_a_node(record_property: Callable[[str, object], None]) -> None:
    """On a node with the newest rules they agree, too."""
    with Anvil(*OPTIONS) as anvil:
        world = found(AnvilChain(anvil.url), init_codes())
        census = explore(world, calls=ANVIL_CALLS, first_seed=REVM_PARTS * PARTS_APART)
    record_property("census", str(census))
    assert census.opened >= 50
    assert census.rare_rules(below=1) == []
    assert census.rare_events(below=1) == []

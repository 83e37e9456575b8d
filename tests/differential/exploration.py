"""Runs random scenarios until enough calls are made."""

import os

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.differential.actions import Scenario
from tests.differential.census import Census
from tests.differential.duel import Duel
from tests.differential.ledger import Ledger
from tests.differential.strategy import scenarios
from tests.differential.world import World

_ALL_CALLS = int(os.environ.get("ESCROW_DIFFERENTIAL_CALLS", "13200"))
ANVIL_CALLS = _ALL_CALLS // 11
REVM_PARTS = 2
REVM_CALLS = (_ALL_CALLS - ANVIL_CALLS) // REVM_PARTS
"""How many calls of the contract are made at least: in each part of the run in process, and on a node."""
_BATCH = 30
"""Scenarios drawn in one go. More would only grow what hypothesis remembers."""


def explore(world: World, *, calls: int, first_seed: int, shrink: bool = True) -> Census:
    """What was seen. Raises `Difference` with the smallest scenario that shows it (with the first one, unshrunk)."""
    census = Census()
    ledger = Ledger(world)
    number = first_seed
    while census.calls < calls:
        batch = settings(
            max_examples=_BATCH,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )

        @seed(number)
        @batch
        @given(scenarios())
        def play(scenario: Scenario) -> None:
            Duel(world, ledger, scenario, census).play()

        play()
        number += 1
    return census

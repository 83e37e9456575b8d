"""The comparison finds what is wrong with a contract, if something is: each fault here was put there on purpose."""

from dataclasses import dataclass

import pytest

from tests.differential.compiler import ESCROW, init_codes, source
from tests.differential.duel import Difference
from tests.differential.exploration import REVM_CALLS, explore
from tests.differential.revm import Revm
from tests.differential.world import found

HOLDING = "contracts/libraries/Holding.sol"


@dataclass(frozen=True)
class Fault:
    """A text that stands in a source file exactly once, and the wrong one in its place."""

    path: str
    right: str
    wrong: str

    def plant(self) -> dict[str, str]:
        """The changed file by its path. Fails if the text is not there any more: then the fault is to be put anew."""
        text = source(self.path)
        assert text.count(self.right) == 1, f"{self.right!r} stands {text.count(self.right)} times in {self.path}"
        return {self.path: text.replace(self.right, self.wrong)}


FAULTS = {
    "attestation accepted at the deadline": Fault(
        ESCROW,
        "if (block.timestamp >= milestone.deadline) continue;",
        "if (block.timestamp > milestone.deadline) continue;",
    ),
    "payment refused at the inspection's end": Fault(
        ESCROW, "if (block.timestamp < clock.ends) continue;", "if (block.timestamp <= clock.ends) continue;"
    ),
    "release by anybody": Fault(ESCROW, "if (msg.sender != deal.payer) revert NotPayer(msg.sender, deal.payer);", ""),
    "settled milestone not remembered": Fault(HOLDING, " | rest | (milestones << 128)", " | rest"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_finds_the_fault(name: str) -> None:
    """A run as long as that over the real contract meets the fault."""
    world = found(Revm(), init_codes(FAULTS[name].plant()))
    with pytest.raises(Difference):
        explore(world, calls=REVM_CALLS, first_seed=1, shrink=False)


def test_a_fault_needs_its_text() -> None:
    """When the source has changed so that a fault can't be planted, that is a failure and no silence."""
    with pytest.raises(AssertionError, match="stands 0 times"):
        Fault(ESCROW, "no such text", "").plant()

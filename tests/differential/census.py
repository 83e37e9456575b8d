"""What a run has seen: how many deals, what became of them, and of which actions."""

from collections import Counter
from dataclasses import dataclass, field

from escrow_chain.protocol.errors import REFUSALS
from escrow_chain.protocol.events import State
from escrow_chain.protocol.model import RULES

DONE = "done"
NEVER_OF_MODEL = frozenset({"InsufficientBalance", "InsufficientGas", "ReentrancyGuardReentrantCall", "TokenShortfall"})
"""Refusals that need a token or a caller of another kind than the model knows: the contract's own tests see them."""


@dataclass
class Census:
    """Counts. `outcomes` are by call and refusal (or `DONE`), `rules` milestones by call and the state they were in.

    `deals` are those drafted, `arranged` what happened besides calls: time went on, payments began to fail.
    """

    scenarios: int = 0
    deals: int = 0
    arranged: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: Counter[tuple[str, State]] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    largest: int = 0

    @property
    def calls(self) -> int:
        """Calls of the contract."""
        return self.outcomes.total()

    def count(self, name: str, outcome: str) -> None:
        """One more call with this outcome."""
        self.outcomes[name, outcome] += 1
        if outcome != DONE:
            self.refusals[outcome] += 1

    def rare_refusals(self, *, below: int) -> list[str]:
        """The refusals that were seen fewer times."""
        return [name for name in REFUSALS if name not in NEVER_OF_MODEL and self.refusals[name] < below]

    def rare_rules(self, *, below: int) -> list[str]:
        """The lines of the model's table that fewer milestones went by."""
        return [f"{rule.call} {rule.state.name}" for rule in RULES if self.rules[rule.call, rule.state] < below]

    def __str__(self) -> str:
        lines = [
            f"{self.scenarios} scenarios, {self.calls} calls, {self.arranged} other actions",
            f"  {self.deals} deals, {self.outcomes['open', DONE]} of them opened, with up to {self.largest} milestones",
        ]
        for name in sorted({name for name, _ in self.outcomes}):
            counts = sorted(((count, outcome) for (each, outcome), count in self.outcomes.items() if each == name))
            lines.append(f"  {name}: " + ", ".join(f"{outcome} {count}" for count, outcome in reversed(counts)))
        rules = [f"{call} {state.name} {count}" for (call, state), count in sorted(self.rules.items())]
        lines.append("  milestones by rule: " + ", ".join(rules))
        return "\n".join(lines)

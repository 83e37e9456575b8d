"""What a run has seen: how many deals, what became of them, and of which actions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from escrow_chain.protocol.errors import REFUSALS
from escrow_chain.protocol.events import Change, Event, Opened, State
from escrow_chain.protocol.model import RULES
from escrow_chain.protocol.rules import Call, Rule

DONE = "done"
NEVER_OF_MODEL = frozenset({"InsufficientBalance", "InsufficientGas", "ReentrancyGuardReentrantCall"})
"""Refusals that need a token or a caller of another kind than the model knows: the contract's own tests see them."""


@dataclass
class Census:
    """Counts. `outcomes` are by call and refusal (or `DONE`), `rules` milestones by the line that they went by.

    `deals` are those drafted, `arranged` what happened besides calls: time went on, payments began to fail.
    """

    scenarios: int = 0
    deals: int = 0
    arranged: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    rules: Counter[Rule] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    largest: int = 0

    @property
    def calls(self) -> int:
        """Calls of the contract."""
        return self.outcomes.total()

    @property
    def steps(self) -> int:
        """All that the actors did."""
        return self.calls + self.arranged

    @property
    def opened(self) -> int:
        """Deals that were opened."""
        return self.events["Opened"]

    def count(self, name: str, outcome: str) -> None:
        """One more call with this outcome."""
        self.outcomes[name, outcome] += 1
        if outcome != DONE:
            self.refusals[outcome] += 1

    def tell(self, event: Event, before: Mapping[int, State]) -> None:
        """One more event; `before` is where the milestones of its deal stood."""
        self.events[type(event).__name__] += 1
        if isinstance(event, Opened):
            self.largest = max(self.largest, len(event.milestones))
        if isinstance(event, Change):
            self.rules.update(_line(event, before[index]) for index in event.indices)

    def rare_events(self, *, below: int) -> list[str]:
        """The events that were seen fewer times."""
        names = [kind.__name__ for kind in get_args(Event)]
        return [name for name in names if self.events[name] < below]

    def rare_refusals(self, *, below: int) -> list[str]:
        """The refusals that were seen fewer times."""
        return [name for name in REFUSALS if name not in NEVER_OF_MODEL and self.refusals[name] < below]

    def rare_rules(self, *, below: int) -> list[str]:
        """The lines of the model's table that fewer milestones went by."""
        return [f"{rule.call} {rule.state.name}" for rule in RULES if self.rules[rule] < below]

    def __str__(self) -> str:
        lines = [
            f"{self.scenarios} scenarios, {self.calls} calls, {self.arranged} other actions",
            f"  {self.deals} deals, {self.opened} of them opened, with up to {self.largest} milestones",
        ]
        for name in sorted({name for name, _ in self.outcomes}):
            counts = sorted(((count, outcome) for (each, outcome), count in self.outcomes.items() if each == name))
            lines.append(f"  {name}: " + ", ".join(f"{outcome} {count}" for count, outcome in reversed(counts)))
        rules = [f"{rule.call} {rule.state.name} {self.rules[rule]}" for rule in RULES]
        lines.append("  milestones by rule: " + ", ".join(rules))
        lines.append("  events: " + ", ".join(f"{name} {count}" for name, count in sorted(self.events.items())))
        return "\n".join(lines)


def _line(event: Change, before: State) -> Rule:
    """The line of the model's table that a milestone went by."""
    unpaid = Call.ATTEST if not event.to_payees else Call.DELIVER
    return next(rule for rule in RULES if (rule.event, rule.state) == (type(event), before) and rule.call is not unpaid)

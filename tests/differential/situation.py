"""What the numbers in actions choose from, and what a call is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from eth_utils.abi import collapse_if_tuple

from escrow_chain.chain.artifacts import load
from escrow_chain.protocol.deal import Selection
from escrow_chain.protocol.events import Event, State
from escrow_chain.protocol.model import Model
from tests.differential.actions import Choice, Twist
from tests.differential.drafts import Terms
from tests.differential.encoding import calldata
from tests.differential.selections import choose, with_terms_in_fees
from tests.differential.world import CALLERS, Role, World

ANY = 7
"""The choice that is among all. Every other is among the deals that are open, if any, or the credits that there are."""


@dataclass(frozen=True)
class Call:
    """One call of the contract, and the same of the model. `terms` are those of the deal it is about, if any."""

    name: str
    sender: Role
    payload: bytes
    of_model: Callable[[], list[Event]]
    terms: Terms | None = None
    value: int = 0


@dataclass(frozen=True)
class Chosen:
    """Milestones of a deal, as the model takes them and as the contract does. `bare`: their proof is left out."""

    terms: Terms
    selection: Selection
    rows: list[tuple[object, ...]]
    bare: bool

    @property
    def payee(self) -> str:
        """Whom the contract sees as the payee of the first of them; the payer, if it sees none."""
        parts = self.selection.parts
        return parts[0].payee if parts else self.terms.deal.payer

    def arguments(self, *, whole_allowed: bool = False) -> tuple[object, ...]:
        """Payouts and proof; the payouts alone if that is chosen and there is such a call."""
        return (self.rows,) if whole_allowed and self.bare else (self.rows, list(self.selection.proof))


@dataclass(frozen=True)
class Situation:
    """The world and the model at one moment."""

    world: World
    model: Model
    drafted: tuple[Terms, ...]
    now: int

    def terms(self, deal: int, among: State | None = None) -> Terms:
        """The deal chosen: one with milestones in this state, if there is any."""
        opened = [terms for terms in self.drafted if terms.id in self.model.deals]
        fitting = [terms for terms in opened if self._places(terms, among)]
        choices = (fitting or opened or self.drafted) if deal != ANY else self.drafted
        return choices[deal % len(choices)]

    def chosen(self, deal: int, choice: Choice) -> Chosen:
        """The milestones chosen of the deal chosen; foreign ones are of the next deal."""
        terms = self.terms(deal, choice.among)
        other = self.drafted[(self.drafted.index(terms) + 1) % len(self.drafted)]
        selection = choose(choice, terms, other, self._places(terms, choice.among))
        rows: list[tuple[object, ...]] = [*selection.values()[0]]
        if choice.twist is Twist.TERMS_IN_FEES:
            rows = with_terms_in_fees(rows, choice.noise)
        if choice.bare:
            selection = Selection(milestones=selection.milestones)
        return Chosen(terms, selection, rows, choice.bare)

    def _places(self, terms: Terms, among: State | None) -> list[int]:
        """The milestones of a deal that are in this state."""
        if among is None or terms.id not in self.model.deals:
            return []
        return [place for place, each in self.model.deals[terms.id].progress.items() if each.state is among]

    def caller(self, account: str) -> Role:
        """Whose account it is; the stranger's if it never calls."""
        return next((role for role in CALLERS if self.world.accounts[role] == account), Role.STRANGER)


def encoded(name: str, *arguments: object) -> bytes:
    """A call of the contract's function of this name that takes so many arguments."""
    return calldata(_signature(name, len(arguments)), *arguments)


@cache
def _signature(name: str, count: int) -> str:
    """The signature of the contract's function. Those of one name differ in the number of arguments."""
    entry = next(
        each
        for each in load("Escrow").abi
        if each["type"] == "function" and each["name"] == name and len(each["inputs"]) == count
    )
    return f"{name}({','.join(collapse_if_tuple(field) for field in entry['inputs'])})"

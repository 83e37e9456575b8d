"""What the escrow holds for each deal, where each milestone stands, what is owed to whom, and how any of it moves.

The part of the model that is `contracts/Ledger.sol`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from escrow_chain.protocol import errors
from escrow_chain.protocol.bank import Bank
from escrow_chain.protocol.deal import Deal, Milestone, Selection
from escrow_chain.protocol.events import Claimed, Credited, Event, State
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Call, Progress, rule_for
from escrow_chain.protocol.splits import Payment, in_full, split
from escrow_chain.protocol.typed_data import Domain, bitmap

ALL = (1 << 128) - 1
"""The bitmap of every milestone: what a sender says needs none, as the selection is the word."""
ContractSigner = Callable[[bytes, bytes], bool]
"""An ERC-1271 contract: whether it accepts a signature (second) over a digest (first)."""
OfSome = Callable[[bytes, int, int], Event]
"""An event of a deal, the bitmap of some of its milestones, and their amount."""
OfASplit = Callable[[bytes, int, int, int], Event]
"""An event of a deal, one of its milestones, and what goes to payees and to the payer."""


@dataclass
class OpenedDeal:
    """A deal that was opened: what it holds, in minor units, and where its milestones stand."""

    held: int
    progress: dict[int, Progress]


@dataclass(frozen=True)
class Found:
    """A deal that a call is about, and the milestones that it selects."""

    deal: Deal
    id: bytes
    opened: OpenedDeal
    milestones: tuple[Milestone, ...]

    def one(self) -> Milestone:
        """The one milestone that a call splits."""
        if len(self.milestones) != 1:
            raise errors.InvalidMilestoneCount(len(self.milestones))
        return self.milestones[0]

    def choose(self, call: Call, now: int, *, named: int = ALL, payee: str | None = None) -> list[Milestone]:
        """The milestones that the call changes now: all in the bitmap `named`, and of this payee if one is given."""
        chosen = [each for each in self.milestones if self._is_possible(call, each, now)]
        for milestone in chosen:
            if payee is not None and payee != milestone.payee:
                raise errors.NotPayee(payee, milestone.payee, milestone.index)
        if bits(chosen) & ~named:
            raise errors.NotSigned(bits(chosen), named)
        if not chosen:
            raise errors.NothingToDo(self.id)
        return chosen

    def _is_possible(self, call: Call, milestone: Milestone, now: int) -> bool:
        return rule_for(call, self.deal, milestone, self.opened.progress[milestone.index], now) is not None


@dataclass
class Ledger:
    """The contract: its EIP-712 domain, everybody's balances, and the ERC-1271 contracts that are there to be asked."""

    domain: Domain
    bank: Bank
    signers: Mapping[str, ContractSigner] = field(default_factory=dict)
    deals: dict[bytes, OpenedDeal] = field(default_factory=dict)
    credits: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The contract's own address."""
        return self.domain.contract

    def claim(self, token: str, owner: str, to: str, *, sender: str) -> list[Event]:
        """Pays out a credit."""
        if owner not in (to, sender):
            raise errors.NotOwner(sender, owner)
        if to in (ZERO_ADDRESS, self.address):
            raise errors.InvalidRecipient(to)
        amount = self.credit(token, owner)
        if not amount:
            raise errors.NothingToClaim(token, owner)
        if not self.bank.push(token, self.address, to, amount):
            raise errors.FailedCall() if token == ZERO_ADDRESS else errors.SafeERC20FailedOperation(token)
        del self.credits[token, owner]
        return [Claimed(token, owner, to, amount)]

    def status(self, deal_id: bytes, index: int) -> Progress:
        """Where a milestone, which must be one of the deal's, stands; `State.NONE` if the deal was never opened."""
        if deal_id not in self.deals:
            return Progress(State.NONE)
        return self.deals[deal_id].progress[index]

    def holding(self, deal_id: bytes) -> tuple[int, int]:
        """What a deal still holds, and the bitmap of its settled milestones."""
        opened = self.deals.get(deal_id, OpenedDeal(0, {}))
        settled = [index for index, progress in opened.progress.items() if progress.state is State.SETTLED]
        return opened.held, bitmap(settled)

    def credit(self, token: str, owner: str) -> int:
        """What waits to be claimed."""
        return self.credits.get((token, owner), 0)

    def _find(self, deal: Deal, selection: Selection) -> Found:
        deal_id = deal.over(selection.root()).id(self.domain)
        if deal_id not in self.deals:
            raise errors.DealNotFound(deal_id)
        return Found(deal, deal_id, self.deals[deal_id], selection.parts)

    def _wind(self, found: Found, chosen: Iterable[Milestone], progress: Progress) -> None:
        found.opened.progress.update({each.index: progress for each in chosen})

    def _settle(self, found: Found, chosen: Sequence[Milestone]) -> int:
        """What the milestones held, which are settled now."""
        amount = sum(each.amount for each in chosen)
        found.opened.held -= amount
        self._wind(found, chosen, Progress(State.SETTLED))
        return amount

    def _pay(self, found: Found, chosen: Sequence[Milestone], event: OfSome) -> list[Event]:
        told = event(found.id, bits(chosen), self._settle(found, chosen))
        return [told, *self._push(found.deal.token, (payment for each in chosen for payment in in_full(each)))]

    def _return(self, found: Found, chosen: Sequence[Milestone], event: OfSome) -> list[Event]:
        amount = self._settle(found, chosen)
        return [event(found.id, bits(chosen), amount), *self._push(found.deal.token, [(found.deal.payer, amount)])]

    def _split(self, found: Found, milestone: Milestone, to_payees: int, event: OfASplit) -> list[Event]:
        rest = milestone.amount - to_payees
        if rest < 0:
            raise errors.InvalidSplit(to_payees, milestone.amount)
        self._settle(found, [milestone])
        payments = split(milestone, to_payees, found.deal.payer)
        return [event(found.id, milestone.index, to_payees, rest), *self._push(found.deal.token, payments)]

    def _push(self, token: str, payments: Iterable[Payment]) -> list[Event]:
        """Sends, or leaves a credit."""
        refused = [(to, amount) for to, amount in payments if not self.bank.push(token, self.address, to, amount)]
        for to, amount in refused:
            self.credits[token, to] = self.credit(token, to) + amount
        return [Credited(token, to, amount) for to, amount in refused]


def bits(milestones: Iterable[Milestone]) -> int:
    """The bitmap of milestones."""
    return bitmap([each.index for each in milestones])

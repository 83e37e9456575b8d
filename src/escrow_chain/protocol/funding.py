"""The ways to open a deal. All check and record it alike, then take exactly its total.

The part of the model that is `contracts/Funding.sol`.
"""

from collections.abc import Sequence

from escrow_chain.protocol import errors
from escrow_chain.protocol.checks import check_deal, check_rows
from escrow_chain.protocol.deal import Deal, Milestone, milestones_of, milestones_root, rows
from escrow_chain.protocol.events import Event, Opened
from escrow_chain.protocol.ledger import Ledger, OpenedDeal
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Progress


class Funding(Ledger):
    """Opens deals. Of a deal's `milestones` nothing is believed: the contract works the root out itself."""

    def open(
        self, deal: Deal, milestones: Sequence[Milestone], *, sender: str, now: int, value: int = 0
    ) -> list[Event]:
        """Funds a deal from the sender. `value` is the coin sent along, in wei."""
        opened, total = self._check(deal, milestones, now)
        expected = total if deal.token == ZERO_ADDRESS else 0
        if value != expected:
            raise errors.InvalidValue(value, expected)
        if deal.token != ZERO_ADDRESS:
            self._require_token(deal.token)
        self.bank.pull(deal.token, sender, self.address, total)
        return self._record(opened, total)

    def open_with_permit(
        self, deal: Deal, milestones: Sequence[Milestone], *, sender: str, now: int, permitted: bool = True
    ) -> list[Event]:
        """The same after an ERC-2612 permit of the sender over the total, if the token takes it."""
        opened, total = self._check(deal, milestones, now)
        self._require_token(deal.token)
        if permitted:
            # The permit makes the allowance the total, and that is spent.
            self.bank.receive(deal.token, sender, self.address, total)
            self.bank.allowances[deal.token, sender] = 0
        else:
            self.bank.pull(deal.token, sender, self.address, total)
        return self._record(opened, total)

    def open_with_authorization(
        self, deal: Deal, milestones: Sequence[Milestone], *, now: int, refusal: errors.Refusal | None = None
    ) -> list[Event]:
        """Funds a deal from its payer, on an ERC-3009 authorization, unless the token has a `refusal` of it."""
        opened, total = self._check(deal, milestones, now)
        self._require_token(deal.token)
        if refusal:
            raise refusal
        self.bank.receive(deal.token, deal.payer, self.address, total)
        return self._record(opened, total)

    def _check(self, deal: Deal, milestones: Sequence[Milestone], now: int) -> tuple[Opened, int]:
        """What the contract will tell, and the total."""
        passed = rows(milestones)
        check_deal(deal, escrow=self.address)
        total = check_rows(passed, token=deal.token, escrow=self.address, now=now)
        of_deal = milestones_of(passed)
        deal = deal.over(milestones_root(of_deal))
        deal_id = deal.id(self.domain)
        if deal_id in self.deals:
            raise errors.DealExists(deal_id)
        return Opened(deal_id, deal.payer, deal, of_deal), total

    def _record(self, opened: Opened, total: int) -> list[Event]:
        self.deals[opened.id] = OpenedDeal(total, {each.index: Progress() for each in opened.milestones})
        return [opened]

    def _require_token(self, token: str) -> None:
        if token not in self.bank.tokens:
            raise errors.InvalidToken(token)

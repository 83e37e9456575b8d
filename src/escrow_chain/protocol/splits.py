"""Who receives how much of a milestone. All amounts are in minor units, and every unit goes to somebody."""

from escrow_chain.protocol.checks import MAX_BPS
from escrow_chain.protocol.deal import Milestone

Payment = tuple[str, int]
"""To whom, and how much: never zero."""


def in_full(milestone: Milestone) -> list[Payment]:
    """The payments of a milestone that is paid in full."""
    return [(payout.to, payout.amount) for payout in milestone.payouts]


def split(milestone: Milestone, to_payees: int, payer: str) -> list[Payment]:
    """The payments of a milestone of which its payees receive `to_payees` together, and the payer the rest.

    Fees are paid in proportion, rounded down; the payee takes the remainder.
    """
    payee, *others = milestone.payouts
    fees = [(fee.to, to_payees * fee.amount // milestone.amount) for fee in others]
    remainder = to_payees - sum(amount for _, amount in fees)
    payments = (*fees, (payee.to, remainder), (payer, milestone.amount - to_payees))
    return [(to, amount) for to, amount in payments if amount]


def share(amount: int, bps: int) -> int:
    """So many ten-thousandths of an amount, rounded down."""
    return amount * bps // MAX_BPS

"""`delivery_confirmation`: the customer says, with a key of the own, that it came as agreed.

Never the recipient, who is to be paid for it. Whoever changed their mind is taken at the last word that came in time.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from escrow_chain.terms.check import Check, Rule, all_passed
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import Options
from escrow_chain.terms.people import CUSTOMER
from escrow_chain.terms.pieces import Confirmation, Rating
from escrow_chain.terms.record import Grade
from escrow_chain.terms.registry import TermType
from escrow_chain.terms.words import confirmation_rule, confirmed_check, last_word

CONFIRMED: Final = confirmation_rule("confirmation.confirmed", "the customer")
RATING: Final = Rule(
    "confirmation.rating",
    passed="The customer's rating is good enough.",
    failed="The customer's rating is too low. Put right what was wrong, and ask again.",
    otherwise={"none": "The customer gave no rating. Ask for one."},
    unit="of 5",
    decisive=True,
)


class DeliveryOptions(Options):
    """The options of the wire's section 9.3. `min_rating` implies `require_rating`."""

    BEST_GRADE: ClassVar[Grade] = Grade.COUNTERPARTY

    require_rating: bool = False
    min_rating: Rating | None = None

    @property
    def roles(self) -> frozenset[str]:
        """The customer's alone."""
        return frozenset({CUSTOMER})

    @property
    def least_rating(self) -> int | None:
        """The lowest rating that will do, None if none is asked for."""
        return self.min_rating or (1 if self.require_rating else None)


def examine(
    options: DeliveryOptions,
    exhibits: Sequence[Exhibit[Confirmation]],
    circumstances: Circumstances,  # noqa: ARG001  (an `examine`)
) -> Findings:
    """What the customer's word proves. `exhibits` are confirmations in the order of their receipt."""
    last = last_word(exhibits)
    checks = [confirmed_check(CONFIRMED, last)]
    if options.least_rating is not None:
        checks.append(_rating(last, options.least_rating))
    counted = (last.number,) if last and all_passed(checks) else ()
    return Findings(checks=tuple(checks), counted=counted)


def _rating(last: Exhibit[Confirmation] | None, least: int) -> Check:
    rating = last.piece.rating if last else None
    if last is None or rating is None:
        return Check(RATING, passed=False, limit=least, reason="none")
    return Check(RATING, rating >= least, rating, least, last.grade, last.number)


TERM_TYPE: Final = TermType(
    name="delivery_confirmation",
    kinds=frozenset({"confirmation"}),
    options=DeliveryOptions,
    examine=examine,
)

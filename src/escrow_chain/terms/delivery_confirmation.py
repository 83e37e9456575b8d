"""`delivery_confirmation`: the customer says, with a key of the own, that it came as agreed.

Never the recipient, who is to be paid for it. Whoever changed their mind is taken at the last word that came in time.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import Options
from escrow_chain.terms.people import CUSTOMER
from escrow_chain.terms.pieces import Confirmation, Rating
from escrow_chain.terms.record import Grade
from escrow_chain.terms.registry import TermType
from escrow_chain.terms.verdict import Check
from escrow_chain.terms.words import confirmed_check, last_word


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
    checks = [confirmed_check("confirmation.confirmed", "the customer", last)]
    if options.least_rating is not None:
        checks.append(_rating(last, options.least_rating))
    counted = (last.number,) if last and all(check.passed for check in checks) else ()
    return Findings(checks=tuple(checks), counted=counted)


def _rating(last: Exhibit[Confirmation] | None, least: int) -> Check:
    rating = last.piece.rating if last else None
    passed = rating is not None and rating >= least
    if passed:
        sentence = "The customer's rating is good enough."
    elif rating is None:
        sentence = "The customer gave no rating. Ask for one."
    else:
        sentence = "The customer's rating is too low. Put right what was wrong, and ask again."
    return Check(
        code="confirmation.rating",
        passed=passed,
        sentence=sentence,
        measured=rating,
        limit=least,
        unit="of 5",
        grade=last.grade if last else None,
        piece=last.number if last else None,
        decisive=True,
    )


TERM_TYPE: Final = TermType(
    name="delivery_confirmation",
    kinds=frozenset({"confirmation"}),
    options=DeliveryOptions,
    examine=examine,
)

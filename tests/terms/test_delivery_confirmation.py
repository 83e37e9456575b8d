"""The judge of the customer's word."""

from datetime import timedelta
from typing import Any

import pytest

from escrow_chain.terms import Confirmation, Grade, InvalidTerms, parse_term
from tests.terms.records import (
    CUSTOMER,
    MORNING,
    STRANGER,
    WALLET,
    confirmation,
    delivered,
    failed,
    only,
    verdict_on,
)

TERM = delivered()
LATER = MORNING + timedelta(hours=1)


def test_the_customers_word_fulfils() -> None:
    """Signed with a key that is not the recipient's: grade G3."""
    verdict = verdict_on(TERM, confirmation(TERM))
    assert verdict.fulfilled
    assert verdict.accepted == (0,)
    assert only(verdict, "confirmation.confirmed").grade == Grade.COUNTERPARTY
    assert verdict_on(delivered(grade="G3"), confirmation(delivered(grade="G3"))).fulfilled


def test_without_a_word_nothing_is_confirmed() -> None:
    """Silence is not consent."""
    verdict = verdict_on(TERM)
    assert failed(verdict) == {"confirmation.confirmed", "evidence.grade"}
    assert only(verdict, "confirmation.confirmed").measured is None


@pytest.mark.parametrize("signer", [WALLET, STRANGER, None])
def test_nobody_but_the_customer_confirms(signer: str | None) -> None:
    """Not the recipient, who is to be paid for it, and no stranger."""
    verdict = verdict_on(TERM, confirmation(TERM, signer=signer))
    assert failed(verdict) == {"bound.signature", "evidence.grade"}


def test_a_recipient_who_is_named_as_customer_too_confirms_nothing() -> None:
    """One wallet on both sides is one side."""
    verdict = verdict_on(TERM, confirmation(TERM, signer=WALLET), people={"customer": WALLET})
    assert failed(verdict) == {"bound.signature", "evidence.grade"}
    assert "Nobody is named" in str(only(verdict, "bound.signature").sentence)


def test_if_no_customer_is_named_nobody_confirms() -> None:
    """Whoever has another role is not the customer."""
    for people in ({}, {"manager": CUSTOMER}):
        assert "bound.signature" in failed(verdict_on(TERM, confirmation(TERM), people=people))


def test_what_the_recipient_proves_is_no_business_of_the_customer() -> None:
    """The roles are those of each type."""
    term = parse_term({"term_type": "photo_upload", "data": {}}).terms[0]
    verdict = verdict_on(term, confirmation(term, kind="confirmation"))
    assert "evidence.kind" in failed(verdict)


def test_a_word_that_nobody_signed_is_shown_and_fulfils_nothing() -> None:
    """Its content is measured all the same."""
    loose = confirmation(TERM, confirmed=False).model_copy(update={"provenance": None})
    assert failed(verdict_on(TERM, loose)) == {"confirmation.confirmed", "evidence.grade"}
    loose = confirmation(TERM).model_copy(update={"provenance": None})
    assert failed(verdict_on(TERM, loose)) == {"evidence.grade"}


@pytest.mark.parametrize(
    ("words", "fulfilled", "accepted"),
    [
        ([True, False], False, ()),
        ([False, True], True, (1,)),
        ([True, True], True, (1,)),
        ([False, False], False, ()),
    ],
)
def test_the_last_word_counts(words: list[bool], fulfilled: bool, accepted: tuple[int, ...]) -> None:
    """Whoever changed their mind is taken at that, in the order of receipt and not of handing in."""
    pieces = [
        confirmation(TERM, confirmed=word, at=MORNING + timedelta(minutes=minute)) for minute, word in enumerate(words)
    ]
    verdict = verdict_on(TERM, *pieces)
    assert (verdict.fulfilled, verdict.accepted) == (fulfilled, accepted)
    assert verdict_on(TERM, *reversed(pieces)).fulfilled is fulfilled


def test_of_two_words_at_once_the_one_that_says_no_counts() -> None:
    """Whatever their order: doubt never pays."""
    yes, no = confirmation(TERM), confirmation(TERM, confirmed=False)
    assert not verdict_on(TERM, yes, no).fulfilled
    assert not verdict_on(TERM, no, yes).fulfilled


def test_a_recipient_whom_nobody_knows_might_be_the_customer() -> None:
    """What can't be checked fails."""
    verdict = verdict_on(TERM, confirmation(TERM), submitter=None)
    assert "bound.signature" in failed(verdict)


def test_a_word_after_the_deadline_changes_nothing() -> None:
    """Neither for nor against; one second before it counts."""
    term = delivered(deadline="2025-06-30T07:00:00Z")
    assert failed(verdict_on(term, confirmation(term, at=LATER))) == {"evidence.deadline", "confirmation.confirmed"}
    assert verdict_on(term, confirmation(term, at=LATER - timedelta(seconds=1))).fulfilled
    first, late = confirmation(term), confirmation(term, confirmed=False, at=LATER)
    assert verdict_on(term, first, late).fulfilled


@pytest.mark.parametrize(
    ("options", "rating", "fulfilled"),
    [
        ({}, None, True),
        ({}, 1, True),
        ({"require_rating": False}, None, True),
        ({"require_rating": True}, None, False),
        ({"require_rating": True}, 1, True),
        ({"min_rating": 3}, None, False),
        ({"min_rating": 3}, 2, False),
        ({"min_rating": 3}, 3, True),
        ({"min_rating": 3, "require_rating": False}, 2, False),
        ({"min_rating": 5, "require_rating": True}, 5, True),
        ({"min_rating": None, "require_rating": None, "grade": None, "deadline": None}, None, True),
    ],
)
def test_the_rating_must_be_there_and_high_enough(options: dict[str, Any], rating: int | None, fulfilled: bool) -> None:
    """`min_rating` implies `require_rating`."""
    term = delivered(**options)
    verdict = verdict_on(term, confirmation(term, rating=rating))
    assert verdict.fulfilled is fulfilled
    assert failed(verdict) == (set() if fulfilled else {"confirmation.rating"})


def test_a_good_rating_of_what_did_not_come_fulfils_nothing() -> None:
    """Both must hold."""
    term = delivered(min_rating=3)
    assert failed(verdict_on(term, confirmation(term, confirmed=False, rating=5))) == {"confirmation.confirmed"}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("min_rating", 0),
        ("min_rating", 6),
        ("min_rating", 3.5),
        ("min_rating", "3"),
        ("min_rating", True),
        ("require_rating", 1),
        ("require_rating", "true"),
        ("deadline", "tomorrow"),
        ("grade", "G0"),
    ],
)
def test_options_have_closed_ranges(option: str, value: Any) -> None:
    """Another value is refused at its path."""
    with pytest.raises(InvalidTerms) as refused:
        delivered(**{option: value})
    assert refused.value.path == f"data.{option}"


@pytest.mark.parametrize("rating", [0, 6, True, 2.5])
def test_a_recorded_rating_is_one_to_five(rating: Any) -> None:
    """Whatever made the record."""
    with pytest.raises(ValueError, match="rating"):
        Confirmation.model_validate(confirmation(TERM).model_dump() | {"rating": rating})

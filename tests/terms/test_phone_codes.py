"""The judge of meetings where somebody is verified by phone: a code that was sent there comes back from the meeting."""

from datetime import timedelta
from typing import Any

import pytest

from escrow_chain.terms import Code, Grade, Piece, Verdict
from escrow_chain.terms.codes import MAX_ATTEMPTS
from tests.terms.records import (
    CUSTOMER,
    KAMPALA,
    MANAGER,
    METRE,
    MORNING,
    PHONE,
    STRANGER,
    WALLET,
    code,
    confirmation,
    data,
    failed,
    meeting,
    only,
    phone_code,
    photo,
    position,
    verdict_on,
)

OTHER_PHONE = "+256700000002"
PHONES = {"customer": PHONE}
MINUTE = timedelta(minutes=1)
NONCE = timedelta(seconds=10)
PARTICIPANTS = [
    {"role": "service_provider", "verification_required": True},
    {"role": "customer", "phone_verification": True},
]
TERM = meeting(location_tolerance=0.05, required_participants=PARTICIPANTS)
BOTH_SIDES = meeting(required_participants=[each | {"phone_verification": True} for each in PARTICIPANTS])


def met(*more: Piece, term: Any = TERM, **changes: Any) -> Verdict:
    """The verdict if both were there, five metres from each other."""
    mine = position(term, **KAMPALA)
    theirs = position(term, KAMPALA["latitude"], KAMPALA["longitude"] + 5 * METRE, signer=CUSTOMER)
    return verdict_on(term, mine, theirs, *more, **({"phones": PHONES} | changes))


def test_who_gives_back_the_code_is_verified() -> None:
    """By the phone that the terms name, with an own signature: grade G3."""
    verdict = met(phone_code(TERM))
    assert failed(verdict) == set()
    assert verdict.accepted == (0, 1, 2)
    assert only(verdict, "meeting.phone_of_customer").grade == Grade.COUNTERPARTY


def test_who_gives_none_back_is_not_verified() -> None:
    """Being there is not enough, and neither is anything else."""
    others = [confirmation(TERM), data(TERM, code="48151623"), photo(TERM)]
    assert failed(met()) == {"meeting.phone_of_customer"}
    assert "meeting.phone_of_customer" in failed(met(*others))


@pytest.mark.parametrize("sent_to", [None, OTHER_PHONE, PHONE[:-1], PHONE + "1"])
def test_a_code_that_was_not_sent_there_verifies_nobody(sent_to: str | None) -> None:
    """To no phone at all, or to another; what the code is doesn't matter."""
    assert failed(met(phone_code(TERM, sent_to=sent_to))) == {"meeting.phone_of_customer"}
    assert failed(met(code(TERM, PHONE, signer=CUSTOMER))) == {"meeting.phone_of_customer"}


@pytest.mark.parametrize("phones", [{}, {"recipient": PHONE}, {"manager": PHONE}, {"customer": OTHER_PHONE}])
def test_the_phone_is_the_one_that_the_terms_name_for_the_role(phones: dict[str, str]) -> None:
    """Where none is named nobody can be verified, not even by a code that went nowhere."""
    assert failed(met(phone_code(TERM), phones=phones)) == {"meeting.phone_of_customer"}
    assert not met(phone_code(TERM, sent_to=None), phones={}).fulfilled


@pytest.mark.parametrize("signer", [WALLET, MANAGER, STRANGER])
def test_nobody_gives_it_back_for_the_customer(signer: str) -> None:
    """The recipient who read it on the customer's phone has not the customer's key."""
    assert "meeting.phone_of_customer" in failed(met(phone_code(TERM, signer=signer)))


def test_a_customer_with_the_recipients_wallet_is_nobody() -> None:
    """Also if the terms name it twice."""
    verdict = met(phone_code(TERM, signer=WALLET), people={"customer": WALLET})
    assert "meeting.phone_of_customer" in failed(verdict)


def test_each_side_has_a_phone_of_its_own() -> None:
    """The code of the one verifies not the other, whoever hands it in."""
    phones = {"customer": PHONE, "recipient": OTHER_PHONE}
    term = BOTH_SIDES
    theirs = phone_code(term)
    mine = phone_code(term, sent_to=OTHER_PHONE, signer=WALLET, at=MORNING + MINUTE)
    assert met(theirs, mine, term=term, phones=phones).fulfilled
    assert failed(met(theirs, term=term, phones=phones)) == {"meeting.phone_of_recipient"}
    assert failed(met(mine, term=term, phones=phones)) == {"meeting.phone_of_customer"}
    crossed = phone_code(term, sent_to=OTHER_PHONE), phone_code(term, signer=WALLET, at=MORNING + MINUTE)
    assert failed(met(*crossed, term=term, phones=phones)) == {
        "meeting.phone_of_customer",
        "meeting.phone_of_recipient",
    }


@pytest.mark.parametrize(
    ("attempt", "counts"), [(1, True), (MAX_ATTEMPTS, True), (MAX_ATTEMPTS + 1, False), (None, False)]
)
def test_codes_cannot_be_tried_without_end(attempt: int | None, counts: bool) -> None:
    """Five attempts, and only what somebody counted."""
    verdict = met(phone_code(TERM, attempt=attempt))
    assert verdict.fulfilled is counts
    assert failed(verdict) == (set() if counts else {"code.attempts", "meeting.phone_of_customer"})


def test_wrong_codes_beside_the_right_one_do_no_harm() -> None:
    """Whether they came before or after it; the right one alone is accepted."""
    wrong = [phone_code(TERM, sent_to=None, attempt=n, at=MORNING + n * MINUTE) for n in (1, 3)]
    right = phone_code(TERM, attempt=2, at=MORNING + 2 * MINUTE)
    verdict = met(*wrong, right)
    assert verdict.fulfilled
    assert verdict.accepted == (0, 1, 4)


def test_wrong_codes_of_others_use_up_nothing() -> None:
    """Each one's attempts are that one's own."""
    guesses = [
        phone_code(TERM, sent_to=None, signer=WALLET, attempt=n, at=MORNING + timedelta(seconds=n)) for n in range(1, 9)
    ]
    assert met(*guesses, phone_code(TERM, at=MORNING + MINUTE)).fulfilled


def test_a_code_is_given_back_at_the_meeting() -> None:
    """Not before it had begun."""
    for when, counts in ((MORNING - NONCE, True), (MORNING - NONCE - timedelta(microseconds=1), False)):
        verdict = met(phone_code(TERM, at=when))
        assert verdict.fulfilled is counts
    assert failed(verdict) == {"meeting.phone_of_customer"}


def test_without_a_meeting_a_code_proves_none() -> None:
    """Who has the phone at hand can be anywhere."""
    verdict = verdict_on(TERM, position(TERM, **KAMPALA), phone_code(TERM), phones=PHONES)
    assert failed(verdict) == {"meeting.customer", "meeting.together", "meeting.phone_of_customer"}


def test_a_code_after_the_deadline_is_too_late() -> None:
    """Though it is the right one."""
    term = meeting(required_participants=PARTICIPANTS, deadline="2025-06-30T06:30:00Z")
    assert met(phone_code(term, at=MORNING + 29 * MINUTE), term=term).fulfilled
    late = phone_code(term, at=MORNING + 30 * MINUTE)
    assert failed(met(late, term=term)) == {"evidence.deadline", "meeting.phone_of_customer"}


def test_who_is_not_to_be_verified_needs_no_phone() -> None:
    """As long as no participant asks for it."""
    term = meeting(
        required_participants=[{"role": "service_provider"}, {"role": "customer", "phone_verification": False}]
    )
    assert met(term=term, phones={}).fulfilled
    assert term.options.phone_roles == set()
    assert TERM.options.phone_roles == {"customer"}
    assert BOTH_SIDES.options.phone_roles == {"recipient", "customer"}


def test_no_verdict_says_a_code_or_a_phone() -> None:
    """Nor does a piece that is shown in a log."""
    right, wrong = phone_code(TERM), phone_code(TERM, sent_to=OTHER_PHONE, at=MORNING + MINUTE)
    for verdict in (met(right, wrong), met(wrong)):
        text = str(verdict.as_json())
        assert not any(secret in text for secret in ("48151623", PHONE, OTHER_PHONE, PHONE[1:]))
    assert isinstance(right, Code)
    assert not any(secret in repr(right) for secret in ("48151623", PHONE, PHONE[1:], "5a5a"))


def test_the_published_example_is_fulfilled_by_honest_people() -> None:
    """Two positions, two confirmations, a photo and a code; without any of them it is not."""
    term = meeting(
        meeting_type="scheduled_appointment",
        location_tolerance=0.05,
        required_participants=PARTICIPANTS,
        verification_method="dual_confirmation",
        photo_evidence_required=True,
        signature_required=True,
    )
    found = {
        "meeting.confirmed_by_customer": confirmation(term, at=MORNING + MINUTE),
        "meeting.confirmed_by_recipient": confirmation(term, signer=WALLET, at=MORNING + 2 * MINUTE),
        "meeting.photo": photo(term),
        "meeting.phone_of_customer": phone_code(term),
    }
    verdict = met(*found.values(), term=term)
    assert failed(verdict) == set()
    assert len(verdict.accepted) == 6
    for missing in found:
        rest = [piece for name, piece in found.items() if name != missing]
        assert failed(met(*rest, term=term)) == {missing}

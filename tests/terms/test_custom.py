"""The judge of codes, data and approvals."""

from datetime import timedelta
from typing import Any

import pytest

from escrow_chain.terms import Grade, InvalidTerms
from escrow_chain.terms.codes import MAX_ATTEMPTS
from tests.terms.records import (
    CUSTOMER,
    MANAGER,
    MORNING,
    STRANGER,
    WALLET,
    code,
    confirmation,
    customized,
    data,
    failed,
    only,
    photo,
    verdict_on,
)

SECRET = "QC-2025-001"
CODED = customized(verification_code=SECRET)
CHECKLIST = customized(required_data={"inspection_report": True, "compliance_certificate": True, "remarks": False})
APPROVED = customized(
    required_data={"report": True}, approval_workflow={"requires_manager_approval": True, "approval_timeout_hours": 48}
)
LATER = MORNING + timedelta(hours=1)


def approval(*, hours: float = 1, signer: str = MANAGER, **said: Any) -> Any:
    """The manager's word, so many hours after the morning."""
    return confirmation(APPROVED, at=MORNING + timedelta(hours=hours), signer=signer, **said)


# ------------------------------------------------------------------------------------------------------------ code


def test_the_code_that_was_agreed_fulfils() -> None:
    """Given back exactly, within the attempts."""
    for attempt in (1, MAX_ATTEMPTS):
        verdict = verdict_on(CODED, code(CODED, SECRET, attempt=attempt))
        assert verdict.fulfilled
        assert verdict.accepted == (0,)


@pytest.mark.parametrize(
    "text", ["QC-2025-002", "qc-2025-001", "QC-2025-001 ", " QC-2025-001", "Q", "QC-2025-001\x00", "é"]
)
def test_another_code_does_not(text: str) -> None:
    """Not even nearly, and the verdict does not say how near, or what the right one is."""
    verdict = verdict_on(CODED, code(CODED, text))
    assert failed(verdict) == {"code.given"}
    assert SECRET not in str(verdict.as_json())


@pytest.mark.parametrize("attempt", [MAX_ATTEMPTS + 1, 1000, None])
def test_codes_cannot_be_tried_without_end(attempt: int | None) -> None:
    """After the last attempt the right one does not count either, nor where nobody counted."""
    assert failed(verdict_on(CODED, code(CODED, SECRET, attempt=attempt))) == {"code.attempts", "code.given"}


def test_wrong_codes_beside_the_right_one_do_no_harm() -> None:
    """As long as it is among the first."""
    wrong = [code(CODED, f"guess {n}", attempt=n, at=MORNING + timedelta(minutes=n)) for n in (1, 2)]
    right = code(CODED, SECRET, attempt=3, at=MORNING + timedelta(minutes=3))
    verdict = verdict_on(CODED, *wrong, right)
    assert verdict.fulfilled
    assert verdict.accepted == (2,)


@pytest.mark.parametrize("signer", [STRANGER, CUSTOMER, MANAGER])
def test_the_recipient_gives_the_code(signer: str) -> None:
    """Nobody else's counts."""
    assert {"bound.signature", "evidence.grade"} <= failed(verdict_on(CODED, code(CODED, SECRET, signer=signer)))
    both = customized(verification_code=SECRET, approval_workflow={"requires_manager_approval": True})
    pieces = code(both, SECRET, signer=signer), confirmation(both, at=LATER, signer=MANAGER)
    assert not verdict_on(both, *pieces).fulfilled


def test_a_code_after_the_deadline_is_too_late() -> None:
    """Though it is the right one."""
    term = customized(verification_code=SECRET, deadline="2025-06-30T06:30:00Z")
    assert failed(verdict_on(term, code(term, SECRET, at=LATER))) == {"evidence.deadline", "code.given"}


# ------------------------------------------------------------------------------------------------------------ data


def test_what_is_required_must_be_supplied() -> None:
    """In one piece or in several; what is not required may be left out."""
    assert verdict_on(CHECKLIST, data(CHECKLIST, inspection_report="passed", compliance_certificate="C-7")).fulfilled
    first, second = data(CHECKLIST, inspection_report="passed"), data(CHECKLIST, at=LATER, compliance_certificate="C-7")
    verdict = verdict_on(CHECKLIST, first, second)
    assert verdict.fulfilled
    assert verdict.accepted == (0, 1)
    assert failed(verdict_on(CHECKLIST, first)) == {"data.supplied"}
    assert failed(verdict_on(CHECKLIST, data(CHECKLIST, remarks="none"))) == {"data.supplied"}
    assert not verdict_on(CHECKLIST, data(CHECKLIST, Inspection_report="passed", compliance_certificate="C")).fulfilled


def test_data_of_others_are_none() -> None:
    """The recipient supplies them."""
    piece = data(CHECKLIST, inspection_report="x", compliance_certificate="y", origin={"signer": CUSTOMER})
    assert not verdict_on(CHECKLIST, piece).fulfilled


# -------------------------------------------------------------------------------------------------------- approval


def test_a_manager_approves_what_was_handed_in() -> None:
    """With a key of the own: grade G3."""
    verdict = verdict_on(APPROVED, data(APPROVED, report="passed"), approval())
    assert verdict.fulfilled
    assert verdict.accepted == (0, 1)
    assert only(verdict, "approval.given").grade == Grade.COUNTERPARTY


@pytest.mark.parametrize("signer", [WALLET, CUSTOMER, STRANGER])
def test_nobody_approves_for_the_manager(signer: str) -> None:
    """Least of all the recipient."""
    assert "approval.given" in failed(verdict_on(APPROVED, data(APPROVED, report="passed"), approval(signer=signer)))


def test_an_approval_of_what_was_not_there_yet_is_none() -> None:
    """Whoever exchanges the report afterwards has no approval."""
    report = data(APPROVED, report="passed")
    assert "approval.given" in failed(verdict_on(APPROVED, report, approval(hours=-1)))
    exchanged = data(APPROVED, at=MORNING + timedelta(hours=2), report="another")
    assert failed(verdict_on(APPROVED, report, approval(hours=1), exchanged)) == {"approval.given"}
    assert verdict_on(APPROVED, report, approval(hours=1), exchanged, approval(hours=3)).fulfilled


def test_the_last_word_of_the_manager_counts() -> None:
    """As of every customer."""
    report = data(APPROVED, report="passed")
    refused = approval(hours=2, confirmed=False)
    assert failed(verdict_on(APPROVED, report, approval(), refused)) == {"approval.given"}
    assert verdict_on(APPROVED, report, refused, approval(hours=3)).fulfilled


@pytest.mark.parametrize(("hours", "in_time"), [(47.99, True), (48, True), (48.01, False)])
def test_an_approval_has_its_time(hours: float, in_time: bool) -> None:
    """Afterwards a person has to look at it."""
    report, evening = data(APPROVED, report="passed"), MORNING + timedelta(days=19)
    verdict = verdict_on(APPROVED, report, approval(hours=hours), at=evening)
    assert failed(verdict) == (set() if in_time else {"approval.timeout"})
    for late in (approval(hours=49), approval(hours=300, confirmed=False)):
        assert verdict_on(APPROVED, report, approval(hours=1), late, at=evening).fulfilled


def test_an_approval_alone_can_be_asked_for() -> None:
    """In either spelling; then there is nothing that its time could begin with."""
    term = customized(required_data={"manager_approval": True})
    assert verdict_on(term, confirmation(term, signer=MANAGER, at=LATER)).fulfilled
    assert "approval.given" in failed(verdict_on(term, data(term, manager_approval="I approve")))
    term = customized(approval_workflow={"requires_manager_approval": True})
    assert verdict_on(term, confirmation(term, signer=MANAGER, at=LATER)).fulfilled
    assert failed(verdict_on(term)) == {"approval.given", "evidence.grade"}
    assert term.options.roles == {"recipient", "manager"}


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, "data"),
        ({"required_data": {}}, "data"),
        ({"required_data": {"report": False}}, "data"),
        ({"approval_workflow": {"requires_manager_approval": False}}, "data"),
        ({"verification_code": ""}, "data.verification_code"),
        ({"verification_code": 7}, "data.verification_code"),
        ({"required_data": {"report": "yes"}}, "data.required_data.report"),
        ({"required_data": ["report"]}, "data.required_data"),
        (
            {"approval_workflow": {"requires_manager_approval": True, "approval_timeout_hours": 0}},
            "data.approval_workflow.approval_timeout_hours",
        ),
        (
            {
                "verification_code": "x",
                "approval_workflow": {"requires_manager_approval": True, "approval_timeout_hours": 1e11},
            },
            "data.approval_workflow.approval_timeout_hours",
        ),
        (
            {"verification_code": "x", "approval_workflow": {"approval_timeout_hours": 24}},
            "data.approval_workflow.approval_timeout_hours",
        ),
        (
            {"approval_workflow": {"requires_manager_approval": True, "approval_timeout_hours": 24}},
            "data.approval_workflow.approval_timeout_hours",
        ),
        ({"required_data": {"": True}}, "data.required_data"),
        ({"required_data": {"\u3164": True}}, "data.required_data.\u3164"),
        ({"verification_code": "x", "verification_type": "glance"}, "data.verification_type"),
        ({"verification_code": "x", "verification_type": "document_check"}, "data.verification_type"),
        ({"verification_code": "x", "milestone_type": "time_based"}, "data.milestone_type"),
        ({"verification_code": "x", "partial_release_enabled": True}, "data.partial_release_enabled"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(options: dict[str, Any], path: str) -> None:
    """Closed lists and bounds, and a term that asks for nothing."""
    with pytest.raises(InvalidTerms) as refused:
        customized(**options)
    assert refused.value.path == path


def test_other_peoples_words_do_not_move_what_is_approved() -> None:
    """The manager approves what the recipient handed in; a customer who says yes once more takes nothing back."""
    term = customized(
        milestone_type="time_based",
        checkpoints=[
            {
                "name": "start",
                "deadline": "2025-07-01T00:00:00Z",
                "verification_method": "photo_upload",
                "weight": 40,
            },
            {
                "name": "end",
                "deadline": "2025-07-02T00:00:00Z",
                "verification_method": "customer_signature",
                "weight": 60,
            },
        ],
        approval_workflow={"requires_manager_approval": True, "approval_timeout_hours": 2},
    )
    shown = photo(term, at=MORNING, category="start")
    approved = confirmation(term, at=MORNING + timedelta(hours=1), signer=MANAGER)
    words = [confirmation(term, about="end", at=MORNING + timedelta(hours=hours)) for hours in (3, 5)]
    assert verdict_on(term, shown, approved, *words).fulfilled
    late = confirmation(term, at=MORNING + timedelta(hours=2, seconds=1), signer=MANAGER)
    assert failed(verdict_on(term, shown, late, *words)) == {"approval.timeout"}


def test_an_approval_has_its_time_after_the_last_checkpoint() -> None:
    """The milestone lasts so long; at the end of time it ends."""

    def latest(last: str, **workflow: Any) -> Any:
        checkpoint = {"name": "end", "deadline": last, "verification_method": "photo_upload", "weight": 100}
        return customized(checkpoints=[checkpoint], **workflow).options.latest

    workflow = {"approval_workflow": {"requires_manager_approval": True, "approval_timeout_hours": 48}}
    assert latest("2025-07-01T00:00:00Z").isoformat() == "2025-07-01T00:00:00+00:00"
    assert latest("2025-07-01T00:00:00Z", **workflow).isoformat() == "2025-07-03T00:00:00+00:00"
    assert latest("9999-12-31T00:00:00Z", **workflow).isoformat() == "9999-12-31T23:59:59.999999+00:00"
    assert latest("2025-07-01T00:00:00Z", deadline="2025-07-02T00:00:00Z", **workflow).isoformat() == (
        "2025-07-02T00:00:00+00:00"
    )

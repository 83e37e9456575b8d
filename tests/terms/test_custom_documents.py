"""The judge of documents: of what type, with which fields filled, approved by which authority."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms import Confirmation, Grade, InvalidTerms, Piece, Term, Verdict
from escrow_chain.terms.options import MEGABYTE
from tests.terms.records import (
    CUSTOMER,
    INSPECTOR,
    MANAGER,
    MORNING,
    ROOT,
    STRANGER,
    WALLET,
    confirmation,
    customized,
    data,
    document,
    failed,
    only,
    pdf_signature,
    verdict_on,
)

CERTIFICATE = {"type": "certificate", "format": "pdf", "max_size_mb": 5, "verification_authority": "quality_control"}
REPORT = {"type": "report", "format": "pdf", "fields_required": ["inspector_id", "date", "signature"]}
APPROVED = customized(required_documents=[CERTIFICATE])
FILLED = customized(required_documents=[REPORT])
BARE = customized(required_documents=[{"type": "certificate"}])
ROOTS = {"quality_control": frozenset({ROOT})}
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def judged(term: Term, *pieces: Piece, **changes: Any) -> Verdict:
    """The verdict where quality control has an address and a root certificate."""
    return verdict_on(term, *pieces, **({"roots": ROOTS} | changes))


def word(
    term: Term, about: str = "certificate", *, minutes: float = 10, signer: str = INSPECTOR, **said: Any
) -> Confirmation:
    """The inspector's word about a document, so many minutes after the morning."""
    return confirmation(term, about=about, at=MORNING + minutes * MINUTE, signer=signer, **said)


def signed(term: Term, **fields: Any) -> Piece:
    """A certificate that the inspector signed in the file."""
    return document(term, "certificate", signatures=(pdf_signature(),), **fields)


# ------------------------------------------------------------------------------------------------------- documents


def test_the_published_example_is_fulfilled_by_an_honest_recipient() -> None:
    """A signed certificate, a report with its fields, and then the manager."""
    term = customized(
        verification_type="document_check",
        required_documents=[CERTIFICATE, REPORT],
        approval_workflow={"requires_manager_approval": True, "approval_timeout_hours": 48},
    )
    report = document(
        term,
        "report",
        2,
        at=MORNING + HOUR,
        fields={"inspector_id": "17", "Signature1": "J. Okello"},
        stated={"date": "2025-06-30"},
        signatures=(pdf_signature(None),),
    )
    pieces = [signed(term), report, confirmation(term, signer=MANAGER, at=MORNING + 2 * HOUR)]
    verdict = judged(term, *pieces)
    assert failed(verdict) == set()
    assert verdict.accepted == (0, 1, 2)
    for left_out, codes in (
        (0, {"document.supplied", "document.approved"}),
        (1, {"document.supplied"}),
        (2, {"approval.given"}),
    ):
        rest = [piece for number, piece in enumerate(pieces) if number != left_out]
        assert failed(judged(term, *rest)) == codes


@pytest.mark.parametrize("kind", [None, "Certificate", "certificate ", "report"])
def test_a_document_of_no_type_that_is_asked_for_counts_for_none(kind: str | None) -> None:
    """What it is must be said, as it was agreed."""
    verdict = judged(BARE, document(BARE, kind))
    assert failed(verdict) == {"document.type", "document.supplied"}
    assert only(verdict, "document.type").limit == "certificate"


def test_each_type_wants_a_document_of_its_own() -> None:
    """However many there are of the other."""
    term = customized(required_documents=[{"type": "certificate"}, {"type": "report"}])
    first, second = document(term, "certificate", 1), document(term, "certificate", 2)
    assert failed(judged(term, first, second)) == {"document.supplied"}
    assert judged(term, first, document(term, "report", 2)).fulfilled


@pytest.mark.parametrize(
    ("asked", "size", "counts"),
    [(0.5, 500_000, True), (0.5, 500_001, False), (None, 10 * MEGABYTE, True), (None, 10 * MEGABYTE + 1, False)],
)
def test_a_document_has_a_largest_size(asked: float | None, size: int, counts: bool) -> None:
    """In megabytes of a million bytes, the limit included; ten if nothing is said."""
    term = customized(required_documents=[{"type": "certificate", "max_size_mb": asked}])
    verdict = judged(term, document(term, "certificate", size=size))
    assert verdict.fulfilled is counts
    assert failed(verdict) == (set() if counts else {"document.file_size", "document.supplied"})


def test_each_type_has_its_own_size() -> None:
    """The largest one says what is read, and no more."""
    small, large = {"type": "certificate", "max_size_mb": 1}, {"type": "report", "max_size_mb": 2}
    term = customized(required_documents=[small, large])
    assert term.options.max_bytes == 2 * MEGABYTE
    pieces = [document(term, "certificate", size=1_500_000), document(term, "report", 2, size=1_500_000)]
    assert failed(judged(term, *pieces)) == {"document.file_size", "document.supplied"}


@pytest.mark.parametrize("signer", [CUSTOMER, MANAGER, INSPECTOR, STRANGER])
def test_the_recipient_hands_documents_in(signer: str) -> None:
    """Nobody else's count, not even those who would approve them."""
    term = customized(required_documents=[CERTIFICATE], approval_workflow={"requires_manager_approval": True})
    pieces = [signed(term, origin={"signer": signer}), confirmation(term, signer=MANAGER, at=MORNING + HOUR)]
    assert "document.supplied" in failed(judged(term, *pieces))


def test_the_last_document_that_counts_is_the_one() -> None:
    """One that is of no use replaces none."""
    good, better = signed(APPROVED), signed(APPROVED, seed=2, at=MORNING + HOUR)
    assert judged(APPROVED, good, better).accepted == (1,)
    for useless in (
        document(APPROVED, "certificate", 2, at=MORNING + HOUR, size=5 * MEGABYTE + 1),
        document(APPROVED, "other", 2, at=MORNING + HOUR),
        document(APPROVED, "certificate", 2, at=MORNING + HOUR, origin={"signer": STRANGER}),
        document(APPROVED, "certificate", 2, at=MORNING + 13 * HOUR),
    ):
        verdict = judged(APPROVED, good, useless)
        assert verdict.fulfilled
        assert verdict.accepted == (0,)


def test_a_document_after_the_deadline_is_too_late() -> None:
    """And one in time is not undone by it; the same is true of the milestone's deadline."""
    term = customized(required_documents=[{"type": "certificate"}], deadline="2025-06-30T06:30:00Z")
    late = document(term, "certificate", 2, at=MORNING + MINUTE * 30)
    assert failed(judged(term, late)) == {"evidence.deadline", "document.supplied"}
    assert judged(term, document(term, "certificate"), late).accepted == (0,)
    in_time = document(BARE, "certificate", at=MORNING + MINUTE * 30 - SECOND)
    assert judged(BARE, in_time, deadline=MORNING + MINUTE * 30).fulfilled
    assert not judged(BARE, in_time, deadline=MORNING + MINUTE * 30 - SECOND).fulfilled


def test_nobody_is_believed_whose_recipient_is_not_known() -> None:
    """Whatever stands in the file."""
    assert not judged(APPROVED, signed(APPROVED), word(APPROVED), submitter=None).fulfilled


# ---------------------------------------------------------------------------------------------------------- fields


WHOLE_REPORT = {"inspector_id": "17", "date": "2025-06-30"}


@pytest.mark.parametrize(
    "fields",
    [
        {"fields": WHOLE_REPORT, "signatures": (pdf_signature(),)},
        {"fields": WHOLE_REPORT, "signatures": (pdf_signature(None),)},
        {"stated": WHOLE_REPORT, "signatures": (pdf_signature(field="signature"),)},
        {"fields": {"date": "today"}, "stated": {"inspector_id": "17"}, "signatures": (pdf_signature(),)},
        {"fields": WHOLE_REPORT, "signatures": (pdf_signature(whole=False), pdf_signature(field="Signature2"))},
    ],
)
def test_fields_are_filled_in_the_file_or_by_its_upload(fields: dict[str, Any]) -> None:
    """The field `signature` by any signature that covers the whole file, whosever it is."""
    assert judged(FILLED, document(FILLED, "report", **fields)).fulfilled


@pytest.mark.parametrize(
    ("fields", "present"),
    [
        ({}, None),
        ({"fields": WHOLE_REPORT}, "inspector_id, date"),
        ({"fields": {"date": "today"}, "signatures": (pdf_signature(),)}, "date, signature"),
        ({"stated": {"Inspector_id": "17", "date ": "x"}, "signatures": (pdf_signature(),)}, "signature"),
        ({"fields": WHOLE_REPORT, "signatures": (pdf_signature(whole=False),)}, "inspector_id, date"),
    ],
)
def test_every_field_must_be_there(fields: dict[str, Any], present: str | None) -> None:
    """By its very name; the verdict says which are."""
    verdict = judged(FILLED, document(FILLED, "report", **fields))
    assert failed(verdict) == {"document.fields", "document.supplied"}
    assert only(verdict, "document.fields").measured == present


@pytest.mark.parametrize("field", ["signature", "date"])
@pytest.mark.parametrize("by", ["fields", "stated"])
def test_a_signature_that_is_not_whole_fills_no_field(field: str, by: str) -> None:
    """A file that was changed after it was signed is not signed, though readers still see the signer's name."""
    given = WHOLE_REPORT | {"signature": "J. Okello"}
    whole = (pdf_signature(field="Whole"),)
    assert judged(FILLED, document(FILLED, "report", **{by: given}, signatures=whole)).fulfilled  # type: ignore[arg-type]
    changed = (pdf_signature(field=field, whole=False),)
    verdict = judged(FILLED, document(FILLED, "report", **{by: given}, signatures=changed))  # type: ignore[arg-type]
    assert failed(verdict) == {"document.fields", "document.supplied"}


def test_naming_fields_approves_nothing() -> None:
    """Whatever the recipient says of his own document, an authority's approval is somebody else's."""
    boasting = {"signature": "quality_control", "quality_control": "approved", "approved": "true", "certificate": "yes"}
    for piece in (
        document(APPROVED, "certificate", stated=boasting),
        document(APPROVED, "certificate", fields=boasting),
    ):
        assert failed(judged(APPROVED, piece)) == {"document.approved"}
    claims = data(APPROVED, at=MORNING + HOUR, certificate="approved by quality_control")
    assert failed(judged(APPROVED, document(APPROVED, "certificate"), claims)) == {"document.approved"}


# ----------------------------------------------------------------------------------------- approval by a signature


def test_an_authority_approves_by_a_signature_in_the_document() -> None:
    """With a certificate that leads to its root; among others' signatures too."""
    verdict = judged(APPROVED, signed(APPROVED))
    assert verdict.fulfilled
    assert only(verdict, "document.approved").measured == "Common Name: J. Okello"
    both = (pdf_signature(None), pdf_signature(field="Signature2"))
    assert judged(APPROVED, document(APPROVED, "certificate", signatures=both)).fulfilled
    several = {"quality_control": frozenset({b"\x01" * 32, ROOT})}
    assert judged(APPROVED, signed(APPROVED), roots=several).fulfilled


@pytest.mark.parametrize(
    "signatures",
    [
        (),
        (pdf_signature(None),),
        (pdf_signature(b"\x01" * 32),),
        (pdf_signature(whole=False),),
        (pdf_signature(None), pdf_signature(whole=False)),
    ],
)
def test_no_other_signature_approves(signatures: tuple[Any, ...]) -> None:
    """None, self-signed, of another root, or of a file that was changed."""
    assert failed(judged(APPROVED, document(APPROVED, "certificate", signatures=signatures))) == {"document.approved"}


@pytest.mark.parametrize("roots", [{}, {"customer": frozenset({ROOT})}, {"quality_control": frozenset()}])
def test_a_root_is_that_of_the_authority_that_is_asked(roots: Any) -> None:
    """That of another role approves nothing."""
    assert failed(judged(APPROVED, signed(APPROVED), roots=roots)) == {"document.approved"}


# --------------------------------------------------------------------------------------------- approval by a word


def test_an_authority_approves_by_a_word_with_its_own_key() -> None:
    """After the document came, and about it: grade G3."""
    verdict = judged(APPROVED, document(APPROVED, "certificate"), word(APPROVED), roots={})
    assert verdict.fulfilled
    assert verdict.accepted == (0, 1)
    assert only(verdict, "document.approved").grade == Grade.COUNTERPARTY


@pytest.mark.parametrize("signer", [WALLET, CUSTOMER, MANAGER, STRANGER])
def test_nobody_speaks_for_an_authority(signer: str) -> None:
    """Neither the recipient, nor somebody who has another word in the same term."""
    term = customized(required_documents=[CERTIFICATE], approval_workflow={"requires_manager_approval": True})
    pieces = [document(term, "certificate"), word(term, signer=signer), word(term, "", signer=MANAGER, minutes=20)]
    assert "document.approved" in failed(judged(term, *pieces))


@pytest.mark.parametrize("about", ["", "report", "Certificate", "certificate "])
def test_a_word_is_about_a_type(about: str) -> None:
    """Not about another one, nor about everything."""
    assert failed(judged(APPROVED, document(APPROVED, "certificate"), word(APPROVED, about))) == {"document.approved"}


def test_a_word_for_one_document_does_not_count_for_another() -> None:
    """Of the same authority, handed in at the same time."""
    term = customized(required_documents=[CERTIFICATE, CERTIFICATE | {"type": "report"}])
    pieces = [document(term, "certificate", 1), document(term, "report", 2), word(term, "report")]
    verdict = judged(term, *pieces)
    assert failed(verdict) == {"document.approved"}
    assert judged(term, *pieces, word(term)).fulfilled


def test_authorities_speak_for_themselves() -> None:
    """Each about the document that is its own."""
    safety = CERTIFICATE | {"type": "report", "verification_authority": "safety"}
    term = customized(required_documents=[CERTIFICATE, safety])
    people = {"quality_control": INSPECTOR, "safety": MANAGER}
    pieces = [document(term, "certificate", 1), document(term, "report", 2), word(term)]
    crossed = word(term, "report"), word(term, signer=MANAGER)
    assert failed(judged(term, *pieces, *crossed, people=people)) == {"document.approved"}
    assert judged(term, *pieces, word(term, "report", signer=MANAGER), people=people).fulfilled


def test_one_address_with_two_roles_says_what_it_says() -> None:
    """The manager who is quality control too approves a document by a word about it, and the term by another."""
    term = customized(required_documents=[CERTIFICATE], approval_workflow={"requires_manager_approval": True})
    people = {"manager": MANAGER, "quality_control": MANAGER}
    certificate = document(term, "certificate")
    of_it, of_all = word(term, signer=MANAGER), word(term, "", signer=MANAGER, minutes=20)
    assert failed(judged(term, certificate, of_it, people=people)) == {"approval.given"}
    assert failed(judged(term, certificate, of_all, people=people)) == {"document.approved"}
    assert judged(term, certificate, of_it, of_all, people=people).fulfilled


def test_an_authority_with_the_recipients_own_address_is_nobody() -> None:
    """Also if the terms name it."""
    pieces = [document(APPROVED, "certificate"), word(APPROVED, signer=WALLET)]
    assert failed(judged(APPROVED, *pieces, people={"quality_control": WALLET})) == {"document.approved"}


def test_a_word_before_the_document_approves_nothing() -> None:
    """From its nonce on it must have been there."""
    later = document(APPROVED, "certificate", at=MORNING + 20 * MINUTE)
    assert failed(judged(APPROVED, later, word(APPROVED))) == {"document.approved"}
    for off, counts in ((timedelta(0), True), (-timedelta(microseconds=1), False)):
        said = word(APPROVED, issued_at=MORNING + off)
        assert judged(APPROVED, document(APPROVED, "certificate"), said).fulfilled is counts


def test_whoever_exchanges_a_document_needs_another_word() -> None:
    """Or a signature in the new one; going back to the old one is no way round."""
    old = document(APPROVED, "certificate", 1)
    new = document(APPROVED, "certificate", 2, at=MORNING + 20 * MINUTE)
    back = document(APPROVED, "certificate", 1, at=MORNING + 30 * MINUTE)
    assert judged(APPROVED, old, word(APPROVED)).fulfilled
    assert failed(judged(APPROVED, old, word(APPROVED), new)) == {"document.approved"}
    assert judged(APPROVED, old, word(APPROVED), new, word(APPROVED, minutes=30)).fulfilled
    assert judged(APPROVED, old, word(APPROVED), signed(APPROVED, seed=2, at=MORNING + 20 * MINUTE)).accepted == (2,)
    assert failed(judged(APPROVED, old, new, word(APPROVED, minutes=25), back)) == {"document.approved"}


def test_whoever_exchanges_a_document_needs_another_approval_of_the_manager() -> None:
    """Even if the authority has signed the new one."""
    term = customized(required_documents=[CERTIFICATE], approval_workflow={"requires_manager_approval": True})
    approval = confirmation(term, signer=MANAGER, at=MORNING + HOUR)
    new = signed(term, seed=2, at=MORNING + 2 * HOUR)
    assert judged(term, signed(term), approval).fulfilled
    assert failed(judged(term, signed(term), approval, new)) == {"approval.given"}


def test_the_last_word_of_an_authority_counts() -> None:
    """Of two that came at once, the one that says no."""
    piece, yes, no = document(APPROVED, "certificate"), word(APPROVED), word(APPROVED, minutes=20, confirmed=False)
    verdict = judged(APPROVED, piece, yes, no)
    assert failed(verdict) == {"document.approved"}
    assert "refused" in str(only(verdict, "document.approved").sentence)
    assert judged(APPROVED, piece, no, word(APPROVED, minutes=30)).fulfilled
    assert not judged(APPROVED, piece, yes, word(APPROVED, confirmed=False)).fulfilled
    assert not judged(APPROVED, piece, word(APPROVED, confirmed=False), yes).fulfilled


def test_a_word_weighs_more_than_a_signature() -> None:
    """An authority that has signed the file can still refuse it."""
    assert failed(judged(APPROVED, signed(APPROVED), word(APPROVED, confirmed=False))) == {"document.approved"}


@pytest.mark.parametrize("stated", [None, {"note": "another"}])
def test_a_refused_file_stays_refused_when_it_is_handed_in_again(stated: dict[str, str] | None) -> None:
    """Whatever is said of it, until the authority says otherwise; another file is another matter."""
    no = word(APPROVED, confirmed=False)
    again = signed(APPROVED, at=MORNING + HOUR, stated=stated)
    between = signed(APPROVED, seed=2, at=MORNING + 5 * MINUTE)
    assert failed(judged(APPROVED, signed(APPROVED), no, again)) == {"document.approved"}
    assert failed(judged(APPROVED, signed(APPROVED), between, no, again)) == {"document.approved"}
    assert judged(APPROVED, signed(APPROVED), no, again, word(APPROVED, minutes=90)).fulfilled
    assert judged(APPROVED, signed(APPROVED), no, signed(APPROVED, seed=2, at=MORNING + HOUR)).fulfilled


def test_a_refused_file_that_did_not_count_yet_stays_refused() -> None:
    """It was there, whatever it lacked."""
    asked = CERTIFICATE | {"fields_required": ["date"]}
    term = customized(required_documents=[asked])
    again = signed(term, at=MORNING + HOUR, stated={"date": "today"})
    assert judged(term, signed(term), again).fulfilled
    assert failed(judged(term, signed(term), word(term, confirmed=False), again)) >= {"document.approved"}


def test_a_word_after_the_deadline_is_too_late() -> None:
    """It neither approves nor refuses."""
    term = customized(required_documents=[CERTIFICATE], deadline="2025-06-30T06:30:00Z")
    assert "document.approved" in failed(judged(term, document(term, "certificate"), word(term, minutes=30)))
    assert judged(term, document(term, "certificate"), word(term, minutes=29)).fulfilled
    assert judged(term, signed(term), word(term, minutes=30, confirmed=False)).fulfilled


WORDS = st.tuples(st.sampled_from([WALLET, CUSTOMER, MANAGER, STRANGER]), st.booleans(), st.integers(1, 700))


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", "certificate", "report"])), max_size=6), st.booleans())
def test_nobody_but_the_authority_changes_its_word(noise: list[Any], approves: bool) -> None:
    """Neither to yes nor to no, whoever else speaks, about what and when."""
    said = [
        word(APPROVED, about, signer=signer, minutes=minutes, confirmed=yes) for (signer, yes, minutes), about in noise
    ]
    pieces = [document(APPROVED, "certificate"), word(APPROVED, minutes=30, confirmed=approves)]
    assert judged(APPROVED, *said, *pieces).fulfilled is approves


# --------------------------------------------------------------------------------------------------------- options


def asked(**changes: Any) -> dict[str, Any]:
    """Options that ask for one document."""
    return {"required_documents": [{"type": "certificate"} | changes]}


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"required_documents": []}, "data.required_documents"),
        ({"required_documents": {}}, "data.required_documents"),
        ({"required_documents": [None]}, "data.required_documents[0]"),
        ({"required_documents": [{"type": str(n)} for n in range(21)]}, "data.required_documents"),
        ({"required_documents": [{"type": "a"}, {"type": "a"}]}, "data.required_documents"),
        ({"required_documents": [{"type": "a"}, {}]}, "data.required_documents[1].type"),
        (asked(type=""), "data.required_documents[0].type"),
        (asked(type="\u3164"), "data.required_documents[0].type"),
        (asked(type="x" * 101), "data.required_documents[0].type"),
        (asked(type=None), "data.required_documents[0].type"),
        (asked(format="docx"), "data.required_documents[0].format"),
        (asked(format="PDF"), "data.required_documents[0].format"),
        (asked(max_size_mb=0), "data.required_documents[0].max_size_mb"),
        (asked(max_size_mb=-1), "data.required_documents[0].max_size_mb"),
        (asked(max_size_mb=64.1), "data.required_documents[0].max_size_mb"),
        (asked(max_size_mb="5"), "data.required_documents[0].max_size_mb"),
        (asked(max_size_mb=True), "data.required_documents[0].max_size_mb"),
        (asked(verification_authority="recipient"), "data.required_documents[0].verification_authority"),
        (asked(verification_authority="Quality Control"), "data.required_documents[0].verification_authority"),
        (asked(verification_authority=""), "data.required_documents[0].verification_authority"),
        (asked(fields_required="date"), "data.required_documents[0].fields_required"),
        (asked(fields_required=["date", ""]), "data.required_documents[0].fields_required[1]"),
        (asked(fields_required=["date", "\u2800"]), "data.required_documents[0].fields_required[1]"),
        (asked(fields_required=["x" * 201]), "data.required_documents[0].fields_required[0]"),
        (asked(fields_required=[str(n) for n in range(101)]), "data.required_documents[0].fields_required"),
        (asked() | {"verification_type": "document"}, "data.verification_type"),
        ({"required_data": {"report": True}, "verification_type": "document_check"}, "data.verification_type"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(options: dict[str, Any], path: str) -> None:
    """Closed lists and bounds."""
    with pytest.raises(InvalidTerms) as refused:
        customized(**options)
    assert refused.value.path == path


def test_what_is_null_is_not_asked_for() -> None:
    """At every depth."""
    nothing = {"format": None, "max_size_mb": None, "verification_authority": None, "fields_required": None}
    term = customized(**asked(**nothing), verification_type=None, approval_workflow=None)
    assert term.options.roles == {"recipient"}
    assert judged(term, document(term, "certificate")).fulfilled


def test_the_most_that_can_be_asked_for() -> None:
    """Twenty types with a hundred fields each, 64 MB."""
    fields = [f"field {number}" for number in range(100)]
    kinds = [f"kind {number}" for number in range(20)]
    term = customized(
        required_documents=[{"type": kind, "max_size_mb": 64, "fields_required": fields} for kind in kinds]
    )
    stated = dict.fromkeys(fields, "x")
    pieces = [document(term, kind, n, stated=stated, size=64 * MEGABYTE) for n, kind in enumerate(kinds)]
    assert judged(term, *pieces).fulfilled
    assert not judged(term, *pieces[1:]).fulfilled


def test_a_field_that_is_asked_for_twice_is_one_field() -> None:
    """It is filled once."""
    term = customized(**asked(fields_required=["date", "date"]))
    assert judged(term, document(term, "certificate", stated={"date": "today"})).fulfilled


def test_one_file_serves_for_one_type() -> None:
    """The type is what the recipient says; who signs a file signs it once."""
    term = customized(required_documents=[{"type": "certificate"}, {"type": "report"}])
    both = [document(term, kind, 1, at=MORNING + n * HOUR) for n, kind in enumerate(("certificate", "report"))]
    assert failed(verdict_on(term, *both)) == {"document.supplied"}
    assert verdict_on(term, *both, document(term, "report", 2, at=MORNING + 3 * HOUR)).fulfilled


@pytest.mark.parametrize(("megabytes", "size"), [(1.001, 1_001_000), (0.1, 100_000), (0.07, 70_000), (5, 5_000_000)])
def test_sizes_are_exact(megabytes: float, size: int) -> None:
    """To the byte, as the text in JSON says it."""
    term = customized(required_documents=[{"type": "report", "max_size_mb": megabytes}])
    assert verdict_on(term, document(term, "report", size=size)).fulfilled
    assert "document.file_size" in failed(verdict_on(term, document(term, "report", size=size + 1)))

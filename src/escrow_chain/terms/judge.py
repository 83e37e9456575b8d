"""The judge: a term, the evidence for it and the circumstances in, a verdict out.

Pure and deterministic: it fetches nothing and reads no clock. Doubt never pays: what cannot be
checked fails. Pieces that do not reach the grade asked for do not count beside those that do; where
none does, the others are still measured, so that the verdict shows everything, and the check of the
grade fails.
"""

from collections.abc import Sequence
from typing import Any

from escrow_chain.terms.binding import binding_checks, grade_of
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import Term
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.pieces import Piece, Unusable, Usable
from escrow_chain.terms.record import Grade
from escrow_chain.terms.timeliness import timeliness_checks
from escrow_chain.terms.verdict import Check, Verdict


def judge(term: Term, evidence: Sequence[Piece], circumstances: Circumstances) -> Verdict:
    """The verdict on one term. The checks name pieces by their place in `evidence`."""
    checks: list[Check] = []
    exhibits: list[Exhibit[Any]] = []
    for number, piece in enumerate(evidence):
        if isinstance(piece, Unusable):
            checks.append(_unusable(piece, number))
        elif piece.kind not in term.type.kinds:
            checks.append(_wrong_kind(piece.kind, number, term))
        else:
            exhibit, found = _exhibit(piece, number, term, circumstances)
            exhibits.append(exhibit)
            checks.extend(found)
    exhibits.sort(key=lambda each: (each.happened, each.number))
    asked = term.options.grade
    examined = [each for each in exhibits if each.grade >= asked] or exhibits
    findings = term.type.examine(term.options, examined, circumstances)
    checks.extend(findings.checks)
    checks.append(_grade(examined, findings, asked))
    decisive = [check for check in checks if check.decisive]
    fulfilled = bool(decisive) and all(check.passed for check in decisive)
    return Verdict(
        term=term.id,
        term_type=term.type.name,
        at=circumstances.at,
        grade=asked,
        fulfilled=fulfilled,
        accepted=findings.counted if fulfilled else (),
        checks=tuple(checks),
    )


def _unusable(piece: Unusable, number: int) -> Check:
    return Check(
        code=piece.code,
        passed=False,
        sentence=piece.sentence,
        measured=piece.measured,
        limit=piece.limit,
        unit=piece.unit,
        grade=Grade.CLAIM,
        piece=number,
    )


def _wrong_kind(kind: str, number: int, term: Term) -> Check:
    wanted = " or ".join(sorted(term.type.kinds))
    return Check(
        code="evidence.kind",
        passed=False,
        sentence=f"A {kind} does not prove this term. Hand in a {wanted}.",
        measured=kind,
        limit=wanted,
        grade=Grade.CLAIM,
        piece=number,
    )


def _exhibit(
    piece: Usable, number: int, term: Term, circumstances: Circumstances
) -> tuple[Exhibit[Any], tuple[Check, ...]]:
    signers = circumstances.addresses(term.options.roles)
    binding = binding_checks(piece, number=number, term=term.id, signers=signers, circumstances=circumstances)
    grade = grade_of(piece, binding, circumstances)
    provenance = piece.provenance
    happened = provenance.received_at if provenance else piece.captured_at or circumstances.at
    timeliness = timeliness_checks(
        happened,
        number=number,
        grade=grade,
        term_deadline=term.options.deadline,
        circumstances=circumstances,
    )
    timely = all(check.passed for check in timeliness)
    begun = (provenance and provenance.issued_at) or happened
    exhibit = Exhibit(number=number, piece=piece, grade=grade, happened=happened, begun=begun, timely=timely)
    return exhibit, binding + timeliness


def _grade(examined: Sequence[Exhibit[Any]], findings: Findings, asked: Grade) -> Check:
    numbers = set(findings.counted)
    counted = [each for each in examined if each.number in numbers] or examined
    reached = min((each.grade for each in counted), default=None)
    passed = reached is not None and reached >= asked
    if passed:
        sentence = "The evidence is bound to this term and to who signed it."
    elif reached is None:
        sentence = "There is no evidence. Hand in some."
    else:
        sentence = (
            "The evidence is a mere claim, which never releases money. Hand it in with a fresh nonce "
            "for this term and the signature of the wallet that the terms name."
        )
    return Check(
        code="evidence.grade",
        passed=passed,
        sentence=sentence,
        measured=None if reached is None else reached.value,
        limit=asked.value,
        grade=reached,
        decisive=True,
    )

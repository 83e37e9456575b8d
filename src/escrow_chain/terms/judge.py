"""The judge: a term, the evidence for it and the circumstances in, a verdict out.

Pure and deterministic: it fetches nothing and reads no clock. Doubt never pays: what cannot be
checked fails. Pieces that do not reach the grade asked for do not count beside those that do; where
none does, the others are still measured, so that the verdict shows everything, and the check of the
grade fails.
"""

from collections.abc import Sequence
from typing import Any, Final

from escrow_chain.terms.binding import Named, binding_checks, grade_of
from escrow_chain.terms.check import Check, Rule, all_passed
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import Term
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.pieces import Piece, Unusable, Usable
from escrow_chain.terms.record import Grade
from escrow_chain.terms.timeliness import timeliness_checks
from escrow_chain.terms.verdict import Verdict

KIND: Final = Rule("evidence.kind", passed="", failed="A {measured} does not prove this term. Hand in one of: {limit}.")
GRADE: Final = Rule(
    "evidence.grade",
    passed="The evidence is bound to this term and to who signed it.",
    failed="The evidence is a mere claim, which never releases money. Hand it in with a fresh nonce for this term and "
    "the signature of the wallet that the terms name.",
    otherwise={
        "none": "There is no evidence. Hand in some.",
        "too low": "The evidence is of grade {measured}, and the terms ask for {limit}. Hand it in with what the terms "
        "ask for: a capture device or an app that vouches for it, or the other side's word.",
    },
    decisive=True,
)


def judge(term: Term, evidence: Sequence[Piece], circumstances: Circumstances) -> Verdict:
    """The verdict on one term. The checks name pieces by their place in `evidence`."""
    checks: list[Check] = []
    exhibits: list[Exhibit[Any]] = []
    signers = circumstances.addresses(term.options.roles)
    for number, piece in enumerate(evidence):
        if isinstance(piece, Unusable):
            checks.append(_unusable(piece, number))
        elif piece.kind not in term.type.kinds:
            checks.append(_wrong_kind(piece, number, term))
        else:
            exhibit, found = _exhibit(piece, number, term, circumstances, signers)
            exhibits.append(exhibit)
            checks += found
    if len(exhibits) > 1:
        exhibits.sort(key=lambda each: (each.happened, each.number))
    asked = term.options.grade
    examined = [each for each in exhibits if each.grade >= asked] or exhibits
    findings = term.type.examine(term.options, examined, circumstances)
    checks += findings.checks
    checks.append(_grade(examined, findings, asked))
    fulfilled = all_passed([check for check in checks if check.rule.decisive])
    return Verdict(
        term.id,
        term.type.name,
        circumstances.at,
        asked,
        fulfilled,
        findings.counted if fulfilled else (),
        tuple(checks),
    )


def _unusable(piece: Unusable, number: int) -> Check:
    rule = Rule(piece.code, passed="", failed=piece.sentence.text, unit=piece.unit)
    values = piece.sentence.values
    return Check(
        rule, passed=False, measured=piece.measured, limit=piece.limit, grade=Grade.CLAIM, piece=number, values=values
    )


def _wrong_kind(piece: Usable, number: int, term: Term) -> Check:
    return Check(KIND, passed=False, measured=piece.kind, limit=term.type.kinds, grade=Grade.CLAIM, piece=number)


def _exhibit(
    piece: Usable, number: int, term: Term, circumstances: Circumstances, signers: frozenset[str]
) -> tuple[Exhibit[Any], tuple[Check, ...]]:
    provenance = piece.provenance
    if provenance is None:
        binding: tuple[Check, ...] = ()
        grade = Grade.CLAIM
        begun = happened = piece.captured_at or circumstances.at
    else:
        expected = Named(piece.kind, circumstances.deal, circumstances.milestone, term.id)
        binding = binding_checks(piece, provenance, number=number, expected=expected, signers=signers)
        bound = all_passed(binding)
        grade = grade_of(piece, provenance, circumstances) if bound else Grade.CLAIM
        happened = provenance.received_at
        begun = provenance.issued_at or happened
    timeliness = timeliness_checks(
        happened,
        number=number,
        grade=grade,
        judged_at=circumstances.at,
        deadline=circumstances.earlier(term.options.deadline),
    )
    timely = all_passed(timeliness)
    return Exhibit(number, piece, grade, happened, begun, timely), binding + timeliness


def _grade(examined: Sequence[Exhibit[Any]], findings: Findings, asked: Grade) -> Check:
    """The grade that is reached by all that counted, or by all if nothing did."""
    counted = findings.counted
    grades = [each.grade for each in examined if not counted or each.number in counted]
    if not grades:
        return Check(GRADE, passed=False, limit=asked, reason="none")
    reached = min(grades)
    return Check(GRADE, reached >= asked, reached, asked, reached, reason="too low" if reached > Grade.CLAIM else None)

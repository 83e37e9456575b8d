"""All milestones of one attestation, judged together: what a service does before it signs, and what a verifier repeats.

What was handed in for one of them is compared with the others too, so the same photo serves only once. Only what is
signed is heard: nothing else can fulfil a term, and nothing else is in a bundle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from escrow_chain.evidence.assembly import Brought, Desk, Judged, judge_things
from escrow_chain.evidence.bundle import Bundle, Contents, Draft, Hearing, judge_versions
from escrow_chain.evidence.handed_in import HandedIn, Signed
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import JsonValue
from escrow_chain.protocol.typed_data import Attestation, Domain
from escrow_chain.terms.document import TermsDocument, parse_document
from escrow_chain.terms.verdict import Verdict

_WORDS: Final = frozenset({"sentence", "message"})


@dataclass(frozen=True, slots=True)
class Matter:
    """One milestone: its index, who is paid, until when; the terms document; and what was handed in for it."""

    milestone: int
    submitter: str
    deadline: datetime
    document: JsonValue
    things: Sequence[HandedIn]


@dataclass(frozen=True, slots=True)
class Heard:
    """A matter, its signed pieces, its terms, and the verdict on each of them."""

    matter: Matter
    pieces: tuple[Signed, ...]
    terms: TermsDocument
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Sitting:
    """All matters of a deal that were heard at one time, and the anchors of cameras (PEM) that were trusted then."""

    deal: bytes
    at: datetime
    anchors: str
    heard: tuple[Heard, ...]

    @property
    def judge(self) -> dict[str, str]:
        """The versions of the judge who heard them."""
        return judge_versions(term.type.name for each in self.heard for term in each.terms.terms)


class Attested(NamedTuple):
    """What was signed about matters that are fulfilled, and the leaves under its evidence root."""

    attestation: Attestation
    leaves: tuple[dict[str, Any], ...]


def hear(matters: Sequence[Matter], *, deal: bytes, at: datetime, sandbox: Sandbox, anchors: str = "") -> Sitting:
    """The verdicts on all matters of a deal, at one time. Raises `TermsError` for terms that are none."""
    brought = [_brought(matter, deal, at) for matter in matters]
    judged = judge_things(brought, desk=Desk.new(sandbox, anchors=anchors))
    heard = [
        Heard(matter, tuple(thing for thing in each.things if isinstance(thing, Signed)), each.document, verdicts)
        for matter, each, verdicts in zip(matters, brought, judged, strict=True)
    ]
    return Sitting(deal, at, anchors, tuple(heard))


def _brought(matter: Matter, deal: bytes, at: datetime) -> Brought:
    terms = parse_document(matter.document)
    around = terms.circumstances(
        at=at, deal=deal, milestone=matter.milestone, submitter=matter.submitter, deadline=matter.deadline
    )
    return Brought(terms, [thing for thing in matter.things if isinstance(thing, Signed)], around)


def draft_bundle(sitting: Sitting, domain: Domain, attested: Attested | None) -> tuple[Contents, dict[str, bytes]]:
    """The bundle of what was heard, to be signed and written: its contents, and all other members."""
    draft = Draft()
    hearings = tuple(
        Hearing(
            milestone=each.matter.milestone,
            submitter=each.matter.submitter,
            deadline=each.matter.deadline,
            terms=draft.add_terms(each.matter.document),
            evidence=tuple(draft.add_piece(piece) for piece in each.pieces),
            verdicts=tuple(recorded(judged.verdict) for judged in each.judged),
        )
        for each in sitting.heard
    )
    contents = Contents(
        judge=sitting.judge,
        domain=domain,
        deal=sitting.deal,
        at=sitting.at,
        anchors=sitting.anchors,
        hearings=hearings,
        leaves=attested.leaves if attested else (),
        attestation=attested.attestation if attested else None,
        members=draft.hashes,
    )
    return contents, draft.members


def recorded(verdict: Verdict) -> dict[str, Any]:
    """A verdict as a bundle has it: without its sentences."""
    found = verdict.as_json()
    found["checks"] = [{key: check[key] for key in check.keys() - _WORDS} for check in found["checks"]]
    return found


def hear_again(bundle: Bundle, *, sandbox: Sandbox) -> Sitting:
    """The verdicts on a bundle, judged anew from its bytes. Raises `InvalidBundle` and `TermsError`."""
    contents = bundle.contents
    matters = [
        Matter(
            milestone=each.milestone,
            submitter=each.submitter,
            deadline=each.deadline,
            document=bundle.terms(each),
            things=tuple(bundle.evidence(each)),
        )
        for each in contents.hearings
    ]
    return hear(matters, deal=contents.deal, at=contents.at, sandbox=sandbox, anchors=contents.anchors)

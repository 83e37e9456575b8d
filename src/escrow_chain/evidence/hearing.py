"""All milestones of one attestation, judged together: what a service does before it signs, and what a verifier repeats.

What was handed in for one of them is compared with the others too, so the same photo serves only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from escrow_chain.evidence.assembly import Desk, Judged, judge_things
from escrow_chain.evidence.bundle import Bundle, Contents, Draft, Hearing, judge_versions
from escrow_chain.evidence.handed_in import HandedIn, Signed
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import JsonValue
from escrow_chain.protocol.typed_data import Attestation, Domain
from escrow_chain.terms.document import TermsDocument, parse_document


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
    """A matter, its terms, and the verdict on each of them."""

    matter: Matter
    terms: TermsDocument
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Sitting:
    """All matters of a deal that were heard at one time, and the anchors of cameras (PEM) that were trusted then."""

    deal: bytes
    at: datetime
    anchors: str
    heard: tuple[Heard, ...]


class Attested(NamedTuple):
    """What was signed about matters that are fulfilled, and the leaves under its evidence root."""

    attestation: Attestation
    leaves: tuple[dict[str, Any], ...]


def hear(matters: Sequence[Matter], *, deal: bytes, at: datetime, sandbox: Sandbox, anchors: str = "") -> Sitting:
    """The verdicts on all matters of a deal, at one time. Raises `TermsError` for terms that are none."""
    desk = Desk.new(sandbox, anchors=anchors)
    heard = []
    for matter in matters:
        terms = parse_document(matter.document)
        around = terms.circumstances(
            at=at, deal=deal, milestone=matter.milestone, submitter=matter.submitter, deadline=matter.deadline
        )
        heard.append(Heard(matter, terms, judge_things(terms, matter.things, around, desk=desk)))
    return Sitting(deal, at, anchors, tuple(heard))


def draft_bundle(sitting: Sitting, domain: Domain, attested: Attested | None) -> tuple[Contents, dict[str, bytes]]:
    """The bundle of what was heard, to be signed and written: its contents, and all other members."""
    draft = Draft()
    hearings = tuple(
        Hearing(
            milestone=each.matter.milestone,
            submitter=each.matter.submitter,
            deadline=each.matter.deadline,
            terms=draft.add_terms(each.matter.document),
            evidence=tuple(draft.add_piece(thing) for thing in each.matter.things if isinstance(thing, Signed)),
            verdicts=tuple(judged.verdict.as_json() for judged in each.judged),
        )
        for each in sitting.heard
    )
    contents = Contents(
        judge=judge_versions(),
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


def hear_again(bundle: Bundle, *, sandbox: Sandbox) -> Sitting:
    """The verdicts on a bundle, judged anew from its bytes. Raises `InvalidBundle`, `InvalidJson` and `TermsError`."""
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

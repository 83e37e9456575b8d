"""What is to be judged of a deal, from files: milestones by their terms documents, and the signed pieces for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from escrow_chain.cli.documents import read_document
from escrow_chain.cli.failure import InputError
from escrow_chain.evidence.assembly import largest_file
from escrow_chain.evidence.handed_in import Signed, read_evidence
from escrow_chain.evidence.hearing import Matter
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.events import Opened
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms import TermsDocument
from escrow_chain.terms.record import on_chain

TermsOption = Annotated[
    list[Path], typer.Option("--terms", help="The terms document of a milestone; once for each.", dir_okay=False)
]
EvidenceArgument = Annotated[list[Path], typer.Argument(metavar="EVIDENCE...", help="Signed pieces.")]


@dataclass(frozen=True)
class Asked:
    """A milestone that is to be judged, with its terms document."""

    milestone: Milestone
    document: dict[str, Any]
    terms: TermsDocument


def asked_for(opened: Opened, paths: Sequence[Path]) -> list[Asked]:
    """The milestones that terms documents belong to, each with its own. Raises `InputError`, and as `read_document`."""
    asked: dict[int, Asked] = {}
    for path in paths:
        document, terms = read_document(path)
        found = [milestone for milestone in opened.milestones if milestone.terms == terms.hash]
        if len(found) != 1:
            raise InputError(f"{len(found)} milestones of the deal have these terms, not one", where=str(path))
        if found[0].index in asked:
            raise InputError(f"milestone {found[0].index} is asked for twice", where=str(path))
        asked[found[0].index] = Asked(found[0], document, terms)
    return list(asked.values())


def matters(asked: Sequence[Asked], evidence: Sequence[Path], domain: Domain) -> list[Matter]:
    """The evidence for each milestone. Raises `InputError` for what is no piece signed for this escrow."""
    largest = max(largest_file(each.terms) for each in asked)
    pieces = [piece for path in evidence for piece in _pieces(path, domain, largest)]
    return [
        Matter(
            milestone=each.milestone.index,
            submitter=each.milestone.payee,
            deadline=on_chain(each.milestone.deadline),
            document=each.document,
            things=[piece for piece in pieces if piece.piece.submission.milestone == each.milestone.index],
        )
        for each in asked
    ]


def _pieces(path: Path, domain: Domain, largest: int) -> list[Signed]:
    found = []
    for thing in read_evidence(path, max_bytes=largest):
        if isinstance(thing, Refusal):
            measured = f" ({thing.measured})" if thing.measured else ""
            raise InputError(f"{thing.sentence}{measured}", where=str(path))
        if not isinstance(thing, Signed):
            raise InputError("nobody signed it, and only signed pieces can count", where=str(path))
        named = thing.piece.domain
        if named != domain:
            what = f"signed for the escrow {named.contract} on chain {named.chain_id}, not for this one"
            raise InputError(what, where=str(path))
        found.append(thing)
    return found

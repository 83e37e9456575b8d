"""`escrow terms check`: a term and evidence in files, a verdict out. Writes nothing but the report asked for.

TERM.json is one `{"term_type": ..., "data": {...}}` or a terms document (`escrow_chain.terms.document`).
Evidence is recognised by content: photos; a position as JSON, or a list of them; a confirmation as JSON; signed pieces
(`escrow_chain.evidence.signed_piece`, which has the format). A piece that nobody signed is a claim of
grade G0: all its checks are shown, but it fulfils nothing.

The deal and the milestone are those that the first signed piece names; pieces for others fail.
Pictures are compared with each other; what the service had seen before is in the receipts of signed pieces.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from rich.text import Text

from escrow_chain.cli.documents import AnchorsOption, read_anchors, read_terms
from escrow_chain.cli.failure import InputError
from escrow_chain.cli.output import console, print_json, shown
from escrow_chain.cli.picture import refuse_to_overwrite, save_report
from escrow_chain.evidence.assembly import Brought, Desk, Judged, judge_things, largest_file
from escrow_chain.evidence.handed_in import HandedIn, Signed, read_evidence
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.numbers import Address
from escrow_chain.terms.catalogue import ENGLISH, Catalogue, catalogue, languages
from escrow_chain.terms.check import Check, spelled
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import DEFAULT_TIMEZONE, TermsDocument
from escrow_chain.terms.options import parse_instant
from escrow_chain.terms.verdict import Verdict

app = typer.Typer(help="Check terms, and judge evidence by them.", no_args_is_help=True)


@app.callback()
def terms() -> None:
    """Check terms, and judge evidence by them."""


@app.command()
def check(
    term: Annotated[Path, typer.Argument(metavar="TERM.json", help="A term, or a terms document.")],
    evidence: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="EVIDENCE...",
            help="Photos, PDFs, positions and statements as JSON, signed pieces.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="The time of judging, as in 2025-06-30T16:30:00Z; else now.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help=f"The zone of daily windows; else {DEFAULT_TIMEZONE}.")
    ] = None,
    submitter: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Whose signature counts; else nobody's.")
    ] = None,
    deadline: Annotated[
        str | None, typer.Option(metavar="TIME", help="The milestone's deadline, beside the term's own; else none.")
    ] = None,
    anchors: AnchorsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write a page that shows it all, over no other file.")
    ] = None,
    lang: Annotated[
        str, typer.Option(metavar="LANGUAGE", help=f"What people are told in: {', '.join(languages())}.")
    ] = ENGLISH,
) -> None:
    """Judge evidence by a term, check by check."""
    moment = datetime.now(UTC) if at is None else _moment(at, where="--at")
    due = None if deadline is None else _moment(deadline, where="--deadline")
    if report is not None:
        refuse_to_overwrite(report)
    document = read_terms(term, zone=zone)
    limit = largest_file(document)
    named = [(path, thing) for path in evidence or [] for thing in read_evidence(path, max_bytes=limit)]
    circumstances = _circumstances(document, [thing for _, thing in named], moment, _address(submitter), due)
    with Sandbox() as sandbox:
        (judged,) = judge_things(
            [Brought(document, [thing for _, thing in named], circumstances)],
            desk=Desk.new(sandbox, anchors=read_anchors(anchors)),
        )
        if report is not None:
            save_report(report, document, judged, named, circumstances, sandbox=sandbox, catalogue=catalogue(lang))
    names = [str(path) for path, _ in named]
    if as_json:
        print_json(_as_json(document, judged, names))
    else:
        _render(judged, names, catalogue(lang))
    raise typer.Exit(0 if all(each.verdict.fulfilled for each in judged) else 1)


def _moment(text: str, *, where: str) -> datetime:
    try:
        return parse_instant(text)
    except PydanticCustomError as error:
        raise InputError(error.message(), where=where) from None


def _address(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return TypeAdapter(Address).validate_python(text)
    except ValidationError:
        raise InputError(f"{text} is no address", where="--submitter", remedy="Give 0x and 40 digits.") from None


def _circumstances(
    document: TermsDocument,
    things: Sequence[HandedIn],
    at: datetime,
    submitter: str | None,
    deadline: datetime | None,
) -> Circumstances:
    first = next((thing.piece.submission for thing in things if isinstance(thing, Signed)), None)
    return document.circumstances(
        at=at,
        deal=first.deal if first else bytes(32),
        milestone=first.milestone if first else 0,
        submitter=submitter,
        deadline=deadline,
    )


def _as_json(document: TermsDocument, judged: Sequence[Judged], names: Sequence[str]) -> dict[str, Any]:
    return {
        "fulfilled": all(each.verdict.fulfilled for each in judged),
        "terms": "0x" + document.hash.hex(),
        "timezone": document.timezone,
        "verdicts": [
            each.verdict.as_json() | {"evidence": [names[source] for source in each.sources]} for each in judged
        ],
    }


def _render(judged: Sequence[Judged], names: Sequence[str], words: Catalogue) -> None:
    out = console()
    for each in judged:
        out.print(Text(f"{each.verdict.term_type}  0x{each.verdict.term.hex()}", style="bold"))
        subject = None
        for found in sorted(each.verdict.checks, key=_place):
            if found.piece != subject:
                subject = found.piece
                out.print(Text(f"  {shown(names[each.sources[subject]])}" if subject is not None else "  all together"))
            out.print(_line(found))
            if not found.passed:
                out.print(Text(f"      {shown(found.sentence.spoken(words.translate))}"))
        out.print(_outcome(each.verdict))


def _place(found: Check) -> tuple[bool, int]:
    return (found.piece is None, found.piece or 0)


def _line(found: Check) -> Text:
    unit = f" {found.unit}" if found.unit else ""
    measured = "nothing" if found.measured is None else f"{spelled(found.measured)}{unit}"
    limit = "" if found.limit is None else f", limit {spelled(found.limit)}{unit}"
    grade = f"  {found.grade.value}" if found.grade else ""
    mark, style = ("ok  ", "green") if found.passed else ("FAIL", "red")
    return Text.assemble("    ", (mark, style), shown(f"  {found.code}: {measured}{limit}{grade}"))


def _outcome(verdict: Verdict) -> Text:
    outcome, style = ("fulfilled", "bold green") if verdict.fulfilled else ("not fulfilled", "bold red")
    return Text.assemble("  ", (outcome, style), f" at {verdict.at:%Y-%m-%d %H:%M:%S} UTC")

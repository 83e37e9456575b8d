"""Our own judge, in this process, with real bytes: files are read as the command line reads them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.case import Case
from corpus.found import Found
from corpus.layout import lay_out
from escrow_chain.evidence.assembly import Brought, Desk, Judged, judge_things, largest_file
from escrow_chain.evidence.handed_in import read_evidence
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import TermsDocument, parse_document
from escrow_chain.terms.errors import InvalidTerms, NotSupportedYet
from escrow_chain.terms.options import parse_instant


@dataclass(frozen=True, slots=True)
class Heard:
    """The verdicts on a case, and for each thing that was handed in which entry of the evidence it came from."""

    judged: Sequence[Judged]
    entries: Sequence[int]


def find(case: Case, sandbox: Sandbox) -> Found:
    """What our judge finds."""
    try:
        heard = hear(case, sandbox)
    except (InvalidTerms, NotSupportedYet) as error:
        return refused(error)
    return found_in(heard)


def hear(case: Case, sandbox: Sandbox) -> Heard:
    """The verdicts, by a judge who was also brought what is earlier. Raises what terms raise that are none."""
    anchors = case.bytes_of(case.anchors).decode() if case.anchors else ""
    with ExitStack() as folders:
        opened = [folders.enter_context(brought_for(each)) for each in (*case.before, case)]
        *_, judged = judge_things([brought for brought, _ in opened], desk=Desk.new(sandbox, anchors=anchors))
        return Heard(judged, opened[-1][1])


@contextmanager
def brought_for(case: Case) -> Iterator[tuple[Brought, list[int]]]:
    """What was handed in, as its files say, and for each thing its entry."""
    document = parse_document(case.terms)
    with TemporaryDirectory() as folder:
        paths = lay_out(case, Path(folder))
        limit = largest_file(document)
        read = [(entry, thing) for entry, path in enumerate(paths) for thing in read_evidence(path, max_bytes=limit)]
        things = [thing for _, thing in read]
        yield Brought(document, things, circumstances(case, document)), [entry for entry, _ in read]


def circumstances(case: Case, document: TermsDocument) -> Circumstances:
    """Those that the case says."""
    return document.circumstances(
        at=parse_instant(case.at),
        deal=bytes.fromhex(case.deal[2:]),
        milestone=case.milestone,
        submitter=case.submitter,
        deadline=parse_instant(case.deadline) if case.deadline else None,
    )


def refused(error: InvalidTerms | NotSupportedYet) -> Found:
    """That the terms are none, and where."""
    return Found({"refused": sorted({problem.path for problem in error.problems})})


def found_in(heard: Heard) -> Found:
    """What verdicts amount to."""
    accepted = [heard.entries[each.sources[number]] for each in heard.judged for number in each.verdict.accepted]
    verdicts = [
        (each.verdict.fulfilled, [(check.code, check.passed, check.decisive) for check in each.verdict.checks])
        for each in heard.judged
    ]
    return Found.of_checks(verdicts, accepted)

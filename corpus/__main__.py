"""The command line: makes the corpus from its stories, and runs a judge over it, ours or another."""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

import typer
from rich.console import Console
from rich.progress import track

from corpus.case import CASES, Case, cases
from corpus.files import make_files
from corpus.found import OURS, Found, differs
from corpus.layout import lay_out
from corpus.mutants import mutants
from corpus.ours import find
from corpus.told import told
from escrow_chain.cli.output import print_json
from escrow_chain.evidence.sandbox import Sandbox

THEIRS: Final = ("trouble", "fulfilled", "failed", "decided")
"""What is compared of another judge, which need not say where terms are wrong, nor on what a verdict rests."""
REFUSED: Final = 2
"""The exit status of a judge that refuses the terms."""
PATIENCE_S: Final = 120
Find: TypeAlias = Callable[[Case], Found]

app = typer.Typer(help="The conformance corpus of the judge.", no_args_is_help=True, add_completion=False)
app.command()(mutants)
_err: Final = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


class Difference(NamedTuple):
    """A case in which something else was found than must be found."""

    case: str
    expected: Mapping[str, Any]
    found: Mapping[str, Any]


@app.command()
def make() -> None:
    """Write the files that are missing, and the cases as the stories tell them; remove other cases."""
    files, written = make_files()
    texts = texts_told()
    CASES.mkdir(exist_ok=True)
    for file in CASES.glob("*.json"):
        if file.stem not in texts:
            file.unlink()
    for name, text in texts.items():
        (CASES / f"{name}.json").write_text(text)
    typer.echo(f"{len(texts)} cases and {files} files, of which {written} were written.")


def texts_told() -> dict[str, str]:
    """The cases that the stories tell, as text, by name. Raises `ValueError` if two have the same name."""
    texts: dict[str, str] = {}
    for subject, case in told():
        if case.name in texts:
            raise ValueError(f"{subject} tells {case.name}, which was told before")
        texts[case.name] = case.text()
    return texts


@app.command()
def run(
    *,
    only: Annotated[
        str, typer.Option(metavar="NAME", help="Just this case, or those that a pattern as in 'places-*' names.")
    ] = "*",
    judge: Annotated[
        str | None,
        typer.Option(metavar="COMMAND", help="Another judge. corpus/README.md says what it is given and must print."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge the cases. Exit status: 0 all came out as they must, 1 some differ, 2 there is no such case."""
    chosen = [case for case in cases() if fnmatchcase(case.name, only) and not (judge and case.earlier)]
    if not chosen:
        raise typer.BadParameter(f"no case is called {only}", param_hint="--only")
    began = time.monotonic()
    differences = list(differing(chosen, judge))
    took_s = time.monotonic() - began
    if as_json:
        shown = [each._asdict() for each in differences]
        print_json({"cases": len(chosen), "seconds": round(took_s, 1), "differences": shown})
    else:
        for each in differences:
            typer.echo(_told(each))
        typer.echo(f"{len(chosen)} cases in {took_s:.1f} s, of which {len(differences)} differ.")
    raise typer.Exit(1 if differences else 0)


def differing(chosen: Sequence[Case], judge: str | None) -> Iterator[Difference]:
    """Those among the cases that come out otherwise than they must, judged by a command, or by our judge."""
    keys = OURS if judge is None else THEIRS
    with _finder(judge) as found_in:
        for case in track(chosen, "Judging", console=_err, transient=True):
            found = found_in(case)
            if differs(case, found, keys):
                yield Difference(case.name, case.expected, found.outcome)


@contextmanager
def _finder(judge: str | None) -> Iterator[Find]:
    if judge is not None:
        yield lambda case: find_by(judge, case)
        return
    with Sandbox() as sandbox:
        yield lambda case: find(case, sandbox)


def find_by(judge: str, case: Case) -> Found:
    """What another judge finds: a command that is given the case as files. `README.md` says how."""
    with TemporaryDirectory() as folder:
        evidence = lay_out(case, Path(folder))
        arguments = _filled_in(judge, case, Path(folder), evidence)
        try:
            ran = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603  (it is to be run)
        except (OSError, subprocess.TimeoutExpired) as error:
            return Found({"trouble": str(error)})
    if ran.returncode == REFUSED:
        return Found({})
    try:
        return _verdicts(json.loads(ran.stdout))
    except (ValueError, KeyError, TypeError) as error:
        last = (ran.stderr.strip().splitlines() or [""])[-1]
        return Found({"trouble": f"exit status {ran.returncode}, {type(error).__name__}: {error}; {last}"})


def _filled_in(judge: str, case: Case, folder: Path, evidence: Sequence[Path]) -> list[str]:
    """The command's arguments. One whose value the case does not have is left out."""
    values: dict[str, object] = {
        "terms": folder / "terms.json",
        "at": case.at,
        "deal": case.deal,
        "milestone": case.milestone,
        "submitter": case.submitter,
        "deadline": case.deadline,
        "anchors": folder / case.anchors if case.anchors else None,
    }
    arguments: list[str] = []
    for part in shlex.split(judge):
        if part == "{evidence}":
            arguments += map(str, evidence)
        elif not any(value is None and f"{{{name}}}" in part for name, value in values.items()):
            for name, value in values.items():
                part = part.replace(f"{{{name}}}", str(value))  # noqa: PLW2901
            arguments.append(part)
    return arguments


def _verdicts(said: Any) -> Found:
    verdicts = [
        (each["fulfilled"], [(check["code"], check["passed"], check["decisive"]) for check in each["checks"]])
        for each in said["verdicts"]
    ]
    return Found.of_checks(verdicts, ())


def _told(difference: Difference) -> str:
    keys = [*difference.expected, *(key for key in difference.found if key not in difference.expected)]
    lines = [difference.case]
    for key in keys:
        expected, found = difference.expected.get(key), difference.found.get(key)
        if expected != found:
            lines.append(f"  {key}: expected {json.dumps(expected)}, found {json.dumps(found)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(app())

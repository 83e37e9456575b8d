"""Plants every fault in a copy of the judge, or a sample, and tells which of them no case of the corpus sees."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import track

from corpus.mutation.mutants import SOURCES, Mutant, mutants_in
from corpus.mutation.report import Figures, Tried, explanations, markdown, stale, told, unexplained
from corpus.mutation.results import Results
from corpus.mutation.workshop import Workshop
from escrow_chain.cli.output import print_json

FOLDER: Final = Path("build/corpus")
REPORT: Final = Path("docs/mutants-of-the-judge.md")
_err: Final = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


def mutants(
    *,
    only: Annotated[
        str, typer.Option(metavar="FILE[:LINE]", help="Files with this in their path, and perhaps one line.")
    ] = "",
    sample: Annotated[int | None, typer.Option(metavar="N", help="So many mutants, by chance.")] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Of the chance.")] = 0,
    fresh: Annotated[bool, typer.Option(help="Forget what was tried before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plant faults in the judge. Exit status: 0 all survivors are explained, 1 some are not, 2 no such mutant.

    It can be stopped at any time and goes on from there. If all were tried, docs/mutants-of-the-judge.md is written.
    """
    every = list(mutants_in(SOURCES))
    chosen = [mutant for mutant in every if _is_named(mutant, only)]
    if sample is not None:
        chosen = random.Random(seed).sample(chosen, min(sample, len(chosen)))  # noqa: S311  (a sample, no secret)
    if not chosen:
        raise typer.BadParameter(f"no mutant is in {only}", param_hint="--only")
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "mutants.jsonl"
    if fresh:
        file.unlink(missing_ok=True)
    folder = TemporaryDirectory(prefix="workshop-", dir=FOLDER)
    workshop = Workshop(Path(folder.name) / "copy", kept=FOLDER / "cases.jsonl")
    results = Results(file, folder=workshop.folder, cases=workshop.cases)
    left = [mutant for mutant in chosen if results.of(mutant) is None]
    left.sort(key=lambda mutant: mutant.id in explanations())
    began = time.monotonic()
    set_aside = _try_all(left, results, workshop, of=chosen)
    tried = [Tried(mutant, result) for mutant in chosen if (result := results.of(mutant))]
    if len(tried) == len(every):
        REPORT.write_text(markdown(tried, total=len(every), cases=len(workshop.cases), set_aside=set_aside))
    if set_aside:
        _err.print(f"Set aside, since they differ without any fault: {', '.join(set_aside)}.")
    _tell(tried, stale(tried, every), as_json=as_json, took_s=time.monotonic() - began)
    raise typer.Exit(1 if unexplained(tried) else 0)


def _is_named(mutant: Mutant, only: str) -> bool:
    path, _, line = only.partition(":")
    return path in mutant.path and line in ("", str(mutant.line))


def _try_all(left: Sequence[Mutant], results: Results, workshop: Workshop, *, of: Sequence[Mutant]) -> list[str]:
    """Tries what is left, beginning with what caught other mutants of the same file; returns the cases set aside."""
    caught: defaultdict[str, list[str]] = defaultdict(list)
    for mutant in of:
        if result := results.of(mutant):
            caught[mutant.path].append(result.caught_by)
    with workshop:
        ran = [workshop.run(case) for case in track(workshop.cases, "Running cases", console=_err, transient=True)]
        for mutant in track(left, "Planting faults", console=_err, transient=True):
            began = time.monotonic()
            outcome, by = workshop.attempt(mutant, first=list(dict.fromkeys(reversed(caught[mutant.path]))))
            results.add(mutant, outcome, by, time.monotonic() - began)
            caught[mutant.path].append(by)
    return [each.case for each in ran if not each.agrees]


def _tell(tried: Sequence[Tried], unneeded: Sequence[str], *, as_json: bool, took_s: float) -> None:
    figures = Figures.of(tried)
    if as_json:
        survivors = [{"id": each.mutant.id, "told": told(each)} for each in unexplained(tried)]
        shown = figures._asdict() | {"seconds": round(took_s, 1), "survivors": survivors, "explained_in_vain": unneeded}
        print_json(shown)
        return
    for each in unexplained(tried):
        typer.echo(told(each))
    if unneeded:
        typer.echo(f"corpus/explained.toml explains what does not survive: {', '.join(unneeded)}")
    typer.echo(f"{figures}, in {took_s:.0f} s.")

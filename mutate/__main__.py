"""The command line: plants every fault, or a sample, and reports what no test caught."""

import random
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue
from typing import Any

from rich.console import Console

from mutate.compiler import DEPLOYED, QUICK, Code, Compiler
from mutate.mutants import Mutant, mutants
from mutate.report import EXPLAINED, Tried, explanations, markdown, summary, survivors, table
from mutate.results import Result, Results
from mutate.syntax import Project, deployed, parse
from mutate.workshop import FOLDER, BaselineError, Original, Outcome, Workshop

CONSOLE = Console(emoji=False, highlight=False, markup=False, soft_wrap=True)
ESCROW = "contracts/Escrow.sol"


def main() -> int:
    """0 if all was tried, 1 if the tests fail without any fault."""
    options = _options()
    project = parse(deployed())
    files = _files(project, options.only)
    every = list(mutants([project.source(path) for path in files]))
    chosen = every
    if options.sample:
        chosen = random.Random(options.seed).sample(every, min(options.sample, len(every)))  # noqa: S311
    if options.list:
        for mutant in chosen:
            CONSOLE.print(f"{mutant.id} {mutant.place}: {mutant.operator}: {_short(mutant)}")
        return 0

    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "results.jsonl"
    if options.fresh:
        file.unlink(missing_ok=True)
    CONSOLE.print("Compiling the contracts as they are.")
    original = Original(*(_compiled(project, files, settings) for settings in (QUICK, DEPLOYED)))
    results = Results(file, original.deployed)
    left = [mutant for mutant in chosen if not results.of(mutant)]
    CONSOLE.print(f"{len(chosen)} mutants, {len(chosen) - len(left)} of them tried before.")
    try:
        if left:
            workshops = [Workshop(FOLDER / f"worker-{k + 1}", project, original) for k in range(options.workers)]
            _try_all(left, results, workshops)
    except BaselineError as error:
        CONSOLE.print(f"Nothing was tried: {error}")
        return 1
    except KeyboardInterrupt:
        CONSOLE.print("Stopped. The next run goes on from here.")
    tried = [Tried(mutant, result) for mutant in chosen if (result := results.of(mutant))]
    _report(tried, len(every))
    _compare_explained(tried, project)
    return 0


def _files(project: Project, only: str | None) -> list[str]:
    """The sources that the escrow is made of, or those with a text in their path."""
    if only is None:
        return sorted(project.closure(ESCROW).intersection(deployed()))
    return [path for path in deployed() if only in path]


def _compiled(project: Project, files: Sequence[str], settings: dict[str, Any]) -> Code:
    """What the mutants of these files are compared with."""
    compiler = Compiler(project)
    compiled: dict[str, str] = {}
    done: set[tuple[str, ...]] = set()
    for path in files:
        entries = tuple(project.contracts_with(path))
        if entries not in done:
            code = compiler.code(settings, path, project.texts[path])
            if code is None:
                raise ValueError(f"{', '.join(entries)}: does not compile")
            compiled |= code
            done.add(entries)
    compiler.stop()
    return compiled


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m mutate", description=__doc__)
    parser.add_argument("--only", metavar="TEXT", help="files with this in their path (default: those of the escrow)")
    parser.add_argument("--sample", metavar="N", type=int, help="so many mutants, by chance")
    parser.add_argument("--seed", metavar="S", type=int, default=0, help="of the chance (default: 0)")
    parser.add_argument("--workers", metavar="N", type=int, default=2, help="tried at the same time (default: 2)")
    parser.add_argument("--fresh", action="store_true", help="forget what was tried before")
    parser.add_argument("--list", action="store_true", help="print the mutants and try none")
    return parser.parse_args()


def _try_all(left: Sequence[Mutant], results: Results, workshops: Sequence[Workshop]) -> None:
    CONSOLE.print("Building the tests, and running all of them.")
    free: SimpleQueue[Workshop] = SimpleQueue()
    for number, workshop in enumerate(workshops):
        workshop.prepare(like=FOLDER / "worker-1" if number else None)
        free.put(workshop)

    def attempt(mutant: Mutant) -> tuple[Mutant, Outcome, str, float]:
        workshop = free.get()
        started = time.monotonic()
        try:
            return mutant, *workshop.trial(mutant), time.monotonic() - started
        finally:
            free.put(workshop)

    started = time.monotonic()
    with ThreadPoolExecutor(len(workshops)) as pool:
        try:
            tries = [pool.submit(attempt, mutant) for mutant in left]
            for done, each in enumerate(as_completed(tries), start=1):
                mutant, outcome, caught_by, seconds = each.result()
                result = results.add(mutant, outcome, caught_by, seconds)
                _progress(mutant, result, (done, len(left)), time.monotonic() - started)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for workshop in workshops:
                workshop.stop()


def _progress(mutant: Mutant, result: Result, counted: tuple[int, int], elapsed_s: float) -> None:
    done, count = counted
    minutes = elapsed_s / done * (count - done) / 60
    caught = f" by {result.caught_by}" if result.caught_by else ""
    CONSOLE.print(
        f"[{done:>{len(str(count))}}/{count}] {result.outcome:10} {mutant.place} {mutant.operator}"
        f"{caught} ({result.seconds} s; {minutes:.0f} min left)"
    )


def _report(tried: Sequence[Tried], total: int) -> None:
    CONSOLE.print(f"\n{table(tried)}\n\n{summary(tried)}")
    (FOLDER / "mutants.md").write_text(markdown(tried, total))
    CONSOLE.print(f"Report: {FOLDER / 'mutants.md'}")


def _compare_explained(tried: Sequence[Tried], project: Project) -> None:
    """Names explanations of mutants that were caught, or that are no more."""
    there = {mutant.id for mutant in mutants([project.source(path) for path in deployed()])}
    caught = {each.mutant.id for each in tried} - {each.mutant.id for each in survivors(tried)}
    stale = {key for key in explanations() if key in caught or key not in there}
    if stale:
        CONSOLE.print(f"{EXPLAINED} explains what does not survive: {', '.join(sorted(stale))}")


def _short(mutant: Mutant) -> str:
    return f"{' '.join(mutant.before.split())!r} -> {mutant.after!r}"


if __name__ == "__main__":
    sys.exit(main())

"""The command line: runs the steps one after the other, whatever becomes of each, and sums up."""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from prove import coverage, differential, fuzz, size, slither, symbolic
from prove.step import FOLDER, Log, NotProvenError, Step

STEPS = (
    Step("size", "The deployed code fits.", size.prove),
    Step("slither", "Slither finds nothing unexplained.", slither.prove),
    Step("halmos", "Conservation, authority and replay hold for all values.", symbolic.prove),
    Step("coverage", "The Solidity tests run every line and branch.", coverage.prove),
    Step("fuzz", "Fuzz tests and invariants, with many more runs.", fuzz.prove),
    Step("differential", "The contract and its model agree, for a long time.", differential.prove),
)


@dataclass(frozen=True)
class Outcome:
    """What became of a step: a figure if it is proven, what is wrong if not."""

    step: str
    proven: bool
    figure: str
    seconds: float


def main() -> int:
    """0 if all is proven, 1 if anything is not."""
    parser = ArgumentParser(prog="python -m prove", description=__doc__)
    parser.add_argument("steps", nargs="*", choices=[[], *(step.name for step in STEPS)], metavar="STEP")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON, the progress to stderr")
    options = parser.parse_args()
    chosen = [step for step in STEPS if not options.steps or step.name in options.steps]
    console = Console(emoji=False, highlight=False, markup=False, soft_wrap=True, stderr=options.json)

    outcomes = [_run(step, console) for step in chosen]
    proven = all(outcome.proven for outcome in outcomes)
    summary = json.dumps({"proven": proven, "steps": [asdict(outcome) for outcome in outcomes]}, indent=2)
    Path("build/prove.json").write_text(summary + "\n")
    if options.json:
        Console(emoji=False, highlight=False, markup=False, soft_wrap=True).print(summary)
    else:
        _sum_up(outcomes, console)
    return 0 if proven else 1


def _run(step: Step, console: Console) -> Outcome:
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = Log(FOLDER / f"{step.name}.log", lambda line: console.print(f"    {line}"))
    log.file.write_text("")
    console.print(f"{step.name}: {step.title}")
    started = time.monotonic()
    try:
        proven, figure = True, step.prove(log)
    except NotProvenError as error:
        proven, figure = False, str(error)
    seconds = round(time.monotonic() - started, 1)
    console.print(f"  {'proven' if proven else 'NOT PROVEN'}: {figure} ({seconds:,.0f} s, {log.file})")
    return Outcome(step.name, proven, figure, seconds)


def _sum_up(outcomes: Sequence[Outcome], console: Console) -> None:
    console.print()
    for outcome in outcomes:
        verdict = "proven" if outcome.proven else "NOT PROVEN"
        figure = (outcome.figure.splitlines() or [""])[0]
        console.print(f"{outcome.step:13} {verdict:10} {outcome.seconds:6,.0f} s  {figure}")
    console.print(f"{'all':13} {'':10} {sum(outcome.seconds for outcome in outcomes):6,.0f} s  build/prove.json")


if __name__ == "__main__":
    sys.exit(main())

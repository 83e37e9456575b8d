"""The command line: fuzzes targets one after the other, and says what was found."""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from fuzz import findings, guided, mutated, targets
from fuzz.target import Material, Target
from fuzz.trial import Trial

_EVERY_S = 10.0


@dataclass(frozen=True)
class Outcome:
    """What came of a target: how it was fuzzed, for how long, and what is kept of a finding."""

    target: str
    engine: str
    seconds: float
    trial: Trial
    kept: Path | None

    def as_json(self) -> dict[str, object]:
        """In JSON's own types."""
        finding = self.trial.finding
        return self.trial.as_json() | {
            "target": self.target,
            "engine": self.engine,
            "seconds": round(self.seconds, 1),
            "covered": self.trial.covered or None,
            "finding": finding and {"what": finding.what, "repeat": _repeat_command(self)},
        }


def main() -> int:
    """0 if nothing was found, 1 if something was."""
    options = _options()
    console = Console(emoji=False, highlight=False, markup=False, soft_wrap=True, stderr=options.json)
    if options.repeat:
        return _repeat(targets.target(options.targets[0]), options.repeat, console)
    outcomes = []
    for name in options.targets or targets.NAMES:
        outcome = _fuzz(targets.target(name), options, console)
        console.print(_line(outcome.trial, outcome.target, outcome.seconds))
        if outcome.trial.finding:
            console.print(f"  FOUND: {outcome.trial.finding.what}\n  {_repeat_command(outcome)}")
        outcomes.append(outcome)
    if options.json:
        Console(emoji=False, highlight=False, markup=False, soft_wrap=True).print(
            json.dumps([outcome.as_json() for outcome in outcomes], indent=2)
        )
    return 1 if any(outcome.trial.finding for outcome in outcomes) else 0


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument(
        "targets", nargs="*", choices=[[], *targets.NAMES], metavar="TARGET", help=", ".join(targets.NAMES)
    )
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1, help="of chance")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON, the progress to stderr")
    parser.add_argument("--repeat", type=Path, metavar="FILE", help="read one input, and say what comes out")
    options = parser.parse_args()
    if options.repeat and len(options.targets) != 1:
        parser.error("--repeat wants one TARGET")
    return options


def _fuzz(target: Target, options: Namespace, console: Console) -> Outcome:
    material = target.make()
    findings.keep_material(target.name, material)
    started = time.monotonic()
    ends: float = started + options.seconds
    show = _shown(target.name, started, console)
    if target.contained or not guided.available():
        engine = "sandbox" if target.contained else "mutations"

        def go_on(trial: Trial) -> bool:
            show(trial)
            return time.monotonic() < ends

        trial = mutated.run(target, material, seed=options.seed, go_on=go_on)
    else:
        engine = "atheris"
        trial = guided.run(target, material, seconds=options.seconds, seed=options.seed, show=show)
    kept = findings.keep(trial.finding) if trial.finding else None
    return Outcome(target.name, engine, time.monotonic() - started, trial, kept)


def _shown(name: str, started: float, console: Console) -> Callable[[Trial], None]:
    """Shows how far a run is, now and then."""
    last = started

    def show(trial: Trial) -> None:
        nonlocal last
        if time.monotonic() > last + _EVERY_S:
            last = time.monotonic()
            console.print(f"  {_line(trial, name, last - started)}")

    return show


def _line(trial: Trial, name: str, seconds: float) -> str:
    covered = f", {trial.covered:,} places" if trial.covered else ""
    words = ", ".join(f"{word} {count:,}" for word, count in trial.words.most_common(6))
    return f"{name}: {trial.inputs:,} inputs{covered} in {seconds:,.0f} s, at most {_worst(trial)} each ({words})"


def _worst(trial: Trial) -> str:
    return f"{trial.worst.cpu_s:.2f} s and {trial.worst.memory_mb} MB"


def _repeat_command(outcome: Outcome) -> str:
    return f"python -m fuzz --repeat {outcome.kept} {outcome.target}"


def _repeat(target: Target, file: Path, console: Console) -> int:
    """What comes out of one input; in the sandbox, if that is where it is read."""
    material = findings.read_material(file.parent) if findings.has_material(file.parent) else target.make()
    alone = Material((file.read_bytes(),), material.context)
    trial = mutated.run(target, alone, seed=0, go_on=lambda trial: trial.inputs == 0, batch=1)
    finding = trial.finding
    console.print(f"{finding.what}\n\n{finding.trace}" if finding else f"{next(iter(trial.words))} ({_worst(trial)})")
    return 1 if finding else 0


if __name__ == "__main__":
    sys.exit(main())

"""The results as Markdown: figures per file, and every survivor with what explains it."""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutate.mutants import Mutant
from mutate.results import Result
from mutate.workshop import Outcome

EXPLAINED: Final = Path("mutate/explained.toml")
_CAUGHT: Final = (Outcome.CAUGHT, Outcome.TIMEOUT)
_COLUMNS: Final = (Outcome.SURVIVED, Outcome.EQUIVALENT, Outcome.INVALID, Outcome.TIMEOUT)


@dataclass(frozen=True)
class Tried:
    """A mutant and its fate."""

    mutant: Mutant
    result: Result


def explanations() -> Mapping[str, str]:
    """Why a survivor is right to survive, by the mutant's id."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(EXPLAINED.read_text())
    return found["survivors"]


def summary(tried: Sequence[Tried]) -> str:
    """One line."""
    count = Counter(each.result.outcome for each in tried)
    caught = sum(count[outcome] for outcome in _CAUGHT)
    reasons = explanations()
    unexplained = sum(each.mutant.id not in reasons for each in survivors(tried))
    return (
        f"{len(tried)} mutants: {caught} caught ({count[Outcome.TIMEOUT]} of them by a timeout), "
        f"{count[Outcome.SURVIVED]} survived ({unexplained} of them unexplained), "
        f"{count[Outcome.EQUIVALENT]} compile to equivalent bytecode, {count[Outcome.INVALID]} are invalid"
    )


def survivors(tried: Sequence[Tried]) -> list[Tried]:
    """Those that no test caught."""
    return [each for each in tried if each.result.outcome is Outcome.SURVIVED]


def table(tried: Sequence[Tried]) -> str:
    """The survivors, in Markdown."""
    reasons = explanations()
    lines = ["| id | where | original → mutant | explanation |", "| --- | --- | --- | --- |"]
    for each in survivors(tried):
        mutant = each.mutant
        change = f"{mutant.operator}: {_code(mutant.before)} → {_code(mutant.after)}"
        lines.append(f"| {mutant.id} | `{mutant.place}` | {change} | {reasons.get(mutant.id, '')} |")
    return "\n".join(lines) if len(lines) > 2 else "None."  # noqa: PLR2004 - the two lines of the head


def markdown(tried: Sequence[Tried], total: int) -> str:
    """The whole report. `total` is how many mutants there are, tried or not."""
    part = "all" if len(tried) == total else f"{len(tried)} of {total}"
    paths = sorted({each.mutant.path for each in tried})
    lines = [
        "# Mutants",
        "",
        f"Small faults, planted one at a time; each should make a test fail. Tried by `make mutate`: {part}.",
        "",
        "| file | mutants | caught | survived | equivalent bytecode | invalid | timeouts |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_row(path, [each for each in tried if each.mutant.path == path]) for path in paths),
        _row("**all**", tried),
        "",
        "## Survivors",
        "",
        table(tried),
        "",
    ]
    return "\n".join(lines)


def _row(name: str, tried: Sequence[Tried]) -> str:
    count = Counter(each.result.outcome for each in tried)
    caught = sum(count[outcome] for outcome in _CAUGHT)
    return f"| {name} | " + " | ".join(map(str, (len(tried), caught, *(count[o] for o in _COLUMNS)))) + " |"


def _code(text: str) -> str:
    """In one line, as code, safe in a table."""
    short = " ".join(text.split()).replace("|", "\\|")
    return f"`{short}`" if short else "nothing"

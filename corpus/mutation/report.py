"""The results as Markdown: figures per file, and every survivor with what explains it."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from corpus.mutation.mutants import Mutant
from corpus.mutation.results import Result
from corpus.mutation.workshop import Outcome

EXPLAINED: Final = Path(__file__).parents[1] / "explained.toml"
_SURVIVED: Final = (Outcome.SURVIVED, Outcome.UNREACHED)
_LONGEST: Final = 100


class Tried(NamedTuple):
    """A mutant and its fate."""

    mutant: Mutant
    result: Result

    @property
    def survived(self) -> bool:
        """Whether no case caught it."""
        return self.result.outcome in _SURVIVED


class Figures(NamedTuple):
    """How many mutants were planted, and what became of them."""

    planted: int
    caught: int
    explained: int
    unexplained: int

    @classmethod
    def of(cls, tried: Sequence[Tried]) -> "Figures":
        """Of these."""
        reasons = explanations()
        survivors = [each for each in tried if each.survived]
        explained = sum(each.mutant.id in reasons for each in survivors)
        return cls(len(tried), len(tried) - len(survivors), explained, len(survivors) - explained)

    def __str__(self) -> str:
        """In one line."""
        return (
            f"{self.planted} mutants: {self.caught} caught, "
            f"{self.explained + self.unexplained} survived ({self.unexplained} of them unexplained)"
        )


def explanations() -> Mapping[str, str]:
    """Why a survivor is right to survive, by the mutant's id."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(EXPLAINED.read_text())
    return found["survivors"]


def unexplained(tried: Sequence[Tried]) -> list[Tried]:
    """The survivors that nothing explains."""
    reasons = explanations()
    return [each for each in tried if each.survived and each.mutant.id not in reasons]


def stale(tried: Sequence[Tried], there: Sequence[Mutant]) -> list[str]:
    """The ids of explanations of what is caught, or is no more."""
    caught = {each.mutant.id for each in tried if not each.survived}
    present = {mutant.id for mutant in there}
    return sorted(key for key in explanations() if key in caught or key not in present)


def told(each: Tried) -> str:
    """A mutant in one line."""
    mutant = each.mutant
    change = f"{_short(mutant.before)!r} -> {_short(mutant.after)!r}"
    return f"{mutant.id} {each.result.outcome:9} {mutant.place} {mutant.operator}: {change} {each.result.caught_by}"


def markdown(tried: Sequence[Tried], *, total: int, cases: int, set_aside: Sequence[str]) -> str:
    """The whole report. `total` is how many mutants there are, tried or not."""
    paths = list(dict.fromkeys(each.mutant.path for each in tried))
    rows = [_row(f"`{path}`", [each for each in tried if each.mutant.path == path]) for path in paths]
    lines = [
        "# Mutants of the judge",
        "",
        "Written by `python -m corpus mutants`. Small faults are planted in the files that decide, one at a time: a",
        "check that always passes, or never; `<` for `<=`; a filter, an operand or a statement left out; a refusal",
        "that is never made; a limit one off. Each should make a case of the corpus come out otherwise than it must.",
        "",
        f"{Figures.of(tried)}. There were {cases} cases.",
        *([f"Only {len(tried)} of {total} mutants are tried so far."] if len(tried) < total else []),
        *([f"Set aside, since they differ without any fault: {', '.join(set_aside)}."] if set_aside else []),
        "",
        "| file | planted | caught | surviving, explained | surviving, unexplained |",
        "| --- | ---: | ---: | ---: | ---: |",
        *rows,
        _row("**all**", tried),
        "",
        "## Survivors",
        "",
        "What no case of the corpus can catch, or need not, is explained in `corpus/explained.toml`.",
        "",
        *_survivors(tried),
        "",
    ]
    return "\n".join(lines)


def _row(name: str, tried: Sequence[Tried]) -> str:
    return f"| {name} | {' | '.join(map(str, Figures.of(tried)))} |"


def _survivors(tried: Sequence[Tried]) -> list[str]:
    reasons = explanations()
    rows = [
        f"| {mutant.id} | `{mutant.place}` | {mutant.operator}: {_code(mutant.before)} → {_code(mutant.after)} | "
        f"{reasons.get(mutant.id, '')} |"
        for mutant, _ in (each for each in tried if each.survived)
    ]
    head = ["| id | where | original → mutant | explanation |", "| --- | --- | --- | --- |"]
    return [*head, *rows] if rows else ["None."]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _code(text: str) -> str:
    """In one line, as code, safe in a table."""
    return f"`{_short(text).replace('|', chr(92) + '|')}`"

"""The term types, as data: what each one is called, asks for, and checks.

The five published types are modules of this package with the type's own name, which hold their `TERM_TYPE`. Anybody can
add a type of their own: one module in a package of theirs, with an entry point in the group `escrow_chain.term_types`,

    [project.entry-points."escrow_chain.term_types"]
    temperature_log = "cold_chain.temperature_log:TERM_TYPE"

whose name is the type's. Two parties who are to reach the same verdict must have the same types installed; a published
type is never replaced.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.errors import InvalidTerms, Problem, UnloadableType
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import Options

PUBLISHED: Final = (
    "location_verification",
    "photo_upload",
    "delivery_confirmation",
    "meeting_delivery",
    "custom",
)
"""The wire's closed list."""
GROUP: Final = "escrow_chain.term_types"


@dataclass(frozen=True, slots=True)
class TermType:
    """One kind of fact that can be proven.

    `kinds` are the kinds of evidence it takes. `examine(options, exhibits, circumstances)` gets the
    options, the pieces of those kinds in the order of their receipt, and returns what it found.
    """

    name: str
    kinds: frozenset[str]
    options: type[Options]
    examine: Callable[[Any, Sequence[Exhibit[Any]], Circumstances], Findings]


@cache
def added() -> dict[str, EntryPoint]:
    """The types that other packages add, by name. Raises `UnloadableType` if one is added twice, or is published."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        if entry.name in PUBLISHED or entry.name in found:
            raise UnloadableType(entry.name, f"{entry.value} would replace another type of this name")
        found[entry.name] = entry
    return found


def term_type(name: object, *, path: str) -> TermType:
    """The type of this name, which stands at `path`. Raises `InvalidTerms` or `UnloadableType`."""
    if name in PUBLISHED:
        published: TermType = import_module(f"{__package__}.{name}").TERM_TYPE
        return published
    if not isinstance(name, str) or name not in added():
        raise InvalidTerms(Problem(path, f"not a term type; there are {', '.join((*PUBLISHED, *added()))}"))
    return _load(name)


@cache
def _load(name: str) -> TermType:
    entry = added()[name]
    try:
        found = entry.load()
    except Exception as error:
        raise UnloadableType(name, f"{entry.value} can't be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(found, TermType) or found.name != name:
        raise UnloadableType(name, f"{entry.value} is no TermType of this name")
    return found

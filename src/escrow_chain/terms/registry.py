"""The term types, as data: what each one is called, asks for, and checks.

A type is one module of this package with the type's own name, which holds its `TERM_TYPE`. To add a
type is to add that file. The names are the wire's closed list; one without a file is not supported
yet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.errors import InvalidTerms, NotSupportedYet, Problem
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import Options

NAMES: Final = (
    "location_verification",
    "photo_upload",
    "delivery_confirmation",
    "meeting_delivery",
    "custom",
)


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
def _module_of(name: str) -> str | None:
    module = f"{__package__}.{name}"
    return module if find_spec(module) else None


def term_type(name: object, *, path: str) -> TermType:
    """The type of this name, which stands at `path`. Raises `InvalidTerms` or `NotSupportedYet`."""
    if not isinstance(name, str) or name not in NAMES:
        raise InvalidTerms(Problem(path, f"not a term type; there are {', '.join(NAMES)}"))
    module = _module_of(name)
    if module is None:
        raise NotSupportedYet(Problem(path, f"the term type {name} is not supported yet"))
    found: TermType = import_module(module).TERM_TYPE
    return found

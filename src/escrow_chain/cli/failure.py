"""What went wrong, where, and what to do: the one place that turns errors into words for a user."""

import json
import os
import traceback
from dataclasses import asdict, dataclass
from typing import Any, Final

import typer

from escrow_chain.cli.output import shown

_REMEDIES: Final = {
    "escrow_chain.protocol.canonical.InvalidJson": "Correct the JSON there.",
    "escrow_chain.terms.errors.InvalidTerms": "Correct the terms there.",
    "escrow_chain.terms.errors.NotSupportedYet": "Ask for something else there, or leave it out.",
    "escrow_chain.terms.errors.UnloadableType": "Mend or uninstall the package that adds it.",
    "escrow_chain.terms.errors.UnknownZone": "Name a zone of the IANA database, as in Africa/Kampala.",
}
_UNFULFILLED: Final = "escrow_chain.bridge.errors.NotFulfilled"
_TRACE_SWITCH: Final = "ESCROW_TRACE"


class InputError(Exception):
    """What the user gave is wrong: `where`, `what`, and what to do about it."""

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        super().__init__(what)
        self.where = where
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Failure:
    """An error in words. `status` is the exit status."""

    error: str
    what: str
    where: str | None
    remedy: str | None
    status: int

    def as_text(self) -> str:
        """For people, on several lines."""
        where = f" at {self.where}" if self.where and not self.what.startswith(self.where) else ""
        lines = [f"escrow: {self.what}{where}", self.remedy]
        return "\n".join(shown(line) for line in lines if line)

    def as_json(self) -> str:
        """For programs."""
        return json.dumps({"error": asdict(self)})


def describe(error: BaseException) -> Failure:
    """What to tell a user of an error. Errors that are not this project's own, nor the user's, are its faults."""
    if isinstance(error, typer.TyperException):
        remedy = "Add --help to see what the command takes."
        return Failure("Usage", error.format_message(), None, remedy, status=2)
    if isinstance(error, typer.Abort):
        return Failure("Abort", "stopped before it was done", None, None, status=2)
    names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    if not names[0].startswith("escrow_chain."):
        return _fault(error)
    return Failure(
        error=type(error).__name__,
        what=str(error),
        where=_where(error),
        remedy=getattr(error, "remedy", None) or next((_REMEDIES[name] for name in names if name in _REMEDIES), None),
        status=1 if _UNFULFILLED in names else 2,
    )


def _where(error: BaseException) -> str | None:
    found: Any = getattr(error, "where", None) or getattr(error, "path", None) or getattr(error, "field", None)
    return None if found is None else str(found)


def _fault(error: BaseException) -> Failure:
    if os.environ.get(_TRACE_SWITCH):
        traceback.print_exception(error)
    what = f"a fault of this program: {type(error).__name__}: {error}"
    return Failure("Fault", what, None, f"Set {_TRACE_SWITCH}=1 to see where, and report it.", status=2)

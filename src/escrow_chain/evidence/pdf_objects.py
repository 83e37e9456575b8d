"""What the readers of PDFs share: how they refuse, and how they look into objects. Runs in a killable worker."""

from typing import Any, TypeAlias

from pypdf.generic import ArrayObject, DictionaryObject, NullObject

from escrow_chain.evidence.refusal import Refusal
from escrow_chain.terms.sentence import Sentence

Measure: TypeAlias = str | int | float | None


class Refused(Exception):
    """The document is refused: `refusal` says why. Does not leave the parser."""

    def __init__(
        self,
        code: str,
        sentence: Sentence | str,
        measured: Measure = None,
        limit: Measure = None,
        unit: str | None = None,
    ) -> None:
        self.refusal = Refusal(f"document.{code}", sentence, measured, limit, unit)


def damaged(measured: str) -> Refused:
    """That it breaks the rules of its format."""
    return Refused(
        "damaged",
        "The document is damaged or cut short. Hand in the file as it was made, or print it to a new PDF.",
        measured=measured,
        limit="opens without repair",
    )


def elements(holder: DictionaryObject, key: str) -> list[Any]:
    """The elements of an array, or the one value that stands for an array, or none."""
    value = entry(holder, key)
    if value is None:
        return []
    return [item.get_object() for item in value] if isinstance(value, ArrayObject) else [value]


def entry(holder: DictionaryObject, key: str) -> Any:
    """What a dictionary says, wherever it is. None: nothing."""
    value = holder.get(key, NullObject()).get_object()
    return None if isinstance(value, NullObject) else value

"""What is said to people: a sentence with places for values, so that it can be said in another language too.

The English sentence is the name of the message in the catalogues. Values are formatted before they go in, in the one
way that every language shares: digits with a full stop.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import Field

from escrow_chain.terms.record import Record

_PLACE: Final = re.compile(r"\{(\w+)\}")
_NOTHING: Final[Mapping[str, str]] = {}


class Sentence(Record):
    """An English `text` with `{names}` in it, and the values that stand there."""

    text: str
    values: Mapping[str, str] = Field(default_factory=dict)

    def __str__(self) -> str:
        """In English."""
        return self.spoken(str)

    def spoken(self, translate: Callable[[str], str]) -> str:
        """In the language that `translate` puts texts into. Nothing is done with values but to put them in."""
        return _PLACE.sub(lambda place: self.values.get(place[1], place[0]), translate(self.text))


def say(text: str, **values: object) -> Sentence:
    """The sentence; catalogues are made from what stands in the calls of this function."""
    return Sentence(text=text, values={name: str(value) for name, value in values.items()} if values else _NOTHING)


def as_sentence(value: Any) -> Any:
    """Plain text as a sentence without values, anything else as it is."""
    return Sentence(text=value) if isinstance(value, str) else value

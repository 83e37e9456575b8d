"""What of a text can be seen: letters that leave ink on paper.

Some characters are letters or signs by their category and yet show nothing: Hangul's fillers, the empty Braille cell,
variation selectors. A field filled with them looks empty.

Source: Unicode, `Default_Ignorable_Code_Point`, of which these are the ones that Python calls printable; and the few
characters outside it that are drawn as nothing.
"""

from collections.abc import Iterator
from typing import Final

from pydantic_core import PydanticCustomError

_IGNORABLE: Final = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)
_DRAWN_AS_NOTHING: Final = (
    (0x2800, 0x2800),  # an empty cell of Braille
    (0x13441, 0x13442),  # blanks among hieroglyphs
    (0x16FE4, 0x16FE4),  # the filler of the Khitan script
    (0x1D159, 0x1D159),  # a note without head
)
_BLANK: Final = frozenset(
    chr(code) for first, last in _IGNORABLE + _DRAWN_AS_NOTHING for code in range(first, last + 1)
)


def inked(text: str) -> str:
    """The characters of a text that can be seen, without those that cannot."""
    return "".join(_letters(text))


def visible(text: str) -> str:
    """The text as it is, for a validator: a broken rule if nothing in it can be seen."""
    if next(_letters(text), None) is None:
        raise PydanticCustomError("invisible", "nothing in it can be seen")
    return text


def _letters(text: str) -> Iterator[str]:
    return (letter for letter in text if letter.isprintable() and not letter.isspace() and letter not in _BLANK)

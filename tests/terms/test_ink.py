"""What can be seen of a text, and texts that fill a field without showing anything."""

import pytest
from pydantic import TypeAdapter, ValidationError

from escrow_chain.terms.ink import inked
from escrow_chain.terms.paper import FieldValues
from escrow_chain.terms.pieces import DataValues

BLANK = [
    "",
    " \t\n",
    "\u00a0\u1680\u2003\u202f\u3000",
    "\u00ad\u200b\u200d\u2060\ufeff",
    "\u3164",
    "\u115f\u1160\uffa0",
    "\u2800\u2800",
    "\u034f",
    "\u17b4\u17b5",
    "\u180b\u180f",
    "\ufe00\ufe0f",
    "\U000e0100\U000e01ef",
    "\U00013441\U00013442",
    "\U00016fe4",
    "\U0001d159",
    "\U000e0041",
    "\x00\x1b",
    "\ue000",
]


@pytest.mark.parametrize("kind", [DataValues, FieldValues])
@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_a_text_that_shows_nothing_fills_nothing(kind: object, text: str) -> None:
    """Neither supplied data nor what an upload says of a document's fields."""
    with pytest.raises(ValidationError, match="nothing in it can be seen"):
        TypeAdapter(kind).validate_python({"inspector": text})


@pytest.mark.parametrize("kind", [DataValues, FieldValues])
@pytest.mark.parametrize(
    "text", ["0", ".", "e\u0301", "\u0915\u093f", "\ud55c\uae00", "\u2801", "\u26a0\ufe0f", " \u3164x"], ids=ascii
)
def test_a_text_that_shows_something_is_kept_as_it_is(kind: object, text: str) -> None:
    """In every script, and with whatever cannot be seen beside it."""
    assert TypeAdapter(kind).validate_python({"inspector": text}) == {"inspector": text}


def test_ink_is_what_a_page_shows() -> None:
    """Accents and vowel signs stay, blanks of all kinds go."""
    assert inked(" e\u0301 \u3164\u0915\u093f\u200b\u26a0\ufe0f\n") == "e\u0301\u0915\u093f\u26a0"

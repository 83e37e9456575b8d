"""Sentences with places for values, in whatever text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms.sentence import Sentence, say


def test_values_stand_in_their_places() -> None:
    """In English, and where a translation puts them."""
    sentence = say("{metres} m away, and {allowed} m are allowed.", metres=120.5, allowed=100)
    assert str(sentence) == "120.5 m away, and 100 m are allowed."
    assert sentence.spoken(lambda _: "Erlaubt {allowed} m, gemessen {metres} m.") == "Erlaubt 100 m, gemessen 120.5 m."


@pytest.mark.parametrize("text", ["{name.upper}", "{name:>99999999}", "{name!r}", "{name[0]}", "{0}", "{", "}", "{}"])
def test_a_text_from_outside_does_nothing_with_values(text: str) -> None:
    """A recorded sentence may have any text: no attribute is looked up, and nothing is padded."""
    assert str(Sentence(text=text, values={"name": "x"})) == text


@given(st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_any_sentence_can_be_said(text: str, values: dict[str, str]) -> None:
    """And values are not read for places in turn."""
    said = str(Sentence(text=text, values=values))
    assert len(said) <= len(text) * 6 + 6
    assert str(Sentence(text="{a}", values={"a": "{b}", "b": "c"})) == "{b}"

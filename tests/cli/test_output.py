"""What commands print."""

from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.cli.failure import InputError, describe
from escrow_chain.cli.output import shown


@given(st.text())
def test_nothing_from_outside_reaches_the_terminal_unspelled(text: str) -> None:
    """Control characters, which can rewrite what a terminal shows, come out as text."""
    assert shown(text).isprintable()
    if text.isprintable():
        assert shown(text) == text


def test_errors_are_spelled_out_too() -> None:
    """An error that quotes its input can't paint over itself."""
    assert "\x1b" not in describe(InputError("a\x1b[2Jb", where="c\x1b[H")).as_text()

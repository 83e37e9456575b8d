"""Gas doesn't rise unnoticed."""

import warnings

from bench.figures import MARKS
from bench.gas import OPERATIONS
from bench.snapshot import UPDATE, accepted, changes, measured


def test_no_operation_takes_more_gas_than_accepted() -> None:
    """A rise is named with both figures, and so is what was never accepted; a fall asks to be accepted."""
    before, now = accepted(), measured()
    risen = list(changes(before, now, rise=True))
    assert not risen, "\n".join(["gas has risen; if it has to:", UPDATE, *risen])
    if fallen := list(changes(before, now, rise=False)):
        warnings.warn("\n".join(["gas has fallen:", UPDATE, *fallen]), stacklevel=1)


def test_what_is_accepted_keeps_to_the_targets() -> None:
    """The figures that are committed are within the design's table."""
    figures = accepted()
    for name, mark in MARKS.items():
        recipients, _ = OPERATIONS[name]
        assert mark.target is None or figures[name] // recipients <= mark.target, name


def test_a_change_is_told_with_name_old_and_new() -> None:
    """Rises and falls are told apart; what stays is not mentioned."""
    before = {"open": 1_000, "release": 500, "gone": 7, "same": 3}
    now = {"open": 1_250, "release": 400, "new": 8, "same": 3}
    risen = ["gone: 7 -> nothing", "new: nothing -> 8", "open: 1,000 -> 1,250 (+250)"]
    assert list(changes(before, now, rise=True)) == risen
    assert list(changes(before, now, rise=False)) == ["release: 500 -> 400 (-100)"]

"""Journeys: which visits make one, held against trying them all."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms.visits import Visit, free_journey, ordered_journey

START = datetime(2025, 6, 30, 6, tzinfo=UTC)


def visit(point: int, minute: int, *, begun: int | None = None, exhibit: int = 0) -> Visit:
    """A visit of a point, received at a minute, its nonce issued a minute before or at `begun`."""
    issued = minute - 1 if begun is None else begun
    return Visit(
        point=point,
        exhibit=exhibit,
        begun=START + timedelta(minutes=issued),
        happened=START + timedelta(minutes=minute),
    )


def gap(minutes: int) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=minutes)


BOTH = {0: True, 1: True}


def test_an_ordered_journey_takes_the_visits_with_the_shortest_gap() -> None:
    """Who stayed at the first point is counted from when he left it."""
    journey = ordered_journey([visit(0, 0), visit(0, 90), visit(1, 150)], BOTH)
    assert journey is not None
    assert journey.longest_gap == gap(60)
    assert [each.happened for each in journey.visits] == [START + gap(90), START + gap(150)]


def test_points_in_the_wrong_order_are_no_ordered_journey() -> None:
    """The same visits are a journey if no order is asked."""
    visits = [visit(1, 0), visit(0, 30)]
    assert ordered_journey(visits, BOTH) is None
    assert free_journey(visits, BOTH) is not None


def test_an_order_is_proven_by_nonces_only() -> None:
    """A nonce taken before the visit before was received may have been used anywhere before."""
    assert ordered_journey([visit(0, 10), visit(1, 20, begun=9)], BOTH) is None
    assert ordered_journey([visit(0, 10), visit(1, 20, begun=10)], BOTH) is not None


def test_an_optional_point_shortens_a_gap_and_is_missed_by_nobody() -> None:
    """Stopping on the way splits the time; not stopping is allowed."""
    required = {0: True, 1: False, 2: True}
    with_stop = ordered_journey([visit(0, 0), visit(1, 60), visit(2, 120)], required)
    without = ordered_journey([visit(0, 0), visit(2, 120)], required)
    assert with_stop is not None
    assert without is not None
    assert (with_stop.longest_gap, without.longest_gap) == (gap(60), gap(120))


def test_a_missing_required_point_is_no_journey() -> None:
    """In order or not."""
    visits = [visit(0, 0), visit(0, 10)]
    assert ordered_journey(visits, BOTH) is None
    assert free_journey(visits, BOTH) is None


def test_many_visits_of_overlapping_points_make_a_journey() -> None:
    """Each of 300 positions visits each of 20 points, and every later one was asked for after the one before."""
    visits = [visit(point, minute, exhibit=minute) for minute in range(300) for point in range(20)]
    required = dict.fromkeys(range(20), True)
    journey = ordered_journey(visits, required)
    assert journey is not None
    assert (journey.longest_gap, [each.point for each in journey.visits]) == (gap(1), list(range(20)))
    free = free_journey(visits, required)
    assert free is not None
    assert (free.longest_gap, len(free.visits)) == (gap(0), 20)


VISITS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 20)), max_size=7).map(
    lambda drawn: sorted(
        (visit(point, minute, begun=minute - lead) for point, minute, lead in drawn), key=lambda each: each.happened
    )
)


@given(VISITS, st.tuples(st.booleans(), st.booleans(), st.booleans()).filter(any))
def test_an_ordered_journey_is_the_best_of_all_choices(visits: list[Visit], must: tuple[bool, ...]) -> None:
    """Dynamic programming finds what trying every choice finds."""
    required = dict(enumerate(must))
    choices = [
        [each for each in visits if each.point == point] + ([] if required[point] else [None]) for point in required
    ]
    best = None
    for choice in product(*choices):
        taken = [each for each in choice if each is not None]
        if taken and all(one.happened <= next_one.begun for one, next_one in pairwise(taken)):
            longest = max((b.happened - a.happened for a, b in pairwise(taken)), default=gap(0))
            best = longest if best is None else min(best, longest)
    journey = ordered_journey(visits, required)
    assert (journey.longest_gap if journey else None) == best


@given(VISITS, st.tuples(st.booleans(), st.booleans(), st.booleans()).filter(any))
def test_a_free_journey_is_the_best_stretch_of_visits(visits: list[Visit], must: tuple[bool, ...]) -> None:
    """It is the stretch that has all required points, with the shortest longest gap."""
    required = dict(enumerate(must))
    wanted = {point for point, needed in required.items() if needed}
    best = None
    for first in range(len(visits)):
        for last in range(first, len(visits)):
            stretch = visits[first : last + 1]
            if wanted <= {each.point for each in stretch}:
                longest = max((b.happened - a.happened for a, b in pairwise(stretch)), default=gap(0))
                best = longest if best is None else min(best, longest)
    journey = free_journey(visits, required)
    assert (journey.longest_gap if journey else None) == best

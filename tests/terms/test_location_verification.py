"""`location_verification`, option by option and check by check."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms import Grade, Term
from escrow_chain.terms.geodesy import distance_m
from escrow_chain.terms.place import Coordinates
from tests.terms.records import KAMPALA, METRE, MORNING, failed, located, only, position, verdict_on

PLACE = located(**KAMPALA, radius=100)
PICKUP = {"name": "Pickup", **KAMPALA, "radius": 50}
DELIVERY = {"name": "Delivery", "latitude": 0.315789, "longitude": 32.576543, "radius": 100}
ROUTE = located(verification_points=[PICKUP, DELIVERY], sequence_required=True, max_time_between_points=120)


def at_pickup(term: Term, minute: float, **changes: Any) -> Any:
    """A position at the pickup, so many minutes after the morning began; no two are quite the same."""
    return position(term, KAMPALA["latitude"] + minute * 2e-7, KAMPALA["longitude"], at=after(minute), **changes)


def at_delivery(term: Term, minute: float, **changes: Any) -> Any:
    """A position at the delivery."""
    return position(term, DELIVERY["latitude"] + minute * 2e-7, DELIVERY["longitude"], at=after(minute), **changes)  # type: ignore[operator, arg-type]


def after(minutes: float) -> datetime:
    """A moment of the morning."""
    return MORNING + timedelta(minutes=minutes)


def test_a_signed_position_at_the_place_fulfils() -> None:
    """Distance and limit are in the verdict, and rest on G1."""
    verdict = verdict_on(PLACE, position(PLACE, KAMPALA["latitude"], KAMPALA["longitude"] + 60 * METRE))
    assert verdict.fulfilled
    assert verdict.accepted == (0,)
    check = only(verdict, "location.distance")
    assert check.measured == pytest.approx(60, abs=0.5)
    assert (check.limit, check.unit, check.grade) == (100, "m", Grade.BOUND)


@pytest.mark.parametrize(("limit_min", "passed"), [(9e15, True), (30, True), (29.999, False), (5e-324, False)])
def test_any_time_between_points_can_be_asked_for(limit_min: float, passed: bool) -> None:
    """To the millisecond, and far beyond what a calendar has."""
    term = located(verification_points=[PICKUP, DELIVERY], max_time_between_points=limit_min)
    verdict = verdict_on(term, at_pickup(term, 0), at_delivery(term, 30))
    assert only(verdict, "location.time_between").passed is passed


@pytest.mark.parametrize("at", ["0001-01-03T00:00:00Z", "9999-12-30T00:00:00Z"])
@pytest.mark.parametrize("where", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_window_is_read_on_every_clock_at_any_moment(at: str, where: str) -> None:
    """At both ends of the calendar there is a verdict."""
    window = {"start_time": "06:00", "end_time": "06:01"}
    term = located(where, latitude=0, longitude=0, radius=9, verification_window=window)
    moment = datetime.fromisoformat(at)
    verdict = verdict_on(
        term, position(term, 0, 0, at=moment, captured_at=moment, issued_at=moment), at=moment, zone=where
    )
    assert not only(verdict, "location.window").passed


def test_no_evidence_fulfils_nothing() -> None:
    """An empty hand is not doubt in anybody's favour."""
    verdict = verdict_on(PLACE)
    assert not verdict.fulfilled
    assert failed(verdict) == {"location.visited", "evidence.grade"}


@given(st.floats(0, 250))
def test_the_radius_is_the_limit_to_the_metre(metres: float) -> None:
    """Inside or outside is decided by the geodesic, the edge included."""
    piece = position(PLACE, KAMPALA["latitude"], KAMPALA["longitude"] + metres * METRE)
    way = distance_m(piece.fix, Coordinates(latitude=KAMPALA["latitude"], longitude=KAMPALA["longitude"]))
    assert verdict_on(PLACE, piece).fulfilled is (way <= 100)


@pytest.mark.parametrize(
    ("accuracy", "counts"), [(None, False), (0.0, False), (-1.0, False), (0.5, True), (100.0, True), (100.5, False)]
)
def test_the_accuracy_must_be_there_and_no_worse_than_the_radius(accuracy: float | None, counts: bool) -> None:
    """Zero and below mean that the device does not know."""
    verdict = verdict_on(PLACE, position(PLACE, **KAMPALA, accuracy=accuracy))
    assert verdict.fulfilled is counts
    assert only(verdict, "location.accuracy").passed is counts


def test_the_accuracy_is_not_added_to_the_distance() -> None:
    """An honest phone that says 90 m at 90 m from the place is there."""
    piece = position(PLACE, KAMPALA["latitude"], KAMPALA["longitude"] + 90 * METRE, accuracy=90.0)
    assert verdict_on(PLACE, piece).fulfilled


@pytest.mark.parametrize(
    ("latitude", "longitude", "piece_latitude", "piece_longitude"),
    [(0.0, 179.9999, 0.0, -179.9999), (90.0, 0.0, 89.9995, 150.0), (-90.0, 10.0, -89.9995, -170.0)],
)
def test_the_antimeridian_and_the_poles_are_places_like_others(
    latitude: float, longitude: float, piece_latitude: float, piece_longitude: float
) -> None:
    """Near is near, whatever the numbers look like; and far is far."""
    term = located(latitude=latitude, longitude=longitude, radius=100)
    assert verdict_on(term, position(term, piece_latitude, piece_longitude)).fulfilled
    assert not verdict_on(term, position(term, -piece_latitude or 5.0, piece_longitude)).fulfilled


@pytest.mark.parametrize(
    ("received", "counts"),
    [
        (datetime(2025, 6, 30, 18, 59, 59, tzinfo=UTC), False),
        (datetime(2025, 6, 30, 19, 0, tzinfo=UTC), True),
        (datetime(2025, 7, 1, 2, 59, 59, tzinfo=UTC), True),
        (datetime(2025, 7, 1, 3, 0, tzinfo=UTC), False),
    ],
)
def test_a_window_is_read_at_the_receipt_in_the_zone(received: datetime, counts: bool) -> None:
    """22:00 to 06:00 in Kampala, whatever the device says of its own clock."""
    term = located(**KAMPALA, radius=100, verification_window={"start_time": "22:00", "end_time": "06:00"})
    verdict = verdict_on(term, position(term, **KAMPALA, at=received), at=received)
    assert verdict.fulfilled is counts
    assert only(verdict, "location.window").passed is counts


def test_a_deadline_ends_before_itself() -> None:
    """The earlier one of the term's and the milestone's counts, half-open."""
    term = located(**KAMPALA, radius=100, deadline="2025-06-30T06:00:00Z")
    just_before = position(term, **KAMPALA, at=MORNING - timedelta(microseconds=1))
    on_time = position(term, **KAMPALA, at=MORNING)
    assert verdict_on(term, just_before).fulfilled
    assert failed(verdict_on(term, on_time)) == {"evidence.deadline", "location.visited"}
    assert not verdict_on(term, just_before, deadline=MORNING - timedelta(seconds=1)).fulfilled
    assert not verdict_on(term, on_time, deadline=MORNING + timedelta(days=1)).fulfilled


def test_evidence_from_the_future_is_not_looked_at() -> None:
    """Judging yesterday cannot rest on what came today."""
    piece = position(PLACE, **KAMPALA)
    assert verdict_on(PLACE, piece, at=MORNING).fulfilled
    earlier = verdict_on(PLACE, piece, at=MORNING - timedelta(seconds=1))
    assert failed(earlier) == {"evidence.time", "location.visited"}


def test_a_route_in_order_and_in_time_fulfils() -> None:
    """Pickup, then delivery within two hours."""
    verdict = verdict_on(ROUTE, at_pickup(ROUTE, 0), at_delivery(ROUTE, 119))
    assert verdict.fulfilled
    assert verdict.accepted == (0, 1)
    assert only(verdict, "location.time_between").measured == 119


def test_a_route_in_the_wrong_order_is_refused() -> None:
    """The verdict shows both orders."""
    verdict = verdict_on(ROUTE, at_delivery(ROUTE, 0), at_pickup(ROUTE, 60))
    check = only(verdict, "location.sequence")
    assert not verdict.fulfilled
    assert (check.measured, check.limit) == ("Delivery, Pickup", "Pickup, Delivery")


def test_a_route_that_took_too_long_is_refused() -> None:
    """Two hours are the limit, itself included."""
    assert verdict_on(ROUTE, at_pickup(ROUTE, 0), at_delivery(ROUTE, 120)).fulfilled
    late = verdict_on(ROUTE, at_pickup(ROUTE, 0), at_delivery(ROUTE, 120.1))
    assert failed(late) == {"location.time_between"}
    assert (only(late, "location.time_between").measured, only(late, "location.time_between").limit) == (120.1, 120)


def test_a_point_that_was_missed_is_named() -> None:
    """The decisive check of that very point fails."""
    verdict = verdict_on(ROUTE, at_pickup(ROUTE, 0))
    missed = [check.point for check in verdict.failures if check.code == "location.visited"]
    assert not verdict.fulfilled
    assert missed == [1]


def test_an_optional_point_may_be_missed() -> None:
    """It is shown, and decides nothing."""
    term = located(verification_points=[PICKUP, DELIVERY | {"required": False}])
    verdict = verdict_on(term, at_pickup(term, 0))
    assert verdict.fulfilled
    assert [check.point for check in verdict.failures] == [1, 1]


def test_all_points_without_an_order_may_come_in_any() -> None:
    """Nothing but the visits is asked."""
    term = located(verification_points=[PICKUP, DELIVERY])
    assert verdict_on(term, at_delivery(term, 0), at_pickup(term, 700)).fulfilled


def test_a_teleport_counts_for_neither_end() -> None:
    """3.6 km in 10 s is 360 m/s; the same way in a minute and a half is a fast car."""
    term = located(verification_points=[PICKUP, DELIVERY])
    jump = verdict_on(term, at_pickup(term, 0), at_delivery(term, 1 / 6))
    assert {check.piece for check in jump.failures if check.code == "location.speed"} == {0, 1}
    assert not jump.fulfilled
    assert verdict_on(term, at_pickup(term, 0), at_delivery(term, 1.5)).fulfilled


def test_a_teleport_cannot_hide_behind_fixes_in_between() -> None:
    """Neither coarse ones nor many small jumps within one second connect two far places."""
    term = located(verification_points=[PICKUP, DELIVERY])
    coarse = position(term, 0.33, 32.58, at=after(0.05), accuracy=99_000.0)
    assert not verdict_on(term, at_pickup(term, 0), coarse, at_delivery(term, 1 / 6)).fulfilled
    steps = [
        position(
            term,
            KAMPALA["latitude"] + (DELIVERY["latitude"] - KAMPALA["latitude"]) * step / 60,  # type: ignore[operator]
            KAMPALA["longitude"] + (DELIVERY["longitude"] - KAMPALA["longitude"]) * step / 60,  # type: ignore[operator]
            at=after(step * 0.25 / 60),
        )
        for step in range(61)
    ]
    assert not verdict_on(term, *steps).fulfilled


def test_a_coarse_fix_accuses_nobody() -> None:
    """A fix that may be 80 m off, 120 m away within a second, is no journey at all."""
    term = located(**KAMPALA, radius=100)
    near = position(term, **KAMPALA, at=after(0))
    coarse = position(term, KAMPALA["latitude"], KAMPALA["longitude"] + 120 * METRE, at=after(1 / 60), accuracy=80.0)
    assert verdict_on(term, near, coarse).fulfilled


@pytest.mark.parametrize("accuracy", [None, -1.0, 3000.0])
def test_a_fix_that_proves_nothing_accuses_nobody(accuracy: float | None) -> None:
    """A phone that does not know where it is may be anywhere a second later."""
    lost = position(
        PLACE, KAMPALA["latitude"], KAMPALA["longitude"] + 9_000 * METRE, at=after(1 / 60), accuracy=accuracy
    )
    assert verdict_on(PLACE, position(PLACE, **KAMPALA, at=after(0)), lost).fulfilled


@pytest.mark.parametrize("step", [0.0, 1e-13, 4e-8])
def test_the_same_coordinates_again_are_one_fix(step: float) -> None:
    """To the centimetre, by the server's times: the first one counts, and the verdict says how often it came."""
    place = located(latitude=0.3, longitude=32.5, radius=100)
    frozen = [position(place, 0.3 + step * n, 32.5, at=after(n), captured_at=MORNING) for n in range(2)]
    frozen.append(position(place, 0.3 - step, 32.5, at=after(2), captured_at=MORNING))
    verdict = verdict_on(place, *frozen)
    repeated = [(check.measured, check.passed) for check in verdict.checks if check.code == "location.frozen"]
    assert repeated == [(1, True), (2, False), (3, False)]
    assert only(verdict, "location.visited").measured == 1
    scattered = [at_pickup(PLACE, minute) for minute in (0, 20, 40)]
    assert only(verdict_on(PLACE, *scattered), "location.visited").measured == 3


def test_a_repeated_fix_makes_no_journey() -> None:
    """From a place where two circles overlap; two fixes do, and no further one takes that back."""
    other = PICKUP | {"name": "Next door", "longitude": KAMPALA["longitude"] + 40 * METRE}
    term = located(verification_points=[PICKUP, other], sequence_required=True)
    frozen = [position(term, **KAMPALA, at=after(minute)) for minute in (0, 20, 40, 60)]
    assert failed(verdict_on(term, *frozen)) == {"location.frozen", "location.sequence"}
    assert verdict_on(term, frozen[0], at_pickup(term, 10), *frozen[1:]).accepted == (0, 1)


@pytest.mark.parametrize("useless", [{"accuracy": None}, {"accuracy": 101.0}, {"at": after(-300)}])
def test_a_fix_that_does_not_count_takes_nothing_from_its_repetition(useless: dict[str, Any]) -> None:
    """Only the first that could be a visit is the one fix."""
    window = {"start_time": "08:00", "end_time": "18:00"}
    term = located(**KAMPALA, radius=100, verification_window=window)
    first = position(term, **KAMPALA, **({"at": after(0)} | useless))
    assert verdict_on(term, first, position(term, **KAMPALA, at=after(5))).accepted == (1,)


def test_too_many_positions_are_not_judged() -> None:
    """Doubt never pays: the check of their number decides, and it is the only one about places."""
    many = [at_pickup(PLACE, number / 60) for number in range(2001)]
    verdict = verdict_on(PLACE, *many)
    check = only(verdict, "evidence.count")
    assert failed(verdict) == {"evidence.count"}
    assert (check.measured, check.limit, check.decisive) == (2001, 2000, True)
    assert not any(check.code.startswith("location.") for check in verdict.checks)
    assert verdict_on(PLACE, *many[:2000]).fulfilled


def test_positions_of_others_neither_help_nor_harm() -> None:
    """What a stranger signs is no evidence, for or against."""
    far = position(PLACE, 0.5, 32.9, at=after(0.01), signer=None)
    near = at_pickup(PLACE, 0)
    assert verdict_on(PLACE, far, near).fulfilled
    assert not verdict_on(PLACE, position(PLACE, **KAMPALA, signer=None)).fulfilled

"""The judge of meetings."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from escrow_chain.terms import Grade, InvalidTerms, Piece, Position, Term, Verdict
from escrow_chain.terms.meeting_delivery import MAX_POSITIONS, TOGETHER
from tests.terms.records import (
    CUSTOMER,
    KAMPALA,
    METRE,
    MORNING,
    STRANGER,
    WALLET,
    confirmation,
    failed,
    meeting,
    only,
    photo,
    position,
    verdict_on,
)

AT_THE_PLACE: dict[str, Any] = {"max_distance_km": 0.1, "buyer_coordinates": KAMPALA}
NONCE = timedelta(seconds=10)
"""What lies between the nonce and the receipt of a recorded piece."""
BOTH: dict[str, Any] = {"required_participants": [{"role": "service_provider"}, {"role": "customer"}]}
PLACE = meeting(**AT_THE_PLACE)
ANYWHERE = meeting(**BOTH)


def at(term: Term, signer: str, *, east: float = 0, when: datetime = MORNING, **changes: Any) -> Position:
    """Somebody's position, so many metres east of the agreed place."""
    longitude = KAMPALA["longitude"] + east * METRE
    return position(term, KAMPALA["latitude"], longitude, at=when, signer=signer, **changes)


def met(term: Term, *more: Piece, **changes: Any) -> Verdict:
    """The verdict if both were there, five metres from each other."""
    return verdict_on(term, at(term, WALLET), at(term, CUSTOMER, east=5), *more, **changes)


def test_who_meets_at_the_place_has_met() -> None:
    """One signed position each."""
    verdict = met(PLACE)
    assert verdict.fulfilled
    assert verdict.accepted == (0, 1)
    assert only(verdict, "meeting.customer").grade == Grade.COUNTERPARTY
    assert only(verdict, "meeting.together").measured == pytest.approx(5, abs=0.05)


def test_who_meets_anywhere_has_met_if_no_place_was_agreed() -> None:
    """Within fifty metres of each other, as long as the term says nothing else."""
    assert met(ANYWHERE).fulfilled
    for metres, near in ((49, True), (51, False)):
        verdict = verdict_on(ANYWHERE, at(ANYWHERE, WALLET), at(ANYWHERE, CUSTOMER, east=metres))
        assert verdict.fulfilled is near
        assert only(verdict, "meeting.together").passed is near
    wide = meeting(**BOTH, location_tolerance=0.2)
    assert verdict_on(wide, at(wide, WALLET), at(wide, CUSTOMER, east=199)).fulfilled
    assert not verdict_on(wide, at(wide, WALLET), at(wide, CUSTOMER, east=201)).fulfilled


@pytest.mark.parametrize(("signer", "missing"), [(WALLET, "customer"), (CUSTOMER, "recipient")])
def test_one_alone_meets_nobody(signer: str, missing: str) -> None:
    """However often."""
    pieces = [at(PLACE, signer, east=metres, when=MORNING + timedelta(minutes=metres)) for metres in (1, 2)]
    assert failed(verdict_on(PLACE, *pieces)) == {f"meeting.{missing}", "meeting.together"}


def test_without_evidence_nobody_met() -> None:
    """And all that is missing is said."""
    assert failed(verdict_on(PLACE)) == {
        "meeting.customer",
        "meeting.recipient",
        "meeting.together",
        "evidence.grade",
    }


@pytest.mark.parametrize("later", [0, 1, 60])
def test_one_phone_for_both_sides_is_one_side(later: float) -> None:
    """Two devices never agree to the centimetre, whether their fixes come at once or one after the other."""
    verdict = verdict_on(PLACE, at(PLACE, WALLET), at(PLACE, CUSTOMER, when=MORNING + timedelta(seconds=later)))
    assert failed(verdict) == {"meeting.together"}


@pytest.mark.parametrize(
    ("here", "there"), [((0.0, 180.0), (0.0, -180.0)), ((90.0, 0.0), (90.0, 50.0)), ((-90.0, 7.0), (-90.0, -7.0))]
)
def test_one_spot_has_one_name(here: tuple[float, float], there: tuple[float, float]) -> None:
    """At the antimeridian and at the poles too."""
    term = meeting(max_distance_km=0.1, buyer_coordinates={"latitude": here[0], "longitude": here[1]})
    mine, other = position(term, *here, signer=WALLET), position(term, *there, signer=CUSTOMER)
    assert failed(verdict_on(term, mine, other)) == {"meeting.together"}


def test_one_wallet_for_both_sides_is_one_side() -> None:
    """Also if the terms name it twice."""
    verdict = verdict_on(PLACE, at(PLACE, WALLET), at(PLACE, WALLET, east=5), people={"customer": WALLET})
    assert failed(verdict) == {"meeting.customer", "meeting.together"}


def test_a_stranger_stands_in_for_nobody() -> None:
    """The word of others does not count."""
    verdict = verdict_on(PLACE, at(PLACE, WALLET), at(PLACE, STRANGER, east=5))
    assert failed(verdict) == {"bound.signature", "meeting.customer", "meeting.together"}


def test_who_is_too_far_from_the_place_was_not_there() -> None:
    """At the radius somebody is; beyond it not."""
    for metres, near in ((99, True), (101, False)):
        verdict = verdict_on(PLACE, at(PLACE, WALLET), at(PLACE, CUSTOMER, east=metres))
        assert verdict.fulfilled is near
    assert failed(verdict) == {"meeting.distance", "meeting.customer", "meeting.together"}


def test_the_tolerance_is_for_meetings_without_a_place() -> None:
    """Where a place was agreed, its distance says how near."""
    term = meeting(**AT_THE_PLACE, location_tolerance=0.01)
    assert verdict_on(term, at(term, WALLET), at(term, CUSTOMER, east=60)).fulfilled


def test_nobody_meets_alone() -> None:
    """Without a place, both have to be named, or the recipient would have met himself."""
    for role in ("service_provider", "customer"):
        with pytest.raises(InvalidTerms) as refused:
            meeting(required_participants=[{"role": role}])
        assert refused.value.path == "data.required_participants"


@pytest.mark.parametrize("accuracy", [None, 0.0, 100.1, 1e9])
def test_a_position_of_unusable_accuracy_proves_nothing(accuracy: float | None) -> None:
    """As far as the smallest limit that it is held against."""
    verdict = verdict_on(PLACE, at(PLACE, WALLET), at(PLACE, CUSTOMER, east=5, accuracy=accuracy))
    assert failed(verdict) == {"meeting.accuracy", "meeting.customer", "meeting.together"}
    assert verdict_on(PLACE, at(PLACE, WALLET), at(PLACE, CUSTOMER, east=5, accuracy=100.0)).fulfilled
    assert "meeting.accuracy" in failed(verdict_on(ANYWHERE, at(ANYWHERE, WALLET, accuracy=50.5)))


@pytest.mark.parametrize("first", [WALLET, CUSTOMER])
def test_a_meeting_is_at_one_time(first: str) -> None:
    """Whoever waits a quarter of an hour is still there; afterwards not. Ten seconds lie between nonce and receipt."""
    second = CUSTOMER if first == WALLET else WALLET
    for apart, together in ((TOGETHER - NONCE, True), (TOGETHER - NONCE + timedelta(seconds=1), False)):
        verdict = verdict_on(PLACE, at(PLACE, first), at(PLACE, second, east=5, when=MORNING + apart))
        assert verdict.fulfilled is together
    assert failed(verdict) == {"meeting.together"}


def test_of_many_positions_the_earliest_pair_counts() -> None:
    """An early position, and one too far away, do no harm."""
    late = MORNING + timedelta(hours=1)
    pieces = [
        at(PLACE, WALLET),
        at(PLACE, WALLET, east=40, when=late),
        at(PLACE, CUSTOMER, east=5, when=late + timedelta(minutes=1)),
        at(PLACE, WALLET, east=8, when=late + timedelta(minutes=2)),
    ]
    verdict = verdict_on(PLACE, *pieces)
    assert verdict.fulfilled
    assert verdict.accepted == (1, 2)
    assert verdict_on(PLACE, *reversed(pieces)).accepted == (2, 1)


def test_the_window_is_half_open() -> None:
    """From its start until just before its end, and what is known of a position is from its nonce to its receipt."""
    term = meeting(**AT_THE_PLACE, meeting_window={"start": "2025-06-30T06:00:00Z", "end": "2025-06-30T12:00:00+03:00"})
    for when, inside in (
        (MORNING, False),
        (MORNING + NONCE - timedelta(seconds=1), False),
        (MORNING + NONCE, True),
        (MORNING + timedelta(hours=3, seconds=-1), True),
        (MORNING + timedelta(hours=3), False),
    ):
        verdict = verdict_on(term, at(term, WALLET, when=when), at(term, CUSTOMER, east=5, when=when))
        assert verdict.fulfilled is inside
        assert ("meeting.window" in failed(verdict)) is not inside


def test_only_who_is_required_has_to_be_there() -> None:
    """A term may ask for one of them."""
    term = meeting(**AT_THE_PLACE, required_participants=[{"role": "service_provider", "verification_required": True}])
    assert verdict_on(term, at(term, WALLET)).fulfilled
    assert term.options.roles == {"recipient"}
    term = meeting(**AT_THE_PLACE, required_participants=[{"role": "customer"}])
    assert verdict_on(term, at(term, CUSTOMER)).fulfilled
    assert "meeting.customer" in failed(verdict_on(term, at(term, WALLET)))


def test_both_confirm_with_keys_of_their_own() -> None:
    """Each one's last word in time; neither speaks for the other."""
    term = meeting(**AT_THE_PLACE, verification_method="dual_confirmation")
    by_customer, by_recipient = confirmation(term), confirmation(term, signer=WALLET, at=MORNING + timedelta(minutes=1))
    pieces = [by_recipient, at(term, WALLET), by_customer, at(term, CUSTOMER, east=5)]
    verdict = verdict_on(term, *pieces)
    assert verdict.fulfilled
    assert verdict.accepted == (1, 2, 3, 0)
    assert failed(met(term)) == {"meeting.confirmed_by_customer", "meeting.confirmed_by_recipient"}
    assert failed(met(term, by_recipient)) == {"meeting.confirmed_by_customer"}
    assert failed(met(term, by_customer)) == {"meeting.confirmed_by_recipient"}
    taken_back = confirmation(term, confirmed=False, at=MORNING + timedelta(minutes=2))
    assert failed(met(term, by_customer, by_recipient, taken_back)) == {"meeting.confirmed_by_customer"}


def test_a_signature_is_the_customers_signed_confirmation() -> None:
    """The recipient's own is none."""
    term = meeting(**AT_THE_PLACE, signature_required=True)
    assert failed(met(term)) == {"meeting.confirmed_by_customer"}
    assert failed(met(term, confirmation(term, signer=WALLET))) == {"meeting.confirmed_by_customer"}
    assert met(term, confirmation(term)).fulfilled
    before = confirmation(term, at=MORNING - timedelta(minutes=1))
    assert failed(met(term, before)) == {"meeting.confirmed_by_customer"}


def test_photo_evidence_is_a_photo_that_nobody_has_seen() -> None:
    """Of either side, and held to what every photo is held to."""
    term = meeting(**AT_THE_PLACE, photo_evidence_required=True)
    assert failed(met(term)) == {"meeting.photo"}
    for signer in (WALLET, CUSTOMER):
        verdict = met(term, photo(term, origin={"signer": signer}))
        assert verdict.fulfilled
        assert verdict.accepted == (0, 1, 2)
    assert {"photo.same_file", "meeting.photo"} <= failed(met(term, photo(term, sightings=None)))
    for minutes, of_it in ((-14, True), (-15, False), (14, True), (15, False)):
        shot = photo(term, at=MORNING + timedelta(minutes=minutes))
        assert met(term, shot).fulfilled is of_it
    assert failed(verdict_on(term, at(term, WALLET), photo(term))) >= {"meeting.photo", "meeting.together"}
    assert "meeting.photo" in failed(met(term, photo(term, pdq_quality=10)))


def test_impossible_journeys_are_no_meeting() -> None:
    """Each one's positions are held against that one's own, not against the other's."""
    for minutes in (-1, 1):
        far = at(PLACE, WALLET, east=50_000, when=MORNING + timedelta(minutes=minutes))
        verdict = met(PLACE, far)
        assert {"location.speed", "meeting.recipient", "meeting.together"} <= failed(verdict)
        assert only(verdict, "meeting.customer").passed


def test_the_customer_cannot_undo_a_meeting_afterwards() -> None:
    """A later false fix accuses itself, and one that came too late nobody."""
    far = at(PLACE, CUSTOMER, east=50_000, when=MORNING + timedelta(minutes=1))
    verdict = met(PLACE, far)
    assert verdict.fulfilled
    assert {"location.speed", "meeting.distance"} == failed(verdict)
    term = meeting(**AT_THE_PLACE, deadline="2025-06-30T06:30:00Z")
    for signer in (CUSTOMER, WALLET):
        assert met(term, at(term, signer, east=50_000, when=MORNING + timedelta(minutes=31))).fulfilled
    assert not met(PLACE, at(PLACE, CUSTOMER, east=50_000, when=MORNING - timedelta(minutes=1))).fulfilled


def test_a_later_and_closer_meeting_undoes_nothing() -> None:
    """What was confirmed, or photographed, at the first one stays proven."""
    term = meeting(**AT_THE_PLACE, verification_method="dual_confirmation", photo_evidence_required=True)
    minutes = timedelta(minutes=1)
    pieces = [
        photo(term, at=MORNING + minutes),
        at(term, WALLET, when=MORNING + 2 * minutes),
        at(term, CUSTOMER, east=20, when=MORNING + 3 * minutes),
        confirmation(term, at=MORNING + 4 * minutes),
        confirmation(term, signer=WALLET, at=MORNING + 4 * minutes),
        at(term, WALLET, east=1, when=MORNING + 14 * minutes),
    ]
    assert verdict_on(term, *pieces).fulfilled
    closer = at(term, CUSTOMER, east=1.5, when=MORNING + 24 * minutes)
    assert verdict_on(term, *pieces, closer).fulfilled


def test_the_customer_cannot_flood_a_meeting() -> None:
    """Of each side the first hundred are judged."""
    flood = [
        at(PLACE, CUSTOMER, east=20 + n / 100, when=MORNING + timedelta(seconds=n)) for n in range(2 * MAX_POSITIONS)
    ]
    verdict = met(PLACE, *flood)
    assert verdict.fulfilled
    assert only(verdict, "evidence.count").measured == 2 * MAX_POSITIONS + 1
    late = at(PLACE, CUSTOMER, east=5, when=MORNING + timedelta(hours=1))
    mine = at(PLACE, WALLET, when=MORNING + timedelta(hours=1))
    assert not verdict_on(PLACE, mine, late, *flood).fulfilled


def test_after_the_deadline_it_is_too_late() -> None:
    """For positions and for words."""
    term = meeting(**AT_THE_PLACE, signature_required=True, deadline="2025-06-30T06:30:00Z")
    late = MORNING + timedelta(minutes=30)
    assert met(term, confirmation(term)).fulfilled
    assert failed(met(term, confirmation(term, at=late))) == {"evidence.deadline", "meeting.confirmed_by_customer"}
    assert not verdict_on(term, at(term, WALLET, when=late), at(term, CUSTOMER, east=5, when=late)).fulfilled


@pytest.mark.parametrize("about", ["report", "meeting", " "])
def test_a_word_about_something_else_confirms_no_meeting(about: str) -> None:
    """Nor does it take a confirmation back."""
    term = meeting(**AT_THE_PLACE, signature_required=True)
    other = confirmation(term, about=about, at=MORNING + timedelta(minutes=1))
    assert failed(met(term, other)) == {"meeting.confirmed_by_customer"}
    assert met(term, confirmation(term), other.model_copy(update={"confirmed": False})).fulfilled


def test_both_sides_may_show_the_same_picture() -> None:
    """Whoever's copy came first counts, and the other does no harm."""
    term = meeting(**AT_THE_PLACE, photo_evidence_required=True)
    mine = photo(term)
    copy = photo(term, origin={"signer": CUSTOMER}, at=MORNING + timedelta(minutes=1))
    for shots in ((mine, copy), (copy, mine)):
        assert met(term, *shots).fulfilled


@pytest.mark.parametrize("number", [0, 1])
def test_a_phone_is_verified_or_not(number: int) -> None:
    """By a boolean."""
    asked = [{"role": "service_provider"}, {"role": "customer"}]
    asked[number] |= {"phone_verification": "yes"}
    with pytest.raises(InvalidTerms) as refused:
        meeting(required_participants=asked)
    assert refused.value.path == f"data.required_participants[{number}].phone_verification"


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, "data.buyer_coordinates"),
        ({"max_distance_km": 0.1}, "data.buyer_coordinates"),
        ({"buyer_coordinates": KAMPALA}, "data.max_distance_km"),
        (AT_THE_PLACE | {"max_distance_km": 0}, "data.max_distance_km"),
        (AT_THE_PLACE | {"max_distance_km": 1001}, "data.max_distance_km"),
        (AT_THE_PLACE | {"max_distance_km": "0.1"}, "data.max_distance_km"),
        (AT_THE_PLACE | {"location_tolerance": -1}, "data.location_tolerance"),
        (AT_THE_PLACE | {"buyer_coordinates": {"latitude": 91, "longitude": 0}}, "data.buyer_coordinates.latitude"),
        (AT_THE_PLACE | {"buyer_coordinates": {"latitude": 9}}, "data.buyer_coordinates.longitude"),
        (AT_THE_PLACE | {"meeting_type": "chance"}, "data.meeting_type"),
        (AT_THE_PLACE | {"verification_method": "handshake"}, "data.verification_method"),
        (AT_THE_PLACE | {"photo_evidence_required": "yes"}, "data.photo_evidence_required"),
        (AT_THE_PLACE | {"signature_required": 1}, "data.signature_required"),
        (
            AT_THE_PLACE | {"meeting_window": {"start": "2025-06-06T09:00:00Z", "end": "2025-06-06T09:00:00Z"}},
            "data.meeting_window",
        ),
        (AT_THE_PLACE | {"meeting_window": {"start": "2025-06-06T09:00:00Z"}}, "data.meeting_window.end"),
        (AT_THE_PLACE | {"meeting_window": {"start": "09:00", "end": "17:00"}}, "data.meeting_window.start"),
        ({"required_participants": []}, "data.required_participants"),
        ({"required_participants": [{"role": "driver"}]}, "data.required_participants[0].role"),
        ({"required_participants": [{"role": "customer"}, {"role": "customer"}]}, "data.required_participants"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(options: dict[str, Any], path: str) -> None:
    """Closed lists and bounds are enforced."""
    with pytest.raises(InvalidTerms) as refused:
        meeting(**options)
    assert refused.value.path == path

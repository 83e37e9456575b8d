"""Recipient and customer meet, or say that they did."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from pyproj import Geod

from corpus.case import Case
from corpus.story import CUSTOMER, KAMPALA, PEOPLE, RECIPIENT, START, STRANGER, Story, hashed, spelled, term
from corpus.told.photos import IN_AN_APP

HONEST: Final = "meetings-at-the-place"
HERE: Final = {"latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"]}
PLACE: Final = {"max_distance_km": 0.1, "buyer_coordinates": HERE}
PROVIDER, BUYER = {"role": "service_provider"}, {"role": "customer"}
BOTH: Final = {"required_participants": [PROVIDER, BUYER]}
DUAL: Final = PLACE | {"verification_method": "dual_confirmation"}
SIGNED: Final = PLACE | {"signature_required": True}
PICTURED: Final = PLACE | {"photo_evidence_required": True}
PHONE, OTHER_PHONE = "+256700000001", "+256700000002"
BY_PHONE: Final = {"required_participants": [PROVIDER, BUYER | {"phone_verification": True}]}
NOT_TOGETHER: Final = "meeting.together"
NO_RECIPIENT: Final = ("meeting.recipient", NOT_TOGETHER)
NO_CUSTOMER: Final = ("meeting.customer", NOT_TOGETHER)
UNASKED: Final = ("bound.signature", "bound.nonce", "bound.clock")
"""What fails of a piece by somebody whose word does not count."""
MOST: Final = 100
"""Positions of one side that are judged."""
_EARTH: Final = Geod(ellps="WGS84")


def cases() -> Iterator[Case]:
    """See the module."""
    yield from _places()
    yield from _tolerances()
    yield from _accuracies()
    yield from _windows()
    yield from _times()
    yield from _participants()
    yield from _devices()
    yield from _journeys()
    yield from _later()
    yield from _words()
    yield from _photos()
    yield from _phones()
    yield from _many()
    yield from _grades()
    yield from _refused_options()
    yield from _further()


class _Meeting(Story):
    """A story of two; each position takes five seconds from nonce to receipt."""

    def __init__(self, name: str, shows: str, options: Mapping[str, Any], **how: Any) -> None:
        super().__init__(f"meetings-{name}", shows, term("meeting_delivery", **options), **how)

    def come(self, east_m: float = 0, *, north_m: float = 0, accuracy: float | None = 8.0, **how: Any) -> None:
        """The recipient reports a position, so far from the place."""
        longitude, latitude, _ = _EARTH.fwd(HERE["longitude"], HERE["latitude"], 90, east_m)
        longitude, latitude, _ = _EARTH.fwd(longitude, latitude, 0, north_m)
        position = {"latitude": round(latitude, 9), "longitude": round(longitude, 9)}
        self.report(position | ({} if accuracy is None else {"accuracy": accuracy}), **how)

    def join(self, east_m: float = 5, **how: Any) -> None:
        """The customer reports a position."""
        self.come(east_m, **{"by": CUSTOMER} | how)

    def meet(self) -> None:
        """Both come."""
        self.come()
        self.join()


def _met(name: str, shows: str, options: Mapping[str, Any], **how: Any) -> _Meeting:
    """They meet, and then something else happens."""
    story = _Meeting(name, shows, options, **how)
    story.meet()
    return story


def _cheat(number: int, honest: str) -> dict[str, Any]:
    return {"threat": number, "honest": f"meetings-{honest}"}


def _places() -> Iterator[Case]:
    yield _met("at-the-place", "Both are at the agreed place.", PLACE).passes()
    for side, metres, near in (
        ("north", 99.9, True),
        ("east", 99.9, True),
        ("north", 100.1, False),
        ("east", 100.1, False),
    ):
        for who in ("recipient", "customer"):
            shows = f"100 m may lie between the {who} and the place, and not 10 cm more."
            story = _Meeting(f"{who}-{'within' if near else 'beyond'}-{side}", shows, PLACE)
            away = {"north_m": metres, "east_m": 0.0} if side == "north" else {"east_m": metres}
            story.come(**away if who == "recipient" else {})
            story.join(**away if who == "customer" else {})
            missing = NO_RECIPIENT if who == "recipient" else NO_CUSTOMER
            yield story.passes() if near else story.fails("meeting.distance", *missing)
    story = _Meeting("at-two-ends-of-the-place", "Where a place is agreed, they may be 199 m apart.", PLACE)
    story.come(-99.5)
    story.join(99.5)
    yield story.passes()
    story = _Meeting(
        "tolerance-beside-a-place", "And no tolerance says otherwise.", PLACE | {"location_tolerance": 0.01}
    )
    story.come(-99.5)
    story.join(99.5)
    yield story.passes()
    scheduled = PLACE | {"meeting_type": "scheduled_appointment"}
    yield _met("scheduled", "An appointment is a meeting.", scheduled).passes()
    for name, latitude, longitude, other in (("antimeridian", 0.0, 180.0, -179.9996), ("pole", 89.9998, 0.0, 180.0)):
        place = {"max_distance_km": 0.1, "buyer_coordinates": {"latitude": latitude, "longitude": longitude}}
        story = _Meeting(f"across-the-{name}", f"Across the {name} they are as near as anywhere.", place)
        story.report({"latitude": latitude, "longitude": longitude, "accuracy": 8.0})
        story.report({"latitude": latitude, "longitude": other, "accuracy": 8.0}, by=CUSTOMER)
        yield story.passes()


def _tolerances() -> Iterator[Case]:
    for named, options, metres in (("default", {}, 50), ("agreed", {"location_tolerance": 0.2}, 200)):
        story = _Meeting(
            f"{named}-tolerance", f"Without a place, they are within {metres} m of each other.", BOTH | options
        )
        story.come()
        story.join(metres - 0.1)
        yield story.passes()
        shows = f"{metres} m and 10 cm are too far."
        story = _Meeting(f"beyond-{named}-tolerance", shows, BOTH | options, **_cheat(13, f"{named}-tolerance"))
        story.come()
        story.join(metres + 0.1)
        yield story.fails(NOT_TOGETHER)
    story = _Meeting("anywhere", "Without a place, they may meet anywhere.", BOTH)
    story.come(50_000)
    story.join(50_010)
    yield story.passes()
    story = _Meeting("nearer-the-second-time", "Of several positions, those that are near each other count.", BOTH)
    story.come()
    story.join(60)
    story.come(40)
    story.join(20)
    yield story.passes(1, 2)


def _accuracies() -> Iterator[Case]:
    told: Sequence[tuple[str, Mapping[str, Any], float | None, bool]] = (
        ("100", PLACE, 100.0, True),
        ("half-a-metre", PLACE, 0.5, True),
        ("above-100", PLACE, 100.1, False),
        ("none", PLACE, None, False),
        ("zero", PLACE, 0.0, False),
        ("below-zero", PLACE, -1.0, False),
        ("50-anywhere", BOTH, 50.0, True),
        ("above-50-anywhere", BOTH, 50.1, False),
        ("60-agreed", BOTH | {"location_tolerance": 0.06}, 60.0, True),
        ("above-60-agreed", BOTH | {"location_tolerance": 0.06}, 60.1, False),
    )
    for name, options, accuracy, enough in told:
        shows = f"An accuracy of {accuracy} m is {'good enough' if enough else 'not'} here."
        story = _Meeting(f"accuracy-{name}", shows, options, **({} if enough else _cheat(2, "at-the-place")))
        story.come()
        story.join(accuracy=accuracy)
        yield story.passes() if enough else story.fails("meeting.accuracy", *NO_CUSTOMER)


def _at(seconds: float) -> str:
    return spelled(START + timedelta(seconds=seconds))


def _windows() -> Iterator[Case]:
    """The recipient's nonce is issued with the start, and the customer's position received ten seconds later."""
    told: Sequence[tuple[str, float, float, str, tuple[str, ...]]] = (
        ("in-time", 0, 11, "From the start until a second before the end.", ()),
        ("at-the-end", 0, 10, "Who comes at the end comes too late.", NO_CUSTOMER),
        ("before-the-start", 1, 11, "Who asked for the nonce before the start came too early.", NO_RECIPIENT),
        ("received-in-time", 4, 11, "Even if the position was received after it.", NO_RECIPIENT),
    )
    for name, start, end, shows, failed in told:
        window = PLACE | {"meeting_window": {"start": _at(start), "end": _at(end)}}
        story = _met(name, shows, window, **(_cheat(5, "in-time") if failed else {}))
        yield story.fails("meeting.window", *failed) if failed else story.passes()
    window = BOTH | {"meeting_window": {"start": _at(60), "end": _at(3600)}}
    story = _met("before-and-in-the-window", "Positions before it make those in it no worse.", window)
    story.wait(minutes=2)
    story.come(1)
    story.join(6)
    yield story.passes(2, 3, notes=["meeting.window"])


def _times() -> Iterator[Case]:
    """From the first nonce to the last receipt; each takes five seconds."""
    for first, second in (("come", "join"), ("join", "come")):
        for seconds, together in ((900, True), (901, False)):
            shows = f"{seconds} s from the first nonce to the last receipt are {'one meeting' if together else 'two'}."
            story = _Meeting(f"{first}-and-{second}-in-{seconds}-s", shows, PLACE)
            getattr(story, first)()
            story.wait(seconds=seconds - 10)
            getattr(story, second)()
            yield story.passes() if together else story.fails(NOT_TOGETHER)
    story = _Meeting(
        "old-nonce", "A nonce that was asked for long before makes no meeting.", PLACE, **_cheat(5, "at-the-place")
    )
    old = story.nonce()
    story.wait(minutes=20)
    story.come()
    story.join(nonce=old)
    yield story.fails(NOT_TOGETHER)
    story = _Meeting("who-waits", "Who comes again is still there.", PLACE)
    story.come()
    story.wait(minutes=20)
    story.join()
    story.come(1)
    yield story.passes(1, 2)
    deadline = timedelta(seconds=10)
    yield _met("at-the-deadline", "At the deadline it is too late.", PLACE, deadline=deadline).fails(
        "evidence.deadline", *NO_CUSTOMER
    )
    yield _met(
        "before-the-deadline", "A second before it is not.", PLACE, deadline=deadline + timedelta(seconds=1)
    ).passes()


def _participants() -> Iterator[Case]:
    for name, who, missing in (("recipient-alone", "come", NO_CUSTOMER), ("customer-alone", "join", NO_RECIPIENT)):
        story = _Meeting(name, "One alone meets nobody.", PLACE, **_cheat(13, "at-the-place"))
        getattr(story, who)()
        story.wait(seconds=60)
        getattr(story, who)(7)
        yield story.fails(*missing)
    story = _Meeting("nobody", "Without evidence nobody met.", PLACE)
    yield story.fails(*NO_RECIPIENT, *NO_CUSTOMER, "evidence.grade")
    for role, who, other in ((PROVIDER, "come", "join"), (BUYER, "join", "come")):
        only = PLACE | {"required_participants": [role]}
        story = _Meeting(f"only-the-{role['role'].replace('_', '-')}", "Only one needs to be at the place.", only)
        getattr(story, who)()
        yield story.passes()
        story = _Meeting(
            f"not-the-{role['role'].replace('_', '-')}",
            "The other one's position is not that one's, and nobody's where it does not count.",
            only,
            honest=f"meetings-only-the-{role['role'].replace('_', '-')}",
        )
        getattr(story, other)(status="unasked")
        missing = NO_RECIPIENT if role is PROVIDER else NO_CUSTOMER
        yield story.fails(*UNASKED, *missing, "evidence.grade")
    verified = [each | {"verification_required": True} for each in (PROVIDER, BUYER)]
    yield _met("verified", "Verified by the own signature.", {"required_participants": verified}).passes()
    story = _Meeting("stranger", "A stranger stands in for nobody.", PLACE, **_cheat(13, "at-the-place"))
    story.come()
    story.join(by=STRANGER, status="unasked")
    yield story.fails(*UNASKED, *NO_CUSTOMER)
    story = _Meeting("nobody-named", "Where no customer is named, nobody is met.", PLACE, people={})
    story.come()
    story.join(status="unasked")
    yield story.fails(*UNASKED, *NO_CUSTOMER)
    story = _Meeting(
        "one-wallet-for-two",
        "The recipient is no customer, even if the terms say so.",
        PLACE,
        people=PEOPLE | {"customer": RECIPIENT.address},
        **_cheat(13, "at-the-place"),
    )
    story.come()
    story.join(by=RECIPIENT)
    yield story.fails(*NO_CUSTOMER)
    for name, by in (("come", RECIPIENT), ("join", CUSTOMER)):
        story = _Meeting(f"photo-instead-of-{name}", "A photo with a position is no position.", PLACE)
        story.join() if name == "come" else story.come()
        story.upload("coffee.jpg", position=KAMPALA, by=by)
        yield story.fails(*(NO_RECIPIENT if name == "come" else NO_CUSTOMER))


def _devices() -> Iterator[Case]:
    for name, away in (("same-spot", 0.0), ("same-centimetre", 0.002)):
        for seconds in (0, 300):
            shows = "One phone for two has the same coordinates to the centimetre, whenever they are handed in."
            story = _Meeting(f"{name}-after-{seconds}-s", shows, PLACE, **_cheat(13, "two-phones"))
            story.come()
            story.wait(seconds=seconds)
            story.join(away)
            yield story.fails(NOT_TOGETHER)
    story = _Meeting("two-phones", "Two phones on one table are some centimetres apart.", PLACE)
    story.come()
    story.join(0.03)
    yield story.passes()
    story = _Meeting("two-phones-at-last", "Who finds the own position anew has met.", PLACE)
    story.come()
    story.join(0)
    story.join(0.5)
    yield story.passes(0, 2)
    for name, here, there in (
        ("antimeridian", (0.0, 180.0), (0.0, -180.0)),
        ("north-pole", (90.0, 0.0), (90.0, 50.0)),
        ("south-pole", (-90.0, 7.0), (-90.0, -7.0)),
    ):
        latitude, longitude = here
        place = {"max_distance_km": 0.1, "buyer_coordinates": {"latitude": latitude, "longitude": longitude}}
        story = _Meeting(f"same-spot-at-the-{name}", "One spot may have two names.", place, **_cheat(6, "two-phones"))
        for by, (north, east) in ((RECIPIENT, here), (CUSTOMER, there)):
            story.report({"latitude": north, "longitude": east, "accuracy": 8.0}, by=by)
        yield story.fails(NOT_TOGETHER)
    story = _Meeting("frozen", "Coordinates that repeat are no new position.", PLACE, **_cheat(3, "who-waits"))
    story.come()
    story.wait(minutes=20)
    story.join()
    story.come()
    yield story.fails("location.frozen", NOT_TOGETHER)
    story = _met("frozen-unneeded", "And take nothing from the first.", PLACE)
    story.come()
    yield story.passes(0, 1, notes=["location.frozen"])


def _journeys() -> Iterator[Case]:
    """100 seconds lie between two receipts of one side; 16 m of accuracies are taken off the way."""
    wide = {"max_distance_km": 10, "buyer_coordinates": HERE}
    for who, other, missing in (("come", "join", NO_RECIPIENT), ("join", "come", NO_CUSTOMER)):
        for metres, possible in ((7015, True), (7017, False)):
            shows = (
                f"{metres} m in 100 seconds are {'just possible' if possible else 'too far, as the accuracies allow'}."
            )
            story = _Meeting(f"{who}-{metres}-m", shows, wide, **({} if possible else _cheat(3, f"{who}-7015-m")))
            getattr(story, who)(1)
            story.wait(seconds=95)
            getattr(story, who)(1 + metres)
            getattr(story, other)(2)
            if possible:
                yield story.passes(0, 2)
            elif who == "come":
                yield story.fails("location.speed", *missing)
            else:
                yield story.passes(0, 2, notes=["location.speed"])
    shows = "{} was far away a minute before, and so is not here."
    for who, named in (("come", "recipient"), ("join", "customer")):
        story = _Meeting(f"{named}-from-afar", shows.format(f"The {named}"), PLACE, **_cheat(3, "at-the-place"))
        getattr(story, who)(100_000)
        story.wait(seconds=60)
        story.meet()
        yield story.fails("meeting.distance", "location.speed", *(NO_RECIPIENT if who == "come" else NO_CUSTOMER))
    story = _met(
        "recipient-to-afar", "Who is paid is held to the own later positions.", PLACE, **_cheat(3, "at-the-place")
    )
    story.wait(seconds=60)
    story.come(100_000)
    yield story.fails("meeting.distance", "location.speed", *NO_RECIPIENT)
    story = _met("customer-to-afar", "The customer's later positions undo nothing.", PLACE)
    story.wait(seconds=60)
    story.join(100_000)
    yield story.passes(0, 1, notes=["meeting.distance", "location.speed"])
    story = _met("from-afar-inaccurately", "A position that is none accuses nobody.", PLACE)
    story.wait(seconds=60)
    story.come(100_000, accuracy=None)
    yield story.passes(0, 1, notes=["meeting.distance", "meeting.accuracy"])
    story = _met("from-afar-too-late", "Nor does one that came too late.", PLACE, deadline=timedelta(minutes=1))
    story.wait(seconds=60)
    story.come(100_000)
    yield story.passes(0, 1, notes=["meeting.distance", "evidence.deadline"])
    story = _Meeting(
        "of-different-sides", "Each side makes its own journeys.", {"max_distance_km": 200, "buyer_coordinates": HERE}
    )
    story.come()
    story.join(100_000)
    yield story.passes()


def _later() -> Iterator[Case]:
    story = _met("earliest", "Of several meetings the earliest counts.", PLACE)
    story.wait(minutes=30)
    story.come(1)
    story.join(6)
    yield story.passes(0, 1)
    story = _Meeting("earliest-of-three", "It is over with the first of the other side's positions.", PLACE)
    story.come()
    story.come(1)
    story.join(6)
    story.join(7)
    yield story.passes(0, 2)
    story = _met("gone-later", "Who goes away later was there.", BOTH)
    story.wait(minutes=10)
    story.join(3000)
    story.come(-3000)
    yield story.passes(0, 1)


def _words() -> Iterator[Case]:
    recipient, customer = "meeting.confirmed_by_recipient", "meeting.confirmed_by_customer"
    story = _met("dual", "Both confirm.", DUAL)
    story.confirm(by=RECIPIENT)
    story.confirm()
    yield story.passes()
    for name, by, missing in (("customer", CUSTOMER, recipient), ("recipient", RECIPIENT, customer)):
        story = _met(f"dual-by-the-{name}", "One confirms; both are asked for.", DUAL, **_cheat(13, "dual"))
        story.confirm(by=by)
        story.confirm(by=by)
        yield story.fails(missing)
    yield _met("dual-unconfirmed", "Nobody confirms.", DUAL).fails(recipient, customer)
    story = _met("signed", "A signature is the customer's word.", SIGNED)
    story.confirm()
    yield story.passes()
    yield _met("unsigned", "Nobody signed.", SIGNED).fails(customer)
    story = _met("signed-by-the-recipient", "The recipient signs for nobody else.", SIGNED, **_cheat(13, "signed"))
    story.confirm(by=RECIPIENT)
    yield story.fails(customer)
    yield _met("unasked", "Where no word is asked for, none is needed.", PLACE).passes()
    story = _met("no-unasked", "And a no that nobody asked for changes nothing.", PLACE)
    story.confirm(confirmed=False)
    yield story.passes(0, 1)
    for name, words in (("no", [False]), ("yes-then-no", [True, False]), ("no-then-yes", [False, True])):
        story = _met(name, "The last word counts.", SIGNED)
        for word in words:
            story.confirm(confirmed=word)
        yield story.passes(0, 1, 3) if words[-1] else story.fails(customer)
    story = _met("yes-and-no", "Of two words that came at once, the no counts.", SIGNED, honest="meetings-signed")
    story.confirm()
    story.confirm(confirmed=False, took_s=0)
    yield story.fails(customer)
    story = _met("about-something", "A word about a part is none about the meeting.", SIGNED, honest="meetings-signed")
    story.confirm(about="meeting")
    yield story.fails(customer)
    yield from _words_elsewhen()


def _words_elsewhen() -> Iterator[Case]:
    """Words before a meeting, too late for it, or without one."""
    recipient, customer = "meeting.confirmed_by_recipient", "meeting.confirmed_by_customer"
    for seconds, counts in ((0, True), (1, False)):
        shows = "A word counts from the moment the first nonce was issued, and not before."
        story = _Meeting(f"word-{seconds}-s-before", shows, SIGNED, **({} if counts else _cheat(5, "word-0-s-before")))
        story.confirm()
        story.wait(seconds=seconds)
        story.meet()
        yield story.passes() if counts else story.fails(customer)
    story = _met(
        "word-too-late", "A word that comes at the deadline comes too late.", SIGNED, deadline=timedelta(seconds=15)
    )
    story.confirm()
    yield story.fails("evidence.deadline", customer)
    story = _Meeting(
        "word-without-a-meeting", "Where nobody met, there is nothing to confirm.", DUAL, **_cheat(13, "dual")
    )
    story.come()
    story.confirm(by=RECIPIENT)
    story.confirm()
    yield story.fails(*NO_CUSTOMER, recipient, customer)
    alone = SIGNED | {"required_participants": [PROVIDER]}
    story = _Meeting("word-of-who-is-not-there", "Who does not have to be there may have to sign.", alone)
    story.come()
    story.confirm()
    yield story.passes()
    story = _Meeting("no-word-of-who-is-not-there", "And is waited for.", alone)
    story.come()
    yield story.fails(customer)
    everything = DUAL | {
        "signature_required": True,
        "photo_evidence_required": True,
        "meeting_type": "scheduled_appointment",
    }
    story = _met("everything", "All that can be asked for.", everything)
    story.confirm(by=RECIPIENT)
    story.confirm()
    story.upload("coffee.jpg")
    yield story.passes()


def _photos() -> Iterator[Case]:
    """The meeting begins with the first nonce; the photo takes five seconds as well."""
    no_photo = "meeting.photo"
    yield _met("unpictured", "A photo is asked for, and there is none.", PICTURED).fails(no_photo)
    for kind, by in (("jpg", RECIPIENT), ("png", RECIPIENT), ("webp", CUSTOMER)):
        story = _met(f"pictured-{kind}", "A photo of the meeting, in any format, by anybody who was there.", PICTURED)
        story.upload(f"coffee.{kind}", by=by)
        yield story.passes()
    for seconds, counts in ((900, True), (901, False)):
        outcome = "of the meeting" if counts else "not"
        story = _met(
            f"photo-{seconds}-s-later", f"What comes {seconds} s after the first nonce is {outcome}.", PICTURED
        )
        story.wait(seconds=seconds - 15)
        story.upload("coffee.jpg")
        yield story.passes() if counts else story.fails(no_photo)
        story = _Meeting(f"photo-{seconds}-s-before", "Nor before the last position.", PICTURED)
        story.upload("coffee.jpg")
        story.wait(seconds=seconds - 15)
        story.meet()
        yield story.passes() if counts else story.fails(no_photo)
    story = _met("photo-of-the-second-meeting", "Of several meetings, the one with a photo counts.", PICTURED)
    story.wait(minutes=30)
    story.come(1)
    story.join(6)
    story.upload("coffee.jpg")
    yield story.passes(2, 3, 4)
    story = _met(
        "photo-that-is-old",
        "A photo that was seen before is none of the meeting.",
        PICTURED,
        **_cheat(7, "pictured-jpg"),
    )
    other = "0x" + hashed("another deal").hex()
    seen = {
        "deal": other,
        "milestone": 0,
        "term": other,
        "received_at": spelled(START),
        "same_file": True,
        "distance": 0,
    }
    story.upload("coffee.jpg", sightings=[seen])
    yield story.fails("photo.same_file", "photo.same_picture", no_photo)
    story = _met("photo-unasked", "Where none is asked for, an old photo changes nothing.", PLACE)
    story.upload("coffee.jpg", sightings=[seen])
    yield story.passes(0, 1)
    story = _met("two-photos", "All photos of the meeting belong to it.", PICTURED)
    story.upload("coffee.jpg")
    story.upload("chelsea.jpg", by=CUSTOMER)
    story.wait(minutes=20)
    story.upload("rocket.jpg")
    yield story.passes(0, 1, 2, 3)
    story = _Meeting("photo-without-a-meeting", "A photo shows no meeting.", PICTURED, **_cheat(13, "pictured-jpg"))
    story.come()
    story.upload("coffee.jpg")
    yield story.fails(*NO_CUSTOMER, no_photo)
    for size, counts in ((10_000_000, True), (10_000_001, False)):
        story = _met(f"photo-of-{size}", "A photo may have 10 MB.", PICTURED)
        story.upload(story.padded("coffee.jpg", size))
        yield story.passes() if counts else story.fails("evidence.file_size", no_photo)
    story = _met("photo-by-a-stranger", "A stranger's photo is nobody's.", PICTURED, **_cheat(13, "pictured-jpg"))
    story.upload("coffee.jpg", by=STRANGER, status="unasked")
    yield story.fails(*UNASKED, no_photo)


def _phones() -> Iterator[Case]:
    named: dict[str, Any] = {"phones": {"customer": PHONE}}
    no_phone = "meeting.phone_of_customer"
    both = {"required_participants": [each | {"phone_verification": True} for each in (PROVIDER, BUYER)]}
    story = _met("phone", "The code that was sent to the agreed phone comes back.", BY_PHONE, **named)
    story.give("48151623", sent_to=PHONE, by=CUSTOMER)
    yield story.passes()
    yield _met("phone-silent", "It does not.", BY_PHONE, **named).fails(no_phone)
    story = _met(
        "phone-of-both", "Codes of both phones come back.", both, phones={"customer": PHONE, "recipient": OTHER_PHONE}
    )
    story.give("48151623", sent_to=PHONE, by=CUSTOMER)
    story.give("16234815", sent_to=OTHER_PHONE)
    yield story.passes()
    story = _met("phone-of-one", "One of two does.", both, phones={"customer": PHONE, "recipient": OTHER_PHONE})
    story.give("48151623", sent_to=PHONE, by=CUSTOMER)
    yield story.fails("meeting.phone_of_recipient")
    story = _met(
        "phones-exchanged",
        "Each gives back the other's.",
        both,
        phones={"customer": PHONE, "recipient": OTHER_PHONE},
        **_cheat(13, "phone-of-both"),
    )
    story.give("48151623", sent_to=PHONE)
    story.give("16234815", sent_to=OTHER_PHONE, by=CUSTOMER)
    yield story.fails("meeting.phone_of_recipient", no_phone)
    cheat = _cheat(14, "phone")
    told: Sequence[tuple[str, str, dict[str, Any], tuple[str, ...]]] = (
        ("other-phone", "A code that was sent to another phone shows nothing.", {"sent_to": OTHER_PHONE}, ()),
        ("guessed", "Nor does one that was sent to nobody.", {"sent_to": None}, ()),
        ("by-the-recipient", "Nor the right one by the wrong one.", {"sent_to": PHONE, "by": RECIPIENT}, ()),
        ("sixth", "Nor the sixth that is tried.", {"sent_to": PHONE, "attempt": 6}, ("code.attempts",)),
        ("uncounted", "Nor one that nobody counted.", {"sent_to": PHONE, "attempt": None}, ("code.attempts",)),
    )
    for name, shows, how, failed in told:
        story = _met(f"phone-{name}", shows, BY_PHONE, **named, **cheat)
        story.give("48151623", **{"by": CUSTOMER} | how)
        yield story.fails(*failed, no_phone)
    story = _met("phone-fifth", "The fifth that is tried counts.", BY_PHONE, **named)
    story.give("00000000", attempt=4, by=CUSTOMER)
    story.give("48151623", attempt=5, sent_to=PHONE, by=CUSTOMER)
    yield story.passes(0, 1, 3)
    story = _met("phone-unnamed", "A phone that nobody named gives back nothing.", BY_PHONE, **cheat)
    story.give("48151623", by=CUSTOMER)
    yield story.fails(no_phone)
    for seconds, counts in ((0, True), (1, False)):
        shows = "A code counts from the moment the first nonce was issued, and not before."
        story = _Meeting(f"phone-{seconds}-s-before", shows, BY_PHONE, **named)
        story.give("48151623", sent_to=PHONE, by=CUSTOMER)
        story.wait(seconds=seconds)
        story.meet()
        yield story.passes() if counts else story.fails(no_phone)
    story = _met("phone-too-late", "At the deadline it is too late.", BY_PHONE, deadline=timedelta(seconds=15), **named)
    story.give("48151623", sent_to=PHONE, by=CUSTOMER)
    yield story.fails("evidence.deadline", no_phone)
    story = _met("code-unasked", "Where no phone is asked for, no code matters.", PLACE, **named)
    story.give("48151623", attempt=9, by=CUSTOMER)
    yield story.passes(0, 1)


def _many() -> Iterator[Case]:
    """Of each side, the first hundred positions are judged."""
    for count in (99, 100):
        shows = f"The good position is number {count + 1} of one side: it counts if a hundred do."
        story = _Meeting(f"come-{count + 1}-times", shows, PLACE)
        for _ in range(count):
            story.come(1, accuracy=None, took_s=1)
        story.come(1)
        story.join(2)
        if count < MOST:
            yield story.passes(count, count + 1, notes=["meeting.accuracy"])
        else:
            yield story.fails(*NO_RECIPIENT, notes=["evidence.count", "meeting.accuracy"])


def _grades() -> Iterator[Case]:
    attested = PLACE | {"grade": "G2"}
    story = _Meeting(
        "attested", "An app that its platform vouches for is of grade G2, the other side's word of G3.", attested
    )
    story.come(by=IN_AN_APP)
    story.join()
    yield story.passes()
    yield _met("unattested", "Grade G1 does not count beside them.", attested, honest="meetings-attested").fails(
        *NO_RECIPIENT
    )
    story = _Meeting("unattested-alone", "Nor alone.", attested)
    story.come()
    yield story.fails(*NO_CUSTOMER, "evidence.grade")
    story = _Meeting("unsigned-positions", "Positions that nobody signed are nobody's.", PLACE)
    story.drop("track-1.json")
    yield story.fails("meeting.recipient", *NO_CUSTOMER, "evidence.grade")


def _refused_options() -> Iterator[Case]:
    nowhere = {"latitude": 90.1, "longitude": 32.0}
    start, end = _at(0), _at(60)
    told: Mapping[str, tuple[Mapping[str, Any], str]] = {
        "nothing": ({}, "buyer_coordinates"),
        "no-coordinates": ({"max_distance_km": 0.1}, "buyer_coordinates"),
        "no-distance": ({"buyer_coordinates": HERE}, "max_distance_km"),
        "one-without-a-place": ({"required_participants": [BUYER]}, "required_participants"),
        "no-participants": (PLACE | {"required_participants": []}, "required_participants"),
        "one-twice": (PLACE | {"required_participants": [BUYER, BUYER]}, "required_participants"),
        "unknown-role": (PLACE | {"required_participants": [{"role": "manager"}]}, "required_participants[0].role"),
        "distance-0": (PLACE | {"max_distance_km": 0}, "max_distance_km"),
        "distance-1000-1": (PLACE | {"max_distance_km": 1000.1}, "max_distance_km"),
        "tolerance-0": (BOTH | {"location_tolerance": 0}, "location_tolerance"),
        "tolerance-1000-1": (BOTH | {"location_tolerance": 1000.1}, "location_tolerance"),
        "latitude": (PLACE | {"buyer_coordinates": nowhere}, "buyer_coordinates.latitude"),
        "empty-window": (PLACE | {"meeting_window": {"start": start, "end": start}}, "meeting_window"),
        "window-backwards": (PLACE | {"meeting_window": {"start": end, "end": start}}, "meeting_window"),
        "window-without-end": (PLACE | {"meeting_window": {"start": start}}, "meeting_window.end"),
        "type": (PLACE | {"meeting_type": "chance"}, "meeting_type"),
        "method": (PLACE | {"verification_method": "handshake"}, "verification_method"),
        "photo-as-text": (PLACE | {"photo_evidence_required": "yes"}, "photo_evidence_required"),
        "signature-as-number": (PLACE | {"signature_required": 1}, "signature_required"),
        "g3": (PLACE | {"grade": "G3"}, "grade"),
    }
    for name, (options, path) in told.items():
        yield _Meeting(f"refused-{name}", f"Such terms are refused at {path}.", options).refused(
            f"terms[0].data.{path}"
        )
    wide = {"max_distance_km": 1000, "buyer_coordinates": HERE}
    story = _Meeting("distance-1000", "1000 km are allowed.", wide)
    story.come()
    story.join(999_000)
    yield story.passes()


def _further() -> Iterator[Case]:
    """What is at the edge of a rule, and is easily forgotten."""
    story = _met("photo-of-the-second-of-three", "A photo of no meeting takes nothing from one of a meeting.", PICTURED)
    story.wait(minutes=30)
    story.come(1)
    story.join(6)
    story.upload("coffee.jpg")
    story.wait(minutes=30)
    story.upload("chelsea.jpg")
    yield story.passes(2, 3, 4)

    story = _met("large-photo-unasked", "Where no photo is asked for, one may be of any size.", PLACE)
    story.upload(story.padded("coffee.jpg", 10_000_001))
    yield story.passes(0, 1)

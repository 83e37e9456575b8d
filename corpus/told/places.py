"""`location_verification`: being at a place, and going round several, where the ground and the clock have their edges.

Distances follow from the ellipsoid alone: on the equator of WGS84 a degree of longitude is its great radius times
pi/180, and a degree of latitude is shortest there and longest at the poles.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import pi
from typing import Any, Final

from corpus.case import Case
from corpus.story import START, Story, spelled, term

EAST_M: Final = 6_378_137 * pi / 180
"""A degree of longitude on the equator: 111,319.49 m."""
NORTH_M: Final = 6_335_439.327 * pi / 180
"""A degree of latitude at the equator: 110,574.28 m."""
HOME: Final = {"latitude": 0.0, "longitude": 32.5}
"""On the equator, in sight of Lake Victoria."""
INSIDE: Final = "places-inside"


def at(east_m: float = 0, north_m: float = 0, accuracy: float | None = 8.0) -> dict[str, Any]:
    """A position so many metres from home."""
    place = {"latitude": north_m / NORTH_M, "longitude": HOME["longitude"] + east_m / EAST_M}
    return place | ({} if accuracy is None else {"accuracy": accuracy})


def point(name: str, east_m: float, radius: float = 50, **other: Any) -> dict[str, Any]:
    """One of several points, so many metres east of home."""
    return {"name": name, "latitude": 0.0, "longitude": HOME["longitude"] + east_m / EAST_M, "radius": radius, **other}


A, B, C = point("market", 0), point("school", 1000), point("clinic", 2000)
ON_THE_WAY: Final = point("well", 500, required=False)


def located(name: str, shows: str, *, radius: float = 100, about: Mapping[str, float] = HOME, **how: Any) -> Story:
    """A story of one place."""
    options = {**about, "radius": radius, **how.pop("options", {})}
    return Story(f"places-{name}", shows, term("location_verification", **options), **how)


def round_of(
    name: str, shows: str, *points: Mapping[str, Any], options: Mapping[str, Any] | None = None, **how: Any
) -> Story:
    """A story of several points."""
    asked = {"verification_points": list(points), **(options or {})}
    return Story(f"places-{name}", shows, term("location_verification", **asked), **how)


def visit(told: Story, *metres_and_minutes: tuple[float, float]) -> Story:
    """Positions so many metres east of home, received so many minutes after the start."""
    for east_m, minutes in metres_and_minutes:
        told.now = START + timedelta(minutes=minutes, seconds=-5)
        told.report(at(east_m))
    return told


def cases() -> Iterator[Case]:
    """All of the subject."""
    yield from circles()
    yield from accuracies()
    yield from edges_of_the_globe()
    yield from numbers()
    yield from windows()
    yield from frozen()
    yield from speeds()
    yield from rounds()
    yield from gaps()
    yield from sequences()
    yield from orders()
    yield from crowds()
    yield from ways()
    yield from further()


def circles() -> Iterator[Case]:
    """How near is near enough."""
    for name, shows, radius, where, near in [
        ("inside", "A centimetre inside the circle.", 100, at(99.99), True),
        ("outside", "A centimetre outside the circle.", 100, at(100.01), False),
        ("inside-small", "A circle of half a metre.", 0.5, at(0.49, accuracy=0.5), True),
        ("outside-small", "Two centimetres farther.", 0.5, at(0.51, accuracy=0.5), False),
        ("inside-north", "A kilometre to the north is farther on a sphere.", 1000, at(0, 999.9), True),
        ("outside-north", "Ten centimetres outside to the north.", 1000, at(0, 1000.1), False),
        ("inside-east", "Ten centimetres inside to the east.", 1000, at(999.9), True),
        ("outside-east", "A kilometre to the east is nearer on a sphere.", 1000, at(1000.1), False),
        ("outside-both", "Eighty metres both ways are more than a hundred.", 100, at(80, 80), False),
        ("inside-both", "Seventy metres both ways are less than a hundred.", 100, at(70, 70), True),
    ]:
        told = located(name, shows, radius=radius, honest=None if near else f"places-{name.replace('out', 'in', 1)}")
        told.report(where)
        yield told.passes() if near else told.fails("location.distance", "location.visited")

    told = located("second-try", "What was too far away does no harm, once somebody came nearer.")
    yield visit(told, (150, 1), (50, 10)).passes(1)

    told = located("near-miss", "Two positions around the place make none at it.")
    yield visit(told, (-150, 1), (150, 10)).fails("location.distance", "location.visited")


def accuracies() -> Iterator[Case]:
    """What a position says of its own accuracy."""
    for name, shows, accuracy in [
        ("at-limit", "As accurate as the circle is wide.", 100),
        ("added", "Its accuracy is not added to its distance.", 60),
        ("fine", "A centimetre.", 0.01),
    ]:
        told = located(f"accuracy-{name}", shows)
        told.report(at(95, accuracy=accuracy))
        yield told.passes()
    for name, shows, accuracy in [
        ("coarse", "A centimetre coarser than the circle is wide.", 100.01),
        ("useless", "It may be anywhere in the country.", 1e6),
        ("zero", "Zero means that the device does not know.", 0),
        ("negative", "Less than nothing means that the device does not know.", -1),
        ("none", "It does not say.", None),
    ]:
        told = located(f"accuracy-{name}", shows, threat=2, honest="places-accuracy-at-limit")
        told.report(at(95, accuracy=accuracy))
        yield told.fails("location.accuracy", "location.visited")

    told = located("accuracy-null", "It says null.", threat=2, honest="places-accuracy-at-limit")
    told.report(at(95) | {"accuracy": None})
    yield told.fails("location.accuracy", "location.visited")

    told = round_of(
        "accuracy-of-each",
        "Accurate enough for the large circle, and not for the small one.",
        A,
        point("field", 0, 500),
    )
    told.report(at(accuracy=60))
    yield told.fails("location.accuracy", "location.visited")


def edges_of_the_globe() -> Iterator[Case]:
    """Where longitudes jump, and where they meet: a hundred-thousandth of a degree of latitude is 1.117 m there."""
    for name, shows, about, where, radius, near in [
        ("antimeridian", "Twenty-two metres across the antimeridian.", (0, 179.9999), (0, -179.9999), 23, True),
        ("antimeridian-far", "The same, and a metre too far.", (0, 179.9999), (0, -179.9999), 22, False),
        ("antimeridian-itself", "180 degrees east are 180 degrees west.", (0, 180), (0, -180), 10, True),
        ("antimeridian-back", "The other way across.", (0, -179.9999), (0, 179.9999), 23, True),
        ("opposite", "The other side of the globe.", (0, 0), (0, 180), 1000, False),
        ("pole", "Any longitude is near the pole.", (90, 0), (89.9999, 123), 12, True),
        ("pole-far", "Eleven metres are not enough there.", (90, 0), (89.9999, 123), 11, False),
        ("pole-itself", "At the pole every longitude is the same.", (90, 17), (90, -101), 10, True),
        ("pole-across", "Twenty-two metres across the pole.", (89.9999, 0), (89.9999, 180), 23, True),
        ("pole-across-far", "The same, and too far.", (89.9999, 0), (89.9999, 180), 22, False),
        ("south-pole", "Any longitude is near the other pole.", (-90, 0), (-89.9999, -77), 12, True),
        ("hemispheres", "As far south as it should be north.", (0.3, 32.5), (-0.3, 32.5), 100, False),
    ]:
        told = located(
            name,
            shows,
            radius=radius,
            about={"latitude": about[0], "longitude": about[1]},
            threat=None if near else 6,
            honest=None if near else "places-" + name.removesuffix("-far") if name.endswith("-far") else INSIDE,
        )
        told.report({"latitude": where[0], "longitude": where[1], "accuracy": 8})
        yield told.passes() if near else told.fails("location.distance", "location.visited")


def numbers() -> Iterator[Case]:
    """What is no number, or no place."""
    for name, shows, changes in [
        ("latitude-91", "North of the pole.", {"latitude": 90.0000001}),
        ("latitude-minus-91", "South of the pole.", {"latitude": -90.0000001}),
        ("longitude-181", "East of the antimeridian.", {"longitude": 180.0000001}),
        ("longitude-minus-181", "West of the antimeridian.", {"longitude": -180.0000001}),
        ("latitude-text", "Numeric text is no number.", {"latitude": "0.0"}),
        ("latitude-boolean", "A boolean is no number.", {"latitude": False}),
        ("latitude-null", "Null is no number.", {"latitude": None}),
        ("longitude-list", "A list is no number.", {"longitude": [32.5]}),
        ("accuracy-text", "Numeric text is no number.", {"accuracy": "8"}),
    ]:
        told = located(f"number-{name}", shows, threat=1, honest=INSIDE)
        told.report(at() | changes)
        yield told.fails("position.malformed", "evidence.grade", "location.visited")
    for value in ("NaN", "Infinity", "-Infinity", "1e400"):
        told = located(
            f"number-{value.lower().replace('-', 'minus-')}", f"{value} is no number.", threat=1, honest=INSIDE
        )
        told.claim(json.dumps(at()).replace("8.0", value))
        yield told.fails("evidence.recognised", "evidence.grade", "location.visited")


def windows() -> Iterator[Case]:
    """Daily windows, half-open, on the wall clock of the terms' zone."""
    day = ("09:00", "10:00", "Africa/Kampala")
    night = ("22:00", "06:00", "Africa/Kampala")
    evening = ("18:00", "00:00", "Africa/Kampala")
    missing = ("02:00", "03:00", "Europe/Berlin")
    morning = ("08:00", "09:00", "Europe/Berlin")
    noon = ("12:00", "13:00", "Asia/Kathmandu")
    west, east = ("23:00", "23:59", "America/New_York"), ("20:00", "21:00", "Pacific/Kiritimati")
    for name, shows, (start, end, zone), received, inside in [
        ("start", "The very start.", day, "2025-06-30T06:00:00", True),
        ("before", "A second before the start.", day, "2025-06-30T05:59:59", False),
        ("last-second", "The last second.", day, "2025-06-30T06:59:59", True),
        ("end", "The very end is outside.", day, "2025-06-30T07:00:00", False),
        ("next-day", "It comes again every day.", day, "2025-07-01T06:30:00", True),
        ("night-start", "A night's start.", night, "2025-06-30T19:00:00", True),
        ("night-before", "A second before the night.", night, "2025-06-30T18:59:59", False),
        ("night-midnight", "Midnight is in the night.", night, "2025-06-30T21:00:00", True),
        ("night-last-second", "The night's last second.", night, "2025-06-30T02:59:59", True),
        ("night-end", "The night's end is outside.", night, "2025-06-30T03:00:00", False),
        ("night-noon", "Noon is not in the night.", night, "2025-06-30T09:00:00", False),
        ("evening-last-second", "The day's last second.", evening, "2025-06-30T20:59:59", True),
        ("evening-end", "Midnight ends the evening.", evening, "2025-06-30T21:00:00", False),
        ("spring-before", "A second before the hour that is left out.", missing, "2025-03-30T00:59:59", False),
        ("spring-after", "That day the clock jumps over the window.", missing, "2025-03-30T01:00:00", False),
        ("spring-eve", "The day before it does.", missing, "2025-03-29T01:00:00", True),
        ("autumn-before", "A second before the hour that comes twice.", missing, "2025-10-25T23:59:59", False),
        ("autumn-first", "The first time of the hour that comes twice.", missing, "2025-10-26T00:30:00", True),
        ("autumn-second", "Its second time.", missing, "2025-10-26T01:30:00", True),
        ("autumn-after", "A second time it ends.", missing, "2025-10-26T02:00:00", False),
        ("summer", "Half past eight in summer.", morning, "2025-07-01T06:30:00", True),
        ("winter", "The same hour in UTC is half past seven in winter.", morning, "2025-12-01T06:30:00", False),
        ("kathmandu", "A zone that is 45 minutes off.", noon, "2025-06-30T06:15:00", True),
        ("kathmandu-before", "A second before.", noon, "2025-06-30T06:14:59", False),
        ("west", "A zone in which it is still yesterday.", west, "2025-07-01T03:30:00", True),
        ("date-line", "A zone beyond the date line.", east, "2025-06-30T06:30:00", True),
    ]:
        told = located(
            f"window-{name}",
            shows,
            options={"verification_window": {"start_time": start, "end_time": end}},
            zone=zone,
            start=datetime.fromisoformat(received).replace(tzinfo=UTC),
            threat=None if inside else 6,
            honest=None if inside else "places-window-start",
        )
        told.report(at(), took_s=0)
        yield told.passes() if inside else told.fails("location.window", "location.visited")

    window = {"verification_window": {"start_time": "10:00", "end_time": "18:00"}}
    told = located(
        "window-captured",
        "Taken in the window by the device's clock, and received before.",
        options=window,
        threat=5,
        honest="places-window-start",
    )
    told.now = START + timedelta(minutes=59)
    told.report(at(), captured_s=65)
    yield told.fails("location.window", "location.visited")


def frozen() -> Iterator[Case]:
    """Coordinates that come again to the centimetre are no new position, and accuse nobody."""
    for name, shows, first, second, new in [
        ("same", "A phone at rest.", (0.1, 32.5), (0.1, 32.5), False),
        ("digit-8", "The eighth digit is less than a centimetre.", (0.1, 32.5), (0.10000004, 32.5), False),
        ("digit-7", "The seventh digit is a centimetre.", (0.1, 32.5), (0.1000001, 32.5), True),
        ("longitude", "A centimetre to the east.", (0.1, 32.5), (0.1, 32.5000001), True),
        ("antimeridian", "180 degrees east are 180 degrees west.", (0.1, 180), (0.1, -180), False),
        ("pole", "At the pole every longitude is the same.", (90, 32.5), (90, -77), False),
        ("south-pole", "At the other pole too.", (-90, 32.5), (-90, 0), False),
        ("near-pole", "Beside the pole it is not.", (89.9999, 32.5), (89.9999, 33.5), True),
    ]:
        about = {"latitude": first[0], "longitude": first[1]}
        told = located(f"frozen-{name}", shows, about=about)
        told.report(about | {"accuracy": 8})
        told.wait(hours=1)
        told.report({"latitude": second[0], "longitude": second[1], "accuracy": 8})
        yield told.passes(0, notes=[] if new else ["location.frozen"])

    told = located("frozen-at-once", "What came twice at the same second was found once.")
    told.report(at())
    told.now = START
    told.report(at())
    yield told.passes(0)

    window = {"verification_window": {"start_time": "10:00", "end_time": "18:00"}}
    told = located(
        "frozen-outside-window", "A position before the window makes none old that comes in it.", options=window
    )
    yield visit(told, (0, 30), (0, 90)).passes(1, notes=["location.window"])

    told = located("frozen-coarse", "A position of no use makes none old that comes later.")
    told.report(at(accuracy=5000))
    told.wait(minutes=1)
    told.report(at())
    yield told.passes(1)

    here, there = point("gate", 0, 100), point("door", 60, 100)
    for name, shows, east_m, cheat in [
        ("round", "One made-up position for two points.", 30, {"threat": 3, "honest": "places-frozen-round-not"}),
        ("round-not", "A position at each.", 31, {}),
    ]:
        told = round_of(f"frozen-{name}", shows, here, there, options={"sequence_required": True}, **cheat)
        visit(told, (30, 1), (east_m, 10))
        yield told.fails("location.sequence", notes=["location.frozen"]) if cheat else told.passes()


def speeds() -> Iterator[Case]:
    """Nobody goes faster than 70 m/s. Both accuracies, 8 m each, are taken off the way."""
    for name, shows, east_m, seconds, possible in [
        ("69", "Ten centimetres less than 70 m/s make in 100 s.", 7015.9, 100, True),
        ("71", "Ten centimetres more.", 7016.1, 100, False),
        ("at-once", "Two positions of one second are a second apart at most.", 85.9, 0, True),
        ("at-once-far", "More than one gets to in a second.", 86.1, 0, False),
        ("teleported", "To Nairobi in a minute.", 480_000, 60, False),
        ("flown", "To Nairobi in two hours.", 480_000, 7200, True),
    ]:
        cheat: dict[str, Any] = {} if possible else {"threat": 3, "honest": "places-speed-69"}
        told = located(f"speed-{name}", shows, radius=50, **cheat)
        told.report(at(east_m))
        told.now += timedelta(seconds=seconds - 5)
        told.report(at())
        yield told.passes(1) if possible else told.fails("location.visited", notes=["location.speed"])

    told = located(
        "speed-back", "Away within a minute after the visit: one of the two is false.", threat=3, honest=INSIDE
    )
    yield visit(told, (0, 1), (100_000, 2)).fails("location.visited", notes=["location.speed"])

    told = located("speed-later", "After a false position, one counts that is possible with all others.")
    yield visit(told, (0, 1), (100_000, 2), (10, 60)).passes(2, notes=["location.speed"])

    for name, shows, seconds in [
        ("hops", "Too fast all in all, in hops between coarse positions.", 50),
        ("hops-not", "The same, more slowly.", 52),
    ]:
        cheat = {"threat": 3, "honest": "places-speed-hops-not"} if name == "hops" else {}
        told = located(f"speed-{name}", shows, **cheat)
        for hop, accuracy in enumerate((8, 100, 8)):
            told.now = START + timedelta(seconds=hop * seconds)
            told.report(at(3600 * hop, accuracy=accuracy))
        yield told.fails("location.visited", notes=["location.speed"]) if cheat else told.passes(0)

    told = located("speed-coarse", "A position of no use says nothing against another.")
    told.report(at())
    told.report(at(100_000, accuracy=101))
    yield told.passes(0)

    told = located("speed-late", "Nor does one that came after the deadline.", deadline=timedelta(minutes=1))
    yield visit(told, (0, 0.5), (100_000, 1)).passes(0, notes=["evidence.deadline"])

    told = located("speed-claimed", "Nor does a claim.")
    told.report(at())
    told.claim(json.dumps(at(100_000) | {"captured_at": spelled(START)}))
    yield told.passes(0)


def rounds() -> Iterator[Case]:
    """Several points, in any order."""
    told = round_of("round", "A position at each point.", A, B, C)
    yield visit(told, (0, 1), (1000, 10), (2000, 20)).passes()

    told = round_of("round-other-order", "The order does not matter unless it is asked for.", A, B, C)
    yield visit(told, (2000, 1), (0, 10), (1000, 20)).passes()

    told = round_of("round-incomplete", "One point was left out.", A, B, C, honest="places-round")
    yield visit(told, (0, 1), (2000, 20)).fails("location.distance", "location.visited")

    told = round_of("optional-left-out", "An optional point may be left out.", A, ON_THE_WAY, B)
    yield visit(told, (0, 1), (1000, 20)).passes(notes=["location.distance", "location.visited"])

    told = round_of(
        "optional-only", "An optional point takes no other's place.", A, ON_THE_WAY, honest="places-optional-left-out"
    )
    yield visit(told, (500, 1)).fails("location.distance", "location.visited")

    told = round_of("required-said", "Required is what says so, and what says nothing.", A | {"required": True}, B)
    yield visit(told, (0, 1)).fails("location.distance", "location.visited")

    told = round_of(
        "round-overlapping",
        "One position in two circles is a visit to both.",
        point("gate", 0, 100),
        point("door", 60, 100),
    )
    yield visit(told, (30, 1)).passes()

    told = round_of("round-of-50", "Fifty points, all of them here.", *(point(f"stall {k}", k) for k in range(50)))
    yield visit(told, (20, 1)).passes()

    told = round_of(
        "round-window",
        "A visit outside the window is none.",
        A,
        B,
        options={"verification_window": {"start_time": "09:00", "end_time": "10:00"}},
    )
    yield visit(told, (0, 30), (1000, 60)).fails("location.window", "location.visited")


def gaps() -> Iterator[Case]:
    """`max_time_between_points`, from receipt to receipt."""
    for name, shows, limit, times, in_time in [
        ("60", "An hour between two visits, to the second.", 60, (0, 60), True),
        ("61", "A second more than an hour.", 60, (0, 60 + 1 / 60), False),
        ("half", "Half a minute.", 0.5, (0, 0.5), True),
        ("half-and-more", "A second more than half a minute.", 0.5, (0, 0.5 + 1 / 60), False),
    ]:
        told = round_of(
            f"gap-{name}",
            shows,
            A,
            B,
            options={"max_time_between_points": limit},
            honest=None if in_time else "places-gap-60",
        )
        visit(told, (0, times[0]), (1000, times[1]))
        yield told.passes() if in_time else told.fails("location.time_between")

    hourly = {"max_time_between_points": 60}
    told = round_of("gap-each", "Two hours all in all, and an hour each.", A, B, C, options=hourly)
    yield visit(told, (0, 0), (1000, 60), (2000, 120)).passes()

    told = round_of("gap-second", "The second gap is too long.", A, B, C, options=hourly, honest="places-gap-each")
    yield visit(told, (0, 0), (1000, 60), (2000, 121)).fails("location.time_between")

    told = round_of("gap-first", "The first gap is too long.", A, B, C, options=hourly, honest="places-gap-each")
    yield visit(told, (0, 0), (1000, 61), (2000, 120)).fails("location.time_between")

    told = round_of(
        "gap-optional", "A visit to an optional point on the way divides the time.", A, ON_THE_WAY, B, options=hourly
    )
    yield visit(told, (0, 0), (500, 50), (1000, 100)).passes()

    told = round_of("gap-again", "Who was too slow goes round again from where he is.", A, B, options=hourly)
    yield visit(told, (0, 0), (1000, 180), (1, 210)).passes(1, 2)

    told = round_of("gap-twice", "Of two rounds the one with the shorter gap counts.", A, B, options=hourly)
    yield visit(told, (0, 0), (1000, 50), (1, 300), (1001, 310)).passes(2, 3)

    told = round_of("gap-missing", "A round with a point left out has no gaps to be measured.", A, B, options=hourly)
    yield visit(told, (0, 0)).fails("location.distance", "location.visited", "location.time_between")

    told = located("gap-of-one", "A single place has no gaps.", options={"max_time_between_points": 1})
    yield visit(told, (0, 0), (1, 300)).passes(0)

    told = located("gap-of-none", "A single place that nobody came to.", options={"max_time_between_points": 1})
    yield visit(told, (500, 0)).fails("location.distance", "location.visited", "location.time_between")


def sequences() -> Iterator[Case]:
    """`sequence_required`: from the receipt at one point to the nonce of the next."""
    ordered = {"sequence_required": True}
    for name, shows, visits, counted in [
        ("kept", "In the order of the list.", [(0, 1), (1000, 10), (2000, 20)], (0, 1, 2)),
        ("detour", "Twice at the last point.", [(0, 1), (2000, 10), (1000, 20), (2001, 30)], (0, 2, 3)),
        ("late-start", "Twice at the second one.", [(1000, 1), (0, 10), (1001, 20), (2000, 30)], (1, 2, 3)),
        ("reversed", "In the other order.", [(2000, 1), (1000, 10), (0, 20)], ()),
        ("swapped", "The last two swapped.", [(0, 1), (2000, 10), (1000, 20)], ()),
        ("started-wrong", "The first two swapped.", [(1000, 1), (0, 10), (2000, 20)], ()),
    ]:
        cheat = {"threat": 4, "honest": "places-sequence-kept"} if not counted else {}
        told = visit(round_of(f"sequence-{name}", shows, A, B, C, options=ordered, **cheat), *visits)
        yield told.passes(*counted) if counted else told.fails("location.sequence")

    told = round_of(
        "sequence-incomplete",
        "In order, with a point left out.",
        A,
        B,
        C,
        options=ordered,
        honest="places-sequence-kept",
    )
    yield visit(told, (0, 1), (1000, 10)).fails("location.distance", "location.visited", "location.sequence")

    told = round_of(
        "sequence-and-gap", "In order, and a minute too slow.", A, B, options=ordered | {"max_time_between_points": 60}
    )
    yield visit(told, (0, 0), (1000, 61)).fails("location.time_between")

    told = round_of(
        "sequence-or-gap",
        "Fast enough, and in the other order.",
        A,
        B,
        options=ordered | {"max_time_between_points": 60},
    )
    yield visit(told, (1000, 0), (0, 10)).fails("location.sequence", "location.time_between")

    told = round_of(
        "sequence-not-fastest",
        "The journey with the shortest gap counts.",
        A,
        B,
        options=ordered | {"max_time_between_points": 60},
    )
    yield visit(told, (0, 0), (1, 30), (1000, 80)).passes(1, 2)

    told = located("sequence-of-one", "A single place is always in order.", options=ordered)
    yield visit(told, (0, 0)).passes()

    between, last, first = (A, ON_THE_WAY, B), (A, B, ON_THE_WAY), (ON_THE_WAY, A, B)
    for name, shows, points, visits, counted in [
        (
            "between",
            "An optional point between two is on the way.",
            between,
            [(0, 0), (500, 10), (1000, 20)],
            (0, 1, 2),
        ),
        ("skipped", "And may be left out.", between, [(0, 0), (1000, 20)], (0, 1)),
        ("after", "Out of order it is no part of it.", between, [(0, 0), (1000, 20), (500, 30)], (0, 1)),
        ("last", "Nor after the last point that is required.", last, [(0, 0), (1000, 20), (500, 30)], (0, 1)),
        ("first", "Nor before the first one.", first, [(500, 0), (0, 10), (1000, 20)], (1, 2)),
    ]:
        notes = ["location.distance", "location.visited"] if name == "skipped" else []
        told = visit(round_of(f"sequence-optional-{name}", shows, *points, options=ordered), *visits)
        yield told.passes(*counted, notes=notes)


def orders() -> Iterator[Case]:
    """Who asks for the nonces of all points at once may have been to them in any order."""
    ordered = {"sequence_required": True}
    for name, shows, early_s in [
        ("at-receipt", "The next nonce was issued at the second of the receipt before it.", 0),
        ("before-receipt", "The next nonce was issued a second before.", 1),
    ]:
        cheat: dict[str, Any] = {"threat": 4, "honest": "places-nonce-at-receipt"} if early_s else {}
        told = round_of(f"nonce-{name}", shows, A, point("school", 200), options=ordered, **cheat)
        told.report(at())
        told.wait(seconds=-early_s)
        nonce = told.nonce()
        told.wait(seconds=60 + early_s)
        told.report(at(200), nonce=nonce)
        yield told.fails("location.sequence") if early_s else told.passes()

    told = round_of(
        "nonces-for-later",
        "All nonces asked for at the start.",
        A,
        B,
        C,
        options=ordered,
        threat=4,
        honest="places-sequence-kept",
    )
    nonces = [told.nonce() for _ in range(3)]
    for number, nonce in enumerate(nonces):
        told.wait(minutes=10)
        told.report(at(1000 * number), nonce=nonce)
    yield told.fails("location.sequence")

    told = round_of(
        "sequence-by-device",
        "The device's clock says another order, and is not asked.",
        A,
        point("school", 200),
        options=ordered,
    )
    told.report(at(), captured_s=120)
    told.report(at(200), captured_s=-120)
    yield told.passes()

    gate = point("gate", 1030, 50)
    told = round_of(
        "replayed",
        "The position at one point again for the next, to the byte.",
        A,
        B,
        gate,
        options=ordered,
        threat=4,
        honest="places-replayed-not",
    )
    visit(told, (0, 1), (1010, 10)).again()
    yield told.fails("location.sequence", notes=["bound.nonce"])

    told = round_of("replayed-not", "A new one for the next point.", A, B, gate, options=ordered)
    yield visit(told, (0, 1), (1010, 10), (1011, 20)).passes()


def crowds() -> Iterator[Case]:
    """Of more than 2000 positions none is judged."""
    files: Sequence[str] = ("track-2000.json", "track-1.json")
    told = located("too-many", "Two thousand positions, and one.")
    for file in files:
        told.drop(file)
    yield told.fails("evidence.count", "evidence.grade")

    told = located("too-many-claims", "Claims crowd out no position that somebody signed.")
    for file in files:
        told.drop(file)
    told.report(at())
    yield told.passes(2)


Step = tuple[float, float, float]
"""So many metres east of home, and the minutes after the start at which the nonce was issued and the position came."""


def went(told: Story, *steps: Step) -> Story:
    """Positions, each with its own nonce."""
    for east_m, asked, came in steps:
        told.now = START + timedelta(minutes=asked)
        nonce = told.nonce()
        told.now = START + timedelta(minutes=came, seconds=-5)
        told.report(at(east_m), nonce=nonce)
    return told


def ways() -> Iterator[Case]:
    """Of all journeys the one with the shortest longest gap counts, whatever else came in between."""
    beside, far = point("well", 1070, required=False), (A, B, C)
    rows: Sequence[tuple[str, str, Sequence[Mapping[str, Any]], float, Sequence[Step], Sequence[int]]] = [
        (
            "at-once",
            "Of two positions that came at once the one counts that was asked for after a later visit.",
            (A, B),
            15,
            [(0, 0, 1), (1, 20, 21), (1000, 10, 31), (1001, 25, 31)],
            (1, 3),
        ),
        (
            "at-once-beside",
            "A visit to an optional point at the same second is no better.",
            (A, B, beside, C),
            15,
            [(0, -1, 0), (1000, 4, 5), (1, 19, 20), (1001, 29, 30), (1066, 29, 30), (2000, 34, 35)],
            (2, 3, 5),
        ),
        (
            "short-after-long",
            "A way with a short gap counts, though one with a long gap was there a minute before.",
            far,
            10,
            [(0, -1, 0), (1, 35, 36), (1000, 10, 40), (1001, 37, 41), (2000, 43, 44)],
            (1, 3, 4),
        ),
        (
            "short-before-long",
            "A way with a shorter gap counts, though another one was there later.",
            far,
            19.5,
            [(0, 29, 30), (1, 35, 36), (1000, 40, 41), (1001, 33, 50), (2000, 59, 60)],
            (1, 2, 4),
        ),
        (
            "long-between-short",
            "A way with a long gap between two with short ones is in nobody's way.",
            far,
            10,
            [(0, 7, 8), (1000, 9, 10), (1, 35, 36), (1001, 12, 40), (1002, 37, 41), (2000, 43, 44)],
            (2, 4, 5),
        ),
        (
            "earlier-of-two",
            "Of two visits to the second point the one nearer to the first counts.",
            far,
            10,
            [(0, 35, 36), (1000, 40, 41), (1001, 41, 42), (2000, 43, 44)],
            (0, 1, 3),
        ),
    ]
    for name, shows, points, limit, steps, counted in rows:
        options = {"sequence_required": True, "max_time_between_points": limit}
        yield went(round_of(f"way-{name}", shows, *points, options=options), *steps).passes(*counted)

    told = round_of("free-start", "A visit that came too early is left out.", A, B, options=_within(5))
    yield visit(told, (0, 0), (1, 10), (1000, 12)).passes(1, 2)

    told = round_of("free-not-again", "Twice at one point is not at two.", A, B, options=_within(10))
    yield visit(told, (0, 0), (1000, 50), (1001, 60)).fails("location.time_between")

    for name, shows, limit in [
        ("slow", "Without its first visit the longest gap of this round is the last one, and too long.", 4),
        ("fast", "The last gap is just as long as it may be.", 5),
    ]:
        told = round_of(f"free-{name}", shows, A, B, C, options=_within(limit))
        visit(told, (0, 0), (1000, 10), (2000, 13), (1, 18))
        yield told.passes(1, 2, 3) if name == "fast" else told.fails("location.time_between")


def _within(minutes: float) -> dict[str, Any]:
    return {"max_time_between_points": minutes}


def further() -> Iterator[Case]:
    """What is at the edge of a rule, and is easily forgotten."""
    told = round_of("round-of-one", "A list of one point, whose name has one letter.", point("A", 0))
    yield visit(told, (0, 1)).passes()

    told = round_of(
        "accuracy-of-the-larger", "What is too coarse for one point may do for another.", A, point("yard", 1000, 100)
    )
    told.report(at())
    told.wait(minutes=10)
    told.report(at(1000, accuracy=80))
    yield told.passes()

    told = visit(located("handed-in-backwards", "What came first is first, wherever it stands."), (0, 30), (0, 10))
    told.at = START + timedelta(hours=1)
    yield told.passes(1, notes=["location.frozen"])

    told = round_of("point-null", "An option of a point that is null is not given.", A | {"required": None})
    yield visit(told, (500, 1)).fails("location.distance", "location.visited")

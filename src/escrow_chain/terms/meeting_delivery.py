"""`meeting_delivery`: recipient and customer met, at the agreed place or near each other, at the same time.

Each one's position is signed with a wallet of the own, and no fix counts for two: coordinates that are the same to the
centimetre come from one phone. Positions are of one meeting if no more than 15 minutes lie between the first nonce and
the last receipt. An agreed place is to be reached by all who have to be there, within `max_distance_km`; where there is
none, the two must be within `location_tolerance` of each other, 50 metres unless the term says otherwise.

A photo is of that meeting if it was taken in the same quarter of an hour, a confirmation or a code from a phone if it
came after it had begun.
What the customer hands in can't undo what the recipient has shown: later positions of the customer don't make earlier
ones false, and each side's positions are counted for themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import BeforeValidator, Field, FiniteFloat, field_validator, model_validator

from escrow_chain.terms.check import Check, Rule, all_passed
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.codes import given_code
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.geodesy import distance_m
from escrow_chain.terms.options import Options, Part, broken_rule, parse_instant
from escrow_chain.terms.people import CUSTOMER, RECIPIENT
from escrow_chain.terms.photo import Photo
from escrow_chain.terms.photo_upload import PhotoOptions, photos_that_count
from escrow_chain.terms.pieces import Code, Confirmation, Position
from escrow_chain.terms.place import Coordinates, Latitude, Longitude
from escrow_chain.terms.record import Grade
from escrow_chain.terms.registry import TermType
from escrow_chain.terms.track import (
    arrival_speeds,
    highest_speeds,
    is_accurate,
    new_fixes,
    speed_check,
    spot,
)
from escrow_chain.terms.words import confirmation_rule, confirmed_check, last_word

TOGETHER: Final = timedelta(minutes=15)
"""What was taken in so much time, or less, was taken together."""
DEFAULT_TOLERANCE_KM: Final = 0.05
MAX_POSITIONS: Final = 100
"""Of each side. Further ones are not looked at: each of one side is held against each of the other."""
_PHOTOS: Final = PhotoOptions(accepted_formats=("jpeg", "png", "webp"))
_ROLES: Final = {"service_provider": RECIPIENT, "customer": CUSTOMER}
_SPEEDS: Final = {RECIPIENT: highest_speeds, CUSTOMER: arrival_speeds}

TOO_MANY: Final = Rule(
    "evidence.count",
    passed="",
    failed="There are too many positions of one side: only the first {limit} are judged.",
    unit="positions",
)
WINDOW: Final = Rule(
    "meeting.window",
    passed="It came in the time of the meeting.",
    failed="It did not come in the time agreed for the meeting. Hand in a position in that time.",
)
DISTANCE: Final = Rule(
    "meeting.distance",
    passed="Near enough to the agreed place.",
    failed="{measured} m from the agreed place, and {limit} m are allowed. Go nearer and hand in a new one.",
    unit="m",
)
ACCURACY: Final = Rule(
    "meeting.accuracy",
    passed="The position is accurate enough.",
    failed="The position does not say that it is accurate to {limit} m, so it proves nothing. Wait under open sky "
    "until the device knows better.",
    unit="m",
)
PRESENT: Final = {
    role: Rule(
        f"meeting.{role}",
        passed=f"The {role} was there.",
        failed=f"The {role} has shown no position that counts. Hand one in from the meeting, signed with the own "
        "wallet.",
        unit="positions",
        decisive=True,
    )
    for role in _ROLES.values()
}
MET: Final = Rule(
    "meeting.together",
    passed="They were there together.",
    failed="Not everybody was there.",
    otherwise={
        "apart": "They were not together: a position of each is wanted, near enough to the other's, and all within "
        "{minutes} minutes. Meet, and hand in one each, from an own phone."
    },
    unit="m",
    decisive=True,
)
CONFIRMED: Final = {role: confirmation_rule(f"meeting.confirmed_by_{role}", f"the {role}") for role in _ROLES.values()}
PHONE: Final = {
    role: Rule(
        f"meeting.phone_of_{role}",
        passed=f"The {role} gave back the code that was sent to the agreed phone.",
        failed=f"The {role} has not given back the code that was sent to the agreed phone. Ask for a code at the "
        "meeting, and hand it in there.",
        unit="attempts",
        decisive=True,
    )
    for role in _ROLES.values()
}
PICTURED: Final = Rule(
    "meeting.photo",
    passed="There is a photo of the meeting.",
    failed="A photo that counts is needed. Take one while you are together.",
    unit="photos",
    decisive=True,
)

Kilometres = Annotated[FiniteFloat, Field(gt=0, le=1000)]


class Participant(Part):
    """Somebody who has to be there. A position counts only with the participant's own signature in any case.

    Verified by phone is who gives back the code that was sent to the phone that the terms name, at the meeting.
    """

    role: Literal["service_provider", "customer"]
    verification_required: bool = False
    phone_verification: bool = False


class Place(Part):
    """A place, in degrees."""

    latitude: Latitude
    longitude: Longitude


class MeetingWindow(Part):
    """From `start` until just before `end`."""

    start: Annotated[datetime, BeforeValidator(parse_instant)]
    end: Annotated[datetime, BeforeValidator(parse_instant)]

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start >= self.end:
            raise broken_rule("does not start before it ends")
        return self


class MeetingOptions(Options):
    """The options of the wire's section 9.4. Distances in kilometres."""

    BEST_GRADE: ClassVar[Grade] = Grade.ATTESTED

    max_distance_km: Kilometres | None = None
    buyer_coordinates: Place | None = None
    meeting_window: MeetingWindow | None = None
    meeting_type: Literal["scheduled_appointment"] | None = None
    location_tolerance: Kilometres | None = None
    required_participants: tuple[Participant, ...] | None = None
    verification_method: Literal["dual_confirmation"] | None = None
    photo_evidence_required: bool = False
    signature_required: bool = False

    @model_validator(mode="after")
    def _somewhere_or_somebody(self) -> Self:
        if self.max_distance_km is None and self.buyer_coordinates is None:
            if self.required_participants is None:
                raise broken_rule("missing, and there are no required_participants either", at="buyer_coordinates")
            if len(self.required_participants) < len(_ROLES):
                raise broken_rule("names one, who meets nobody: name both, or a place", at="required_participants")
        elif self.buyer_coordinates is None:
            raise broken_rule("missing beside max_distance_km", at="buyer_coordinates")
        elif self.max_distance_km is None:
            raise broken_rule("missing beside buyer_coordinates", at="max_distance_km")
        return self

    @field_validator("required_participants")
    @classmethod
    def _each_once(cls, asked: tuple[Participant, ...] | None) -> tuple[Participant, ...] | None:
        if asked is not None and not asked:
            raise broken_rule("not a list with at least one participant")
        if asked and len({each.role for each in asked}) < len(asked):
            raise broken_rule("has the same role twice")
        return asked

    @property
    def participants(self) -> tuple[str, ...]:
        """The roles that have to be there: both, unless the term names them."""
        named = self.required_participants
        return tuple(_ROLES[each.role] for each in named) if named else (RECIPIENT, CUSTOMER)

    @property
    def confirming(self) -> tuple[str, ...]:
        """The roles whose signed confirmation is wanted. A captured signature is one with the customer's wallet."""
        if self.verification_method:
            return (RECIPIENT, CUSTOMER)
        return (CUSTOMER,) if self.signature_required else ()

    @property
    def roles(self) -> frozenset[str]:
        """Of those who have to be there, or to confirm."""
        return frozenset(self.participants + self.confirming)

    @property
    def phone_roles(self) -> frozenset[str]:
        """Of those to be verified by phone."""
        return frozenset(_ROLES[each.role] for each in self.required_participants or () if each.phone_verification)

    @property
    def place(self) -> Coordinates | None:
        """Where they are to meet, if that was agreed."""
        agreed = self.buyer_coordinates
        return Coordinates(latitude=agreed.latitude, longitude=agreed.longitude) if agreed else None

    @property
    def radius_m(self) -> float | None:
        """How far from the agreed place anybody may be."""
        return self.max_distance_km * 1000 if self.max_distance_km else None

    @property
    def tolerance_m(self) -> float | None:
        """How far apart the two may be, None if a place was agreed."""
        return None if self.place else (self.location_tolerance or DEFAULT_TOLERANCE_KM) * 1000

    @property
    def coarsest_m(self) -> float:
        """The worst accuracy with which a position can still prove something."""
        return self.radius_m or self.tolerance_m or 0.0

    @property
    def latest(self) -> datetime | None:
        """The deadline or the end of the window, whichever is first."""
        ends = [self.deadline, self.meeting_window.end if self.meeting_window else None]
        return min((end for end in ends if end), default=None)

    @property
    def max_bytes(self) -> int | None:
        """That of any photo, where one is wanted."""
        return _PHOTOS.max_bytes if self.photo_evidence_required else None


@dataclass(frozen=True, slots=True)
class Encounter:
    """The positions that show a meeting, one of each participant, from the first nonce to the last receipt."""

    exhibits: tuple[Exhibit[Position], ...]

    @property
    def begun(self) -> datetime:
        """When the first nonce was issued."""
        return min(each.begun for each in self.exhibits)

    @property
    def ended(self) -> datetime:
        """When the last position was received."""
        return max(each.happened for each in self.exhibits)

    @property
    def metres(self) -> float:
        """How far apart they were."""
        return distance_m(self.exhibits[0].piece.fix, self.exhibits[-1].piece.fix)

    def has(self, exhibit: Exhibit[Any]) -> bool:
        """Whether something was taken at the meeting."""
        return max(self.ended, exhibit.happened) - min(self.begun, exhibit.begun) <= TOGETHER


def examine(options: MeetingOptions, exhibits: Sequence[Exhibit[Any]], circumstances: Circumstances) -> Findings:
    """What positions, confirmations, codes and photos prove. `exhibits` are in the order of their receipt."""
    sides = _ROLES.values()
    by_role = {role: [each for each in exhibits if each.is_by(circumstances.addresses({role}))] for role in sides}
    checks: list[Check] = []
    there: dict[str, list[Exhibit[Position]]] = {}
    for role in options.participants:
        found, there[role] = _positions(options, role, by_role[role])
        checks += [*found, _present(role, there[role])]
    photos, good = _photos(options, exhibits, circumstances)
    checks += photos
    encounter = _encounter(options, there, good)
    checks.append(_met(options, there, encounter))
    said, counted = _words(options, by_role, encounter, circumstances)
    checks += said
    counted |= {each.number for each in encounter.exhibits} if encounter else set()
    if options.photo_evidence_required:
        of_it = [each for each in good if encounter and encounter.has(each)]
        grade = min((each.grade for each in of_it), default=None)
        checks.append(Check(PICTURED, bool(of_it), len(of_it), 1, grade))
        counted |= {each.number for each in of_it}
    return Findings(checks=tuple(checks), counted=tuple(each.number for each in exhibits if each.number in counted))


def _words(
    options: MeetingOptions,
    by_role: Mapping[str, Sequence[Exhibit[Any]]],
    encounter: Encounter | None,
    circumstances: Circumstances,
) -> tuple[list[Check], set[int]]:
    """The checks of confirmations and of codes from phones, and which of them count, by number."""
    checks: list[Check] = []
    counted: set[int] = set()
    said = {
        role: [each for each in own if encounter and each.happened >= encounter.begun] for role, own in by_role.items()
    }
    for role in options.confirming:
        last = last_word([each for each in said[role] if isinstance(each.piece, Confirmation)])
        checks.append(confirmed_check(CONFIRMED[role], last))
        counted |= {last.number} if last and last.piece.confirmed else set()
    for role in sorted(options.phone_roles):
        phone = circumstances.phones.get(role)
        codes = [each for each in said[role] if isinstance(each.piece, Code)]
        found, right = given_code(PHONE[role], codes, partial(_was_sent_to, phone))
        checks += found
        counted |= {right.number} if right else set()
    return checks, counted


def _was_sent_to(phone: str | None, code: Code) -> bool:
    return phone is not None and code.sent_to == phone


def _positions(
    options: MeetingOptions, role: str, own: Sequence[Exhibit[Any]]
) -> tuple[list[Check], list[Exhibit[Position]]]:
    """The checks of one side's positions, and those that passed all."""
    every: list[Exhibit[Position]] = [each for each in own if isinstance(each.piece, Position)]
    positions = every[:MAX_POSITIONS]
    track = [each for each in positions if each.timely and is_accurate(each, options.coarsest_m)]
    speeds = _SPEEDS[role](track) if track else {}
    checks = [Check(TOO_MANY, passed=False, measured=len(every), limit=MAX_POSITIONS)] if every[MAX_POSITIONS:] else []
    plausible: list[Exhibit[Position]] = []
    for exhibit in positions:
        found = [*_place_checks(options, exhibit), _accuracy(options, exhibit)]
        if exhibit.number in speeds:
            found.append(speed_check(exhibit, speeds[exhibit.number]))
        checks += found
        if exhibit.timely and all_passed(found):
            plausible.append(exhibit)
    frozen, sound = new_fixes(plausible)
    return checks + frozen, sound


def _place_checks(options: MeetingOptions, exhibit: Exhibit[Position]) -> Iterator[Check]:
    if options.meeting_window:
        yield _window(options.meeting_window, exhibit)
    if options.place and options.radius_m:
        metres = distance_m(exhibit.piece.fix, options.place)
        yield Check(DISTANCE, metres <= options.radius_m, metres, options.radius_m, exhibit.grade, exhibit.number)


def _photos(
    options: MeetingOptions, exhibits: Sequence[Exhibit[Any]], circumstances: Circumstances
) -> tuple[list[Check], list[Exhibit[Photo]]]:
    if not options.photo_evidence_required:
        return [], []
    return photos_that_count(_PHOTOS, [each for each in exhibits if isinstance(each.piece, Photo)], circumstances)


def _encounter(
    options: MeetingOptions, there: Mapping[str, Sequence[Exhibit[Position]]], photos: Sequence[Exhibit[Photo]]
) -> Encounter | None:
    """The earliest meeting of all who have to be there, with a photo if there is any: a later one undoes nothing."""
    every = (Encounter(exhibits) for exhibits in product(*there.values()))
    found = [each for each in every if each.ended - each.begun <= TOGETHER and _of_own_devices(each)]
    if options.tolerance_m is not None:
        found = [each for each in found if each.metres <= options.tolerance_m]
    found.sort(key=lambda each: (each.ended, each.begun))
    pictured = (each for each in found if any(each.has(photo) for photo in photos))
    return next(pictured, None) or next(iter(found), None)


def _of_own_devices(encounter: Encounter) -> bool:
    """Two devices never agree to the centimetre."""
    spots = {spot(each.piece.fix) for each in encounter.exhibits}
    return len(spots) == len(encounter.exhibits)


def _window(window: MeetingWindow, exhibit: Exhibit[Position]) -> Check:
    passed = window.start <= exhibit.begun and exhibit.happened < window.end
    took = f"{exhibit.begun.isoformat()} to {exhibit.happened.isoformat()}"
    allowed = f"{window.start.isoformat()} to {window.end.isoformat()}"
    return Check(WINDOW, passed, took, allowed, exhibit.grade, exhibit.number)


def _accuracy(options: MeetingOptions, exhibit: Exhibit[Position]) -> Check:
    limit_m, accuracy = options.coarsest_m, exhibit.piece.fix.accuracy
    return Check(ACCURACY, is_accurate(exhibit, limit_m), accuracy, limit_m, exhibit.grade, exhibit.number)


def _present(role: str, found: Sequence[Exhibit[Position]]) -> Check:
    grade = min((each.grade for each in found), default=None)
    return Check(PRESENT[role], bool(found), len(found), 1, grade)


def _met(
    options: MeetingOptions, there: Mapping[str, Sequence[Exhibit[Position]]], encounter: Encounter | None
) -> Check:
    if encounter is None:
        reason = "apart" if all(there.values()) else None
        minutes = {"minutes": TOGETHER.seconds // 60}
        return Check(MET, passed=False, limit=options.tolerance_m, values=minutes, reason=reason)
    grade = min(each.grade for each in encounter.exhibits)
    return Check(MET, passed=True, measured=encounter.metres, limit=options.tolerance_m, grade=grade)


TERM_TYPE: Final = TermType(
    name="meeting_delivery",
    kinds=frozenset({"position", "confirmation", "code", "photo"}),
    options=MeetingOptions,
    examine=examine,
)

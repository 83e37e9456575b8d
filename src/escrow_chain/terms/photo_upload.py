"""`photo_upload`: the recipient handed in so many photos that nobody has seen before.

Each photo must be of an accepted format and size, decoded whole, large and detailed enough to be told
from others, with the metadata asked for, and neither the same file nor the same picture as another
one: in this submission, or anywhere before. A picture is the same if the PDQ hashes differ in at most
31 of 256 bits in any of 8 orientations.

Asked for by category, a photo counts for the one that its signed upload names. Photos of a category that must be some
time apart are held by the server's clock, from the receipt of one to the nonce of the next.

Authentic is what carries a fresh nonce and was never seen before. Sharp and well lit enough is all but what shows
nothing: a blurred picture of the right thing is a picture of it, so the limits are far below a good photo's.

An EXIF header is a claim (G0), whoever signed the photo: it can meet `metadata_required`, and no
other check rests on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, FiniteFloat, field_validator

from escrow_chain.terms import photo_checks
from escrow_chain.terms.check import Check, Raw, Rule, all_passed
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import MEGABYTE, Options, Part, broken_rule, in_bytes
from escrow_chain.terms.photo import Category, Photo, PhotoFormat
from escrow_chain.terms.record import Grade
from escrow_chain.terms.registry import TermType

MAX_CATEGORIES: Final = 20
MAX_PHOTO_BYTES: Final = 64 * MEGABYTE
"""No photo larger than this is read, whatever the term allows."""


MAX_PHOTOS: Final = 300
"""More are not judged: each is held against all others."""

TOO_MANY: Final = Rule(
    "evidence.count",
    passed="",
    failed="There are too many photos: only the first {limit} are judged.",
    unit="photos",
)
FORMAT: Final = Rule(
    "photo.format",
    passed="The format is accepted.",
    failed="The photo is {measured} by its content. Hand one in as {limit}.",
)
FILE_SIZE: Final = Rule(
    "photo.file_size",
    passed="The file is small enough.",
    failed="The file is too large. Let the camera take smaller pictures.",
    unit="bytes",
)
CATEGORY: Final = Rule(
    "photo.category",
    passed="It is for {measured}.",
    failed="Say what the photo is for when you hand it in: {limit}.",
)
INTERVAL: Final = Rule(
    "photo.interval",
    passed="It was taken long enough after the one before.",
    failed="These photos are to be {limit} minutes apart, from the receipt of one to the nonce of the next. Wait, ask "
    "for a nonce, and take another.",
    unit="min",
)
COUNT: Final = Rule(
    "photo.count",
    passed="There are enough photos.",
    failed="Photos that count are still needed: {missing}.",
    unit="photos",
    decisive=True,
)
CATEGORY_COUNT: Final = Rule(
    "photo.category_count",
    passed="{category}: there are enough photos.",
    failed="{category}: photos that count are still needed: {missing}.",
    unit="photos",
    decisive=True,
)

Count = Annotated[int, Field(ge=1, le=100)]
"""Of photos."""


def _alias(name: Any) -> Any:
    return "jpeg" if name == "jpg" else name


class AiValidation(Part):
    """The automatic checks of quality and authenticity."""

    enabled: bool = True
    check_quality: bool = False
    verify_authenticity: bool = False


class PhotoRequirement(Part):
    """So many photos of one category. `template_url` is a model to show to the recipient."""

    category: Category
    description: str | None = None
    required_count: Count = 1
    template_url: str | None = None
    min_interval_minutes: Annotated[FiniteFloat, Field(ge=0)] = 0.0
    quality_check: bool = False

    @field_validator("template_url")
    @classmethod
    def _https(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            sound = parts.scheme == "https" and bool(parts.hostname) and url.isprintable()
        except ValueError:
            sound = False
        if not sound:
            raise broken_rule("not an https URL")
        return url


class PhotoOptions(Options):
    """The options of the wire's section 9.2. `max_file_size_mb` in megabytes of 1,000,000 bytes."""

    BEST_GRADE: ClassVar[Grade] = Grade.ATTESTED

    required_count: Count | None = None
    accepted_formats: Annotated[tuple[Annotated[PhotoFormat, BeforeValidator(_alias)], ...], Field(min_length=1)] = (
        "jpeg",
        "png",
    )
    max_file_size_mb: Annotated[FiniteFloat, Field(ge=0.01, le=MAX_PHOTO_BYTES / MEGABYTE)] = 10.0
    metadata_required: tuple[Literal["timestamp", "location"], ...] = ()
    ai_validation: AiValidation | None = None
    photo_requirements: tuple[PhotoRequirement, ...] | None = None

    @field_validator("photo_requirements")
    @classmethod
    def _each_category_once(cls, asked: tuple[PhotoRequirement, ...] | None) -> tuple[PhotoRequirement, ...] | None:
        if asked is None:
            return None
        if not 0 < len(asked) <= MAX_CATEGORIES:
            raise broken_rule(f"not a list of 1 to {MAX_CATEGORIES} requirements")
        if len({each.category for each in asked}) < len(asked):
            raise broken_rule("has the same category twice")
        return asked

    @property
    def photos_needed(self) -> int:
        """How many photos there must be, of whatever category."""
        return self.required_count or (0 if self.photo_requirements else 1)

    @property
    def categories(self) -> Mapping[str, PhotoRequirement]:
        """The requirements by their category."""
        return {each.category: each for each in self.photo_requirements or ()}

    def checks_quality(self, photo: Photo) -> bool:
        """Whether this photo must be sharp and well lit enough."""
        asked = self.ai_validation
        if asked and asked.enabled and asked.check_quality:
            return True
        requirement = self.categories.get(photo.category or "")
        return requirement is not None and requirement.quality_check

    @property
    def checks_authenticity(self) -> bool:
        """Whether photos must be authentic."""
        asked = self.ai_validation
        return asked is not None and asked.enabled and asked.verify_authenticity

    @property
    def max_bytes(self) -> int:
        """The largest photo that can count, in bytes."""
        return in_bytes(self.max_file_size_mb)


def examine(options: PhotoOptions, exhibits: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Findings:
    """What the photos prove. `exhibits` are photos in the order of their receipt."""
    checks, counted = photos_that_count(options, exhibits, circumstances)
    if options.photos_needed:
        checks.append(_count(COUNT, counted, options.photos_needed))
    for each in options.photo_requirements or ():
        of_it = [exhibit for exhibit in counted if exhibit.piece.category == each.category]
        checks.append(_count(CATEGORY_COUNT, of_it, each.required_count, category=each.category))
    return Findings(checks=tuple(checks), counted=tuple(each.number for each in counted))


def photos_that_count(
    options: PhotoOptions, exhibits: Sequence[Exhibit[Photo]], circumstances: Circumstances
) -> tuple[list[Check], list[Exhibit[Photo]]]:
    """The checks of each photo, and those that passed them all."""
    checks: list[Check] = []
    if len(exhibits) > MAX_PHOTOS:
        checks.append(Check(TOO_MANY, passed=False, measured=len(exhibits), limit=MAX_PHOTOS))
    counted: list[Exhibit[Photo]] = []
    for exhibit in exhibits[:MAX_PHOTOS]:
        reuse = [
            photo_checks.same_file(exhibit, counted, circumstances),
            photo_checks.same_picture(exhibit, counted, circumstances),
        ]
        found = [
            _format(exhibit, options),
            _file_size(exhibit, options),
            photo_checks.pixels(exhibit),
            photo_checks.detail(exhibit),
            *(photo_checks.METADATA[name](exhibit) for name in dict.fromkeys(options.metadata_required)),
            *reuse,
            *_asked_for(exhibit, counted, options),
        ]
        if options.checks_authenticity:
            new = all_passed(reuse)
            found += photo_checks.authenticity(exhibit, counted, circumstances, new=new)
        checks += found
        if exhibit.timely and all_passed(found):
            counted.append(exhibit)
    return checks, counted


def _asked_for(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], options: PhotoOptions) -> Iterator[Check]:
    """The checks of quality, category and interval, as far as the term asks for them."""
    if options.checks_quality(exhibit.piece):
        yield photo_checks.sharpness(exhibit)
        yield photo_checks.brightness(exhibit)
    if options.categories:
        requirement = options.categories.get(exhibit.piece.category or "")
        if requirement or not options.required_count:
            yield _category(exhibit, options)
        if requirement and requirement.min_interval_minutes:
            yield _interval(exhibit, counted, requirement)


def _format(exhibit: Exhibit[Photo], options: PhotoOptions) -> Check:
    kind, accepted = exhibit.piece.format, tuple(dict.fromkeys(options.accepted_formats))
    return photo_checks.found(FORMAT, exhibit, passed=kind in accepted, measured=kind, limit=accepted)


def _file_size(exhibit: Exhibit[Photo], options: PhotoOptions) -> Check:
    size, limit = exhibit.piece.size, options.max_bytes
    return photo_checks.found(FILE_SIZE, exhibit, passed=size <= limit, measured=size, limit=limit)


def _category(exhibit: Exhibit[Photo], options: PhotoOptions) -> Check:
    category, wanted = exhibit.piece.category, tuple(options.categories)
    return photo_checks.found(CATEGORY, exhibit, passed=category in wanted, measured=category, limit=wanted)


def _interval(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], requirement: PhotoRequirement) -> Check:
    """From the receipt of the one before to the nonce of this one: it can't have been taken before that."""
    before = [each for each in counted if each.piece.category == requirement.category]
    apart_min = (exhibit.begun - before[-1].happened).total_seconds() / 60 if before else None
    least_min = requirement.min_interval_minutes
    passed = apart_min is None or apart_min >= least_min
    return photo_checks.found(INTERVAL, exhibit, passed=passed, measured=apart_min, limit=least_min)


def _count(rule: Rule, counted: Sequence[Exhibit[Photo]], required: int, **values: str) -> Check:
    grade = min((each.grade for each in counted), default=None)
    shown: dict[str, Raw] = {"missing": required - len(counted), **values}
    return Check(rule, len(counted) >= required, len(counted), required, grade, values=shown)


TERM_TYPE: Final = TermType(
    name="photo_upload",
    kinds=frozenset({"photo"}),
    options=PhotoOptions,
    examine=examine,
)

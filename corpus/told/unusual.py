"""Photos of makes that are rare, which are good photos or are not: what counts is what they hold."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from corpus.case import Case
from corpus.story import Story, term

EVERY_FORMAT: Final = {"accepted_formats": ["jpeg", "png", "webp"]}
SHARP: Final = {"ai_validation": {"check_quality": True}}
NOT_ENOUGH: Final = "photo.count"
UNREAD: Final = (NOT_ENOUGH, "evidence.grade")
"""What fails beside the refusal if the only photo cannot be read."""


def cases() -> Iterator[Case]:
    """See the module."""
    yield from _scans()
    yield from _memory()
    yield from _greys()
    yield from _seen_through()
    yield from _endless()
    yield from _strips()
    yield from _limits_of_two_terms()


def _told(
    name: str,
    shows: str,
    photo: str,
    *failed: str,
    options: Mapping[str, Any] = EVERY_FORMAT,
    size: int | None = None,
    **story: Any,
) -> Case:
    """One photo, lengthened with zeros to so many bytes if a size is given."""
    told = Story(f"unusual-{name}", shows, term("photo_upload", **options), **story)
    told.upload(told.padded(photo, size) if size else photo)
    return told.fails(*failed) if failed else told.passes()


def _scans() -> Iterator[Case]:
    """While a JPEG is decoded that has a colour's data behind another's, all colours must be kept."""
    yield _told("scans", "A JPEG that has a scan for each colour is a photo.", "scans.jpg")
    cheat: dict[str, Any] = {"threat": 11, "honest": "unusual-scans"}
    shows = "One may promise 23 million pixels; it has next to nothing in them."
    yield _told("scans-23m", shows, "scans-23m.jpg", "photo.detail", NOT_ENOUGH)
    shows = "It may not promise 24 million: each takes seven bytes."
    yield _told("scans-24m", shows, "scans-24m.jpg", "photo.pixels", *UNREAD, **cheat)
    yield _told("scans-100", "A hundred scans are looked at.", "scans-100.jpg")
    shows = "One more is not: for each of them all pixels are walked through, however little it holds."
    yield _told("scans-101", shows, "scans-101.jpg", "photo.scans", *UNREAD, **cheat | {"honest": "unusual-scans-100"})
    shows = "What stands in a comment, or behind the end of the picture as films do, has as many scans as it likes."
    yield _told("film", shows, "film.jpg")
    what = "A JPEG with a byte between its segments that belongs to nothing"
    yield _told("junk", f"{what} is a photo.", "junk.jpg")
    shows = f"{what} has its colours in one scan all the same, and room for 36 million pixels."
    yield _told("junk-36m", shows, "junk-36m.jpg", "photo.detail", NOT_ENOUGH)


def _memory() -> Iterator[Case]:
    """The file itself takes memory beside its pixels: a WebP three times, all others once."""
    yield _told(
        "webp-9m-of-9mb",
        "A small WebP may have 10 million pixels, one of 9 MB not even 9 million: its bytes are kept three times.",
        "webp-9m.webp",
        "photo.pixels",
        *UNREAD,
        size=9_000_000,
        threat=11,
        honest="photos-webp",
    )
    shows = "The bytes of a JPEG are kept once, so 600,000 more of them leave room for these pixels."
    yield _told("inked-18m-longer", shows, "inked-18m.jpg", "photo.detail", NOT_ENOUGH, size=600_000)


def _greys() -> Iterator[Case]:
    """The greys of a JPEG are the brightness that it says itself, however bright its colours are shown."""
    shows = "A deep blue photo with a mean brightness of 21 is lit."
    yield _told("blue-21", shows, "blue-21.jpg", options=SHARP)
    shows = "With 19 it is not, though what is shown is brighter: blue takes the red and green below nothing."
    yield _told("blue-19", shows, "blue-19.jpg", "photo.brightness", NOT_ENOUGH, options=SHARP)


def _seen_through() -> Iterator[Case]:
    cheat: dict[str, Any] = {"threat": 11, "honest": "photos-opaque"}
    shows = "A PNG that says behind its pixels that one of its greys is to be seen through is shown in two ways."
    yield _told("told-behind", shows, "told-behind.png", "photo.mode", *UNREAD, **cheat)
    shows = "A photo of which one pixel of the last row can be seen through is shown in two ways as well."
    yield _told("glass-below", shows, "glass-below.png", "photo.mode", *UNREAD, **cheat)


def _endless() -> Iterator[Case]:
    shows = "A PNG without its last chunk has all its pixels and no manifest: nothing speaks against it."
    yield _told("endless", shows, "endless.png", options={"ai_validation": {"verify_authenticity": True}})


def _strips() -> Iterator[Case]:
    shows = "Two rows are a picture, which is too small, and in which nothing can be sharp."
    yield _told(
        "two-rows", shows, "two-rows.png", "photo.pixels", "photo.sharpness", NOT_ENOUGH, options=EVERY_FORMAT | SHARP
    )


def _limits_of_two_terms() -> Iterator[Case]:
    terms = term("photo_upload", max_file_size_mb=0.1), term("photo_upload")
    story = Story("unusual-size-within", "A photo of 100,000 bytes is small enough for a term that says so.", *terms)
    story.upload(story.padded("coffee.jpg", 100_000))
    story.upload("chelsea.jpg", about_term=1)
    yield story.passes()
    story = Story(
        "unusual-size-above",
        "One of 100,001 bytes is not, though another term would take it.",
        *terms,
        threat=11,
        honest="unusual-size-within",
    )
    story.upload(story.padded("coffee.jpg", 100_001))
    story.upload("chelsea.jpg", about_term=1)
    yield story.fails("evidence.file_size", *UNREAD, accepted=[1])

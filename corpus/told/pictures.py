"""Pictures that are there for two terms, and photos that are something else at once."""

from collections.abc import Iterator
from typing import Final

from corpus.case import FILES, Case
from corpus.drawn import COMMENT
from corpus.story import Story, term

NOT_ENOUGH: Final = "photo.count"


def cases() -> Iterator[Case]:
    """See the module."""
    yield _copied_for_another_term()
    yield _long_comment()
    yield from _bytes_behind()
    yield from _palettes()


def _copied_for_another_term() -> Case:
    story = Story(
        "pictures-copied-for-another-term",
        "One picture is not there for two terms, though it is two files.",
        term("photo_upload"),
        term("photo_upload", description="another"),
        threat=7,
        honest="photos-two-for-two-terms",
    )
    story.upload("coffee.jpg")
    story.upload("coffee-recompressed.jpg", about_term=1)
    return story.fails("photo.same_picture", NOT_ENOUGH, accepted=[0])


def _long_comment() -> Case:
    story = Story(
        "pictures-long-comment",
        "An archive that has a comment far longer than the photo before it is an archive.",
        term("photo_upload"),
        threat=11,
        honest="photos-one",
    )
    photo = "cloth-archived.jpg"
    story.upload(story.padded(photo, (FILES / photo).stat().st_size + COMMENT))
    return story.fails("photo.one_format", "evidence.grade", NOT_ENOUGH)


def _bytes_behind() -> Iterator[Case]:
    honest = Story(
        "pictures-end-of-nothing", "Four bytes as at an archive's end make no archive.", term("photo_upload")
    )
    honest.upload("cloth-ended.jpg")
    yield honest.passes()
    far = Story(
        "pictures-archive-far-within",
        "No program looks for an archive's end further than its longest comment before the end of a file.",
        term("photo_upload"),
    )
    photo = "cloth-archived-within.jpg"
    far.upload(far.padded(photo, (FILES / photo).stat().st_size + 70_000))
    yield far.passes()
    for name, shows in [
        ("within", "Programs open an archive with other bytes behind it, too."),
        ("by-its-begin", "They find the archive's directory by where it begins, whatever size it is said to have."),
        ("large", "An archive for large files says elsewhere where its directory is."),
    ]:
        story = Story(
            f"pictures-archive-{name}", shows, term("photo_upload"), threat=11, honest="pictures-end-of-nothing"
        )
        story.upload(f"cloth-archived-{name}.jpg")
        yield story.fails("photo.one_format", "evidence.grade", NOT_ENOUGH)


def _palettes() -> Iterator[Case]:
    story = Story("pictures-palette", "A picture may have its colours in a palette.", term("photo_upload"))
    story.upload("cloth-painted.png")
    yield story.passes()
    for name, shows, photo in [
        ("too-short", "Where the palette lacks the colour of a pixel, each program shows another one.", "unpainted"),
        ("missing", "Where there is no palette, each program shows what it likes.", "without-palette"),
    ]:
        story = Story(f"pictures-palette-{name}", shows, term("photo_upload"), threat=11, honest="pictures-palette")
        story.upload(f"cloth-{photo}.png")
        yield story.fails("photo.mode", "evidence.grade", NOT_ENOUGH)

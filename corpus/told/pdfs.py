"""PDFs that are put together by hand: odd ones that every program shows alike, and forms and signatures that cheat."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from corpus.case import FILES, Case
from corpus.papers import BUREAU
from corpus.sealed import SEALED_ROOT
from corpus.story import INSPECTOR, Story, term

_REPORT = "inspection_report"
_QUALITY = "quality_control"
_DAMAGED = "What programs would not all read alike is refused."
_APPEARANCE = "A field that shows more than what is filled in is refused."


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _readable()
    yield from _filled()
    yield from _unfilled()
    yield from _refused()
    yield from _sealed()
    yield from _seal_fields()


def _story(name: str, shows: str, *fields: str, honest: str | None = None, **named: Any) -> Story:
    """A term that asks for a report with these fields filled. Whatever has an honest twin cheats."""
    asked = {"type": _REPORT, **({"fields_required": list(fields)} if fields else {})}
    cheat = {"threat": 12, "honest": f"pdfs-{honest}"} if honest else {}
    return Story(f"pdfs-{name}", shows, term("custom", required_documents=[asked]), **cheat, **named)


def _handed_in(story: Story, file: str) -> Story:
    story.hand_in(f"{file}.pdf", type=_REPORT)
    return story


def _readable() -> Iterator[Case]:
    for name, shows in (
        ("photo-within", "A page may show a photo, which is packed as photos are."),
        ("photo-packed", "A photo may be packed once more."),
        ("opened-in-place", "A file may say at which place of which page it opens."),
        ("tagged", "What describes a part of a page is no action, though it has the key of one."),
        ("named-for-the-web", "What stands elsewhere than in a file's first object does not make it one for the web."),
        ("without-first", "A file can do without the first of its objects."),
        ("sealed-with-nothing", "A signature that is none takes nothing from the pages."),
    ):
        yield _handed_in(_story(name, shows), name).passes()


def _filled() -> Iterator[Case]:
    for name, shows in (
        ("beside-nameless", "A field without a name is nothing as long as it is empty."),
        ("beside-missing", "A field has the widgets that are there, and not those that it only names."),
        ("flagged-as-button", "What makes a push button of a button makes nothing of a text."),
        ("combo-box", "A combo box shows what is chosen."),
        ("chosen-many", "A list shows all that is chosen among what is not."),
        ("streamed", "A text may be a stream."),
    ):
        yield _handed_in(_story(name, shows, "result"), name).passes()


def _unfilled() -> Iterator[Case]:
    for name, shows in (
        ("unset", "A check box of which nothing is said is not ticked."),
        ("deleted-from-box", "A field that was deleted is not there, though the stream that it was in is."),
    ):
        story = _handed_in(_story(name, shows, "result", honest="streamed"), name)
        yield story.fails("document.supplied", notes=["document.fields"])


def _refused() -> Iterator[Case]:
    for name, shows, code in (
        ("more-behind", _DAMAGED, "damaged"),
        ("end-of-line", _DAMAGED, "damaged"),
        ("two-lengths", "Of two lengths some programs read the one, and others the other.", "damaged"),
        ("signed-length", "Not all programs read a length with a sign.", "damaged"),
        ("counted-from-one", "Some programs count from the first object that a table names as free.", "damaged"),
        ("button-by-number", _DAMAGED, "damaged"),
        ("sealed-misspelled", _DAMAGED, "damaged"),
        ("packed-within", "What is packed within something else may be a bomb.", "bomb"),
        ("script-in-hybrid", "A script is refused that only newer programs see.", "script"),
        ("filled-nameless", "A field that is filled has a name.", "fields"),
        ("says-more", _APPEARANCE, "appearance"),
        ("combo-box-more", _APPEARANCE, "appearance"),
        ("chosen-many-in-part", "A list shows all that is chosen.", "appearance"),
        ("sealed-beside-text", "A text and a signature do not share a name.", "fields"),
    ):
        story = _handed_in(_story(name, shows, honest="tagged"), name)
        yield story.fails("document.supplied", "evidence.grade", notes=[f"document.{code}"])


def _approved(name: str, shows: str, **named: Any) -> Story:
    """A report that quality control has to approve, by a signature in it."""
    asked = {"type": _REPORT, "verification_authority": _QUALITY}
    what = term("custom", required_documents=[asked])
    return Story(
        f"pdfs-approved-{name}", shows, what, people={}, authorities={_QUALITY: [_encoded(SEALED_ROOT)]}, **named
    )


def _sealed() -> Iterator[Case]:
    yield _handed_in(_approved("sealed", "An inspector's signature, whatever made the file."), "sealed").passes()
    for name, shows in _NOT_SEALED:
        story = _approved(name, shows, threat=12, honest="pdfs-approved-sealed")
        yield _handed_in(story, name).fails("document.approved")


_NOT_SEALED = (
    ("sealed-invalid", "The signature says what the file is, and is not the inspector's."),
    ("sealed-with-room", "The signature leaves out more of the file than its own digits between < and >."),
    ("sealed-behind", "The inspector signed what stands behind the signature: another file."),
    ("sealed-apart", "He signed what stands behind other digits than those of his signature."),
    ("sealed-beyond", "He signed what stands behind the signature, and the file seems to go on as far as needed."),
)


def _seal_fields() -> Iterator[Case]:
    yield _handed_in(_story("filled-sealed", "A signature fills its field.", "seal"), "sealed").passes()
    for name, shows in _NOT_SEALED:
        story = _handed_in(_story(f"filled-{name}", shows, "seal", honest="filled-sealed"), name)
        yield story.fails("document.supplied", notes=["document.fields"])

    asked = {"type": _REPORT, "fields_required": ["signature"], "verification_authority": _QUALITY}
    story = Story(
        "pdfs-filled-by-web-site",
        "The signature of a web site fills its field, and approves nothing: the authority does so with its key.",
        term("custom", required_documents=[asked]),
        people={_QUALITY: INSPECTOR.address},
        authorities={_QUALITY: [_encoded(BUREAU)]},
    )
    _handed_in(story, "report-by-web-site").confirm(by=INSPECTOR, about=_REPORT)
    yield story.passes()


def _encoded(file: str) -> str:
    return b64encode((FILES / file).read_bytes()).decode()

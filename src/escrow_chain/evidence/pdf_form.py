"""The filled fields of a PDF's form: those that a page shows, and that say what they show.

Runs in a killable worker.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from pypdf import PageObject, PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NullObject,
    StreamObject,
    TextStringObject,
    create_string_object,
)

from escrow_chain.evidence.pdf_objects import Refused, damaged, elements, entry
from escrow_chain.terms.ink import inked
from escrow_chain.terms.sentence import say

MAX_FIELDS: Final = 1000
MAX_SIGNATURES: Final = 20
MAX_NAME: Final = 200
MAX_VALUE: Final = 10_000
_INHERITED: Final = ("/FT", "/V", "/Ff", "/Opt")
_NOT_SHOWN: Final = 2 | 32
"""The annotation flags Hidden and NoView."""
_PUSH_BUTTON: Final = 1 << 16
_COMBO_BOX: Final = 1 << 17
_NOTHING: Final = TextStringObject("")
_OFF: Final = NameObject("/Off")


class Form:
    """Reads filled fields. A field that no page shows is not filled; one that shows something else is refused."""

    def __init__(self, reader: PdfReader, pages: Sequence[PageObject]) -> None:
        self._form = entry(reader.root_object, "/AcroForm")
        self._pages = pages
        self._shown = {
            id(widget) for page in pages for widget in elements(page, "/Annots") if isinstance(widget, DictionaryObject)
        }

    def read(self) -> tuple[dict[str, str], list[str]]:
        """The values of filled fields by qualified name, and the names of signed signature fields."""
        values: dict[str, str] = {}
        signed: list[str] = []
        for name, entries, widgets in self._fields():
            if entries.get("/FT") == "/Sig":
                signed += [name] if isinstance(entries.get("/V"), DictionaryObject) else []
            else:
                keep(values, name, self._value(name, entries, [widget for widget in widgets if self._shows(widget)]))
        if len(signed) > MAX_SIGNATURES or len(set(signed)) < len(signed):
            raise Refused(
                "signatures",
                "The document has too many signatures, or two in one place.",
                measured=len(signed),
                limit=MAX_SIGNATURES,
            )
        return values, signed

    def _fields(self) -> Iterator[tuple[str, dict[str, Any], list[DictionaryObject]]]:
        """Name, inherited entries and widgets of each field that has no further fields. ISO 32000-2, 12.7.4."""
        waiting: deque[tuple[Any, str, dict[str, Any]]] = deque()
        if isinstance(self._form, DictionaryObject):
            waiting += ((node, "", {}) for node in elements(self._form, "/Fields"))
        seen: set[int] = set()
        while waiting:
            node, path, entries = waiting.popleft()
            if isinstance(node, NullObject):
                continue
            if id(node) in seen:
                raise damaged("field within itself")
            seen.add(id(node))
            name = ".".join(part for part in (path, _text(entry(node, "/T") or _NOTHING)) if part)
            entries = entries | {key: entry(node, key) for key in _INHERITED if key in node}
            kids = [kid for kid in elements(node, "/Kids") if isinstance(kid, DictionaryObject)]
            if any("/T" in kid for kid in kids):
                waiting += ((kid, name, entries) for kid in kids)
            else:
                yield name, entries, kids or [node]

    def _shows(self, widget: DictionaryObject) -> bool:
        left, bottom, right, top = elements(widget, "/Rect") or (0, 0, 0, 0)
        return (
            id(widget) in self._shown
            and not int(entry(widget, "/F") or 0) & _NOT_SHOWN
            and bool(left != right and bottom != top)
        )

    def _value(self, name: str, entries: dict[str, Any], widgets: list[DictionaryObject]) -> str:
        """What a field says and its widgets show; empty if nothing. Raises `Refused` if they differ."""
        kind, flags = entries.get("/FT"), int(entries.get("/Ff") or 0)
        if not widgets or (kind == "/Btn" and flags & _PUSH_BUTTON):
            return ""
        if kind == "/Btn":
            value = _text(entries.get("/V") or _OFF).removeprefix("/")
            states = {_text(entry(widget, "/AS") or _OFF).removeprefix("/") for widget in widgets} - {"Off"}
            if states != {value} - {"Off"}:
                raise _shown_otherwise(name)
            return "" if value == "Off" else value
        texts = _texts(entries)
        listed = kind == "/Ch" and not flags & _COMBO_BOX
        for shown in map(self._shown_text, widgets):
            if shown is not None and not _agrees(inked(shown), map(inked, texts), listed=listed):
                raise _shown_otherwise(name)
        return "\n".join(texts)

    def _shown_text(self, widget: DictionaryObject) -> str | None:
        """The text of a widget's appearance. None: it has none, so programs show the value."""
        look = entry(widget, "/AP")
        picture = entry(look, "/N") if isinstance(look, DictionaryObject) else None
        if not isinstance(picture, StreamObject):
            return None
        return self._pages[0].extract_xform_text(picture)  # type: ignore[arg-type]  # any stream will do


def _agrees(shown: str, texts: Iterable[str], *, listed: bool) -> bool:
    """A list shows what is chosen among all that could be; any other field shows what it says, and nothing else."""
    return all(text in shown for text in texts) if listed else shown == "".join(texts)


def _texts(entries: dict[str, Any]) -> list[str]:
    """The value of a text or choice field, as it is shown: an option's own text instead of what it stands for."""
    value = entries.get("/V")
    values = [] if value is None else list(value) if isinstance(value, ArrayObject) else [value]
    options = [option for option in entries.get("/Opt") or () if isinstance(option.get_object(), ArrayObject)]
    shown = {_text(option.get_object()[0]): _text(option.get_object()[1]) for option in options}
    return [shown.get(text, text) for text in map(_text, values)]


def _text(value: Any) -> str:
    """A text or name of the file. What is none has no text of its own: Python's for it differs from run to run."""
    value = value.get_object()
    if isinstance(value, StreamObject):
        value = create_string_object(value.get_data())
    if not isinstance(value, str):
        raise damaged("field without text")
    return str(value)


def _shown_otherwise(name: str) -> Refused:
    return Refused(
        "appearance",
        say(
            "The field {name} does not show what is filled in. Fill the form in with another program.",
            name=name[:MAX_NAME],
        ),
        measured=name[:MAX_NAME],
    )


def keep(values: dict[str, str], name: str, value: str) -> None:
    """Adds a filled field. Nothing is cut: a judge must see what people see, or nothing."""
    if not inked(value):
        return
    if not inked(name) or name in values or len(name) > MAX_NAME or len(values) == MAX_FIELDS:
        raise Refused("fields", "The form has too many fields, or one without a name of its own.", limit=MAX_FIELDS)
    if len(value) > MAX_VALUE:
        raise Refused(
            "value",
            say("The field {name} holds too much text. Hand in long texts as pages.", name=name),
            measured=len(value),
            limit=MAX_VALUE,
            unit="characters",
        )
    values[name] = value

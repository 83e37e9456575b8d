"""The parser of PDFs. It sees untrusted bytes, so it runs in a killable worker and nowhere else.

In this order: what the first and last bytes say it is; which objects its newest revision has, and nothing that had to
be guessed; every one of these objects, in streams or not, reachable or not; pages; filled fields; signatures. Page
contents are measured and not read. Where programs would not all show the same, the file is refused: what is recorded
must be what people see.

Active is what makes a program do more than show pages (ISO 32000-2, 12.6). Links stay: nothing happens before somebody
clicks, programs say where they lead, and many a letterhead has one.
"""

import io
import logging
import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any, Final, TypeAlias

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef
from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PyPdfError
from pypdf.filters import ASCII85Decode, ASCIIHexDecode
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    PdfObject,
    StreamObject,
    create_string_object,
)

from escrow_chain.evidence.file_kind import file_kind
from escrow_chain.evidence.pdf_signatures import SignatureFindings, read_signatures
from escrow_chain.evidence.refusal import Refusal

MAX_PAGES: Final = 500
MAX_OBJECTS: Final = 50_000
MAX_VALUES: Final = 300_000
"""Numbers, names, texts and whatever else objects are made of."""
MAX_REVISIONS: Final = 100
MAX_INFLATED: Final = 500_000_000
"""Bytes of all streams together."""
MAX_SECONDS: Final = 8.0
"""Of the processor, so that a busy machine refuses nothing that an idle one accepts."""
MAX_FIELDS: Final = 1000
MAX_SIGNATURES: Final = 20
MAX_NAME: Final = 200
MAX_VALUE: Final = 10_000
Measure: TypeAlias = str | int | float | None
_LIMITS: Final[dict[str, Any]] = {
    "zlib_maximum_output_length": 10_000_000,
    "lzw_maximum_output_length": 1_000_000,
    "run_length_maximum_output_length": 10_000_000,
    "zlib_maximum_recovery_input_length": 0,
    "stream_filters_maximum_length": 4,
    "stream_decoding_work_maximum_length": 20_000_000,
    "stream_parsing_work_maximum_count": 100_000,
    "xform_maximum_invocations_per_extraction": 20,
    "page_tree_maximum_entries": 2 * MAX_PAGES,
}
"""Of what pypdf reads itself: tables, streams of objects, and what fields look like."""
_DAMAGE: Final = (
    PyPdfError,
    PdfError,
    struct.error,
    zlib.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the two libraries raise about files that break the rules."""


@dataclass(frozen=True, slots=True)
class DocumentFindings:
    """What a PDF is: its pages, its filled form fields by qualified name, its signatures.

    A signed signature field is filled with its signer's name.
    """

    pages: int
    fields: dict[str, str]
    signatures: tuple[SignatureFindings, ...]


class _Refused(Exception):
    def __init__(
        self, code: str, sentence: str, measured: Measure = None, limit: Measure = None, unit: str | None = None
    ) -> None:
        super().__init__(code)
        self.refusal = Refusal(f"document.{code}", sentence, measured, limit, unit)


def parse_pdf_file(path: str, roots: Sequence[bytes], at: datetime) -> DocumentFindings | Refusal:
    """`parse_pdf` of a file's bytes."""
    return parse_pdf(Path(path).read_bytes(), roots=roots, at=at)


def parse_pdf(content: bytes, *, roots: Sequence[bytes], at: datetime) -> DocumentFindings | Refusal:
    """What this PDF is, or why it cannot be relied on. `roots` (DER) are trusted, as of the moment `at`."""
    try:
        _refuse_by_bytes(content)
        with apply_configuration(**_LIMITS):
            return _findings(content, roots, at)
    except _Refused as refused:
        return refused.refusal
    except FileNotDecryptedError:
        return Refusal(
            code="document.encrypted",
            sentence="The document is protected by encryption. Save it without a password and without restrictions.",
        )
    except LimitReachedError:
        return Refusal(
            code="document.bomb",
            sentence="The document is made so that it cannot be opened safely. Print it to a new PDF.",
            measured="LimitReachedError",
        )
    except _DAMAGE as error:
        return _damaged(type(error).__name__).refusal


def _damaged(measured: str) -> _Refused:
    return _Refused(
        "damaged",
        "The document is damaged or cut short. Hand in the file as it was made, or print it to a new PDF.",
        measured=measured,
        limit="opens without repair",
    )


def _refuse_by_bytes(content: bytes) -> None:
    kind = file_kind(content)
    if kind != "pdf":
        raise _Refused(
            "format", f"The file is no PDF but {kind} by its content. Hand in a PDF.", measured=kind, limit="pdf"
        )
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise _Refused(
            "one_format",
            "The file is a PDF and an archive at once. Print it to a new PDF.",
            measured="zip",
            limit="nothing but a PDF",
        )
    if not content.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF"):
        raise _damaged("no end")


def _findings(content: bytes, roots: Sequence[bytes], at: datetime) -> DocumentFindings:
    with _guesses() as guesses:
        reader = _Reader(io.BytesIO(content), strict=True, xref_stream_maximum_entries=4 * MAX_OBJECTS)
        auditor = PdfFileReader(io.BytesIO(content), strict=False)
        _settle(reader, auditor)
        _Search().look(reader)
        pages = list(reader.pages)
        if guesses:
            raise _damaged(guesses[0])
        if not 1 <= len(pages) <= MAX_PAGES:
            raise _Refused(
                "pages",
                f"The document has {len(pages)} pages. Hand in the pages that matter.",
                measured=len(pages),
                limit=MAX_PAGES,
                unit="pages",
            )
        values, signed = _Form(reader, pages).read()
        signatures = read_signatures(auditor, content, signed, roots=roots, at=at)
    for signature in signatures:
        _keep(values, signature.field, signature.signer)
    return DocumentFindings(pages=len(pages), fields=values, signatures=signatures)


@contextmanager
def _guesses() -> Iterator[list[str]]:
    """The first thing that pypdf guesses at meanwhile, in its words. No library writes what a file says into logs."""
    guessed: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.startswith("pypdf") and not guessed:
                guessed.append(str(record.msg))

    loggers = [(logger, logger.propagate) for logger in map(logging.getLogger, ("pypdf", "pyhanko"))]
    listener = Listener()
    for logger, _ in loggers:
        logger.addHandler(listener)
        logger.propagate = False
    try:
        yield guessed
    finally:
        for logger, propagate in loggers:
            logger.removeHandler(listener)
            logger.propagate = propagate


class _Reader(PdfReader):
    """As pypdf reads, but nothing is decrypted, and an object that the tables do not name is null.

    pypdf would search the whole file for it, and find what no other program shows. Source: ISO 32000-2, 7.3.10.
    """

    @property
    def is_encrypted(self) -> bool:
        if "/Encrypt" in self.trailer:
            raise FileNotDecryptedError
        return False

    def get_object(self, indirect_reference: int | IndirectObject) -> PdfObject | None:
        if isinstance(indirect_reference, IndirectObject) and not self.place(
            indirect_reference.idnum, indirect_reference.generation
        ):
            return NullObject()
        return super().get_object(indirect_reference)

    def place(self, number: int, generation: int) -> int | tuple[int, int] | None:
        """The offset of an object, or its stream and its index there."""
        within = self.xref_objStm.get(number) if generation == 0 else None
        return within or self.xref.get(generation, {}).get(number)

    def places(self) -> set[tuple[int, int]]:
        """The numbers and generations of all objects."""
        loose = {(number, generation) for generation, numbers in self.xref.items() for number in numbers}
        return loose | {(number, 0) for number in self.xref_objStm}

    def forget(self, number: int, generation: int) -> None:
        """Takes an object for deleted."""
        self.xref.get(generation, {}).pop(number, None)
        if generation == 0:
            self.xref_objStm.pop(number, None)


def _settle(reader: _Reader, auditor: PdfFileReader) -> None:
    """Which objects the newest revision has: the two libraries must agree where each one is.

    pypdf brings deleted objects back, and objects that old programs must not see it takes for deleted. pyHanko keeps
    book of revisions, and so decides what is deleted.
    """
    revisions = auditor.xrefs.total_revisions
    if revisions > MAX_REVISIONS:
        raise _Refused(
            "revisions",
            "The document was changed too often without being saved anew. Print it to a new PDF.",
            measured=revisions,
            limit=MAX_REVISIONS,
        )
    named = {
        (reference.idnum, reference.generation)
        for revision in range(revisions)
        for reference in auditor.xrefs.explicit_refs_in_revision(revision)
    } | reader.places()
    if len(named) > MAX_OBJECTS:
        raise _Refused(
            "objects",
            "The document consists of too many parts. Print it to a new PDF.",
            measured=len(named),
            limit=MAX_OBJECTS,
            unit="objects",
        )
    reader.xref_free_entry.clear()
    for number, generation in named:
        place = auditor.xrefs[Reference(number, generation, pdf=auditor)]
        if place is None:
            reader.forget(number, generation)
        elif _plain(place) != reader.place(number, generation):
            raise _damaged("two newest revisions")


def _plain(place: int | ObjStreamRef) -> int | tuple[int, int]:
    return place if isinstance(place, int) else (place.obj_stream_id, place.ix_in_stream)


_SCRIPT: Final = ("script", "The document runs scripts. Print it to a new PDF.")
_ACTION: Final = ("action", "The document makes programs do more than show its pages. Print it to a new PDF.")
_EMBEDDED: Final = ("embedded", "There are other files inside the document. Hand them in by themselves.")
_XFA: Final = ("xfa", "The form is of a kind that many programs do not show (XFA). Print it to a new PDF.")
_EXTERNAL: Final = ("external", "Parts of the document are in other files. Print it to a new PDF.")
_KEYS: Final = {
    **dict.fromkeys(("/JS", "/JavaScript"), _SCRIPT),
    **dict.fromkeys(("/EmbeddedFiles", "/EF", "/AF", "/Collection"), _EMBEDDED),
    "/XFA": _XFA,
}
_KINDS: Final = {
    "/JavaScript": _SCRIPT,
    **dict.fromkeys(("/FileAttachment", "/EmbeddedFile"), _EMBEDDED),
    **dict.fromkeys(("/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"), _ACTION),
    **dict.fromkeys(("/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/Rendition", "/Hide"), _ACTION),
    **dict.fromkeys(("/GoToR", "/GoToE", "/GoTo3DView", "/RichMediaExecute", "/SetOCGState"), _ACTION),
}
"""Actions, annotations and streams that are refused wherever they are."""
_ON_CLICK: Final = ("/GoTo", "/URI", "/Named")
_LINK: Final = re.compile(r"https?://|mailto:|tel:|www\.", re.IGNORECASE)
_SPELLED: Final[dict[str, Callable[[bytes], bytes]]] = {
    **dict.fromkeys(("/ASCII85Decode", "/A85"), ASCII85Decode.decode),
    **dict.fromkeys(("/ASCIIHexDecode", "/AHx"), ASCIIHexDecode.decode),
}
_INFLATES: Final = ("/FlateDecode", "/Fl")
_WORST: Final = {"/LZWDecode": 1366, "/LZW": 1366, "/RunLengthDecode": 64, "/RL": 64}
"""How many times longer these can make a stream. Few programs still write them, so nothing better is measured."""
_STEP: Final = 1 << 20


class _Search:
    """Looks at every value of every object, and refuses what is active or too much."""

    def __init__(self) -> None:
        self._until = process_time() + MAX_SECONDS
        self._values = 0
        self._inflated = 0

    def look(self, reader: _Reader) -> None:
        self._look_into(reader.trailer)
        for number, generation in sorted(reader.places()):
            self._look_into(reader.get_object(IndirectObject(number, generation, reader)))

    def _look_into(self, value: PdfObject | None) -> None:
        waiting = [value]
        while waiting:
            value = waiting.pop()
            self._values += 1
            if isinstance(value, DictionaryObject):
                _refuse_active(value)
                if isinstance(value, StreamObject):
                    self._measure(value)
                waiting += value.values()
            elif isinstance(value, ArrayObject):
                waiting += value
        if self._values > MAX_VALUES:
            raise _Refused(
                "objects",
                "The document consists of too many parts. Print it to a new PDF.",
                measured=self._values,
                limit=MAX_VALUES,
                unit="values",
            )
        if process_time() > self._until:
            raise _Refused(
                "time", "The document takes too long to be read. Print it to a new PDF.", limit=MAX_SECONDS, unit="s"
            )

    def _measure(self, stream: StreamObject) -> None:
        """Counts what a stream inflates to. Nothing is kept, and what is compressed twice is not looked at."""
        if any(key in stream for key in ("/F", "/Ref", "/OPI")):
            raise _Refused(*_EXTERNAL)
        data, filters = StreamObject.get_data(stream), _list(stream, "/Filter")
        if filters and filters[0] in _SPELLED:
            data = _SPELLED[filters.pop(0)](data)
        packed = [name for name in filters if name in _INFLATES or name in _WORST]
        if len(packed) > 1 or (packed and packed[0] != filters[0]):
            raise LimitReachedError
        if packed and packed[0] in _WORST:
            self._count(len(data) * _WORST[packed[0]])
        elif packed:
            self._inflate(data)

    def _inflate(self, data: bytes) -> None:
        engine, step = zlib.decompressobj(), _STEP
        while step == _STEP and not engine.eof:
            step = len(engine.decompress(data, _STEP))
            data = engine.unconsumed_tail
            self._count(step)

    def _count(self, size: int) -> None:
        self._inflated += size
        if self._inflated > MAX_INFLATED:
            raise LimitReachedError


def _list(holder: DictionaryObject, key: str) -> list[Any]:
    """The elements of an array, or the one value that stands for an array, or none."""
    value = _entry(holder, key)
    if value is None:
        return []
    return [item.get_object() for item in value] if isinstance(value, ArrayObject) else [value]


def _entry(holder: DictionaryObject, key: str) -> Any:
    """What a dictionary says, wherever it is. None: nothing."""
    value = holder.get(key, NullObject()).get_object()
    return None if isinstance(value, NullObject) else value


def _refuse_active(holder: DictionaryObject) -> None:
    for key in holder.keys() & _KEYS.keys():
        raise _Refused(*_KEYS[key])
    for key in holder.keys() & {"/S", "/Subtype", "/Type"}:
        if (kind := _entry(holder, key)) in _KINDS:
            raise _Refused(*_KINDS[kind])
    if _entry(holder, "/S") == "/URI" and not _LINK.match(str(_entry(holder, "/URI"))):
        raise _Refused(*_ACTION)
    for key in holder.keys() & {"/A", "/PA", "/Next"}:
        _refuse_actions(_list(holder, key), _ON_CLICK)
    for key in holder.keys() & {"/OpenAction"}:
        _refuse_actions(_list(holder, key), ("/GoTo",))
    if isinstance(triggers := _entry(holder, "/AA"), DictionaryObject):
        for key in triggers:
            _refuse_actions(_list(triggers, key), ("/GoTo",))


def _refuse_actions(actions: list[Any], allowed: Sequence[str]) -> None:
    """What happens without a click goes nowhere but within the document, and nothing comes next."""
    for action in actions:
        if not isinstance(action, DictionaryObject) or "/S" not in action:
            continue
        kind = _entry(action, "/S")
        if kind not in allowed or ("/Next" in action and allowed != _ON_CLICK):
            raise _Refused(*_KINDS.get(kind, _ACTION))


_INHERITED: Final = ("/FT", "/V", "/Ff", "/Opt")
_NOT_SHOWN: Final = 2 | 32
"""The annotation flags Hidden and NoView."""
_PUSH_BUTTON: Final = 1 << 16
_COMBO_BOX: Final = 1 << 17
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters without ink."""


class _Form:
    """Reads filled fields. A field that no page shows is not filled; one that shows something else is refused."""

    def __init__(self, reader: PdfReader, pages: Sequence[PageObject]) -> None:
        self._form = _entry(reader.root_object, "/AcroForm")
        self._pages = pages
        self._shown = {
            id(widget) for page in pages for widget in _list(page, "/Annots") if isinstance(widget, DictionaryObject)
        }

    def read(self) -> tuple[dict[str, str], list[str]]:
        """The values of filled fields by qualified name, and the names of signed signature fields."""
        values: dict[str, str] = {}
        signed: list[str] = []
        for name, entries, widgets in self._fields():
            if entries.get("/FT") == "/Sig":
                signed += [name] if isinstance(entries.get("/V"), DictionaryObject) else []
            else:
                _keep(values, name, self._value(name, entries, [widget for widget in widgets if self._shows(widget)]))
        if len(signed) > MAX_SIGNATURES or len(set(signed)) < len(signed):
            raise _Refused(
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
            waiting += ((node, "", {}) for node in _list(self._form, "/Fields"))
        seen: set[int] = set()
        while waiting:
            node, path, entries = waiting.popleft()
            if isinstance(node, NullObject):
                continue
            if id(node) in seen:
                raise _damaged("field within itself")
            seen.add(id(node))
            name = ".".join(part for part in (path, str(_entry(node, "/T") or "")) if part)
            entries = entries | {key: _entry(node, key) for key in _INHERITED if key in node}
            kids = [kid for kid in _list(node, "/Kids") if isinstance(kid, DictionaryObject)]
            if any("/T" in kid for kid in kids):
                waiting += ((kid, name, entries) for kid in kids)
            else:
                yield name, entries, kids or [node]

    def _shows(self, widget: DictionaryObject) -> bool:
        left, bottom, right, top = _list(widget, "/Rect") or (0, 0, 0, 0)
        return (
            id(widget) in self._shown
            and not int(_entry(widget, "/F") or 0) & _NOT_SHOWN
            and bool(left != right and bottom != top)
        )

    def _value(self, name: str, entries: dict[str, Any], widgets: list[DictionaryObject]) -> str:
        """What a field says and its widgets show; empty if nothing. Raises `_Refused` if they differ."""
        kind, flags = entries.get("/FT"), int(entries.get("/Ff") or 0)
        if not widgets or (kind == "/Btn" and flags & _PUSH_BUTTON):
            return ""
        if kind == "/Btn":
            value = str(entries.get("/V") or "/Off").removeprefix("/")
            states = {str(_entry(widget, "/AS") or "/Off").removeprefix("/") for widget in widgets} - {"Off"}
            if states != {value} - {"Off"}:
                raise _shown_otherwise(name)
            return "" if value == "Off" else value
        value = "\n".join(_texts(entries))
        for widget in widgets:
            shown = self._shown_text(widget)
            listed = kind == "/Ch" and not flags & _COMBO_BOX
            if shown is not None and not (_inked(value) in _inked(shown) if listed else _inked(value) == _inked(shown)):
                raise _shown_otherwise(name)
        return value

    def _shown_text(self, widget: DictionaryObject) -> str | None:
        """The text of a widget's appearance. None: it has none, so programs show the value."""
        look = _entry(widget, "/AP")
        picture = _entry(look, "/N") if isinstance(look, DictionaryObject) else None
        if not isinstance(picture, StreamObject):
            return None
        return self._pages[0].extract_xform_text(picture)  # type: ignore[arg-type]  # any stream will do


def _texts(entries: dict[str, Any]) -> list[str]:
    """The value of a text or choice field, as it is shown: an option's own text instead of what it stands for."""
    value = entries.get("/V")
    values = [] if value is None else list(value) if isinstance(value, ArrayObject) else [value]
    options = [option for option in entries.get("/Opt") or () if isinstance(option.get_object(), ArrayObject)]
    shown = {_text(option.get_object()[0]): _text(option.get_object()[1]) for option in options}
    return [shown.get(text, text) for text in map(_text, values)]


def _text(value: Any) -> str:
    value = value.get_object()
    if isinstance(value, StreamObject):
        value = create_string_object(value.get_data())
    if not isinstance(value, str):
        raise _damaged("field without text")
    value.encode()
    return str(value)


def _inked(text: str) -> str:
    """What of a text leaves ink on paper."""
    return "".join(letter for letter in text if letter.isprintable() and not letter.isspace() and letter not in _BLANK)


def _shown_otherwise(name: str) -> _Refused:
    return _Refused(
        "appearance",
        f"The field {name[:MAX_NAME]} does not show what is filled in. Fill the form in with another program.",
        measured=name[:MAX_NAME],
    )


def _keep(values: dict[str, str], name: str, value: str) -> None:
    """Adds a filled field. Nothing is cut: a judge must see what people see, or nothing."""
    if not _inked(value):
        return
    if not _inked(name) or name in values or len(name) > MAX_NAME or len(values) == MAX_FIELDS:
        raise _Refused("fields", "The form has too many fields, or one without a name of its own.", limit=MAX_FIELDS)
    if len(value) > MAX_VALUE:
        raise _Refused(
            "value",
            f"The field {name} holds too much text. Hand in long texts as pages.",
            measured=len(value),
            limit=MAX_VALUE,
            unit="characters",
        )
    values[name] = value

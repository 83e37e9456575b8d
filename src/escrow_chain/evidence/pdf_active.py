"""What in a PDF is active, or too much: every value of every object is looked at, reachable or not.

Active is what makes a program do more than show pages (ISO 32000-2, 12.6). Links stay: nothing happens before somebody
clicks, programs say where they lead, and many a letterhead has one. Runs in a killable worker.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from time import process_time
from typing import Any, Final

from pypdf.errors import LimitReachedError
from pypdf.filters import ASCII85Decode, ASCIIHexDecode
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

from escrow_chain.evidence.pdf_objects import Refused, elements, entry
from escrow_chain.evidence.pdf_revisions import Reader

MAX_VALUES: Final = 300_000
"""Numbers, names, texts and whatever else objects are made of."""
MAX_INFLATED: Final = 500_000_000
"""Bytes of all streams together."""
MAX_SECONDS: Final = 8.0
"""Of the processor, so that a busy machine refuses nothing that an idle one accepts."""

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


class Search:
    """Looks at every value of every object, and refuses what is active or too much."""

    def __init__(self) -> None:
        self._until = process_time() + MAX_SECONDS
        self._values = 0
        self._inflated = 0

    def look(self, reader: Reader) -> None:
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
            raise Refused(
                "objects",
                "The document consists of too many parts. Print it to a new PDF.",
                measured=self._values,
                limit=MAX_VALUES,
                unit="values",
            )
        if process_time() > self._until:
            raise Refused(
                "time", "The document takes too long to be read. Print it to a new PDF.", limit=MAX_SECONDS, unit="s"
            )

    def _measure(self, stream: StreamObject) -> None:
        """Counts what a stream inflates to. Nothing is kept, and what is compressed twice is not looked at."""
        if any(key in stream for key in ("/F", "/Ref", "/OPI")):
            raise Refused(*_EXTERNAL)
        data, filters = StreamObject.get_data(stream), elements(stream, "/Filter")
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
        while step == _STEP:
            step = len(engine.decompress(data, _STEP))
            data = engine.unconsumed_tail
            self._count(step)

    def _count(self, size: int) -> None:
        self._inflated += size
        if self._inflated > MAX_INFLATED:
            raise LimitReachedError


def _refuse_active(holder: DictionaryObject) -> None:
    for key in holder.keys() & _KEYS.keys():
        raise Refused(*_KEYS[key])
    for key in holder.keys() & {"/S", "/Subtype", "/Type"}:
        if (kind := entry(holder, key)) in _KINDS:
            raise Refused(*_KINDS[kind])
    if entry(holder, "/S") == "/URI" and not _LINK.match(str(entry(holder, "/URI"))):
        raise Refused(*_ACTION)
    for key in holder.keys() & {"/A", "/PA", "/Next"}:
        _refuse_actions(elements(holder, key), _ON_CLICK)
    for key in holder.keys() & {"/OpenAction"}:
        _refuse_actions(elements(holder, key), ("/GoTo",))
    if isinstance(triggers := entry(holder, "/AA"), DictionaryObject):
        for key in triggers:
            _refuse_actions(elements(triggers, key), ("/GoTo",))


def _refuse_actions(actions: list[Any], allowed: Sequence[str]) -> None:
    """What happens without a click goes nowhere but within the document, and nothing comes next."""
    for action in actions:
        if not isinstance(action, DictionaryObject) or "/S" not in action:
            continue
        kind = entry(action, "/S")
        if kind not in allowed or ("/Next" in action and allowed != _ON_CLICK):
            raise Refused(*_KINDS.get(kind, _ACTION))

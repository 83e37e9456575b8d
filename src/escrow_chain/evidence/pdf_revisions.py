"""Which objects a PDF has: those of its newest revision, and nothing that had to be guessed.

Runs in a killable worker.
"""

import re
from typing import Final

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError
from pypdf.generic import IndirectObject, NullObject, PdfObject

from escrow_chain.evidence.pdf_objects import Refused, damaged

MAX_OBJECTS: Final = 50_000
MAX_REVISIONS: Final = 100
_FOR_THE_WEB: Final = re.compile(b"/" + b"".join(b"(?:%c|#%02x)" % (letter, letter) for letter in b"Linearized"), re.I)
"""The name `Linearized`, however it is spelled."""
_FIRST: Final = re.compile(rb"(?:%[^\r\n]*[\r\n]|\s)*+\d+\s+\d+\s+obj\s*<<([^#%()<>]*)>>\s*endobj\s*")
"""A first object that is plain enough for all programs to read it alike."""
_LENGTH: Final = re.compile(rb"/L(?![^\s\0/\[\]{}])([^/]*)")
"""What it says the file's length is."""


class Reader(PdfReader):
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


def settle(reader: Reader, auditor: PdfFileReader) -> None:
    """Which objects the newest revision has: the two libraries must agree where each one is.

    pypdf brings deleted objects back, and objects that old programs must not see it takes for deleted. pyHanko keeps
    book of revisions, and so decides what is deleted.
    """
    revisions = auditor.xrefs.total_revisions
    if revisions > MAX_REVISIONS:
        raise Refused(
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
        raise Refused(
            "objects",
            "The document consists of too many parts. Print it to a new PDF.",
            measured=len(named),
            limit=MAX_OBJECTS,
            unit="objects",
        )
    if _counts_in_two_ways(reader, auditor):
        raise damaged("two ways to count")
    reader.xref_free_entry.clear()
    for number, generation in named:
        place = auditor.xrefs[Reference(number, generation, pdf=auditor)]
        if place is None:
            reader.forget(number, generation)
        elif _plain(place) != reader.place(number, generation):
            raise damaged("two newest revisions")


def refuse_two_ends(content: bytes, start: int | None) -> None:
    """Refuses a file made for the web that has another newest table at its front than `start`, where its end leads.

    Poppler and pdf.js read the one behind the first object, and never look at the end, if that object says so and gives
    the file's length: it gives less after something was added. Source: ISO 32000-2, annex F.
    """
    first = _FIRST.match(content)
    if not _FOR_THE_WEB.search(content) or (first and not _FOR_THE_WEB.search(first[1])):
        return
    lengths = [length.strip() for length in _LENGTH.findall(first[1])] if first else []
    grown = len(lengths) == 1 and lengths[0].isdigit() and int(lengths[0]) < len(content)
    if first is None or not (grown or first.end() == start):
        raise damaged("two newest revisions")


def _counts_in_two_ways(reader: Reader, auditor: PdfFileReader) -> bool:
    """Whether some programs may take a free object 1 for object 0, and count all others one less.

    Poppler and pdf.js do so where a table begins with it. Here it is enough that one does not begin with object 0.
    """
    revisions = range(auditor.xrefs.total_revisions)
    return bool(reader.xref_index) and any(1 in auditor.xrefs.get_xref_data(each).freed for each in revisions)


def _plain(place: int | ObjStreamRef) -> int | tuple[int, int]:
    return place if isinstance(place, int) else (place.obj_stream_id, place.ix_in_stream)

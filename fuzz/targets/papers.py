"""PDFs: pypdf, pyHanko and asn1crypto, all of them Python: led by the code that is reached.

In production they run in the sandbox's workers, like everything that reads untrusted files.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from escrow_chain.evidence.pdf import DocumentFindings, parse_pdf
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.canonical import canonical
from escrow_chain.terms.paper import Document, PdfSignature
from fuzz.mutation import mutate_bytes, one_in
from fuzz.target import Material, Source, Target, expect, refused
from tests.evidence import papers

_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,5}) 0 obj\s(.*?)\s?endobj", re.DOTALL)
_ROOT: Final = re.compile(rb"/Root (\d{1,5}) 0 R")
_PACKED: Final = re.compile(rb"(.*/Filter /FlateDecode .*>>\nstream\n)(.*)(\nendstream)", re.DOTALL)
_LENGTH: Final = re.compile(rb"/Length \d+")
_TOKEN: Final = re.compile(rb"/[A-Za-z0-9]+|\d+ \d+ R|[-+]?\d*\.?\d+|\([^()]*\)|<[0-9A-Fa-f]*>|true|false|null")
_VALUES: Final = (
    b"0",
    b"-1",
    b"1.5",
    b"2147483648",
    b"(x)",
    b"<FEFF0041>",
    b"null",
    b"true",
    b"[]",
    b"<<>>",
    b"[3 0 R]",
    b"4 0 R",
)


@dataclass(frozen=True, slots=True)
class _Signed:
    """The root that is trusted (DER), and what the documents show that were signed under it."""

    root: bytes
    shown: frozenset[tuple[Any, ...]]


def document(content: bytes, signed: _Signed) -> str:
    """A PDF is found to be the same twice, can be recorded, and is signed only if it shows what was signed."""
    found = parse_pdf(content, roots=[signed.root], at=papers.RECEIVED)
    if isinstance(found, Refusal):
        return refused(found)
    expect(parse_pdf(content, roots=[signed.root], at=papers.RECEIVED) == found, "another finding the second time")
    record = Document(
        content=bytes(32),
        sha256=bytes(32),
        size=len(content),
        pages=found.pages,
        fields=found.fields,
        signatures=tuple(PdfSignature(**asdict(each)) for each in found.signatures),
    )
    canonical(record.model_dump(mode="json"))
    if any(each.whole and each.root == sha256(signed.root).digest() for each in found.signatures):
        expect(_shown(found) in signed.shown, "an authority is said to have signed what it did not")
        return "read, signed"
    return "read"


def _shown(found: DocumentFindings) -> tuple[Any, ...]:
    return (found.pages, tuple(sorted(found.fields.items())), tuple(each.signer for each in found.signatures))


def mutate_pdf(content: bytes, source: Source) -> bytes:
    """Changes an object, and writes the file anew, or what was changed behind the file; sometimes changes any bytes."""
    chance = source.chance
    found = {int(number): body for number, body in _OBJECT.findall(content)}
    root = _ROOT.search(content)
    if one_in(chance, 3) or not found or root is None:
        return mutate_bytes(content, source)
    changed = {}
    for number in chance.choices(sorted(found), k=chance.choice((1, 1, 1, 2, 4))):
        changed[number] = _changed(found[number], source)
    if one_in(chance, 3):
        changed[max(found) + 1] = chance.choice(list(found.values()))
    if one_in(chance, 2):
        return _behind(content, changed)
    if root[1] == b"1" and one_in(chance, 3) and not any(b"stream" in each for each in found.values()):
        return papers.boxed(found | changed)
    return papers._written(b"%PDF-1.7\n", found | changed, b"", root=int(root[1]))  # noqa: SLF001


def _behind(content: bytes, changed: Mapping[int, bytes]) -> bytes:
    try:
        return papers.updated(content, changed)
    except Exception:  # noqa: BLE001  (the file is damaged already)
        return content


def _changed(body: bytes, source: Source) -> bytes:
    """An object changed, or what is packed in its stream."""
    packed = _PACKED.fullmatch(body)
    if packed and not one_in(source.chance, 3):
        try:
            inside = zlib.decompress(packed[2])
        except zlib.error:
            return _retold(body, source)
        again = zlib.compress(mutate_bytes(inside, source), 1)
        return _LENGTH.sub(b"/Length %d" % len(again), packed[1]) + again + packed[3]
    return mutate_bytes(body, source) if one_in(source.chance, 5) else _retold(body, source)


def _retold(body: bytes, source: Source) -> bytes:
    """An object with other names, numbers, references and texts in it, or one entry more, and still an object."""
    chance = source.chance
    names = [word for word in source.words if word.startswith(b"/")]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        tokens = list(_TOKEN.finditer(body))
        if not tokens:
            return mutate_bytes(body, source)
        token = chance.choice(tokens)
        values = [each[0] for each in tokens if not each[0].startswith(b"/")] or [b"0"]
        other = chance.choice((*values, *_VALUES, chance.choice(names)))
        if chance.choice((True, False, False)):
            body = body.replace(b"<<", b"<< %s %s " % (chance.choice(names), other), 1)
        else:
            instead = chance.choice(names) if token[0].startswith(b"/") else other
            body = body[: token.start()] + instead + body[token.end() :]
    return body


def _seeds() -> Material:
    report = papers.report()
    twice = papers.signed(report, papers.inspector(), papers.office(), field="second")
    found = [parse_pdf(each, roots=[papers.bureau().der], at=papers.RECEIVED) for each in (report, twice)]
    shown = frozenset(_shown(each) for each in found if isinstance(each, DocumentFindings))
    font = b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 99 20] " + font
    page, text = papers.PAGE, papers.stream(b"/Tx BMC q BT /F 9 Tf 2 5 Td (Grace) Tj ET Q EMC", entries)
    objects = {
        **papers.BARE,
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /DR << >> >> >>",
        3: page.replace(b">>", b"/Annots [4 0 R] >>"),
        4: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Grace) /Rect [0 0 99 20] /AP << /N 5 0 R >> >>",
        5: text,
    }
    return Material(
        (
            papers.form(),
            papers.assembled(),
            papers.assembled(objects),
            papers.boxed(papers.BARE),
            papers.updated(papers.form(), {99: b"<< /A 1 >>"}),
            papers.with_hidden({1: objects[1], 2: objects[2]}, {3: papers.PAGE}),
            report,
            twice,
            *_hostile(report),
        ),
        _Signed(papers.bureau().der, shown),
    )


def _hostile(report: bytes) -> Iterator[bytes]:
    """Signed documents that were changed afterwards, in three ways; and a field whose name is no text."""
    failed = next(
        {int(number): body.replace(b"/AS /Off", b"/AS /Yes").replace(b"/V /Off", b"/V /Yes")}
        for number, body in _OBJECT.findall(report)
        if b"/T (failed)" in body
    )
    yield papers.updated(report, failed)
    yield papers.outgrown(report, failed)
    yield report.replace(b"/T (failed)", b"/T (fooled)").replace(b"/T (passed)", b"/T (failed)")
    yield papers.form().replace(b"/T (inspector)", b"/T [3 0 R]    ")


_NAMES: Final = (
    *("Type", "Catalog", "Pages", "Page", "Kids", "Count", "Parent", "Annots", "AcroForm", "Fields", "FT", "Tx"),
    *("Btn", "Ch", "Sig", "V", "AS", "AP", "N", "Opt", "Ff", "Rect", "F", "T", "XFA", "JS", "JavaScript", "Launch"),
    *("OpenAction", "AA", "EmbeddedFiles", "Encrypt", "ObjStm", "XRef", "XRefStm", "Prev", "Length", "Filter"),
    *("FlateDecode", "LZWDecode", "ASCII85Decode", "ASCIIHexDecode", "RunLengthDecode", "DCTDecode", "Crypt"),
    *("DecodeParms", "Predictor", "Columns", "ByteRange", "Contents", "SubFilter", "Perms", "DocMDP", "Size"),
)
_WORDS: Final = (
    *(f"/{name}".encode() for name in _NAMES),
    *(
        b"1 0 R",
        b"4 0 R",
        b"endstream",
        b"endobj",
        b"startxref",
        b"%%EOF",
        b"<<",
        b">>",
        b"[",
        b"]",
        b"<FEFF",
        b"\\777",
    ),
)
PDF: Final = Target("pdf", _seeds, document, mutate_pdf, words=_WORDS, cpu_s=5.0, max_bytes=65_536)

"""PDFs: forms, files put together by hand to be refused, and files that authorities and others signed."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pypdf import PdfReader, PdfWriter

from escrow_chain.evidence.pdf_active import MAX_INFLATED, MAX_VALUES
from escrow_chain.evidence.pdf_revisions import MAX_OBJECTS
from tests.evidence.papers import (
    BARE,
    PAGE,
    WEB_SITE,
    assembled,
    boxed,
    certified,
    for_the_web,
    form,
    outgrown,
    signed,
    stream,
    updated,
    without_origin,
)

LONG: Final = {"born": datetime(2020, 1, 1, tzinfo=UTC), "dead": datetime(2049, 1, 1, tzinfo=UTC)}
BUREAU, OTHER_BUREAU, PAST_BUREAU = "bureau.der", "other-bureau.der", "past-bureau.der"
SCRIPT: Final = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
TEXT: Final = b"/FT /Tx /T (result) /V (approved) /Rect [0 0 99 20]"
CHOICE: Final = b"/FT /Ch /T (result) /V (approved) /Rect [0 0 99 20]"
_LINKS: Final = {
    "http": b"http://example.com",
    "mail": b"mailto:a@example.com",
    "phone": b"tel:+256700000000",
    "www": b"WWW.example.com",
}
ACTIONS: Final = (
    *(b"JavaScript", b"Launch", b"SubmitForm", b"ImportData", b"ResetForm", b"Rendition", b"Hide", b"GoToR", b"GoToE"),
    *(b"GoTo3DView", b"RichMediaExecute", b"SetOCGState"),
)
"""What no action may do, wherever it is."""
ANNOTATIONS: Final = (b"RichMedia", b"3D", b"Movie", b"Sound", b"Screen")
"""What may be on no page."""
_EMBEDDED: Final = {
    "name": {**BARE, 7: b"<< /Type /Filespec /EF << >> >>"},
    "associated": {**BARE, 7: b"<< /AF [] >>"},
    "portfolio": {**BARE, 1: b"<< /Type /Catalog /Pages 2 0 R /Collection << >> >>"},
    "file": {**BARE, 7: stream(b"x", b"/Type /EmbeddedFile")},
}


def plain() -> dict[str, bytes]:
    """What can be read."""
    return {
        "form.pdf": form(),
        "form-empty.pdf": form(inspector="", meter=""),
        "form-other.pdf": form(inspector="Peter Okello"),
        "bare.pdf": assembled(),
        "boxed.pdf": boxed(BARE),
        "linked.pdf": assembled(annotated(b"/A << /S /URI /URI (https://example.com) >>")),
        "hidden-field.pdf": assembled(field(TEXT + b"/F 2")),
        "field.pdf": assembled(field(TEXT, look=b"approved")),
        "longest-value.pdf": assembled(field(TEXT.replace(b"approved", b"x" * 10_000))),
        "fields-1000.pdf": assembled(_many_fields(1000)),
        "signatures-20.pdf": assembled(_many_signatures(20)),
        "pages-500.pdf": _pages(500),
        "revisions-100.pdf": _revisions(100),
        "for-the-web.pdf": for_the_web(),
        "for-the-web-changed.pdf": without_origin(updated(for_the_web(), {7: b"(new)"})),
        "opened-at.pdf": assembled(catalog(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>")),
        "spelled.pdf": assembled({**BARE, 7: b"<< /Length 3 /Filter /ASCIIHexDecode >>\nstream\n41>\nendstream"}),
        "run-length.pdf": assembled(
            {**BARE, 7: b"<< /Length 3 /Filter /RunLengthDecode >>\nstream\n\0A\x80\nendstream"}
        ),
        "inflated.pdf": assembled({**BARE, 7: stream(bytes(MAX_INFLATED))}),
        "objects-50000.pdf": _freed(MAX_OBJECTS - 4),
        "values-300000.pdf": _crowd(MAX_VALUES - 58),
        "longest-name.pdf": assembled(field(TEXT.replace(b"result", b"x" * 200))),
        "no-view.pdf": assembled(field(TEXT + b"/F 32")),
        "printed.pdf": assembled(field(TEXT + b"/F 4")),
        "no-width.pdf": assembled(field(TEXT.replace(b"[0 0 99 20]", b"[5 5 5 20]"))),
        "no-height.pdf": assembled(field(TEXT.replace(b"[0 0 99 20]", b"[5 5 99 5]"))),
        "no-place.pdf": assembled(field(TEXT.replace(b"/Rect [0 0 99 20]", b""))),
        "no-page.pdf": assembled({**field(TEXT), 3: PAGE}),
        "invisible.pdf": assembled(field(TEXT.replace(b"(approved)", b"<FEFF200B2060FEFF3164>"))),
        "pushed.pdf": assembled(field(b"/FT /Btn /T (result) /V /Yes /AS /Yes /Ff 65536 /Rect [0 0 9 9]")),
        "checked.pdf": assembled(field(b"/FT /Btn /T (result) /V /Yes /AS /Yes /Rect [0 0 9 9]")),
        "unchecked.pdf": assembled(field(b"/FT /Btn /T (result) /V /Off /AS /Off /Rect [0 0 9 9]")),
        "listed.pdf": assembled(field(CHOICE, look=b"rejected approved")),
        "nested-field.pdf": assembled(_nested_field()),
        "deleted-field.pdf": updated(assembled(field(TEXT)), {}, freed=[4]),
        "stray-field.pdf": assembled(_stray_field()),
        "chained.pdf": assembled(annotated(b"/A << /S /GoTo /D (a) /Next [<< /S /Named /N /NextPage >>] >>")),
        "triggered.pdf": assembled(annotated(b"/AA << /PV << /S /GoTo /D [3 0 R /Fit] >> >>", kind=b"/Widget")),
        **{f"linked-{name}.pdf": assembled(_linked(address)) for name, address in _LINKS.items()},
    }


def refused() -> dict[str, bytes]:
    """What must be refused."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("hidden.txt", "no document")
    whole = form()
    twice = assembled({**BARE, 7: PAGE}).replace(b"7 0 obj", b"3 0 obj").replace(b"\n7 1\n", b"\n3 1\n")
    return {
        "letter.pdf": b"This is no PDF.\n",
        "archive.pdf": whole + archive.getvalue(),
        "cut.pdf": whole[: len(whole) // 2],
        "unrepaired.pdf": assembled().replace(b"0000000015 00000 n", b"0000000016 00000 n"),
        "two-newest.pdf": twice,
        "within-itself.pdf": assembled(_field_within_itself()),
        "no-text.pdf": assembled(field(TEXT.replace(b"(approved)", b"17"))),
        "encrypted.pdf": _encrypted(),
        "bomb.pdf": assembled({**BARE, 7: _packed_twice()}),
        "bomb-inflated.pdf": assembled({**BARE, 7: stream(bytes(MAX_INFLATED + 1))}),
        "bomb-lzw.pdf": assembled(
            {**BARE, 7: b"<< /Length 366100 /Filter /LZWDecode >>\nstream\n" + bytes(366_100) + b"\nendstream"}
        ),
        "bomb-spelled-within.pdf": assembled(
            {**BARE, 7: stream(b"41>", b"").replace(b"/FlateDecode", b"[/LZWDecode /FlateDecode]")}
        ),
        "script.pdf": assembled(catalog(b"/OpenAction " + SCRIPT)),
        "script-hidden.pdf": boxed({**BARE, 7: b"[[ %s ]]" % SCRIPT}),
        "script-tree.pdf": assembled(catalog(b"/Names << /JavaScript << >> >>")),
        "launch.pdf": assembled(annotated(b"/A << /S /Launch /F (cmd.exe) >>")),
        "link-to-file.pdf": assembled(_linked(b"file:///etc/passwd")),
        "link-to-script.pdf": assembled(_linked(b"javascript:alert\\(1\\)")),
        "unheard-of.pdf": assembled(annotated(b"/A << /S /Beam >>")),
        "fetched-when-opened.pdf": assembled(catalog(b"/OpenAction << /S /URI /URI (https://example.com) >>")),
        "fetched-next.pdf": assembled(
            catalog(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next << /S /URI /URI (https://example.com) >> >>")
        ),
        "fetched-on-sight.pdf": assembled(
            annotated(b"/AA << /PV << /S /URI /URI (https://example.com) >> >>", kind=b"/Widget")
        ),
        "embedded.pdf": assembled(catalog(b"/Names << /EmbeddedFiles << /Names [] >> >>")),
        "pinned.pdf": assembled(annotated(b"", kind=b"/FileAttachment")),
        "xfa.pdf": assembled(catalog(b"/AcroForm << /Fields [] /XFA 7 0 R >>")),
        "external.pdf": assembled({**BARE, 7: stream(b"", b"/F (other.bin)")}),
        "external-page.pdf": assembled({**BARE, 7: stream(b"", b"/Subtype /Form /Ref << /F (a.pdf) >>")}),
        "external-print.pdf": assembled({**BARE, 7: stream(b"", b"/OPI << >>")}),
        "values.pdf": _crowd(MAX_VALUES - 57),
        "objects.pdf": _freed(MAX_OBJECTS - 3),
        "pages-501.pdf": _pages(501),
        "pages-0.pdf": _pages(0),
        "revisions-101.pdf": _revisions(101),
        "two-ends.pdf": for_the_web(misleading=True),
        "appearance.pdf": assembled(field(TEXT, look=b"rejected")),
        "ticked.pdf": assembled(field(b"/FT /Btn /T (passed) /V /Yes /AS /Off /Rect [0 0 9 9]")),
        "fields.pdf": assembled(_many_fields(1001)),
        "name.pdf": assembled(field(TEXT.replace(b"result", b"x" * 201))),
        "name-twice.pdf": assembled(fields({4: TEXT, 5: TEXT})),
        "chosen.pdf": assembled(field(CHOICE, look=b"rejected")),
        "nameless.pdf": assembled(field(TEXT.replace(b"(result)", b"()"))),
        "value.pdf": assembled(field(TEXT.replace(b"approved", b"x" * 10_001))),
        "signatures-21.pdf": assembled(_many_signatures(21)),
        "signatures-twice.pdf": assembled(_many_signatures(2, alike=True)),
        **{f"active-{kind.decode().lower()}.pdf": assembled({**BARE, 7: b"<< /S /%s >>" % kind}) for kind in ACTIONS},
        **{
            f"annotated-{kind.decode().lower()}.pdf": assembled(annotated(b"", kind=b"/" + kind))
            for kind in ANNOTATIONS
        },
        **{f"embedded-{name}.pdf": assembled(objects) for name, objects in _EMBEDDED.items()},
    }


def signed_papers() -> dict[str, bytes]:
    """Signed by inspectors and by others; the roots of authorities."""
    bureau = certified("Bureau of Standards", authority=True, **LONG)
    other = certified("Another Bureau", authority=True, **LONG)
    past = certified("Past Bureau", authority=True, born=LONG["born"], dead=datetime(2025, 1, 1, tzinfo=UTC))
    office = certified("Inspectors' Office", bureau, authority=True, **LONG)
    inspector = certified("Grace Nakato", office, **LONG)
    report = signed(form(), inspector, office)
    page = PdfReader(io.BytesIO(report)).pages[0].indirect_reference
    if page is None:
        raise ValueError("a page that is no object")
    blank = {page.idnum: b"<< /Type /Page /Parent 37 0 R /MediaBox [0 0 595 842] >>"}
    place = report.index(b"(anonymous)") + 1
    customer = certified("A customer", office, **LONG)
    return {
        BUREAU: bureau.der,
        OTHER_BUREAU: other.der,
        PAST_BUREAU: past.der,
        "report.pdf": report,
        "report-changed.pdf": updated(report, blank),
        "report-outgrown.pdf": outgrown(report, blank),
        "report-touched.pdf": report[:place] + b"x" + report[place + 1 :],
        "report-by-past.pdf": signed(form(), certified("Past inspector", past, **LONG)),
        "report-by-web-site.pdf": signed(form(), certified("example.com", bureau, purpose=WEB_SITE, **LONG)),
        "report-by-friend.pdf": signed(form(), certified("A friend", inspector, **LONG), inspector, office),
        "report-weakly.pdf": signed(form(), inspector, office, digest="sha1"),
        "report-unlinked.pdf": signed(form(), inspector),
        "report-signed-again.pdf": signed(report, customer, office, field="customer"),
        "report-elsewhere.pdf": signed(form(), inspector, office, field="seal"),
        "report-signed-over.pdf": signed(report, certified("A stranger", other, **LONG), field="customer"),
        "report-by-office.pdf": signed(form(), certified("Peter Okello", bureau, **LONG)),
        "report-of-another.pdf": signed(form(inspector="Peter Okello"), inspector, office),
    }


def catalog(entries: bytes) -> dict[int, bytes]:
    """An empty page, with more in the catalog."""
    return {**BARE, 1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % entries}


def annotated(entries: bytes, *, kind: bytes = b"/Link") -> dict[int, bytes]:
    """A page with an annotation."""
    annotation = b"<< /Type /Annot /Subtype %s /Rect [0 0 9 9] %s >>" % (kind, entries)
    return {**BARE, 3: PAGE[:-2] + b"/Annots [4 0 R] >>", 4: annotation}


def _linked(address: bytes) -> dict[int, bytes]:
    return annotated(b"/A << /S /URI /URI (%s) >>" % address)


def fields(bodies: Mapping[int, bytes]) -> dict[int, bytes]:
    """A page with these fields, each its own widget."""
    named = b" ".join(b"%d 0 R" % number for number in bodies)
    widgets = {number: b"<< /Type /Annot /Subtype /Widget %s >>" % body for number, body in bodies.items()}
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>" % named
    return {1: catalog, 2: BARE[2], 3: PAGE[:-2] + b"/Annots [%s] >>" % named, **widgets}


def field(body: bytes, *, look: bytes | None = None) -> dict[int, bytes]:
    """A page with this field, which looks as this text if any."""
    if look is None:
        return fields({4: body})
    font = b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 99 20] " + font
    shown = stream(b"/Tx BMC q BT /F 9 Tf 2 5 Td (%s) Tj ET Q EMC" % look, entries)
    return {**fields({4: body + b"/AP << /N 5 0 R >>"}), 5: shown}


def _nested_field() -> dict[int, bytes]:
    """One whose name and value stand above it."""
    above = b"<< /T (box) /FT /Tx /V (approved) /Kids [4 0 R] >>"
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>"
    return {**field(b"/T (result) /Parent 6 0 R /Rect [0 0 99 20]"), 1: catalog, 6: above}


def _stray_field() -> dict[int, bytes]:
    """One whose value stands in the file and in no table: programs show nothing."""
    return {**field(TEXT.replace(b"(approved)", b"77 0 R")), 7: b"(\n77 0 obj (approved) endobj\n)"}


def _field_within_itself() -> dict[int, bytes]:
    return {**fields({4: b"/T (a) /FT /Tx /Kids [4 0 R]"})}


def _many_fields(count: int) -> dict[int, bytes]:
    return fields({10 + k: b"/FT /Tx /T (field %d) /V (x) /Rect [0 0 9 9]" % k for k in range(count)})


def _many_signatures(count: int, *, alike: bool = False) -> dict[int, bytes]:
    names = [b"seal" if alike else b"seal %d" % k for k in range(count)]
    return fields({10 + k: b"/FT /Sig /T (%s) /V << >> /Rect [0 0 9 9]" % name for k, name in enumerate(names)})


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + count))
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return boxed({1: BARE[1], 2: tree, **dict.fromkeys(range(3, 3 + count), PAGE)})


def _revisions(count: int) -> bytes:
    content = assembled()
    for _ in range(count - 1):
        content = updated(content, {})
    return content


def _crowd(count: int) -> bytes:
    """So many values in few objects, which are packed."""
    per, rest = divmod(count, 4)
    return boxed({**BARE, **{8 + k: b"[%s]" % (b"0 " * (per + (k < rest))) for k in range(4)}})


def _freed(count: int) -> bytes:
    """An empty page, and so many objects that were deleted: the table names them still."""
    content, rows = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), bytearray(bytes(5) + b"\xff\xff")
    for number, body in BARE.items():
        rows += b"\1" + len(content).to_bytes(4) + bytes(2)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    rows += b"\1" + start.to_bytes(4) + bytes(2) + (bytes(6) + b"\1") * count
    entries = b"/Type /XRef /W [1 4 2] /Size %d /Root 1 0 R /Index [0 5 10 %d]" % (10 + count, count)
    content += b"4 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(bytes(rows), entries), start)
    return bytes(content)


def _encrypted() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(assembled()))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")  # noqa: S106
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _packed_twice() -> bytes:
    body = zlib.compress(zlib.compress(bytes(1000)))
    return b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(body), body)

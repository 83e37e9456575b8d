"""PDFs: forms, files put together by hand to be refused, and files that authorities and others signed."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pypdf import PdfReader, PdfWriter

from tests.evidence.papers import (
    BARE,
    PAGE,
    WEB_SITE,
    assembled,
    boxed,
    certified,
    form,
    outgrown,
    signed,
    stream,
    updated,
)

LONG: Final = {"born": datetime(2020, 1, 1, tzinfo=UTC), "dead": datetime(2049, 1, 1, tzinfo=UTC)}
BUREAU, OTHER_BUREAU, PAST_BUREAU = "bureau.der", "other-bureau.der", "past-bureau.der"
_SCRIPT: Final = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
_TEXT: Final = b"/FT /Tx /T (result) /V (approved) /Rect [0 0 99 20]"


def plain() -> dict[str, bytes]:
    """What can be read."""
    return {
        "form.pdf": form(),
        "form-empty.pdf": form(inspector="", meter=""),
        "form-other.pdf": form(inspector="Peter Okello"),
        "bare.pdf": assembled(),
        "boxed.pdf": boxed(BARE),
        "linked.pdf": assembled(_annotated(b"/A << /S /URI /URI (https://example.com) >>")),
        "hidden-field.pdf": assembled(_field(_TEXT + b"/F 2")),
        "field.pdf": assembled(_field(_TEXT, look=b"approved")),
        "longest-value.pdf": assembled(_field(_TEXT.replace(b"approved", b"x" * 10_000))),
        "fields-1000.pdf": assembled(_many_fields(1000)),
        "signatures-20.pdf": assembled(_many_signatures(20)),
        "pages-500.pdf": _pages(500),
        "revisions-100.pdf": _revisions(100),
        "opened-at.pdf": assembled(_catalog(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>")),
        "spelled.pdf": assembled({**BARE, 7: b"<< /Length 3 /Filter /ASCIIHexDecode >>\nstream\n41>\nendstream"}),
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
        "no-text.pdf": assembled(_field(_TEXT.replace(b"(approved)", b"17"))),
        "encrypted.pdf": _encrypted(),
        "bomb.pdf": assembled({**BARE, 7: _packed_twice()}),
        "bomb-inflated.pdf": assembled({**BARE, 7: stream(bytes(510_000_000))}),
        "bomb-lzw.pdf": assembled({**BARE, 7: b"<< /Length 400000 /Filter /LZWDecode >>\nstream\n" + bytes(400_000) + b"\nendstream"}),
        "script.pdf": assembled(_catalog(b"/OpenAction " + _SCRIPT)),
        "script-hidden.pdf": boxed({**BARE, 7: b"[[ %s ]]" % _SCRIPT}),
        "script-tree.pdf": assembled(_catalog(b"/Names << /JavaScript << >> >>")),
        "launch.pdf": assembled(_annotated(b"/A << /S /Launch /F (cmd.exe) >>")),
        "link-to-file.pdf": assembled(_annotated(b"/A << /S /URI /URI (file:///etc/passwd) >>")),
        "unheard-of.pdf": assembled(_annotated(b"/A << /S /Beam >>")),
        "fetched-when-opened.pdf": assembled(_catalog(b"/OpenAction << /S /URI /URI (https://example.com) >>")),
        "fetched-next.pdf": assembled(
            _catalog(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next << /S /URI /URI (https://example.com) >> >>")
        ),
        "fetched-on-sight.pdf": assembled(
            _annotated(b"/AA << /PV << /S /URI /URI (https://example.com) >> >>", kind=b"/Widget")
        ),
        "embedded.pdf": assembled(_catalog(b"/Names << /EmbeddedFiles << /Names [] >> >>")),
        "pinned.pdf": assembled(_annotated(b"", kind=b"/FileAttachment")),
        "xfa.pdf": assembled(_catalog(b"/AcroForm << /Fields [] /XFA 7 0 R >>")),
        "external.pdf": assembled({**BARE, 7: stream(b"", b"/F (other.bin)")}),
        "objects.pdf": assembled({**BARE, 4: stream(b"[%s]" % (b"0 " * 9), b"", packed=True), **_crowd()}),
        "objects-named.pdf": _many_objects(),
        "pages-501.pdf": _pages(501),
        "pages-0.pdf": _pages(0),
        "revisions-101.pdf": _revisions(101),
        "appearance.pdf": assembled(_field(_TEXT, look=b"rejected")),
        "ticked.pdf": assembled(_field(b"/FT /Btn /T (passed) /V /Yes /AS /Off /Rect [0 0 9 9]")),
        "fields.pdf": assembled(_many_fields(1001)),
        "nameless.pdf": assembled(_field(_TEXT.replace(b"(result)", b"()"))),
        "value.pdf": assembled(_field(_TEXT.replace(b"approved", b"x" * 10_001))),
        "signatures-21.pdf": assembled(_many_signatures(21)),
        "signatures-twice.pdf": assembled(_many_signatures(2, alike=True)),
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
    }


def _catalog(entries: bytes) -> dict[int, bytes]:
    return {**BARE, 1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % entries}


def _annotated(entries: bytes, *, kind: bytes = b"/Link") -> dict[int, bytes]:
    annotation = b"<< /Type /Annot /Subtype %s /Rect [0 0 9 9] %s >>" % (kind, entries)
    return {**BARE, 3: PAGE[:-2] + b"/Annots [4 0 R] >>", 4: annotation}


def _fields(bodies: Mapping[int, bytes]) -> dict[int, bytes]:
    """A page with these fields, each its own widget."""
    named = b" ".join(b"%d 0 R" % number for number in bodies)
    widgets = {number: b"<< /Type /Annot /Subtype /Widget %s >>" % body for number, body in bodies.items()}
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>" % named
    return {1: catalog, 2: BARE[2], 3: PAGE[:-2] + b"/Annots [%s] >>" % named, **widgets}


def _field(body: bytes, *, look: bytes | None = None) -> dict[int, bytes]:
    if look is None:
        return _fields({4: body})
    font = b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 99 20] " + font
    shown = stream(b"/Tx BMC q BT /F 9 Tf 2 5 Td (%s) Tj ET Q EMC" % look, entries)
    return {**_fields({4: body + b"/AP << /N 5 0 R >>"}), 5: shown}


def _field_within_itself() -> dict[int, bytes]:
    return {**_fields({4: b"/T (a) /FT /Tx /Kids [4 0 R]"})}


def _many_fields(count: int) -> dict[int, bytes]:
    return _fields({10 + k: b"/FT /Tx /T (field %d) /V (x) /Rect [0 0 9 9]" % k for k in range(count)})


def _many_signatures(count: int, *, alike: bool = False) -> dict[int, bytes]:
    names = [b"seal" if alike else b"seal %d" % k for k in range(count)]
    return _fields({10 + k: b"/FT /Sig /T (%s) /V << >> /Rect [0 0 9 9]" % name for k, name in enumerate(names)})


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + count))
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return boxed({1: BARE[1], 2: tree, **dict.fromkeys(range(3, 3 + count), PAGE)})


def _revisions(count: int) -> bytes:
    content = assembled()
    for _ in range(count - 1):
        content = updated(content, {})
    return content


def _crowd() -> dict[int, bytes]:
    """Values enough in few objects."""
    return dict.fromkeys(range(8, 11), b"[%s]" % (b"0 " * 100_100))


def _many_objects() -> bytes:
    """Objects enough, packed into one stream."""
    return boxed({**BARE, **dict.fromkeys(range(4, 50_010), b"0")})


def _encrypted() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(assembled()))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _packed_twice() -> bytes:
    body = zlib.compress(zlib.compress(bytes(1000)))
    return b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(body), body)

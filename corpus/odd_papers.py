"""PDFs that few programs would write: some of them can be read all the same, and others only seem to."""

import io
import zlib
from typing import Final

from PIL import Image

from corpus.papers import CHOICE, SCRIPT, TEXT, annotated, catalog, field, fields
from tests.evidence.papers import BARE, PAGE, assembled, boxed, for_the_web, updated, with_hidden, without_origin

_BUTTON: Final = b"/FT /Btn /T (result) /Rect [0 0 9 9] "
_COMBO_BOX: Final = b"/Ff 131072"
_PUSH_BUTTON: Final = b"/Ff 65536"
_MANY: Final = CHOICE.replace(b"(approved)", b"[(s) (huge)] /Ff 2097152 /Opt [[(s) (small)] [(l) (large)] (huge)]")


def odd() -> dict[str, bytes]:
    """All of them by name."""
    return {**_readable(), **_filled(), **_unfilled(), **_refused()}


def _readable() -> dict[str, bytes]:
    photo = _photo()
    return {
        "photo-within.pdf": assembled(_pictured(photo, b"/DCTDecode")),
        "photo-packed.pdf": assembled(_pictured(zlib.compress(photo), b"[/FlateDecode /DCTDecode]")),
        "opened-in-place.pdf": assembled(catalog(b"/OpenAction [3 0 R /XYZ 0 842 1]")),
        "tagged.pdf": assembled({**BARE, 7: b"<< /S /P /A << /O /Layout >> /K 0 >>"}),
        "named-for-the-web.pdf": assembled({**BARE, 7: b"/Linearized"}),
        "without-first.pdf": updated(_otherwise_rooted(), {}, freed=[1]),
        "sealed-with-nothing.pdf": assembled(
            fields({4: b"/FT /Sig /T (seal) /V << /Contents <00> >> /Rect [0 0 9 9]"})
        ),
    }


def _filled() -> dict[str, bytes]:
    """Each has the field `result`, which is filled."""
    above = b"<< /T (result) /FT /Tx /V (approved) /Kids [4 0 R 99 0 R] >>"
    form = catalog(b"/AcroForm << /Fields [6 0 R] >>")[1]
    return {
        "beside-nameless.pdf": assembled(fields({4: TEXT, 5: b"/FT /Tx /Rect [0 0 99 20]"})),
        "beside-missing.pdf": assembled({**field(b"/Parent 6 0 R /Rect [0 0 99 20]"), 1: form, 6: above}),
        "flagged-as-button.pdf": assembled(field(TEXT + _PUSH_BUTTON)),
        "combo-box.pdf": assembled(field(CHOICE + _COMBO_BOX, look=b"approved")),
        "chosen-many.pdf": assembled(field(_MANY, look=b"small large huge")),
        "streamed.pdf": assembled({**field(TEXT.replace(b"(approved)", b"7 0 R")), 7: _streamed(b"approved")}),
    }


def _unfilled() -> dict[str, bytes]:
    """Each has the field `result`, which is not filled."""
    return {
        "unset.pdf": assembled(field(_BUTTON)),
        "deleted-from-box.pdf": updated(boxed(field(TEXT)), {}, freed=[4]),
    }


def _refused() -> dict[str, bytes]:
    return {
        "more-behind.pdf": assembled() + b"% more\n",
        "two-lengths.pdf": for_the_web(misleading=True, first=b"<< /Linearized 1 /L 1 /L %d >>"),
        "signed-length.pdf": for_the_web(misleading=True, first=b"<< /Linearized 1 /L +1 /X %d >>"),
        "counted-from-one.pdf": without_origin(updated(_otherwise_rooted(), {}, freed=[1])),
        "end-of-line.pdf": assembled().rstrip() + b" of file\n",
        "packed-within.pdf": assembled(_pictured(zlib.compress(b"photo"), b"[/DCTDecode /FlateDecode]")),
        "script-in-hybrid.pdf": with_hidden(annotated(b"/A 9 0 R"), {9: SCRIPT}),
        "filled-nameless.pdf": assembled(field(TEXT.replace(b"/T (result)", b""))),
        "says-more.pdf": assembled(field(TEXT, look=b"not approved")),
        "chosen-many-in-part.pdf": assembled(field(_MANY, look=b"small large")),
        "combo-box-more.pdf": assembled(field(CHOICE + _COMBO_BOX, look=b"rejected approved")),
        "button-by-number.pdf": assembled(field(_BUTTON + b"/V 1 /AS /Yes")),
    }


def _otherwise_rooted() -> bytes:
    """An empty page in a file that can do without its object 1."""
    return assembled({5: BARE[1], 2: BARE[2], 3: PAGE}).replace(b"/Root 1 0 R", b"/Root 5 0 R")


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8), 128).save(out, "JPEG")
    return out.getvalue()


def _pictured(photo: bytes, filters: bytes) -> dict[int, bytes]:
    """A page that shows a photo."""
    size = b"/Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
    entries = b"/Type /XObject /Subtype /Image %s /Filter %s /Length %d" % (size, filters, len(photo))
    shown = b"q 99 0 0 99 9 9 cm /I Do Q"
    return {
        **BARE,
        3: PAGE[:-2] + b"/Contents 7 0 R /Resources << /XObject << /I 8 0 R >> >> >>",
        7: _streamed(shown),
        8: b"<< %s >>\nstream\n%s\nendstream" % (entries, photo),
    }


def _streamed(body: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body)

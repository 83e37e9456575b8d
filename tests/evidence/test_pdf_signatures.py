"""Signatures in PDFs, by certificates that are made here, some of them by people who want to cheat."""

import hashlib
import io
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel
from pypdf import PdfReader

from corpus.sealed import SEALED_ROOT, sealed
from escrow_chain.evidence.pdf import DocumentFindings, parse_pdf
from escrow_chain.evidence.pdf_signatures import SignatureFindings
from escrow_chain.evidence.refusal import Refusal
from tests.evidence.papers import (
    BORN,
    DEAD,
    RECEIVED,
    WEB_SITE,
    Holder,
    bureau,
    certified,
    form,
    inspector,
    office,
    outgrown,
    report,
    signed,
    updated,
)

GRACE = "Organization: Example, Common Name: Grace Nakato"
UNSOUND = SignatureFindings(field="signature", signer="", whole=False, root=None)


def read(content: bytes, *roots: Holder, at: datetime = RECEIVED) -> DocumentFindings:
    """What is found if these roots are pinned."""
    findings = parse_pdf(content, roots=[root.der for root in roots], at=at)
    assert isinstance(findings, DocumentFindings), findings
    return findings


def one(content: bytes, *roots: Holder, at: datetime = RECEIVED) -> SignatureFindings:
    """The only signature."""
    (signature,) = read(content, *roots, at=at).signatures
    return signature


def sha256(holder: Holder) -> bytes:
    """What names a root."""
    return hashlib.sha256(holder.der).digest()


def blank_page(content: bytes) -> dict[int, bytes]:
    """The first page of a file without anything on it, as a changed object."""
    page = PdfReader(io.BytesIO(content)).pages[0].indirect_reference
    assert page is not None
    return {page.idnum: b"<< /Type /Page /Parent 37 0 R /MediaBox [0 0 595 842] >>"}


def test_a_signature_by_an_inspector_leads_to_the_pinned_root() -> None:
    """By way of the office's certificate, which is in the file; its field is filled with his name."""
    findings = read(report(), certified("Somebody", authority=True), bureau())
    assert findings.signatures == (SignatureFindings("signature", GRACE, whole=True, root=sha256(bureau())),)
    assert findings.fields["signature"] == GRACE
    assert findings.fields["meter"] == "004 512"


def test_a_signature_leads_to_no_root_that_is_not_pinned() -> None:
    """Nor to one of the same name; the machine's own roots are none."""
    for roots in ([], [certified("Somebody", authority=True)], [certified("Bureau of Standards", authority=True)]):
        assert one(report(), *roots) == SignatureFindings("signature", GRACE, whole=True, root=None)


def test_a_signature_leads_nowhere_if_a_certificate_between_is_missing() -> None:
    """It would have to be fetched."""
    assert one(signed(form(), inspector()), bureau()).root is None


def test_a_certificate_can_be_pinned_itself() -> None:
    """Of an inspector who is his own authority, or of the office."""
    alone = certified("Alone")
    assert one(signed(form(), alone), alone).root == sha256(alone)
    assert one(report(), office()).root == sha256(office())
    assert one(signed(form(), alone), bureau()).root is None


@pytest.mark.parametrize(
    ("at", "leads"),
    [
        (BORN - timedelta(seconds=1), False),
        (BORN, True),
        (RECEIVED, True),
        (DEAD, True),
        (DEAD + timedelta(seconds=1), False),
    ],
)
def test_certificates_are_looked_at_as_of_receipt(at: datetime, leads: bool) -> None:
    """Their time is over when the tests run, and signatures say when they were made: neither counts."""
    signature = one(report(), bureau(), at=at)
    assert (signature.root is not None, signature.whole) == (leads, True)


def test_a_certificate_counts_within_its_own_time_and_that_of_all_above_it() -> None:
    """The inspector's, the office's and the root's."""
    early, late = RECEIVED - timedelta(days=1), RECEIVED + timedelta(days=1)
    for dead in ((early, late, late), (late, early, late), (late, late, early), (late, late, late)):
        root = certified("Root", authority=True, dead=dead[0])
        between = certified("Between", root, authority=True, dead=dead[1])
        content = signed(form(), certified("Signer", between, dead=dead[2]), between)
        assert (one(content, root).root is None) == (early in dead)


def test_a_certificate_that_ends_counts_until_that_second() -> None:
    """No grace, though the authority lives on."""
    content = signed(form(), certified("Signer", bureau(), dead=RECEIVED))
    assert one(content, bureau()).root == sha256(bureau())
    assert one(content, bureau(), at=RECEIVED + timedelta(seconds=1)).root is None


def test_nobody_makes_inspectors_but_an_authority() -> None:
    """An inspector's certificate does not vouch for others."""
    friend = certified("Friend", inspector())
    assert one(signed(form(), friend, inspector(), office()), bureau()).root is None


def test_a_certificate_of_a_web_site_signs_no_documents() -> None:
    """The same authority may have made it for anybody who has a web site."""
    site = certified("example.com", bureau(), purpose=WEB_SITE)
    assert one(signed(form(), site), bureau()).root is None


def test_a_signature_over_a_weak_hash_is_none() -> None:
    """Another document may have the same one."""
    findings = read(signed(form(), inspector(), office(), digest="sha1"), bureau())
    assert findings.signatures == (UNSOUND,)
    assert "signature" not in findings.fields


def test_a_page_changed_after_signing_makes_the_signature_cover_less_than_the_file() -> None:
    """So does anything that is added, be it only an object that nothing leads to."""
    content = report()
    for change in (blank_page(content), {900: b"(nothing)"}):
        assert one(updated(content, change), bureau()) == SignatureFindings(
            "signature", GRACE, whole=False, root=sha256(bureau())
        )


def test_a_field_filled_in_after_signing_makes_the_signature_cover_less_than_the_file() -> None:
    """With a writer that knows what it does, and that signatures' rules allow."""
    writer = IncrementalPdfFileWriter(io.BytesIO(report()))
    field = writer.root["/AcroForm"]["/Fields"][2]
    assert field["/T"] == "remarks"
    field["/Rect"][0] = field["/Rect"][0]
    writer.update_container(field["/Rect"])
    out = io.BytesIO()
    writer.write(out)
    assert one(out.getvalue(), bureau()).whole is False


def test_a_byte_changed_within_makes_the_signature_unsound() -> None:
    """In the pages as in the signature itself: then nobody is known to have signed."""
    content = report()
    for place in (content.index(b"(anonymous)") + 1, content.index(b"/ByteRange") - 1500):
        other = b"0" if content[place : place + 1] != b"0" else b"1"
        changed = content[:place] + other + content[place + 1 :]
        findings = read(changed, bureau())
        assert findings.signatures == (UNSOUND,)
        assert "signature" not in findings.fields


def test_a_signature_padded_by_as_much_as_the_file_has_grown_is_not_whole() -> None:
    """For pyHanko the changed file is covered entirely: it adds lengths up, and does not look where they are."""
    content = report()
    changed = outgrown(content, blank_page(content))
    (embedded,) = PdfFileReader(io.BytesIO(changed)).embedded_signatures
    assert embedded.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
    assert one(changed, bureau()) == SignatureFindings("signature", GRACE, whole=False, root=sha256(bureau()))


def test_a_file_before_the_one_that_was_signed_is_not_whole() -> None:
    """Whoever has a signed file can write another one before it, whose first range has less than no bytes."""
    made = sealed()
    for name, covered in (("behind", False), ("beyond", True), ("apart", True)):
        content = made[f"sealed-{name}.pdf"]
        (embedded,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
        assert (embedded.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE) is covered
        findings = parse_pdf(content, roots=[made[SEALED_ROOT]], at=RECEIVED)
        assert isinstance(findings, DocumentFindings)
        (signature,) = findings.signatures
        assert (signature.signer, signature.whole) == (GRACE, False)


def ranged(content: bytes, *numbers: int) -> bytes:
    """The file with other signed ranges, the same length."""
    start = content.index(b"/ByteRange")
    end = content.index(b"/", start + 1)
    line = b"/ByteRange [%s]" % b" ".join(b"%d" % number for number in numbers)
    return content[:start] + line.ljust(end - start) + content[end:]


def byte_range(content: bytes) -> list[int]:
    """The ranges that a signature covers."""
    start = content.index(b"/ByteRange") + 10
    return [int(number) for number in content[start : content.index(b"]", start)].strip(b" [").split()]


def test_a_signature_of_part_of_the_file_is_none() -> None:
    """Less at the end, more in the gap, more than two ranges, none."""
    content = report()
    _, before, after, length = byte_range(content)
    for numbers in (
        (0, before, after, length - 10),
        (0, before - 10, after, length),
        (0, before, after + 10, length - 10),
        (10, before - 10, after, length),
        (0, before, after, length, 0, 0),
        (0, 0, 0, 0),
        (0, before),
        (-1, before, after, length),
        (),
    ):
        assert one(ranged(content, *numbers), bureau()) == UNSOUND


def test_a_signer_who_leaves_room_beside_his_signature_signs_no_whole_file() -> None:
    """What stands in the gap can be changed by anybody."""
    content = report()
    after = byte_range(content)[2]
    assert content[after - 3 : after] == b"00>"
    roomy = content[: after - 2] + b" >" + content[after:]
    assert one(roomy, bureau()) == SignatureFindings("signature", GRACE, whole=False, root=sha256(bureau()))


def test_of_two_signatures_only_the_second_covers_the_file() -> None:
    """The first one covers what there was when it was made."""
    customer = certified("Customer", office())
    first, second = read(signed(report(), customer, office(), field="customer"), bureau()).signatures
    assert first == SignatureFindings("signature", GRACE, whole=False, root=sha256(bureau()))
    assert second == SignatureFindings(
        "customer", "Organization: Example, Common Name: Customer", whole=True, root=sha256(bureau())
    )


def test_a_field_that_was_made_to_be_signed_and_is_not_has_no_signature() -> None:
    """It has no value."""
    assert read(form(), bureau()).signatures == ()


@pytest.mark.parametrize(
    "value", [b"<< >>", b"<< /Type /Sig /Contents <00> >>", b"<< /ByteRange [0 1 2 3] /Contents <3003020100> >>"]
)
def test_a_field_filled_with_something_else_has_an_unsound_signature(value: bytes) -> None:
    """Whatever it is, it does not fill the field."""
    field = b"<< /FT /Sig /T (signature) /V %s /Type /Annot /Subtype /Widget /Rect [0 0 9 9] >>" % value
    changed = updated(form(), {39: b"<< /Fields [90 0 R] >>", 90: field})
    findings = read(changed, bureau())
    assert findings == DocumentFindings(pages=1, fields={}, signatures=(UNSOUND,))


def test_a_form_that_only_one_library_can_walk_through_is_refused() -> None:
    """Here one gives up at a tree of fields that has no end."""
    deep = {number: b"<< /T (a) /Kids [%d 0 R] >>" % (number + 1) for number in range(100, 2000)}
    form_of_both = {39: b"<< /Fields [90 0 R 100 0 R] >>", 90: b"<< /FT /Sig /T (signature) /V << /Type /Sig >> >>"}
    refusal = parse_pdf(updated(form(), form_of_both | deep), roots=(), at=RECEIVED)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.measured) == ("document.damaged", "RecursionError")


@pytest.mark.parametrize("roots", [[b""], [b"no certificate"], [bureau().der[:-1]], [bureau().der + b"\0"]])
def test_a_root_that_is_no_certificate_is_led_to_by_nobody(roots: Sequence[bytes]) -> None:
    """And keeps none of the others from it."""
    alone = parse_pdf(report(), roots=roots, at=RECEIVED)
    beside = parse_pdf(report(), roots=[*roots, bureau().der], at=RECEIVED)
    assert isinstance(alone, DocumentFindings)
    assert isinstance(beside, DocumentFindings)
    assert (alone.signatures[0].root, beside.signatures[0].root) == (None, sha256(bureau()))


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever certificates and files say: no name is looked up, and nobody is connected to."""
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *where, **_: asked.append(where))
    monkeypatch.setattr(socket.socket, "connect", lambda _, where: asked.append(where))
    content = signed(form(), certified("Signer", office(), fetched="http://ca.example.com"))
    assert one(content, bureau()).root is None
    assert not asked

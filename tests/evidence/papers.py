"""Real PDFs: forms that reportlab makes, files put together by hand, signatures by certificates of authorities' own."""

import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from reportlab.pdfgen.canvas import Canvas

RECEIVED: Final = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)
"""When documents are received here. Certificates live around it, and not when the tests run."""
BORN: Final = datetime(2025, 1, 1, tzinfo=UTC)
DEAD: Final = datetime(2025, 12, 31, tzinfo=UTC)


def form(*, pages: int = 1, **changes: str) -> bytes:
    """An inspection report as somebody filled it in; `changes` are other texts for its fields."""
    paper = io.BytesIO()
    canvas = Canvas(paper, pageCompression=1, invariant=1)
    texts = {"inspector": "Grace Nakato", "meter": "004 512", "remarks": ""} | changes
    canvas.drawString(72, 780, "Inspection report")
    for row, (name, text) in enumerate(texts.items()):
        canvas.acroForm.textfield(name=name, value=text, x=72, y=700 - 40 * row, width=300, height=24, maxlen=20_000)
    canvas.acroForm.checkbox(name="passed", checked=True, x=72, y=500)
    canvas.acroForm.checkbox(name="failed", checked=False, x=172, y=500)
    canvas.acroForm.choice(name="place", value="kla", options=[("Kampala", "kla"), ("Gulu", "gul")], x=72, y=450)
    canvas.acroForm.radio(name="roof", value="tin", selected=True, x=72, y=400)
    canvas.acroForm.radio(name="roof", value="tile", selected=False, x=172, y=400)
    canvas.linkURL("https://example.com/terms", (72, 300, 200, 320))
    canvas.showPage()
    for page in range(1, pages):
        canvas.drawString(72, 780, f"Page {page + 1}")
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


PAGE: Final = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
BARE: Final[Mapping[int, bytes]] = {
    1: b"<< /Type /Catalog /Pages 2 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: PAGE,
}
"""The objects of an empty page, by number."""


HEAD: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def assembled(objects: Mapping[int, bytes] = BARE, *, head: bytes = HEAD, trailer: bytes = b"") -> bytes:
    """A file of these objects, with a table of them; the first one is its catalog."""
    return _written(head, objects, trailer)


def updated(content: bytes, objects: Mapping[int, bytes], *, freed: Sequence[int] = (), trailer: bytes = b"") -> bytes:
    """The file with one more revision, in which these objects are new, changed or deleted."""
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer.raw_get("/Root").idnum
    lines = dict.fromkeys(freed, b"0000000000 00001 f \n")
    return _written(content, objects, b"/Prev %d %s" % (_start(content), trailer), root=root, lines=lines)


def _written(
    before: bytes,
    objects: Mapping[int, bytes],
    trailer: bytes,
    *,
    root: int = 1,
    lines: Mapping[int, bytes] | None = None,
) -> bytes:
    content, lines = bytearray(before), {0: b"0000000000 65535 f \n", **(lines or {})}
    for number, body in objects.items():
        lines[number] = b"%010d 00000 n \n" % len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n" + b"".join(b"%d 1\n%s" % line for line in sorted(lines.items()))
    content += b"trailer\n<< /Size 1000 /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (root, trailer, start)
    return bytes(content)


def _start(content: bytes) -> int:
    return int(content[content.rindex(b"startxref") + 9 :].split()[0])


def without_origin(content: bytes) -> bytes:
    """The same file, but its newest table does not name object 0."""
    before, table, after = content.rpartition(b"xref\n0 1\n0000000000 65535 f \n")
    assert table
    return before + b"xref\n" + after


def for_the_web(*, misleading: bool = False, first: bytes = b"<< /Linearized 1 /L %d >>") -> bytes:
    """An empty page in a file with a table behind its first object: its end leads there, or elsewhere if misleading.

    `first` is that object, with the file's length in it.
    """
    length = 0
    for _ in range(3):
        before = HEAD + b"9 0 obj\n%s\nendobj\n" % (first % length)
        places = dict.fromkeys(BARE, 0)
        table = _table(places)
        content = bytearray(before + table)
        for number, body in BARE.items():
            places[number] = len(content)
            content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        content[len(before) : len(before) + len(table)] = _table(places)
        start = len(content) if misleading else len(before)
        content += (_table(places) if misleading else b"") + b"startxref\n%d\n%%%%EOF\n" % start
        length = len(content)
    return bytes(content)


def _table(places: Mapping[int, int]) -> bytes:
    lines = b"".join(b"%010d 00000 n \n" % place for place in places.values())
    return b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size 10 /Root 1 0 R >>\n" % (len(places) + 1, lines)


def stream(body: bytes, entries: bytes = b"", *, packed: bool = True) -> bytes:
    """A stream object, deflated."""
    filters = b"/Filter /FlateDecode" if packed else b""
    body = zlib.compress(body, 9) if packed else body
    return b"<< /Length %d %s %s >>\nstream\n%s\nendstream" % (len(body), filters, entries, body)


def boxed(objects: Mapping[int, bytes], loose: Mapping[int, bytes] | None = None) -> bytes:
    """A file that keeps its objects in an object stream, but for the `loose` ones, and has a table that is a stream."""
    content, rows = bytearray(HEAD), {0: (0, 0, 65535)}
    box = max(objects.keys() | (loose or {}).keys()) + 1
    heads, bodies = b"", b""
    for index, (number, body) in enumerate(objects.items()):
        rows[number] = (2, box, index)
        heads += b"%d %d " % (number, len(bodies))
        bodies += body + b" "
    entries = b"/Type /ObjStm /N %d /First %d" % (len(objects), len(heads))
    for number, body in {**(loose or {}), box: stream(heads + bodies, entries)}.items():
        rows[number] = (1, len(content), 0)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, table = len(content), box + 1
    rows[table] = (1, start, 0)
    packed = b"".join(
        kind.to_bytes(1) + place.to_bytes(4) + rest.to_bytes(2) for kind, place, rest in map(rows.get, sorted(rows))
    )
    index = b" ".join(b"%d 1" % number for number in sorted(rows))
    entries = b"/Type /XRef /W [1 4 2] /Size %d /Root 1 0 R /Index [%s]" % (table + 1, index)
    content += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, stream(packed, entries), start)
    return bytes(content)


@dataclass(frozen=True)
class Holder:
    """Somebody with a key and a certificate."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def certified(
    name: str,
    issuer: Holder | None = None,
    *,
    born: datetime = BORN,
    dead: datetime = DEAD,
    authority: bool = False,
    purpose: x509.ObjectIdentifier | None = None,
    fetched: str | None = None,
) -> Holder:
    """A certificate by `issuer`, or by its holder; it says that more is to be fetched from an address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(born)
        .not_valid_after(dead)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
    )
    if purpose:
        certificate = certificate.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    if fetched:
        places = [x509.UniformResourceIdentifier(fetched)]
        more = [x509.AccessDescription(kind, places[0]) for kind in FETCHED]
        revoked = x509.CRLDistributionPoints([x509.DistributionPoint(places, None, None, None)])
        certificate = certificate.add_extension(x509.AuthorityInformationAccess(more), critical=False)
        certificate = certificate.add_extension(revoked, critical=False)
    return Holder(name, key, certificate.sign(issuer.key if issuer else key, hashes.SHA256()))


def _named(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")]
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


FETCHED: Final = (AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP)
WEB_SITE: Final = ExtendedKeyUsageOID.SERVER_AUTH


@cache
def bureau() -> Holder:
    """The root of an authority for standards."""
    return certified("Bureau of Standards", authority=True)


@cache
def office() -> Holder:
    """What the bureau's inspectors get their certificates from."""
    return certified("Inspectors' Office", bureau(), authority=True)


@cache
def inspector() -> Holder:
    """An inspector of the bureau."""
    return certified("Grace Nakato", office())


def signer(holder: Holder, *chain: Holder) -> SimpleSigner:
    """Signs for `holder`, and encloses the certificates of `chain`."""
    store = SimpleCertificateStore()
    store.register_multiple([asn1.Certificate.load(link.der) for link in chain])
    key = holder.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(asn1.Certificate.load(holder.der), keys.PrivateKeyInfo.load(key), store)


def signed(
    content: bytes, holder: Holder, *chain: Holder, field: str = "signature", digest: str = "sha256", **spec: Any
) -> bytes:
    """The file with a signature by `holder`, who encloses the certificates of `chain`."""
    out = sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content)),
        PdfSignatureMetadata(field_name=field, md_algorithm=digest),
        signer(holder, *chain),
        new_field_spec=SigFieldSpec(field, **spec),
    )
    return bytes(out.getvalue())


def report() -> bytes:
    """The form, signed by the inspector, with the office's certificate enclosed."""
    return signed(form(), inspector(), office())


def with_hidden(objects: Mapping[int, bytes], hidden: Mapping[int, bytes]) -> bytes:
    """A hybrid file, as Word writes them: what is `hidden` is deleted for old programs, and there for newer ones."""
    content, rows = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), b""
    for number, body in hidden.items():
        rows += (1).to_bytes(1) + len(content).to_bytes(4) + bytes(2)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    index = b" ".join(b"%d 1" % number for number in hidden)
    table, start = max(objects.keys() | hidden.keys()) + 1, len(content)
    entries = b"/Type /XRef /W [1 4 2] /Size %d /Index [%s]" % (table, index)
    content += b"%d 0 obj\n%s\nendobj\n" % (table, stream(rows, entries))
    lines = dict.fromkeys(hidden, b"0000000000 00000 f \n")
    return _written(bytes(content), objects, b"/XRefStm %d" % start, lines=lines)


def outgrown(content: bytes, objects: Mapping[int, bytes]) -> bytes:
    """A signed file changed by somebody who knows how signatures' lengths are added up.

    The new revision has a signature dictionary of its own: the same signature, padded by as much as the file grows.
    """
    reader = PdfReader(io.BytesIO(content))
    field = next(_signature_fields(reader))
    number = field.raw_get("/V").idnum
    before, after = field["/V"]["/ByteRange"][1:3]
    signature = bytes.fromhex(content[before + 1 : after - 1].decode())
    entries = b"/Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 %d %d %d]" % (
        before,
        after,
        len(content) - after,
    )
    escaped = b"".join(b"\\%03o" % byte for byte in signature)
    padding = 0
    while True:
        grown = updated(content, {**objects, number: b"<< %s /Contents (%s%s) >>" % (entries, escaped, b"0" * padding)})
        missing = len(grown) - (before + len(content) - after + 2 * (len(signature) + padding) + 2)
        if missing == 0:
            return grown
        padding += missing


def _signature_fields(reader: PdfReader) -> Iterator[DictionaryObject]:
    for number in reader.xref_objStm.keys() | reader.xref[0].keys():
        found = reader.get_object(number)
        if isinstance(found, DictionaryObject) and found.get("/FT") == "/Sig":
            yield found

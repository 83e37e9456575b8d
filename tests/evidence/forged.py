"""Certificates of any shape, and manifests that are signed with them by hand: c2pa-rs signs with none of these."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import cbor2
from asn1crypto import x509 as asn1  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from tests.evidence.capture import CLAIM_SIGNING, Holder

BORN: Final = datetime(2020, 1, 1, tzinfo=UTC)
OVER: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""By now. c2pa-rs says of a certificate that has expired only that, and looks at nothing else in it."""
DEAD: Final = datetime(2090, 1, 1, tzinfo=UTC)
NAME: Final = "Camera 2"
ISSUING: Final = ("key_cert_sign", "crl_sign")
_USES: Final = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *(*ISSUING, "encipher_only", "decipher_only"),
)
_COSE_SIGN1: Final = 18
_ALGORITHM, _ES256 = 1, -7
_CHAIN: Final = 33
"""The certificates in a COSE header (RFC 9360)."""
_COORDINATE: Final = 32
"""Bytes of each of the two numbers of a signature on P-256."""


def certified(
    issuer: Holder,
    *,
    purposes: Iterable[x509.ObjectIdentifier] = (CLAIM_SIGNING,),
    uses: Iterable[str] = ("digital_signature",),
    authority: bool | None = None,
    until: datetime = DEAD,
) -> Holder:
    """Who holds a certificate that names these purposes, and these uses of its key.

    `authority`: what it says of whether it may issue others; nothing, if that is None.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    above = issuer.key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BORN)
        .not_valid_after(until)
        .add_extension(x509.KeyUsage(**{use: use in uses for use in _USES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    certificate = builder.sign(issuer.key, SHA256())
    return Holder(key, certificate, (certificate, *issuer.chain))


def with_unique_id(holder: Holder, issuer: Holder) -> Holder:
    """With bits that tell its subject from others of the same name (X.509, version 2)."""
    signed = asn1.TbsCertificate.load(holder.certificate.tbs_certificate_bytes)
    signed["subject_unique_id"] = b"\x55\xaa"
    return _reissued(holder, issuer, signed.dump())


def misspelled(holder: Holder, issuer: Holder) -> Holder:
    """With a subject that is not the UTF-8 that it says to be."""
    name = NAME.encode()
    return _reissued(holder, issuer, holder.certificate.tbs_certificate_bytes.replace(name, name[:-1] + b"\xff"))


def _reissued(holder: Holder, issuer: Holder, content: bytes) -> Holder:
    """With a certificate of other content, signed as it is."""
    whole = {
        "tbs_certificate": asn1.TbsCertificate.load(content),
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature_value": issuer.key.sign(content, ec.ECDSA(SHA256())),
    }
    certificate = x509.load_der_x509_certificate(asn1.Certificate(whole).dump())
    return Holder(holder.key, certificate, (certificate, *issuer.chain))


def resigned(photo: bytes, holder: Holder, *, pad: bytes = b"") -> bytes:
    """The photo with the claim of its last manifest, which is the active one, signed by somebody else.

    `pad` is the beginning of what fills up the signature's box, so that nothing in the photo moves.
    """
    place, old = last_box(photo, b"c2pa.signature")
    _, claim = last_box(photo, b"c2pa.claim")
    chain = [each.public_bytes(Encoding.DER) for each in holder.chain]
    protected = cbor2.dumps({_ALGORITHM: _ES256, _CHAIN: chain[0] if len(chain) == 1 else chain})
    signature = _signature(cbor2.dumps(["Signature1", protected, b"", claim]), holder.key)
    missing = len(old) - len(_signed(protected, pad, signature))
    new = _signed(protected, pad + bytes(missing), signature)
    new = _signed(protected, pad + bytes(missing - len(new) + len(old)), signature)
    if len(new) != len(old):
        raise ValueError("the signature does not fit where the old one was")
    return photo[:place] + new + photo[place + len(old) :]


def last_box(photo: bytes, label: bytes) -> tuple[int, bytes]:
    """Where in a photo the content of the last CBOR box with this label begins, and that content."""
    place = photo.index(b"cbor", photo.rindex(b"\x03" + label)) + 4
    size = int.from_bytes(photo[place - 8 : place - 4]) - 8
    return place, photo[place : place + size]


def _signed(protected: bytes, pad: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(_COSE_SIGN1, [protected, {"pad": pad}, None, signature]))


def _signature(message: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
    return b"".join(number.to_bytes(_COORDINATE) for number in numbers)

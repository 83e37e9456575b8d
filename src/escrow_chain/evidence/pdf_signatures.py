"""The signatures in a PDF. Runs in the worker of `escrow_chain.evidence.pdf`, and nowhere else.

Nothing is fetched, and no certificate of the machine is trusted: a signer's certificate leads to a root that the
deal's terms pin, at the moment of receipt, or to none. Timestamps and revocation lists are not looked at: they would
have to be fetched, or believed because the file says so. Source: ISO 32000-2, 12.8; RFC 5280; RFC 5652.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.errors import InvalidCertificateError, PathError, ValidationError

_UNREADABLE: Final = (
    PdfError,
    PathError,
    ValidationError,
    InvalidSignature,
    UnsupportedAlgorithm,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
_KEY_USAGE: Final = frozenset({"digital_signature", "non_repudiation"})
_PURPOSES: Final = frozenset(
    {
        "email_protection",
        "microsoft_document_signing",
        "1.2.840.113583.1.1.5",
        "1.3.6.1.5.5.7.3.36",
    }
)
"""If a certificate is made for certain purposes, one of these must be among them: a web site's signs no documents.

The last two are Adobe's, and that of RFC 9336.
"""
_CONTENTS: Final = re.compile(rb"<[0-9A-Fa-f]+>")


@dataclass(frozen=True, slots=True)
class SignatureFindings:
    """A signature in a PDF, as `escrow_chain.terms.paper.PdfSignature` says. `root` has 32 bytes.

    `signer` is empty, and `root` None, if the signature is not sound: then nobody is known to have signed anything.
    """

    field: str
    signer: str
    whole: bool
    root: bytes | None


def read_signatures(
    reader: PdfFileReader, content: bytes, fields: Sequence[str], *, roots: Sequence[bytes], at: datetime
) -> tuple[SignatureFindings, ...]:
    """What is found about the signatures in these fields of a file, by their qualified names, in the same order."""
    if not fields:
        return ()
    signed = {name: field for name, _, field in enumerate_sig_fields(reader, filled_status=True)}
    anchors = tuple(_valid_roots(roots, at))
    return tuple(_look(reader, content, name, signed, anchors, at) for name in fields)


def _valid_roots(roots: Sequence[bytes], at: datetime) -> Iterator[x509.Certificate]:
    """Those that are certificates, and valid at that moment."""
    for root in roots:
        with suppress(TypeError, ValueError):
            certificate = x509.Certificate.load(root, strict=True)
            if certificate.not_valid_before <= at <= certificate.not_valid_after:
                yield certificate


def _look(  # noqa: PLR0913, PLR0917
    reader: PdfFileReader,
    content: bytes,
    name: str,
    signed: Mapping[str, IndirectObject],
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> SignatureFindings:
    unsound = SignatureFindings(field=name, signer="", whole=False, root=None)
    try:
        signature = EmbeddedPdfSignature(reader, signed[name], name)  # type: ignore[arg-type]  # it follows references
        status = _status(signature, anchors, at)
        if not _is_sound(status):
            return unsound
        return SignatureFindings(
            field=name,
            signer=status.signing_cert.subject.human_friendly,
            whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE and _covers_all(signature, content),
            root=_root(status),
        )
    except _UNREADABLE:
        return unsound


def _status(signature: EmbeddedPdfSignature, anchors: Sequence[x509.Certificate], at: datetime) -> PdfSignatureStatus:
    """Later revisions are not compared with the signed one: a file that a signature covers entirely has none."""
    context = ValidationContext(trust_roots=list(anchors), allow_fetching=False, moment=at, time_tolerance=timedelta(0))
    return validate_pdf_signature(
        signature,
        signer_validation_context=context,
        key_usage_settings=KeyUsageConstraints(key_usage=_KEY_USAGE),
        skip_diff=True,
    )


def _is_sound(status: PdfSignatureStatus) -> bool:
    """What it covers is as it was when it was signed, and no weak hash or short key says so."""
    weak = status.trust_problem_indic == AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE
    return status.intact and status.valid and not weak


def _covers_all(signature: EmbeddedPdfSignature, content: bytes) -> bool:
    """Whether all bytes are signed but those of the signature itself, which are digits between < and >.

    pyHanko sees that two ranges are signed, the first from the start, and adds their lengths up. It does not see where
    they are: a second dictionary for the same signature, padded by as much as the file has grown, would pass. So would
    another file before the one that was signed, if its first range has less than no bytes.
    """
    _, before, after, length = (int(number) for number in signature.byte_range)
    gap = content[before:after]
    return (
        after + length == len(content)
        and _CONTENTS.fullmatch(gap) is not None
        and bytes.fromhex(gap[1:-1].decode("ascii")) == signature.pkcs7_content
    )


def _root(status: PdfSignatureStatus) -> bytes | None:
    if not status.trusted or status.validation_path is None or not _may_sign(status.signing_cert):
        return None
    authority = status.validation_path.trust_anchor.authority
    return hashlib.sha256(authority.certificate.dump()).digest() if isinstance(authority, AuthorityWithCert) else None


def _may_sign(certificate: x509.Certificate) -> bool:
    usage = KeyUsageConstraints(extd_key_usage=_PURPOSES, explicit_extd_key_usage_required=False)
    try:
        usage.validate(certificate)
    except InvalidCertificateError:
        return False
    return True

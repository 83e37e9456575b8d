"""The C2PA manifest in a photo: whether the photo is what was signed, by whom, and what it says of itself.

Two judges find the same whenever they look. c2pa-rs compares certificates with the clock of the machine that it runs
on, unless a trusted authority stamped the time; so it is not asked whether a signer can be trusted. It says whether
photo and manifest are what was signed. Whether a certificate in the manifest leads to a pinned anchor at the moment of
receipt is found out here, by the path validation of `cryptography` (RFC 5280). Those that do are the only ones that
c2pa-rs is then told to trust, by their hash, so that it says itself whether one of them made the signature; that it
also finds it expired by its own clock is no matter. Time stamps are not needed and not looked at: a photo is signed
and received within minutes.

Nothing is fetched: no manifests, no revocation lists, no identities. A revoked certificate is thus still good; take
its issuer from the anchors.

To writers of capture apps: sign in the camera with a certificate of your own authority (ECDSA on P-256, P-384 or
P-521, or RSA from 2,048 bits; extended key usage 1.3.6.1.4.1.62558.2.1, documentSigning or emailProtection), embed the
manifest, and put two assertions into it as created by the signer: `c2pa.actions.v2` with the single action
`c2pa.created` and the digital source type `digitalCapture`, and `org.escrow-chain.nonce` with `{"nonce": "0x…"}`, the
nonce that the service gave for this photo (64 hexadecimal digits). With c2pa-python:

    Builder({"assertions": [
        {"label": "c2pa.actions.v2", "created": True, "data": {"actions": [
            {"action": "c2pa.created", "digitalSourceType": DIGITAL_CAPTURE}]}},
        {"label": "org.escrow-chain.nonce", "created": True, "data": {"nonce": "0x5f…"}},
    ]})

Runs in a killable worker. Source: C2PA Technical Specification 2.2, sections 14 and 15.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeAlias

from asn1crypto.core import Void  # type: ignore[import-untyped]
from asn1crypto.x509 import TbsCertificate  # type: ignore[import-untyped]
from c2pa import C2paError, Context, Reader  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    ClientVerifier,
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from escrow_chain.terms.photo import Manifest, ManifestState

DIGITAL_CAPTURE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
"""What IPTC calls a picture that a camera took of what was before it."""
NONCE_LABEL: Final = "org.escrow-chain.nonce"
_NONCE: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_SIGNING: Final = frozenset(
    {
        x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),  # C2PA claim signing
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # document signing
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
    }
)
_CERTIFICATE: Final = re.compile(rb"\x59(?=(..)\x30\x82)", re.DOTALL)
"""How a certificate begins in CBOR: a string of bytes with a length of two, and in it a DER sequence with another."""
_MOST_CANDIDATES: Final = 100
_MOST_CERTIFICATES: Final = 8
_MOST_ISSUERS: Final = 3
_SIGNED: Final = "claimSignature.validated"
_BOUND: Final = frozenset({"assertion.dataHash.match", "assertion.boxesHash.match"})
_TRUSTED: Final = "signingCredential.trusted"
_EXPIRED: Final = "signingCredential.expired"
_ABOUT_SIGNER: Final = frozenset({_EXPIRED, "signingCredential.invalid", "signingCredential.untrusted"})
_ISSUER_LENGTH: Final = 200
_Report: TypeAlias = Mapping[str, Any]


def manifest_of(content: bytes, *, mime: str, anchors: str, at: datetime | None) -> Manifest | None:
    """What is found about a photo's manifest, None if it has none.

    `anchors` are certificates in PEM text to which that of the signer may lead at that moment; if there are none, or
    there is no moment, nobody is trusted. Raises ValueError if they are no certificates.
    """
    verifier = _verifier(anchors, at) if anchors and at else None
    try:
        signers = _trusted_signers(_store(content, mime), verifier) if verifier else ()
        report = _read(content, mime, signers=signers)
        return None if report is None else _found(report)
    except C2paError as error:
        return _unreadable(str(error).partition(":")[0])
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return _unreadable(type(error).__name__)


def _unreadable(why: str) -> Manifest:
    reason = f"The manifest cannot be read, or is not in the file ({why[:40]})."
    return Manifest(state=ManifestState.INVALID, captured=False, reason=reason)


def _settings(*, signers: Iterable[x509.Certificate], verify: bool) -> _Report:
    allowed = "".join(signer.public_bytes(Encoding.PEM).decode() for signer in signers)
    usages = "\n".join(usage.dotted_string for usage in _SIGNING)
    trusted = {"trust_kind": "manifest", "trust_anchors": "", "allowed_list": allowed}
    return {
        "trust": {"anchors": [trusted], "trust_config": usages},
        "core": {
            "allowed_network_hosts": [],
            "allow_redirects": False,
            "decode_identity_assertions": False,  # they would fetch what the list of hosts does not stop
            "max_decompressed_manifest_size_in_mb": 8,
        },
        "verify": {
            "verify_after_reading": verify,
            "verify_trust": True,
            "verify_timestamp_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
    }


def _reader(content: bytes, mime: str, settings: _Report) -> Reader | None:
    return Reader.try_create(mime, io.BytesIO(content), context=Context.from_dict(dict(settings)))


def _read(content: bytes, mime: str, *, signers: Iterable[x509.Certificate]) -> _Report | None:
    """What c2pa-rs says of the photo, None if it sees no manifest."""
    reader = _reader(content, mime, _settings(signers=signers, verify=True))
    if reader is None:
        return None
    with reader:
        report: _Report = json.loads(reader.json())
        return report


def _store(content: bytes, mime: str) -> bytes:
    """The bytes of all manifests, as c2pa-rs takes them out of the photo; nothing is verified yet."""
    reader = _reader(content, mime, _settings(signers=(), verify=False))
    if reader is None:
        return b""
    with reader:
        store = io.BytesIO()
        label = json.loads(reader.json()).get("active_manifest")
        reader.resource_to_stream(f"self#jumbf=/c2pa/{label}/c2pa.signature", store)
        return store.getvalue()


def _verifier(anchors: str, at: datetime) -> ClientVerifier:
    """Follows certificates to an anchor, as they are at that moment."""
    return (
        PolicyBuilder()
        .store(Store(x509.load_pem_x509_certificates(anchors.encode())))
        .time(at)
        .max_chain_depth(_MOST_ISSUERS)
        .extension_policies(ca_policy=_ISSUER, ee_policy=_SIGNER)
        .build_client_verifier()
    )


def _trusted_signers(store: bytes, verifier: ClientVerifier) -> tuple[x509.Certificate, ...]:
    """Those of the certificates in the manifests that may sign one, and lead to an anchor.

    It does not matter where they stand and how many they are: c2pa-rs says later which of them signed.
    """
    certificates = list(islice(_certificates(store), _MOST_CERTIFICATES))
    leading = (each for each in certificates if _leads_to_anchor(each, certificates, verifier))
    return tuple(each for each in leading if not _has_unique_id(each))


def _leads_to_anchor(certificate: x509.Certificate, issuers: list[x509.Certificate], verifier: ClientVerifier) -> bool:
    try:
        verifier.verify(certificate, issuers)
    except (VerificationError, ValueError):  # the latter if a name in it cannot be spelled out
        return False
    return True


def _has_unique_id(certificate: x509.Certificate) -> bool:
    """Whether bits tell one of its names from the same ones, which the profile forbids and the path does not show."""
    signed = TbsCertificate.load(certificate.tbs_certificate_bytes)
    return any(not isinstance(signed[whose], Void) for whose in ("issuer_unique_id", "subject_unique_id"))


def _certificates(store: bytes) -> Iterator[x509.Certificate]:
    for candidate in islice(_CERTIFICATE.finditer(store), _MOST_CANDIDATES):
        begin = candidate.start(1) + 2
        with suppress(ValueError, x509.InvalidVersion):
            yield x509.load_der_x509_certificate(store[begin : begin + int.from_bytes(candidate[1])])


def _for_signing(_policy: Policy, _certificate: x509.Certificate, usages: x509.ExtendedKeyUsage | None) -> None:
    if usages is not None and _SIGNING.isdisjoint(usages):
        raise ValueError("not for signing manifests")


def _for_signing_only(policy: Policy, certificate: x509.Certificate, usages: x509.ExtendedKeyUsage) -> None:
    _for_signing(policy, certificate, usages)
    others = (
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        ExtendedKeyUsageOID.TIME_STAMPING,
        ExtendedKeyUsageOID.OCSP_SIGNING,
    )
    if not set(usages).isdisjoint(others):
        raise ValueError("for signing anything, or for other purposes")


def _signs(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.digital_signature or usage.key_cert_sign:
        raise ValueError("not for signatures, or for certificates")


def _no_issuer(_policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints | None) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an issuer's certificate")


_SIGNER: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.AuthorityKeyIdentifier, Criticality.AGNOSTIC, None)
    .require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_signing_only)
    .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs)
    .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _no_issuer)
)
"""The certificate profile of C2PA, section 14.5.1: what c2pa-rs asks of a certificate, if it has not expired.

That it has no unique ids belongs to it, too, and is looked at elsewhere.
"""
_ISSUER: Final = ExtensionPolicy.webpki_defaults_ca().may_be_present(
    x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_signing
)


def _found(report: _Report) -> Manifest:
    label = report["active_manifest"]
    manifest, results = report["manifests"][label], report["validation_results"]["activeManifest"]
    successes = {each["code"] for each in results["success"] if f"/c2pa/{label}/" in each["url"]}
    state, reason = _state(successes, {each["code"] for each in results["failure"]})
    issuer = manifest.get("signature_info", {}).get("issuer")
    assertions = manifest.get("assertions", [])
    return Manifest(
        state=state,
        captured=not manifest.get("ingredients") and _captured(assertions, manifest["claim_version"]),
        issuer=issuer[:_ISSUER_LENGTH] if issuer else None,
        nonce=_nonce(assertions, manifest["claim_version"]),
        reason=reason,
    )


def _state(successes: set[str], failures: set[str]) -> tuple[ManifestState, str | None]:
    """What c2pa-rs's codes amount to, and why it is no better."""
    touched = sorted(failures - _ABOUT_SIGNER)
    if touched:
        return ManifestState.INVALID, f"The photo is not what was signed ({', '.join(touched)})."
    if _SIGNED not in successes or successes.isdisjoint(_BOUND):
        return ManifestState.INVALID, "No signature over the picture could be verified."
    if _TRUSTED in successes and failures <= {_EXPIRED}:
        return ManifestState.TRUSTED, None
    return ManifestState.UNTRUSTED, "The signer's certificate led to no pinned anchor when the photo was received."


def _by_signer(assertion: _Report, claim_version: int) -> bool:
    """Whether the signer itself vouches for an assertion: in claims of the first version it does so for all."""
    return claim_version == 1 or assertion.get("created") is True


def _captured(assertions: Sequence[_Report], claim_version: int) -> bool:
    """Whether all that was ever done to the picture, whoever says so, is that a camera took it, as the signer says."""
    lists = [each for each in assertions if str(each["label"]).startswith("c2pa.actions")]
    if len(lists) != 1 or not _by_signer(lists[0], claim_version):
        return False
    actions = lists[0]["data"]["actions"]
    return [(each["action"], each.get("digitalSourceType")) for each in actions] == [("c2pa.created", DIGITAL_CAPTURE)]


def _nonce(assertions: Sequence[_Report], claim_version: int) -> bytes | None:
    """The nonce that the signer vouches for, None if there is none or more than one."""
    nonces = [each for each in assertions if each["label"] == NONCE_LABEL]
    if len(nonces) != 1 or not _by_signer(nonces[0], claim_version):
        return None
    said = nonces[0]["data"]
    value = said.get("nonce") if isinstance(said, dict) else None
    return bytes.fromhex(value[2:]) if isinstance(value, str) and _NONCE.fullmatch(value) else None

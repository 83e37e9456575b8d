"""Cameras that sign what they take (C2PA), with a certificate authority of their own; and cameras that lie."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from c2pa import Builder, C2paBuilderIntent, C2paSignerInfo, Context, Signer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from escrow_chain.evidence.c2pa_manifest import DIGITAL_CAPTURE, NONCE_LABEL

YEAR: Final = timedelta(days=365)
CLAIM_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
CREATED: Final = {"action": "c2pa.created", "digitalSourceType": DIGITAL_CAPTURE}
NONCE: Final = bytes.fromhex("5f" * 32)


def now() -> datetime:
    """When a camera signs: c2pa-rs does not sign with certificates that are not valid by its clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Holder:
    """Who holds a certificate's key; `chain` leads up to the authority, which is not in it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> str:
        """The certificate as PEM text."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @classmethod
    def authority(cls, name: str = "Example Root", **validity: datetime) -> Self:
        """A certificate authority that nobody is above."""
        return cls(*_certificate(name, None, ca=True, **validity))

    def under(self, name: str, **validity: datetime) -> "Holder":
        """An authority under this one."""
        key, certificate = _certificate(name, self, ca=True, **validity)
        return Holder(key, certificate, (certificate, *self.chain))

    def camera(
        self, usage: x509.ObjectIdentifier = CLAIM_SIGNING, *, name: str = "Camera 1", **validity: datetime
    ) -> "Camera":
        """A camera with a certificate of this authority."""
        key, certificate = _certificate(name, self, ca=False, usage=usage, **validity)
        return Camera(Holder(key, certificate, (certificate, *self.chain)))


@dataclass(frozen=True)
class Camera:
    """Signs photos; honest unless told otherwise."""

    holder: Holder

    def sign(self, photo: bytes, *, mime: str = "image/jpeg", **lies: Any) -> bytes:
        """The photo with a manifest. `lies`: as in `manifest`."""
        return self._signed(photo, manifest(**lies), mime)

    def sign_elsewhere(self, photo: bytes, url: str) -> bytes:
        """The photo with the address of a manifest."""
        return self._signed(photo, manifest(), "image/jpeg", url=url)

    def edit(self, photo: bytes, **lies: Any) -> bytes:
        """The photo as an editor signs it, that keeps the photo that it opened as an ingredient."""
        return self._signed(photo, manifest(**lies), "image/jpeg", parent=photo)

    def update(self, photo: bytes) -> bytes:
        """The photo with one more manifest, which says nothing of its picture: what C2PA calls an update."""
        described = {key: value for key, value in manifest().items() if key != "assertions"}
        return self._signed(photo, described, "image/jpeg", intent=C2paBuilderIntent.UPDATE)

    def _signed(
        self,
        photo: bytes,
        described: Mapping[str, Any],
        mime: str,
        *,
        url: str = "",
        parent: bytes = b"",
        intent: C2paBuilderIntent | None = None,
    ) -> bytes:
        chain = "".join(each.public_bytes(Encoding.PEM).decode() for each in self.holder.chain)
        key = self.holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        signed = io.BytesIO()
        with (
            Context.from_dict(_SETTINGS) as context,
            Signer.from_info(C2paSignerInfo("es256", chain.encode(), key, None)) as signer,
            Builder(dict(described), context=context) as builder,
        ):
            if url:
                builder.set_no_embed()
                builder.set_remote_url(url)
            if intent is not None:
                builder.set_intent(intent)
            if parent:
                builder.add_ingredient({"title": "a photo", "relationship": "parentOf"}, mime, io.BytesIO(parent))
            builder.sign(signer, mime, io.BytesIO(photo), signed)
        return signed.getvalue()


_SETTINGS: Final = {
    "verify": {"verify_after_sign": False},
    "builder": {"thumbnail": {"enabled": False}},
    "trust": {"trust_config": CLAIM_SIGNING.dotted_string},
}


def manifest(
    *,
    nonce: Any = "0x" + "5f" * 32,
    actions: Sequence[Mapping[str, Any]] = (CREATED,),
    extra: Sequence[Mapping[str, Any]] = (),
    created: bool = True,
    claim_version: int = 2,
) -> dict[str, Any]:
    """What a manifest says. `created`: the signer itself vouches for it; `nonce` None: there is none."""
    assertions: list[Mapping[str, Any]] = [
        {"label": "c2pa.actions.v2", "created": created, "data": {"actions": list(actions)}}
    ]
    if nonce is not None:
        assertions.append({"label": NONCE_LABEL, "created": created, "data": {"nonce": nonce}})
    return {
        "claim_version": claim_version,
        "claim_generator_info": [{"name": "Example camera", "version": "1"}],
        "assertions": [*assertions, *extra],
    }


def _certificate(
    name: str,
    issuer: Holder | None,
    *,
    ca: bool,
    usage: x509.ObjectIdentifier | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Cameras"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    signing_key = issuer.key if issuer else key
    certificate = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(issuer.certificate.subject if issuer else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since or now() - YEAR)
        .not_valid_after(until or now() + YEAR)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(_key_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    if usage:
        certificate = certificate.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return key, certificate.sign(signing_key, SHA256())


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    none = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **none)


def segments(jpeg: bytes) -> tuple[list[bytes], bytes]:
    """A JPEG's header, segment by segment, and its pixels."""
    parts, place = [], 2
    while jpeg[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4])
        parts.append(jpeg[place:end])
        place = end
    return parts, jpeg[place:]


def transplanted(signed: bytes, onto: bytes) -> bytes:
    """The manifest of one photo in another one."""
    manifests = [part for part in segments(signed)[0] if part[1] == 0xEB]
    first, *others = segments(onto)[0]
    return b"".join([onto[:2], first, *manifests, *others, segments(onto)[1]])

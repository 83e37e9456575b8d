"""Platforms like Apple's and Google's, with keys of their own: whatever a phone hands in, right or wrong anywhere."""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

IOS_APP = "ABCDE12345.org.example.courier"
ANDROID_APP = "org.example.courier"
NONCE_OID = "1.2.840.113635.100.8.2"
PRODUCTION = b"appattest" + bytes(7)
APP_STORE = {"apple_bundle_version_01": "1", "apple_validation_category_01": bytes([4, 0, 0, 0])}


def sha256(content: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(content).digest()


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key, X9.62."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def named(name: str) -> x509.Name:
    """A name for a certificate."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Apple:
    """A root, an intermediate that it issued, and leaves for keys in phones. Valid for ten years around `at`."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._root_key = ec.generate_private_key(ec.SECP384R1())
        self.ca_key = ec.generate_private_key(ec.SECP384R1())
        root, ca = named("Test Attestation Root CA"), named("Test Attestation CA 1")
        self.root = self._authority(root, self._root_key, root)
        self.intermediate = self._authority(ca, self.ca_key, root)

    @property
    def pem(self) -> bytes:
        """The root, as an operator configures it."""
        return self.root.public_bytes(Encoding.PEM)

    def leaf(self, key: ec.EllipticCurvePrivateKey, **wrong: Any) -> x509.Certificate:
        """The certificate of a key in a phone, valid for three days, with its nonce extension."""
        issued = wrong.get("issued", self.at - timedelta(days=1))
        builder = (
            x509.CertificateBuilder()
            .subject_name(named("key"))
            .issuer_name(wrong.get("issuer", self.intermediate.subject))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(issued)
            .not_valid_after(issued + timedelta(days=3))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        )
        if wrong["extension"] is not None:
            said = x509.UnrecognizedExtension(x509.ObjectIdentifier(wrong.get("oid", NONCE_OID)), wrong["extension"])
            builder = builder.add_extension(said, critical=False)
        return builder.sign(wrong.get("issuer_key", self.ca_key), hashes.SHA256())

    def _authority(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name) -> x509.Certificate:
        root_key = self._root_key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.at - timedelta(days=1826))
            .not_valid_after(self.at + timedelta(days=1826))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key), critical=False)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=False,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=True,
                    crl_sign=True,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
        )
        return builder.sign(self._root_key, hashes.SHA384())


class Phone:
    """A phone with a key in it. `wrong` says what is not as it must be."""

    def __init__(self, apple: Apple, curve: ec.EllipticCurve | None = None) -> None:
        self._apple = apple
        self.key = ec.generate_private_key(curve or ec.SECP256R1())

    @property
    def key_id(self) -> bytes:
        """As the app knows the key."""
        return sha256(point_of(self.key))

    def attestation(self, digest: bytes, **wrong: Any) -> bytes:
        """An attestation object for the key and this message."""
        return cbor2.dumps(self.attestation_parts(digest, **wrong))

    def attestation_parts(self, digest: bytes, **wrong: Any) -> dict[str, Any]:
        """The same before it is encoded."""
        data = self._data(wrong) + self._credential(wrong)
        nonce = wrong.get("nonce", sha256(data + sha256(digest)))
        wrong.setdefault("extension", wrong.get("der", bytes.fromhex("3024a1220420")) + nonce)
        chain = [
            wrong.get("leaf") or self._apple.leaf(self.key, **wrong),
            *wrong.get("behind", [self._apple.intermediate]),
        ]
        return {
            "fmt": wrong.get("fmt", "apple-appattest"),
            "attStmt": {"x5c": [each.public_bytes(Encoding.DER) for each in chain], "receipt": bytes(9)},
            "authData": data,
        }

    def assertion(self, digest: bytes, *, counter: int = 1, **wrong: Any) -> bytes:
        """An assertion object for this message, in which the counter stands."""
        data = self._data({"counter": counter} | wrong)
        if wrong.get("extensions"):
            data += cbor2.dumps(wrong["extensions"])
        data = wrong.get("data", data)
        nonce = sha256(data + sha256(digest))
        signer = wrong.get("signer", self.key)
        signature = signer.sign(nonce, ec.ECDSA(hashes.SHA256()))
        return cbor2.dumps({"signature": signature, "authenticatorData": data})

    def _data(self, wrong: Mapping[str, Any]) -> bytes:
        return sha256(wrong.get("app", IOS_APP).encode()) + b"\x40" + wrong.get("counter", 0).to_bytes(4)

    def _credential(self, wrong: Mapping[str, Any]) -> bytes:
        point = wrong.get("point", point_of(self.key))
        half = len(point) // 2
        key_id = wrong.get("key_id", self.key_id)
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point[1 : half + 1], -3: point[half + 1 :]})
        extensions = wrong.get("extensions", APP_STORE)
        encoded = cbor2.dumps(extensions) if isinstance(extensions, dict) else extensions
        return wrong.get("aaguid", PRODUCTION) + len(key_id).to_bytes(2) + key_id + cose + encoded


def base64url(content: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Google:
    """Who signs verdicts about one app, and encrypts them for the one who runs it."""

    def __init__(self) -> None:
        self.decryption_key = os.urandom(32)
        self.certificate = os.urandom(32)
        self.key = ec.generate_private_key(ec.SECP256R1())

    @property
    def verification_key(self) -> bytes:
        """As the Play Console shows it, decoded."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def verdict(self, digest: bytes, at: datetime) -> dict[str, Any]:
        """What a good app on a good phone gets, if its request was a classic one."""
        return {
            "requestDetails": {
                "requestPackageName": ANDROID_APP,
                "nonce": base64url(digest),
                "timestampMillis": str(int(at.timestamp() * 1000)),
            },
            "appIntegrity": {
                "appRecognitionVerdict": "PLAY_RECOGNIZED",
                "packageName": ANDROID_APP,
                "certificateSha256Digest": [base64url(self.certificate)],
                "versionCode": "42",
            },
            "deviceIntegrity": {"deviceRecognitionVerdict": ["MEETS_DEVICE_INTEGRITY"]},
            "accountDetails": {"appLicensingVerdict": "LICENSED"},
        }

    def token(self, verdict: Any, **wrong: Any) -> str:
        """The verdict, signed and encrypted."""
        return self.encrypted(self.signed(json.dumps(verdict).encode(), **wrong), **wrong)

    def signed(self, payload: bytes, **wrong: Any) -> bytes:
        """A compact JWS."""
        header = wrong.get("jws_header", b'{"alg":"ES256"}')
        signed = f"{base64url(header)}.{base64url(payload)}".encode()
        der = wrong.get("signer", self.key).sign(signed, ec.ECDSA(hashes.SHA256()))
        raw = b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
        return signed + b"." + base64url(wrong.get("signature", raw)).encode()

    def encrypted(self, content: bytes, **wrong: Any) -> str:
        """A compact JWE."""
        header = base64url(wrong.get("jwe_header", b'{"alg":"A256KW","enc":"A256GCM"}'))
        content_key, iv = os.urandom(wrong.get("content_key", 32)), os.urandom(12)
        sealed = AESGCM(content_key).encrypt(iv, content, header.encode())
        wrapped = aes_key_wrap(wrong.get("decryption_key", self.decryption_key), content_key)
        return ".".join([header, *map(base64url, (wrapped, iv, sealed[:-16], sealed[-16:]))])

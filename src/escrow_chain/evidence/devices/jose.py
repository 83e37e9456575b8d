"""The two JOSE forms that Play Integrity tokens have, each with the one algorithm that they use, and nothing else.

A token never chooses how it is read: its header must name the algorithm that is expected. Headers are strict JSON.
`crit` and `zip` change what a token means and are refused; every other member of a header is ignored, `jwk`, `jku`,
`x5c` and `kid` above all.

Source: RFC 7515 (JWS), RFC 7516 (JWE), RFC 7518 (ES256, A256KW, A256GCM), RFC 8725 (best practices).
"""

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from escrow_chain.evidence.devices import Unproven
from escrow_chain.protocol.canonical import InvalidJson, parse

_KEY: Final = 32
_WRAPPED_KEY: Final = 40
_IV: Final = 12
_TAG: Final = 16
_SIGNATURE: Final = 64
_CHANGES_MEANING: Final = frozenset({"crit", "zip"})


def decrypted(token: bytes, key: bytes) -> bytes:
    """What a compact JWE (A256KW, A256GCM) encrypts for the key (32 bytes). Raises `Unproven`."""
    header, wrapped, iv, sealed, tag = _parts(token, 5)
    _refuse_header(header, {"alg": "A256KW", "enc": "A256GCM"})
    wrapped_key, iv, tag = _decoded(wrapped, _WRAPPED_KEY), _decoded(iv, _IV), _decoded(tag, _TAG)
    try:
        content_key = aes_key_unwrap(key, wrapped_key)
        return AESGCM(content_key).decrypt(iv, _decoded(sealed) + tag, header)
    except (InvalidUnwrap, InvalidTag):
        raise Unproven("it is not encrypted with the key of this app, or was changed") from None


def verified(token: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """What a compact JWS (ES256) signs, if the key on P-256 signed it. Raises `Unproven`."""
    header, payload, signature = _parts(token, 3)
    _refuse_header(header, {"alg": "ES256"})
    r_and_s = _decoded(signature, _SIGNATURE)
    r, s = (int.from_bytes(half) for half in (r_and_s[:32], r_and_s[32:]))
    try:
        key.verify(encode_dss_signature(r, s), header + b"." + payload, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Unproven("it is not signed by the platform, or was changed") from None
    return _decoded(payload)


def base64url(content: bytes) -> str:
    """Without padding, as RFC 7515 has it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _parts(token: bytes, count: int) -> list[bytes]:
    parts = token.split(b".")
    if len(parts) != count:
        raise Unproven(f"it has {len(parts)} parts where {count} are expected")
    return parts


def _refuse_header(encoded: bytes, algorithms: dict[str, str]) -> None:
    try:
        header = parse(_decoded(encoded))
    except InvalidJson:
        header = None
    if not isinstance(header, dict):
        raise Unproven("its header is no strict JSON object")
    if {name: header.get(name) for name in algorithms} != algorithms:
        raise Unproven(f"its algorithm is not {' with '.join(algorithms.values())}")
    if not _CHANGES_MEANING.isdisjoint(header):
        raise Unproven("its header asks for what is not understood")


def _decoded(encoded: bytes, size: int | None = None) -> bytes:
    """The bytes that base64url text stands for, which has one spelling only; `size` of them if given."""
    try:
        content = base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))
    except binascii.Error:
        content = None
    if content is None or base64url(content).encode() != encoded or size not in (None, len(content)):
        raise Unproven("a part of it is not spelled as base64url")
    return content

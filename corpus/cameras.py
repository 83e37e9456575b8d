"""A cloth, filmed by honest cameras of unusual kinds, by cameras whose makers made mistakes, and by thieves."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from corpus.drawn import cloth
from corpus.filmed import LONG
from escrow_chain.evidence.c2pa_manifest import NONCE_LABEL
from tests.evidence.capture import CLAIM_SIGNING, CREATED, Holder
from tests.evidence.forged import DEAD, ISSUING, OVER, certified, misspelled, resigned, with_unique_id

MAKERS: Final = "makers.pem"
"""The anchors."""
_NONCE: Final = "0x" + "5f" * 32
_NO_CERTIFICATE: Final = b"\x59\0\x10\x30\x82" + b"none at all "
"""Begins as a certificate does in CBOR."""
Made: TypeAlias = Iterator[tuple[str, bytes]]


def photos() -> dict[str, bytes]:
    """Photos of the cloth, and the anchors."""
    root = Holder.authority("Makers of cameras", **LONG)
    stranger = Holder.authority("Somebody", **LONG)
    made = chain(_said(root), _vouched_for(root), _misused(root), _by_others(root, stranger))
    return {MAKERS: root.pem.encode(), **{f"cloth-{name}.jpg": content for name, content in made}}


def _said(root: Holder) -> Made:
    """By one good camera, which says different things."""
    camera, photo = root.camera(**LONG), cloth()
    signed = camera.sign(photo)
    nonce = {"label": NONCE_LABEL, "created": True, "data": {"nonce": _NONCE}}
    edited = {"label": "c2pa.actions.v2", "created": True, "data": {"actions": [{"action": "c2pa.edited"}]}}
    yield "filmed", signed
    yield "first-version", camera.sign(photo, claim_version=1)
    yield "opened", camera.edit(signed, actions=[CREATED])
    yield "two-lists", camera.sign(photo, extra=[edited])
    yield "two-nonces", camera.sign(photo, extra=[nonce | {"data": {"nonce": "0x" + "a0" * 32}}])
    yield "gathered-nonce", camera.sign(photo, nonce=None, extra=[nonce | {"created": False}])
    yield "numbered", camera.sign(photo, nonce=7)
    yield "garbled", signed.replace(_NONCE.encode(), _NONCE.encode()[:-1] + b"\xff")


def _vouched_for(root: Holder) -> Made:
    """By cameras that may sign, with certificates that are over by now, or stand beside others."""
    signed = root.camera(**LONG).sign(cloth())
    camera = certified(root)
    unread = misspelled(certified(root, uses=["key_agreement"]), root)
    shown = unread.certificate.public_bytes(Encoding.DER)
    issuer = certified(root, purposes=(), uses=ISSUING, authority=True)
    yield "since-over", resigned(signed, certified(root, until=OVER))
    yield "under-issuer", resigned(signed, certified(issuer))
    yield "noisy", resigned(signed, camera, pad=_NO_CERTIFICATE)
    yield "beside-unreadable", resigned(signed, camera, pad=b"\x59" + len(shown).to_bytes(2) + shown)


def _misused(root: Holder) -> Made:
    """With keys whose certificates are by a trusted maker, and for other purposes than photos."""
    signed = root.camera(**LONG).sign(cloth())
    web, clock = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.TIME_STAMPING
    site = certified(root, purposes=[web], uses=ISSUING, authority=True)
    keys = {
        "by-site": certified(root, purposes=[web], until=OVER),
        "by-clock": certified(root, purposes=[CLAIM_SIGNING, clock], until=OVER),
        "by-secret": certified(root, uses=["key_agreement"], until=OVER),
        "by-unreadable": misspelled(certified(root, uses=["key_agreement"]), root),
        "by-issuing-key": certified(root, uses=["digital_signature", "key_cert_sign"], until=OVER),
        "by-authority": certified(root, authority=True, until=OVER),
        "under-site": certified(site),
    }
    for name, holder in keys.items():
        yield name, resigned(signed, holder)
    for name, until in (("by-second", DEAD), ("by-second-since-over", OVER)):
        yield name, resigned(signed, with_unique_id(certified(root, until=until), root))


def _by_others(root: Holder, stranger: Holder) -> Made:
    """By strangers, and by thieves with a certificate whose key they do not have."""
    signed = root.camera(**LONG).sign(cloth())
    yield "by-stranger-since-over", resigned(signed, certified(stranger, until=OVER))
    yield "by-thief", resigned(signed, replace(certified(root), key=stranger.key))
    yield "updated", stranger.camera(**LONG).update(signed)
    comment, photo = b"taken with a c2pa camera", cloth()
    yield "spoken-of", photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + photo[2:]

"""C2PA manifests: of honest cameras, and of all who would like to be one."""

import io
import random
import re
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

import pytest
from c2pa import C2paError, Reader
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from bench.camera import photograph
from escrow_chain.evidence.c2pa_manifest import DIGITAL_CAPTURE, NONCE_LABEL, _state, manifest_of
from escrow_chain.evidence.photo import PhotoFindings, parse_photo
from escrow_chain.evidence.photo_reader import PhotoReader, ReadPhoto
from escrow_chain.terms.photo import Manifest, ManifestState
from tests.evidence.capture import CREATED, NONCE, YEAR, Camera, Holder, now, segments, transplanted
from tests.evidence.forged import BORN, DEAD, OVER, certified, misspelled, resigned, with_unique_id
from tests.evidence.test_photo import opened, saved

ROOT = Holder.authority()
CAMERAS = ROOT.under("Example Cameras Issuer")
CAMERA = CAMERAS.camera()
OLD_ROOT = Holder.authority(since=BORN, until=DEAD)
STRANGER = Holder.authority("Somebody").camera()
PHOTO = photograph("coffee", (800, 600))
OTHER_PHOTO = photograph("chelsea", (800, 600))
INVALID, UNTRUSTED, TRUSTED = ManifestState.INVALID, ManifestState.UNTRUSTED, ManifestState.TRUSTED


def found(
    photo: bytes, *, anchors: str = ROOT.pem, later: timedelta = timedelta(), mime: str = "image/jpeg"
) -> Manifest:
    """What is found about the manifest of a photo that was received so much later."""
    manifest = manifest_of(photo, mime=mime, anchors=anchors, at=now() + later)
    assert manifest is not None
    return manifest


def with_marker(jpeg: bytes, content: bytes) -> bytes:
    """The JPEG with a comment before its pixels."""
    parts, pixels = segments(jpeg)
    comment = b"\xff\xfe" + (len(content) + 2).to_bytes(2) + content
    return b"".join([jpeg[:2], *parts, comment, pixels])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_camera_of_a_pinned_authority_is_trusted(kind: str) -> None:
    """In all formats, with its issuer and the nonce that the app put in."""
    mime = f"image/{kind.lower()}"
    signed = CAMERA.sign(saved(opened(PHOTO), kind), mime=mime)
    expected = Manifest(state=TRUSTED, captured=True, issuer="Example Cameras", nonce=NONCE)
    assert found(signed, mime=mime) == expected
    findings = parse_photo(signed, anchors=ROOT.pem, at=now())
    assert isinstance(findings, PhotoFindings)
    assert findings.manifest == expected


def test_a_photo_without_a_manifest_has_none() -> None:
    """Nor has one that only speaks of manifests."""
    for photo in (PHOTO, with_marker(PHOTO, b"taken with a c2pa camera")):
        findings = parse_photo(photo, anchors=ROOT.pem, at=now())
        assert isinstance(findings, PhotoFindings)
        assert findings.manifest is None


def test_the_worker_is_told_whom_to_trust_and_when(reader: PhotoReader) -> None:
    """Without anchors, or without a moment, nobody is trusted."""
    signed = CAMERA.sign(PHOTO)

    def state(**trust: object) -> ManifestState:
        read = reader.read(signed, max_bytes=10_000_000, **trust)
        assert isinstance(read, ReadPhoto)
        assert read.findings.manifest is not None
        return read.findings.manifest.state

    assert state(anchors=ROOT.pem, at=now()) == TRUSTED
    assert {state(), state(anchors=ROOT.pem), state(at=now())} == {UNTRUSTED}


def test_anchors_that_are_none_are_an_error_and_no_verdict_on_the_photo() -> None:
    """Whoever runs the service must see it."""
    with pytest.raises(ValueError, match="PEM"):
        found(CAMERA.sign(PHOTO), anchors="no certificate")


def test_a_stranger_is_not_trusted() -> None:
    """Whatever is in the manifest is true to what the stranger signed, and no more."""
    manifest = found(STRANGER.sign(PHOTO))
    assert (manifest.state, manifest.captured, manifest.nonce) == (UNTRUSTED, True, NONCE)
    assert "no pinned anchor" in str(manifest.reason)


@pytest.mark.parametrize("later", [timedelta(), YEAR / 2])
def test_a_camera_is_trusted_as_long_as_its_certificate_is_valid(later: timedelta) -> None:
    """The control of the next test."""
    assert found(CAMERA.sign(PHOTO), later=later).state == TRUSTED


@pytest.mark.parametrize("later", [-2 * YEAR, 2 * YEAR])
def test_a_certificate_that_is_not_valid_at_the_receipt_is_not_trusted(later: timedelta) -> None:
    """Though it is by the clock of this machine."""
    assert found(CAMERA.sign(PHOTO), later=later).state == UNTRUSTED


@pytest.mark.parametrize("level", ["root", "issuer"])
def test_an_issuer_whose_certificate_is_not_valid_at_the_receipt_is_not_trusted(level: str) -> None:
    """Above the camera too, up to the anchor."""
    soon = {"until": now() + YEAR / 4}
    root = Holder.authority(**soon) if level == "root" else ROOT
    signed = root.under("Issuer", **(soon if level == "issuer" else {})).camera().sign(PHOTO)
    assert found(signed, anchors=root.pem).state == TRUSTED
    assert found(signed, anchors=root.pem, later=YEAR / 2).state == UNTRUSTED


def test_the_clock_of_the_machine_does_not_matter() -> None:
    """Certificates expire by it between two looks, and what is found is the same at both moments of receipt."""
    soon = now() + timedelta(seconds=2.5)
    signed = [
        CAMERAS.camera(until=soon).sign(PHOTO),
        ROOT.under("Short-lived", until=soon).camera().sign(PHOTO),
        Holder.authority("Short-lived stranger", until=soon).camera(until=soon).sign(PHOTO),
    ]

    def all_found() -> list[tuple[Manifest | None, ...]]:
        moments = (soon - timedelta(seconds=2), soon + timedelta(seconds=2))
        return [
            tuple(manifest_of(each, mime="image/jpeg", anchors=ROOT.pem, at=moment) for moment in moments)
            for each in signed
        ]

    before = all_found()
    assert now() < soon, "the machine was too slow"
    time.sleep((soon - now()).total_seconds() + 1.1)
    assert all_found() == before
    assert [[each and each.state for each in manifests] for manifests in before] == [
        [TRUSTED, UNTRUSTED],
        [TRUSTED, UNTRUSTED],
        [UNTRUSTED, UNTRUSTED],
    ]


@pytest.mark.parametrize(
    "usage", [ExtendedKeyUsageOID.EMAIL_PROTECTION, ObjectIdentifier("1.3.6.1.5.5.7.3.36")], ids=["mail", "documents"]
)
def test_the_older_usages_are_those_of_cameras_too(usage: ObjectIdentifier) -> None:
    """C2PA came with its own one late."""
    assert found(ROOT.camera(usage).sign(PHOTO)).state == TRUSTED


def test_a_certificate_for_another_purpose_is_not_trusted() -> None:
    """An authority that signs cameras may sign clocks as well."""
    assert found(ROOT.camera(ExtendedKeyUsageOID.TIME_STAMPING).sign(PHOTO)).state == UNTRUSTED


def state_before(over: Holder) -> ManifestState:
    """Of a photo that was received long ago, and was signed with this certificate of an old authority."""
    signed = resigned(CAMERA.sign(PHOTO), over)
    manifest = manifest_of(signed, mime="image/jpeg", anchors=OLD_ROOT.pem, at=OVER - YEAR)
    assert manifest is not None
    return manifest.state


@pytest.mark.parametrize("until", [OVER, DEAD])
def test_a_certificate_may_be_over_when_somebody_judges(until: datetime) -> None:
    """If it was good at the receipt, by the clock of the service."""
    assert state_before(certified(OLD_ROOT, until=until)) == TRUSTED


@pytest.mark.parametrize("until", [OVER, DEAD])
def test_a_certificate_with_a_unique_id_is_not_trusted(until: datetime) -> None:
    """c2pa-rs says so until it has expired, and no longer: two judges must find the same whenever they look."""
    assert state_before(with_unique_id(certified(OLD_ROOT, until=until), OLD_ROOT)) == UNTRUSTED


def test_a_name_that_cannot_be_spelled_out_says_nothing_of_the_photo() -> None:
    """Neither of that of its own camera, nor of that of another one."""
    unread = misspelled(certified(ROOT, uses=["key_agreement"]), ROOT)
    assert found(resigned(CAMERA.sign(PHOTO), unread)).state == UNTRUSTED
    beside = unread.certificate.public_bytes(Encoding.DER)
    signed = resigned(CAMERA.sign(PHOTO), certified(ROOT), pad=b"\x59" + len(beside).to_bytes(2) + beside)
    assert found(signed).state == TRUSTED


def test_a_camera_is_no_authority() -> None:
    """Whoever opens one up can make certificates with its key."""
    assert found(CAMERA.holder.camera().sign(PHOTO)).state == UNTRUSTED


def test_another_certificate_in_the_manifest_does_not_help_a_stranger() -> None:
    """Behind its own, in front of it, or in the manifest of a trusted photo that it edits."""
    own, honest = STRANGER.holder, CAMERA.holder.chain
    behind = Camera(replace(own, chain=(*own.chain, *honest))).sign(PHOTO)
    in_front = Camera(replace(own, chain=honest)).sign(PHOTO)
    assert found(behind).state == UNTRUSTED
    assert found(in_front).state == INVALID
    assert found(STRANGER.edit(CAMERA.sign(PHOTO))).state == UNTRUSTED


@pytest.mark.parametrize(
    "touch",
    [
        lambda signed: signed[:-1000] + bytes([signed[-1000] ^ 1]) + signed[-999:],
        lambda signed: signed + b"more",
        lambda signed: with_marker(signed, b"harmless"),
        lambda signed: transplanted(signed, OTHER_PHOTO),
    ],
    ids=["pixels", "behind", "header", "transplanted"],
)
def test_a_photo_that_was_touched_after_it_was_signed_is_invalid(touch: Callable[[bytes], bytes]) -> None:
    """Wherever it was touched, and whoever signed it."""
    manifest = found(touch(CAMERA.sign(PHOTO)))
    assert manifest.state == INVALID
    assert "assertion.dataHash.mismatch" in str(manifest.reason)
    assert found(touch(STRANGER.sign(PHOTO))).state == INVALID


def test_nothing_can_be_put_where_the_manifest_leaves_room() -> None:
    """The manifest itself is not hashed, and has padding: it is made smaller, and a comment takes what is left."""
    signed = CAMERA.sign(PHOTO)
    parts, pixels = segments(signed)
    place = next(number for number, part in enumerate(parts) if part[1] == 0xEB)
    smaller = shrunk(parts[place], by=200)
    comment = b"\xff\xfe" + (198).to_bytes(2) + bytes(196)
    stuffed = b"".join([signed[:2], *parts[:place], smaller, comment, *parts[place + 1 :], pixels])
    assert len(stuffed) == len(signed)
    assert "assertion.dataHash.mismatch" in str(found(stuffed).reason)


def shrunk(segment: bytes, *, by: int) -> bytes:
    """A manifest's segment with less padding, and all lengths put right: of the segment, the boxes and the padding."""
    padding = max(re.finditer(rb"\x59(..)\0{200,}", segment, re.DOTALL), key=lambda match: len(match[0]))
    lengths = [(2, 2), (padding.start(1), 2)]
    begin, end = 12, len(segment)
    while begin < end:
        length = int.from_bytes(segment[begin : begin + 4])
        if begin < padding.start() < begin + length:
            lengths.append((begin, 4))
            end = begin + length
            begin += 8 if segment[begin + 4 : begin + 8] == b"jumb" else length
        else:
            begin += length
    smaller = bytearray(segment)
    for place, size in lengths:
        smaller[place : place + size] = (int.from_bytes(segment[place : place + size]) - by).to_bytes(size)
    del smaller[padding.start(1) + 2 : padding.start(1) + 2 + by]
    return bytes(smaller)


def test_the_last_signature_counts() -> None:
    """A photo that was signed twice is the last signer's."""
    assert found(CAMERA.sign(STRANGER.sign(PHOTO))).state == TRUSTED
    assert found(STRANGER.sign(CAMERA.sign(PHOTO))).state == UNTRUSTED


def test_an_edited_photo_was_not_captured() -> None:
    """Even if a trusted signer says so, and that nothing was done."""
    manifest = found(CAMERA.edit(CAMERA.sign(PHOTO)))
    assert (manifest.state, manifest.captured) == (TRUSTED, False)


@pytest.mark.parametrize(
    "actions",
    [
        [CREATED, {"action": "c2pa.cropped"}],
        [CREATED, {"action": "c2pa.resized"}],
        [CREATED, {"action": "org.example.anything"}],
        [CREATED | {"digitalSourceType": DIGITAL_CAPTURE.replace("digitalCapture", "trainedAlgorithmicMedia")}],
        [CREATED | {"digitalSourceType": DIGITAL_CAPTURE + "x"}],
    ],
    ids=["cropped", "resized", "unknown", "generated", "unknown source"],
)
def test_whatever_else_was_done_the_photo_was_not_captured(actions: list[dict[str, str]]) -> None:
    """There is but one honest list of actions."""
    manifest = found(CAMERA.sign(PHOTO, actions=actions))
    assert (manifest.state, manifest.captured, manifest.nonce) == (TRUSTED, False, NONCE)


def test_a_second_list_of_actions_counts_too() -> None:
    """Whether the signer vouches for it or not."""
    for created in (True, False):
        more = {"label": "c2pa.actions.v2", "created": created, "data": {"actions": [{"action": "c2pa.edited"}]}}
        assert not found(CAMERA.sign(PHOTO, extra=[more])).captured


def test_what_others_say_in_a_manifest_is_nothing() -> None:
    """A signer vouches for the assertions that it created, not for those that it gathered."""
    manifest = found(CAMERA.sign(PHOTO, created=False))
    assert (manifest.state, manifest.captured, manifest.nonce) == (TRUSTED, False, None)


def test_the_first_version_of_claims_is_understood() -> None:
    """Older cameras write it; there all assertions are the signer's."""
    manifest = found(CAMERA.sign(PHOTO, claim_version=1))
    assert (manifest.state, manifest.captured, manifest.nonce) == (TRUSTED, True, NONCE)


@pytest.mark.parametrize(
    "nonce", [None, "", "0x", "5f" * 32, "0x" + "5f" * 31, "0x" + "5f" * 33, "0x" + "zz" * 32, 7, ["0x" + "5f" * 32]]
)
def test_a_nonce_that_is_none_is_not_there(nonce: object) -> None:
    """All else is still true."""
    manifest = found(CAMERA.sign(PHOTO, nonce=nonce))
    assert (manifest.state, manifest.captured, manifest.nonce) == (TRUSTED, True, None)


def test_two_nonces_are_none() -> None:
    """Else one photo could be taken for two terms."""
    second = {"label": NONCE_LABEL, "created": True, "data": {"nonce": "0x" + "a0" * 32}}
    assert found(CAMERA.sign(PHOTO, extra=[second])).nonce is None


def test_a_manifest_that_is_kept_elsewhere_is_not_fetched() -> None:
    """c2pa-rs would, if it were not forbidden."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        signed = CAMERA.sign_elsewhere(PHOTO, f"http://127.0.0.1:{server.getsockname()[1]}/manifest")
        manifest = found(signed)
        with pytest.raises(TimeoutError):
            server.accept()
        assert (manifest.state, manifest.captured, manifest.nonce) == (INVALID, False, None)
        assert "not in the file" in str(manifest.reason)
        findings = parse_photo(signed)
        assert isinstance(findings, PhotoFindings)
        assert findings.manifest == manifest
        asking = Thread(target=read_as_it_comes, args=(signed,))
        asking.start()
        server.accept()[0].close()
        asking.join()


def read_as_it_comes(signed: bytes) -> None:
    """With the settings that nobody made."""
    with pytest.raises(C2paError):
        Reader("image/jpeg", io.BytesIO(signed))


def test_silence_is_no_proof() -> None:
    """If c2pa-rs does not say that signature, picture and signer were verified, they were not."""
    everything = {"claimSignature.validated", "assertion.dataHash.match", "signingCredential.trusted"}
    assert _state(everything, set())[0] == TRUSTED
    for missing, state in (
        ("claimSignature.validated", INVALID),
        ("assertion.dataHash.match", INVALID),
        ("signingCredential.trusted", UNTRUSTED),
    ):
        assert _state(everything - {missing}, set())[0] == state


def test_a_signer_of_whom_something_else_is_said_is_not_trusted() -> None:
    """That it has expired by the clock of this machine is no matter."""
    everything = {"claimSignature.validated", "assertion.dataHash.match", "signingCredential.trusted"}
    assert _state(everything, {"signingCredential.expired"})[0] == TRUSTED
    for failure in ("signingCredential.invalid", "signingCredential.untrusted"):
        assert _state(everything, {failure})[0] == UNTRUSTED


def test_a_certificate_that_cannot_be_read_is_nobodys() -> None:
    """One of a version that there is not, which `cryptography` calls an error of its own kind."""
    version = b"\xa0\x03\x02\x01"
    signed = CAMERA.sign(PHOTO)
    assert signed.count(version + b"\2") == len(CAMERA.holder.chain)
    assert found(signed.replace(version + b"\2", version + b"\7")).state == INVALID


@pytest.mark.parametrize("anchors", ["", ROOT.pem], ids=["nobody", "pinned"])
def test_damaged_manifests_never_raise_and_never_say_anything_else(anchors: str) -> None:
    """Bytes are changed wherever the manifest is."""
    signed = CAMERA.sign(PHOTO)
    honest = found(signed, anchors=anchors)
    begin, end = signed.index(b"\xff\xeb"), signed.index(b"\xff\xdb")
    chance = random.Random(11)
    states = set()
    for _ in range(250):
        damaged = bytearray(signed)
        for _ in range(chance.choice((1, 1, 2, 8))):
            damaged[chance.randrange(begin, end)] = chance.randrange(256)
        manifest = manifest_of(bytes(damaged), mime="image/jpeg", anchors=anchors, at=now())
        states.add(manifest and manifest.state)
        assert manifest is None or manifest == honest or manifest.state != honest.state
    assert INVALID in states
    assert anchors or TRUSTED not in states

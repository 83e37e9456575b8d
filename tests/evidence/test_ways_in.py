"""Everything that can be handed in, from real bytes and real signatures to the verdict, each with those who cheat."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from PIL import Image

from bench.camera import jpeg, picture
from escrow_chain.evidence.content import GivenCode, Said, position_content
from escrow_chain.evidence.devices.app_attest import AppAttest, AppAttestPolicy, InMemoryDeviceKeys
from escrow_chain.evidence.devices.proofs import DeviceProof, DeviceVerifiers
from escrow_chain.evidence.errors import ReuseIndexUnavailable
from escrow_chain.evidence.passkeys import PasskeyAssertion, passkey_address
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.evidence.signers import Signers
from escrow_chain.evidence.submission import ConfirmationMessage, SignedSubmission
from escrow_chain.terms import Code, Confirmation, Grade, Photo, Position, Term, judge, parse_term
from escrow_chain.terms.paper import Document
from escrow_chain.terms.photo_checks import SAME_SCENE_INLIERS
from escrow_chain.terms.provenance import RelyingParty, Scheme, WalletAnswer
from tests.evidence import capture, papers
from tests.evidence.platforms import IOS_APP, Apple, Phone
from tests.evidence.scene import DOMAIN, KAMPALA, Scene, account, counted
from tests.evidence.test_passkeys import ORIGIN, RP_ID, authenticator, challenge, numbers
from tests.p256 import P256Key

Shoot = Callable[[str], bytes]
CUSTOMER_PHONE = "+256700000001"


def custom(**options: Any) -> Term:
    """A custom term."""
    return parse_term({"term_type": "custom", "data": options}).terms[0]


# --------------------------------------------------------------------------------------------------------- documents


REPORT = {"type": "inspection_report", "verification_authority": "quality_control"}


def test_a_document_with_its_fields_is_handed_in(scene: Scene) -> None:
    """What stands in its form, and what its upload says beside, are both as good as the upload."""
    term = custom(required_documents=[{"type": "inspection_report", "fields_required": ["inspector", "date"]}])
    form = papers.form()
    assert scene.failed(term, scene.hand_in(term, form, {"type": "inspection_report"})) == {
        "document.fields",
        "document.supplied",
    }
    said = {"type": "inspection_report", "fields": {"date": "2025-06-30"}}
    piece = scene.hand_in(term, form, said)
    assert isinstance(piece, Document)
    assert piece.fields["inspector"] == "Grace Nakato"
    assert scene.verdict(term, piece).fulfilled


def test_a_document_is_approved_by_its_signature(scene: Scene) -> None:
    """If that leads to a root which the terms pin for this authority; changed afterwards, or by a friend, it is not."""
    term = custom(required_documents=[REPORT])
    root = papers.bureau().der
    scene.now = papers.RECEIVED
    roots = {"quality_control": frozenset({sha256(root).digest()})}

    def approved(file: bytes) -> bool:
        piece = scene.hand_in(term, file, {"type": "inspection_report"}, roots=[root])
        verdict = _judged(scene, term, piece, roots=roots)
        return bool(verdict.fulfilled)

    assert approved(papers.report())
    assert not approved(papers.form())
    assert not approved(papers.signed(papers.form(), papers.certified("Grace Nakato")))
    assert not approved(papers.updated(papers.report(), {3: papers.PAGE}))


def _judged(scene: Scene, term: Term, *pieces: Any, **more: Any) -> Any:
    return judge(term, pieces, scene.circumstances(**more))


def test_a_scripted_document_is_refused(scene: Scene) -> None:
    """Before anything is read from it."""
    term = custom(required_documents=[{"type": "inspection_report"}])
    evil = papers.assembled({**papers.BARE, 1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript >> >>"})
    assert "document.script" in scene.failed(term, scene.hand_in(term, evil, {"type": "inspection_report"}))


# ------------------------------------------------------------------------------------------------------------ phones


@pytest.fixture
def meeting() -> Term:
    """A meeting of two, one of whom is verified by phone."""
    participants = [{"role": "service_provider"}, {"role": "customer", "phone_verification": True}]
    data = {"required_participants": participants, "location_tolerance": 0.05}
    return parse_term({"term_type": "meeting_delivery", "data": data}).terms[0]


def met(scene: Scene, term: Term) -> None:
    """Both are there, some metres apart."""
    scene.report(term, KAMPALA)
    scene.report(term, KAMPALA | {"latitude": KAMPALA["latitude"] + 5e-5}, signer=scene.customer)


def give_back(scene: Scene, term: Term, code: str, **changes: Any) -> Code:
    """Somebody gives a code back: the customer, unless `changes` say otherwise."""
    said = GivenCode(code=code, salt="0x" + counted(32).hex())
    piece = scene.state(term, said, **({"signer": scene.customer} | changes))
    assert isinstance(piece, Code)
    return piece


def fulfilled(scene: Scene, term: Term) -> bool:
    """With the customer's phone named in the terms."""
    return bool(_judged(scene, term, *scene.evidence, phones={"customer": CUSTOMER_PHONE}).fulfilled)


def test_a_phone_is_at_the_meeting(scene: Scene, meeting: Term) -> None:
    """The code that was sent to it comes back, from the customer's own wallet; once."""
    met(scene, meeting)
    code = scene.phone_codes.issue(CUSTOMER_PHONE, scene.subject(meeting), at=scene.now)
    assert not fulfilled(scene, meeting)
    assert give_back(scene, meeting, code).sent_to == CUSTOMER_PHONE
    assert fulfilled(scene, meeting)
    assert give_back(scene, meeting, code).sent_to is None


def test_a_phone_that_is_elsewhere_proves_nothing(scene: Scene, meeting: Term) -> None:
    """A code for another phone, another term, from the recipient, too late or guessed is no proof."""
    met(scene, meeting)
    subject = scene.subject(meeting)
    other = scene.phone_codes.issue("+256700000002", subject, at=scene.now)
    give_back(scene, meeting, other)
    code = scene.phone_codes.issue(CUSTOMER_PHONE, scene.subject(custom(verification_code="x")), at=scene.now)
    give_back(scene, meeting, code)
    code = scene.phone_codes.issue(CUSTOMER_PHONE, subject, at=scene.now)
    give_back(scene, meeting, code, signer=scene.recipient)
    late = scene.phone_codes.issue(CUSTOMER_PHONE, subject, at=scene.now)
    scene.wait(minutes=10)
    give_back(scene, meeting, late)
    assert not fulfilled(scene, meeting)


def test_a_phones_code_cannot_be_tried_without_end(scene: Scene, meeting: Term) -> None:
    """After five attempts the right one doesn't help any more."""
    met(scene, meeting)
    code = scene.phone_codes.issue(CUSTOMER_PHONE, scene.subject(meeting), at=scene.now)
    for number in range(5):
        give_back(scene, meeting, f"{number:08}")
    assert give_back(scene, meeting, code).sent_to is None
    assert not fulfilled(scene, meeting)


def test_a_newer_code_replaces_an_older_one(scene: Scene, meeting: Term) -> None:
    """Of one phone; and what the book keeps is no code."""
    subject = scene.subject(meeting)
    first = scene.phone_codes.issue(CUSTOMER_PHONE, subject, at=scene.now)
    second = scene.phone_codes.issue(CUSTOMER_PHONE, subject, at=scene.now)
    assert scene.phone_codes.give_back(first, subject, at=scene.now) is None
    assert first not in repr(vars(scene.phone_codes))
    assert scene.phone_codes.give_back(second, subject, at=scene.now) == CUSTOMER_PHONE


# ------------------------------------------------------------------------------------------- contracts and passkeys


class Wallets:
    """Contract wallets that say yes to some digests."""

    def __init__(self, *owned: str) -> None:
        self.owned = owned
        self.asked: list[str] = []

    def ask(self, *, signer: str, digest: bytes, signature: bytes) -> WalletAnswer:
        """Yes from those that are owned, to the word "mine"."""
        self.asked.append(signer)
        return WalletAnswer(
            signer=signer,
            digest=digest,
            signature_hash=sha256(signature).digest(),
            chain_id=DOMAIN.chain_id,
            block_number=7,
            block_hash=bytes(32),
            valid=signer in self.owned and signature == b"mine",
        )


def test_a_contract_wallet_hands_in(scene: Scene) -> None:
    """It is asked, and what it answered at which block goes into the record."""
    term, wallet = scene.located(), scene.recipient.address
    scene.intake = replace(scene.intake, signers=Signers(Wallets(wallet)))
    honest = scene.signed(term, "position", position_content(KAMPALA))
    by_contract = honest.model_copy(update={"signature": b"mine", "signer": wallet})
    piece = scene.report(term, signed=by_contract)
    assert isinstance(piece, Position)
    assert piece.provenance is not None
    assert (piece.provenance.scheme, piece.provenance.signer) == (Scheme.CONTRACT, wallet)
    assert piece.provenance.wallet is not None
    assert piece.provenance.wallet.block_number == 7
    assert scene.verdict(term, piece).fulfilled


def test_only_a_wallet_whose_word_counts_is_asked(scene: Scene) -> None:
    """A stranger's contract costs no question, and a no is nobody's signature."""
    term, wallets = scene.located(), Wallets(account(5).address)
    scene.intake = replace(scene.intake, signers=Signers(wallets))
    honest = scene.signed(term, "position", position_content(KAMPALA))
    for signer in (account(5).address, scene.recipient.address):
        forged = honest.model_copy(update={"signature": b"mine", "signer": signer})
        assert "bound.signature" in scene.failed(term, scene.report(term, signed=forged))
    assert wallets.asked == [scene.recipient.address]


def by_passkey(message: ConfirmationMessage, key: P256Key, *, rp_id: str = RP_ID) -> SignedSubmission:
    """The message as a passkey signs it."""
    data = authenticator(rp_id=rp_id)
    client = b'{"type":"webauthn.get","challenge":"%s","origin":"%s","crossOrigin":false}' % (
        challenge(message.digest(DOMAIN)).encode(),
        ORIGIN.encode(),
    )
    signature = encode_dss_signature(*numbers(data, client, key))
    assertion = PasskeyAssertion(
        public_key=key.public, authenticator_data=data, client_data_json=client, signature=signature
    )
    return SignedSubmission(submission=message, passkey=assertion)


def test_a_customer_confirms_with_a_passkey(scene: Scene) -> None:
    """The terms name the address that the key stands for; another key, or another site's, is nobody."""
    key, term = P256Key(77), scene.delivered()
    party = RelyingParty(id=RP_ID, origins=(ORIGIN,))
    scene.intake = replace(scene.intake, signers=Signers(relying_party=party))
    people = {"customer": passkey_address(key.public)}
    case = replace(scene.case(term), signers=frozenset(people.values()))

    def confirm(key: P256Key, **how: Any) -> Confirmation:
        message = ConfirmationMessage(
            deal=scene.deal,
            milestone=0,
            term=term.id,
            nonce=scene.nonce(term),
            kind="confirmation",
            confirmed=True,
            rating=0,
            captured_at=int(scene.now.timestamp()),
        )
        signed = by_passkey(message, key, **how)
        piece = scene.intake.receive_statement(Said(confirmed=True), signed, case=case, received_at=scene.now)
        assert isinstance(piece, Confirmation)
        return piece

    def judged(piece: Confirmation) -> bool:
        around = scene.circumstances().model_copy(update={"people": people})
        return judge(term, [piece], around).fulfilled

    honest = confirm(key)
    assert honest.provenance is not None
    assert (honest.provenance.scheme, honest.provenance.relying_party) == (Scheme.PASSKEY, party)
    assert judged(honest)
    assert not judged(confirm(P256Key(78)))
    assert not judged(confirm(key, rp_id="example.net"))


# ------------------------------------------------------------------------------------------------- hardware attests


def test_an_app_on_a_device_vouches_for_a_position(scene: Scene, sandbox: Sandbox) -> None:
    """Grade G2, which a term may ask for. The proof is of this very message, and counts only with a fresh nonce."""
    apple = Apple(at=scene.now)
    policy = AppAttestPolicy(app=IOS_APP, root=apple.pem)
    verifier = AppAttest(policy, keys=InMemoryDeviceKeys(), sandbox=sandbox)
    scene.intake = replace(scene.intake, devices=DeviceVerifiers(apple=verifier))
    point = {"latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "radius": 100}
    term = scene.located(**point, grade="G2")
    signed = scene.signed(term, "position", position_content(KAMPALA))
    assert scene.failed(term, scene.report(term, signed=signed)) >= {"evidence.grade"}

    def vouched(digest: bytes | None = None) -> Any:
        message = scene.signed(term, "position", position_content(KAMPALA))
        proof = Phone(apple).attestation(digest or message.submission.digest(DOMAIN))
        return message.model_copy(update={"device": DeviceProof(attestation=proof)})

    assert "evidence.grade" in scene.failed(term, scene.report(term, signed=vouched(b"\x01" * 32)))
    piece = scene.report(term, signed=vouched())
    assert isinstance(piece, Position)
    assert piece.provenance is not None
    assert piece.provenance.device is not None
    assert scene.verdict(term, piece).fulfilled


def test_a_camera_signs_for_the_nonce(scene: Scene, shoot: Shoot) -> None:
    """Grade G2, if a trusted camera took it and was told this nonce; with another's nonce it is a bound photo."""
    root = capture.Holder.authority()
    scene.now = capture.now()
    scene.intake = replace(scene.intake, anchors=root.pem)
    term = scene.pictured(grade="G2")
    names = iter(("coffee", "chelsea", "rocket"))

    def grade(camera: capture.Camera, *, told: bytes | None = None) -> Grade:
        nonce = scene.nonce(term)
        file = camera.sign(shoot(next(names)), nonce="0x" + (told or nonce).hex())
        piece = scene.upload(term, file, nonce=nonce)
        assert isinstance(piece, Photo)
        verdict = scene.verdict(term, piece)
        (found,) = {check.grade for check in verdict.checks if check.code == "photo.pixels"}
        assert verdict.fulfilled is (found == Grade.ATTESTED)
        assert found is not None
        return found

    assert grade(root.camera()) == Grade.ATTESTED
    assert grade(root.camera(), told=b"\x01" * 32) == Grade.BOUND
    assert grade(capture.Holder.authority("Somebody").camera()) == Grade.BOUND


# ------------------------------------------------------------------------------------------------- parts of pictures


AUTHENTIC = {"ai_validation": {"enabled": True, "verify_authenticity": True}}


def cropped(name: str, *, turned: float = 0.0) -> bytes:
    """A part of a photograph, or a turned copy of it, saved anew."""
    image = picture(name, (1600, 1200))
    if turned:
        image = image.rotate(turned, Image.Resampling.BICUBIC, expand=False)
    return jpeg(image.crop((200, 150, 1400, 1050)), quality=85)


@pytest.mark.parametrize("turned", [0.0, 4.0])
def test_a_part_of_a_photo_is_no_new_photo(scene: Scene, shoot: Shoot, turned: float) -> None:
    """Neither for the same term, beside the whole, nor for another term of the deal; a new one is."""
    term = scene.pictured(required_count=2, **AUTHENTIC)
    scene.upload(term, shoot("coffee"))
    part = scene.upload(term, cropped("coffee", turned=turned))
    assert isinstance(part, Photo)
    assert part.likenesses
    assert part.likenesses[0].inliers >= SAME_SCENE_INLIERS
    assert {"photo.same_scene", "photo.authentic", "photo.count"} == scene.failed(term)
    other = scene.pictured(**AUTHENTIC)
    assert "photo.same_scene" in scene.failed(other, scene.upload(other, cropped("coffee", turned=turned)))
    assert scene.verdict(other, scene.upload(other, shoot("chelsea"))).fulfilled


def test_a_part_of_an_own_photo_in_another_deal_is_found(sandbox: Sandbox, scene: Scene, shoot: Shoot) -> None:
    """By the wallet; and the other deal's file is not named."""
    term = scene.pictured(**AUTHENTIC)
    scene.upload(term, shoot("coffee"))
    elsewhere = Scene(scene.intake.readers, scene.intake.history)
    again = elsewhere.pictured(**AUTHENTIC)
    piece = elsewhere.upload(again, cropped("coffee"))
    assert isinstance(piece, Photo)
    assert piece.likenesses
    assert piece.likenesses[0].sha256 is None
    assert "photo.same_scene" in elsewhere.failed(again, piece)


class Unreachable:
    """A reuse index whose database is gone."""

    def look(self, picture: Any) -> Any:
        """Never answers."""
        raise ReuseIndexUnavailable("no connection")

    def record(self, picture: Any, subject: Any, *, at: Any) -> Any:
        """Never answers."""
        raise ReuseIndexUnavailable("no connection")


def test_a_photo_that_nobody_can_look_up_waits(scene: Scene, shoot: Shoot) -> None:
    """It does not count, and nothing is lost: handed in again, it does."""
    index, term = scene.intake.reuse, scene.pictured()
    scene.intake = replace(scene.intake, reuse=Unreachable())
    assert scene.failed(term, scene.upload(term, shoot("coffee"))) >= {"photo.same_file", "photo.same_picture"}
    scene.intake = replace(scene.intake, reuse=index)
    assert scene.verdict(term, scene.upload(term, shoot("coffee"))).fulfilled

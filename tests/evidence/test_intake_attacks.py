"""Those who would burn what is somebody else's, or be read before anybody looks who they are: nonces, codes, files."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from itertools import permutations
from threading import Barrier
from typing import Any

import pytest

from bench.camera import jpeg, picture
from escrow_chain.chain.errors import NodeFault
from escrow_chain.evidence.assembly import Brought, Desk, Judged, judge_things
from escrow_chain.evidence.content import GivenCode, photo_content, position_content
from escrow_chain.evidence.door import Door
from escrow_chain.evidence.handed_in import HandedIn, Signed
from escrow_chain.evidence.intake import PhotoUpload
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.evidence.signed_piece import Receipt, SignedPiece
from escrow_chain.evidence.signers import KEYS_ALONE, Signers
from escrow_chain.evidence.submission import SignedSubmission
from escrow_chain.terms import Photo, Piece, Term, TermsDocument, Unusable, parse_document, parse_term
from escrow_chain.terms.provenance import NonceStatus, WalletAnswer
from tests.evidence.scene import DOMAIN, KAMPALA, Scene, account, counted
from tests.evidence.test_ways_in import Wallets

Shoot = Callable[[str], bytes]
PLACE = {"latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "radius": 100}


def terms(*asked: tuple[str, Mapping[str, Any]]) -> TermsDocument:
    """A terms document of several terms."""
    entries = [{"term_type": name, "data": dict(data)} for name, data in asked]
    return parse_document({"format": "escrow_chain/terms/1", "timezone": "Africa/Kampala", "terms": entries})


def kept(signed: SignedSubmission, piece: Piece, file: bytes | None = None, **fields: Any) -> Signed:
    """A piece as the service keeps it, with its receipt."""
    assert not isinstance(piece, Unusable)
    recorded = SignedPiece(**dict(signed), domain=DOMAIN, receipt=Receipt.of(piece), **fields)
    return Signed(recorded, file)


def heard(scene: Scene, document: TermsDocument, things: tuple[HandedIn, ...], sandbox: Sandbox) -> tuple[Judged, ...]:
    """The verdicts on what the service has kept, as the attestor judges it."""
    return judge_things([Brought(document, things, scene.circumstances())], desk=Desk.new(sandbox))[0]


# ------------------------------------------------------------------------------------------------ the second judgement


@pytest.fixture
def place() -> TermsDocument:
    """A place to be at."""
    return terms(("location_verification", PLACE))


def there(scene: Scene, term: Term, nonce: bytes, **changes: Any) -> Signed:
    """A position that is handed in, and kept."""
    message = scene.signed(term, "position", position_content(KAMPALA), nonce=nonce, **changes)
    return kept(message, scene.report(term, signed=message), position=KAMPALA)


def test_another_piece_with_the_same_nonce_takes_nothing_away(
    scene: Scene, place: TermsDocument, sandbox: Sandbox
) -> None:
    """Whoever hands it in, before or after, and in whatever order the files are read."""
    (term,) = place.terms
    nonce = scene.nonce(term)
    by_stranger = there(scene, term, nonce, signer=account(2002))
    honest = there(scene, term, nonce)
    replayed = there(scene, term, nonce)
    statuses = [each.piece.receipt.nonce_status for each in (by_stranger, honest, replayed)]
    assert statuses == [NonceStatus.UNASKED, NonceStatus.FRESH, NonceStatus.USED]
    at_once = replayed.piece.receipt.model_copy(update={"received_at": honest.piece.receipt.received_at})
    twin = Signed(replayed.piece.model_copy(update={"receipt": at_once}), None)
    for order in permutations((by_stranger, honest, replayed, twin)):
        (judged,) = heard(scene, place, order, sandbox)
        assert judged.verdict.accepted == (order.index(honest),)


def test_a_piece_that_is_brought_twice_counts_once(scene: Scene, place: TermsDocument, sandbox: Sandbox) -> None:
    """Its nonce is fresh for the first of the two, whatever both receipts say."""
    (term,) = place.terms
    honest = there(scene, term, scene.nonce(term))
    (judged,) = heard(scene, place, (honest, honest), sandbox)
    assert judged.verdict.accepted == (0,)
    assert "bound.nonce" in {check.code for check in judged.verdict.failures if check.piece == 1}


def test_a_later_copy_does_not_make_the_earlier_photo_one(scene: Scene, shoot: Shoot, sandbox: Sandbox) -> None:
    """Though the copy is for a term that stands before it: what came first is the original."""
    document = terms(("photo_upload", {}), ("photo_upload", {"description": "the other one"}))
    for_copies, for_photos = document.terms

    def handed_in(term: Term, file: bytes) -> Signed:
        message = scene.signed(term, "photo", photo_content(sha256(file).digest()))
        return kept(message, scene.upload(term, file, nonce=message.submission.nonce), file, photo="photo.jpg")

    original = handed_in(for_photos, shoot("coffee"))
    copy = handed_in(for_copies, jpeg(picture("coffee", (1600, 1200)), quality=60))
    for order in ((original, copy), (copy, original)):
        copies, photos = heard(scene, document, order, sandbox)
        assert photos.verdict.fulfilled
        assert {"photo.same_picture", "photo.count"} <= {check.code for check in copies.verdict.failures}


def test_milestones_are_judged_alike_in_whatever_order(scene: Scene, shoot: Shoot, sandbox: Sandbox) -> None:
    """A later copy for one milestone takes nothing from the earlier photo for another."""
    documents = [terms(("photo_upload", {"description": name})) for name in ("of the copies", "of the photos")]
    pieces = []
    for document, file in ((documents[1], shoot("coffee")), (documents[0], jpeg(picture("coffee", (1600, 1200))))):
        (term,) = document.terms
        message = scene.signed(term, "photo", photo_content(sha256(file).digest()))
        piece = scene.upload(term, file, nonce=message.submission.nonce)
        pieces.append(kept(message, piece, file, photo="photo.jpg"))
    photo, copy = pieces
    brought = [
        Brought(documents[0], [copy], scene.circumstances()),
        Brought(documents[1], [photo], scene.circumstances()),
    ]
    for order in (brought, brought[::-1]):
        judged = judge_things(order, desk=Desk.new(sandbox))
        outcome = {
            each.document.hash: verdicts[0].verdict.fulfilled for each, verdicts in zip(order, judged, strict=True)
        }
        assert outcome == {documents[0].hash: False, documents[1].hash: True}


# ------------------------------------------------------------------------------------------------------------- the door


def at_the_door(scene: Scene, term: Term, signed: SignedSubmission, signers: Signers = KEYS_ALONE) -> str | None:
    """Why it is not let in."""
    refusal = Door(scene.nonces, signers).refusal(signed, case=scene.case(term), at=scene.now)
    return refusal.code if refusal else None


def test_the_recipient_is_let_in_and_loses_nothing(scene: Scene) -> None:
    """As often as is asked: the nonce is used up by the piece alone."""
    term = scene.located()
    signed = scene.signed(term, "position", position_content(KAMPALA))
    assert [at_the_door(scene, term, signed) for _ in range(2)] == [None, None]
    assert scene.verdict(term, scene.report(term, signed=signed)).fulfilled
    assert at_the_door(scene, term, signed) == "bound.nonce"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signer": account(2002)}, "bound.signature"),
        ({"signer": account(1002)}, "bound.signature"),
        ({"kind": "photo"}, "evidence.kind"),
        ({"term": b"\x02" * 32}, "bound.subject"),
        ({"deal": b"\x02" * 32}, "bound.subject"),
        ({"milestone": 1}, "bound.subject"),
        ({"nonce": b"\x02" * 32}, "bound.nonce"),
    ],
)
def test_strangers_are_not_let_in(scene: Scene, change: dict[str, Any], code: str) -> None:
    """Nor the customer, where only the recipient's word counts, nor what is for something else or of no use there."""
    term = scene.located()
    assert at_the_door(scene, term, scene.signed(term, "position", bytes(32), **change)) == code


def test_what_comes_late_is_not_let_in(scene: Scene) -> None:
    """Nor with a nonce of another term; and the sentence is the judge's own."""
    term, other = scene.located(), scene.located(latitude=0.0, longitude=0.0, radius=1)
    borrowed = scene.signed(term, "position", bytes(32), nonce=scene.nonce(other))
    refusal = Door(scene.nonces, KEYS_ALONE).refusal(borrowed, case=scene.case(term), at=scene.now)
    assert refusal is not None
    assert (refusal.code, refusal.measured) == ("bound.nonce", "elsewhere")
    assert "issued for another term" in str(refusal.sentence)
    late = scene.signed(term, "position", bytes(32))
    scene.wait(minutes=10)
    assert at_the_door(scene, term, late) == "bound.nonce"


def test_no_wallet_is_asked_for_somebody_without_a_nonce(scene: Scene) -> None:
    """Nor a stranger's own. Else anybody could make the service ask its node, by naming the recipient's wallet."""
    term, wallets = scene.located(), Wallets(scene.recipient.address)
    forged = scene.signed(term, "position", bytes(32), nonce=b"\x02" * 32)
    by_contract = {"signature": b"mine", "signer": scene.recipient.address}
    assert at_the_door(scene, term, forged.model_copy(update=by_contract), Signers(wallets)) == "bound.nonce"
    strangers = {"signature": b"mine", "signer": account(2002).address}
    stranger = scene.signed(term, "position", bytes(32)).model_copy(update=strangers)
    assert at_the_door(scene, term, stranger, Signers(wallets)) == "bound.signature"
    assert wallets.asked == []
    honest = scene.signed(term, "position", bytes(32)).model_copy(update=by_contract)
    assert at_the_door(scene, term, honest, Signers(wallets)) is None
    assert wallets.asked == [scene.recipient.address]


def test_a_customer_cannot_make_a_photo_look_used(scene: Scene, shoot: Shoot) -> None:
    """By handing it in first, as the customer, where nobody asks for photos. The nonce is still good for a word."""
    term, pictures = scene.delivered(), scene.pictured(ai_validation={"verify_authenticity": True})
    nonce = scene.nonce(term)
    scene.upload(term, shoot("coffee"), signer=scene.customer, nonce=nonce)
    photo = scene.upload(pictures, shoot("coffee"))
    assert isinstance(photo, Photo)
    assert (photo.sightings, photo.likenesses) == ((), ())
    assert scene.verdict(pictures, photo).fulfilled
    assert scene.verdict(term, scene.confirm(term, nonce=nonce)).fulfilled


# --------------------------------------------------------------------------------------- what a failure leaves behind


@pytest.mark.parametrize("file", [b"\xff\xd8\xff and no photo", b"%PDF-1.7 and no document", b"nothing at all"])
def test_a_file_that_cannot_be_read_costs_nothing(scene: Scene, shoot: Shoot, file: bytes) -> None:
    """The nonce that its signer asked for is good for the right file."""
    term = scene.pictured()
    nonce = scene.nonce(term)
    assert isinstance(scene.upload(term, file, nonce=nonce), Unusable)
    assert isinstance(scene.hand_in(term, file, nonce=nonce), Unusable)
    assert scene.verdict(term, scene.upload(term, shoot("coffee"), nonce=nonce)).fulfilled


class NoNode:
    """A node that does not answer."""

    def ask(self, *, signer: str, digest: bytes, signature: bytes) -> WalletAnswer:
        """Never."""
        raise NodeFault("busy")


def test_a_node_that_does_not_answer_costs_nothing(scene: Scene, shoot: Shoot) -> None:
    """Nothing was recorded before: handed in again, the very same message counts."""
    term, wallet = scene.pictured(), scene.recipient.address
    message = scene.signed(term, "photo", photo_content(sha256(shoot("coffee")).digest()))
    by_contract = message.model_copy(update={"signature": b"mine", "signer": wallet})

    def hand_in(signers: Signers) -> Piece:
        intake = replace(scene.intake, signers=signers)
        upload = PhotoUpload(shoot("coffee"))
        return intake.receive_photo(upload, by_contract, case=scene.case(term), received_at=scene.now)

    with pytest.raises(NodeFault):
        hand_in(Signers(NoNode()))
    piece = hand_in(Signers(Wallets(wallet)))
    assert isinstance(piece, Photo)
    assert (piece.sightings, piece.likenesses) == ((), ())
    assert scene.verdict(term, piece).fulfilled


def test_of_two_that_come_at_once_one_counts(scene: Scene) -> None:
    """The same signed code, from two connections at the same moment: one nonce, one attempt."""
    coded = parse_term({"term_type": "custom", "data": {"verification_code": "QC"}}).terms[0]
    given = GivenCode(code="QC", salt="0x" + counted(32).hex())
    case, at_once = scene.case(coded), Barrier(2)

    def receive(message: SignedSubmission) -> Any:
        at_once.wait()
        return scene.intake.receive_statement(given, message, case=case, received_at=scene.now)

    with ThreadPoolExecutor(2) as both:
        for turn in range(1, 6):
            message = scene.signed(coded, "code", given.content)
            pieces = list(both.map(receive, (message, message)))
            assert {each.provenance.nonce_status for each in pieces} == {NonceStatus.FRESH, NonceStatus.USED}
            assert {each.attempt for each in pieces} == {turn, None}


# ------------------------------------------------------------------------------------------------------------ secrets


def test_neither_code_nor_salt_is_in_what_may_be_logged(scene: Scene) -> None:
    """With its salt, the hash of a short code is the code: eight digits are tried in a minute."""
    coded = parse_term({"term_type": "custom", "data": {"verification_code": "QC"}}).terms[0]
    given = GivenCode(code="QC-2025-001", salt="0x" + "5a" * 32)
    message = scene.signed(coded, "code", given.content)
    piece = scene.intake.receive_statement(given, message, case=scene.case(coded), received_at=scene.now)
    signed = kept(message, piece, code=given.code, salt=given.salt)
    said = repr((given, piece, signed, scene.phone_codes, Subject(scene.deal, 0, coded.id)))
    assert given.code not in said
    assert "5a5a5a" not in said

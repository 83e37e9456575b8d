"""Bundles for tests: pieces as a service recorded them, what an attestor makes of them, and what a thief does then."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount

from bench.camera import photograph
from escrow_chain.evidence.bundle import EvidenceBundle, Signature, read_bundle, write_bundle
from escrow_chain.evidence.bundle_archive import packed
from escrow_chain.evidence.bundle_checks import bundle_checks, signer_checks
from escrow_chain.evidence.content import GivenCode, photo_content, position_content
from escrow_chain.evidence.handed_in import Signed
from escrow_chain.evidence.hearing import Attested, Matter, Sitting, draft_bundle, hear, hear_again
from escrow_chain.evidence.root import accepted_leaves, evidence_root
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.evidence.signed_piece import Receipt, SignedPiece
from escrow_chain.evidence.submission import ConfirmationMessage, Submission, sign
from escrow_chain.protocol.canonical import canonical
from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root
from escrow_chain.protocol.events import Opened
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import Attestation, Domain, bitmap
from escrow_chain.terms import NonceStatus, TermsDocument, parse_document
from escrow_chain.terms.check import Check
from tests.evidence.scene import DOMAIN, KAMPALA, MORNING, account, counted

ATTESTOR, STRANGER, RECIPIENT, CUSTOMER = account(2001), account(2002), account(1001), account(1002)
DEAL = hashlib.sha256(b"a deal").digest()
DEADLINE = MORNING + timedelta(days=1)
JUDGED_AT = MORNING + timedelta(hours=12)
Edit = Callable[[dict[str, Any], dict[str, bytes]], None]
"""Changes the parsed `bundle.json` and the other members."""


@dataclass
class Records:
    """What came in for one milestone, a minute after the other, at a service whose word counts."""

    document: dict[str, Any]
    milestone: int = 0
    now: datetime = MORNING
    signed: list[Signed] = field(default_factory=list)

    @property
    def terms(self) -> TermsDocument:
        """The terms as they are understood."""
        return parse_document(self.document)

    def locate(self, term: int, document: dict[str, Any]) -> None:
        """A position of the recipient."""
        self.submit(term, "position", position_content(document), position=document)

    def picture(self, term: int, file: bytes, **fields: Any) -> None:
        """A photo of the recipient."""
        content = photo_content(hashlib.sha256(file).digest())
        self.submit(term, "photo", content, file=file, photo="photo.jpg", **fields)

    def confirm(self, term: int, *, confirmed: bool = True, **fields: Any) -> None:
        """What the customer says; with the customer's own key unless the fields have another signature."""
        said = {"kind": "confirmation", "confirmed": confirmed, "rating": 0}
        self.add(ConfirmationMessage.model_validate(self.message(term) | said), by=CUSTOMER, **fields)

    def submit(self, term: int, kind: str, content: bytes, *, nonce: bytes | None = None, **fields: Any) -> None:
        """Anything that is submitted by the recipient."""
        named = {"kind": kind, "content": content} | ({"nonce": nonce} if nonce else {})
        self.add(Submission.model_validate(self.message(term) | named), by=RECIPIENT, **fields)

    def message(self, term: int) -> dict[str, Any]:
        """What all messages name."""
        self.now += timedelta(minutes=1)
        return {
            "deal": DEAL,
            "milestone": self.milestone,
            "term": self.terms.terms[term].id,
            "nonce": counted(32),
            "captured_at": int(self.now.timestamp()),
        }

    def add(
        self,
        message: Submission | ConfirmationMessage,
        *,
        by: LocalAccount,
        file: bytes | None = None,
        receipt: dict[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """A piece with its receipt; `receipt` and `fields` say more, or otherwise."""
        pictured = {"sightings": (), "likenesses": ()} if message.kind == "photo" else {}
        recorded = Receipt(
            nonce_status=NonceStatus.FRESH,
            issued_at=self.now - timedelta(seconds=20),
            received_at=self.now + timedelta(seconds=5),
            **pictured | (receipt or {}),
        )
        signed = dict(sign(message, domain=DOMAIN, account=by)) | fields
        self.signed.append(Signed(SignedPiece(**signed, domain=DOMAIN, receipt=recorded), file))

    @property
    def matter(self) -> Matter:
        """The milestone, to be heard."""
        return Matter(self.milestone, RECIPIENT.address, DEADLINE, self.document, self.signed)


def document(*terms: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A terms document."""
    base = {"format": "escrow_chain/terms/1", "timezone": "Africa/Kampala", "terms": list(terms)}
    return base | {"people": {"customer": CUSTOMER.address}} | fields


def attested(sitting: Sitting) -> Attested:
    """The attestation that all that was heard is fulfilled."""
    judged = [(one.verdict, one.evidence) for each in sitting.heard for one in each.judged]
    leaves = accepted_leaves(judged, randomness=counted)
    attestation = Attestation(
        deal=sitting.deal,
        milestones=bitmap([each.matter.milestone for each in sitting.heard]),
        evidence=evidence_root(leaves),
        valid_until=int(sitting.at.timestamp()) + 3600,
    )
    return Attested(attestation, leaves)


def heard(*records: Records, sandbox: Sandbox, at: datetime = JUDGED_AT, anchors: str = "") -> Sitting:
    """What the attestor found."""
    return hear([each.matter for each in records], deal=DEAL, at=at, sandbox=sandbox, anchors=anchors)


def written(path: Path, sitting: Sitting, *, attest: bool = True) -> Path:
    """The attestor's bundle of it."""
    contents, members = draft_bundle(sitting, DOMAIN, attested(sitting) if attest else None)
    signature = ATTESTOR.unsafe_sign_hash(contents.word.digest(DOMAIN)).signature
    write_bundle(path, contents, Signature(signer=ATTESTOR.address, signature=bytes(signature)), members)
    return path


def edited(path: Path, edit: Edit, *, by: LocalAccount | None = None) -> Path:
    """A copy of a bundle with something changed, all its hashes made right, and signed anew if somebody does."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    contents, signature = json.loads(members.pop("bundle.json")), members.pop("signature.json")
    edit(contents, members)
    contents["members"] = {name: "0x" + hashlib.sha256(content).hexdigest() for name, content in members.items()}
    spelled = canonical(contents)
    if by is not None:
        domain = Domain.model_validate(contents["domain"])
        word = EvidenceBundle(deal=contents["deal"], content=hashlib.sha256(spelled).digest())
        signed = by.unsafe_sign_hash(word.digest(domain)).signature  # type: ignore[arg-type]
        signature = canonical({"signer": by.address, "signature": "0x" + signed.hex()})
    return repacked(path, [("bundle.json", spelled), ("signature.json", signature), *members.items()])


def repacked(path: Path, members: list[tuple[str, bytes]]) -> Path:
    """These members, in an archive beside the bundle."""
    other = path.with_name(f"{counted(4).hex()}.bundle")
    other.write_bytes(b"".join(packed(members)))
    return other


def in_piece(number: int, change: Callable[[dict[str, Any]], Any]) -> Edit:
    """Changes a piece."""

    def edit(_: dict[str, Any], members: dict[str, bytes]) -> None:
        name = f"pieces/{number}.json"
        piece = json.loads(members[name])
        change(piece)
        members[name] = canonical(piece)

    return edit


def in_contents(change: Callable[[dict[str, Any]], Any]) -> Edit:
    """Changes `bundle.json`."""

    def edit(contents: dict[str, Any], _: dict[str, bytes]) -> None:
        change(contents)

    return edit


def checked(path: Path, sandbox: Sandbox, *, trusted: str = ATTESTOR.address) -> list[Check]:
    """All checks of a bundle, by somebody who trusts the attestor."""
    bundle = read_bundle(path)
    return [*signer_checks(bundle, {trusted}), *bundle_checks(bundle, hear_again(bundle, sandbox=sandbox))]


def failures(path: Path, sandbox: Sandbox) -> set[str]:
    """The codes of the checks that fail."""
    return {check.code for check in checked(path, sandbox) if not check.passed}


WALLET = "0x" + "c0" * 20
PLACE = {
    "term_type": "location_verification",
    "data": {
        "latitude": KAMPALA["latitude"],
        "longitude": KAMPALA["longitude"],
        "radius": 100,
        "verification_window": {"start_time": "08:00", "end_time": "12:00"},
    },
}
PICTURE = {"term_type": "photo_upload", "data": {"required_count": 1}}
CODE = {"term_type": "custom", "data": {"verification_code": "QC-1"}}
WORD = {"term_type": "delivery_confirmation", "data": {}}
FAR, NEAR, PHOTO, GIVEN, SAID = range(5)
"""The pieces of the bundle, by number."""
TERMS = document(PLACE, PICTURE, CODE, WORD, people={"customer": WALLET})


def delivered() -> Records:
    """All that the terms ask for, and a position that does not count; the customer has a contract for a wallet."""
    records = Records(TERMS)
    records.locate(0, KAMPALA | {"latitude": 0.349})
    records.locate(0, KAMPALA)
    before = {"deal": DEAL, "milestone": 0, "term": records.terms.terms[1].id, "received_at": MORNING}
    seen = before | {"same_file": True, "distance": 0}
    records.picture(1, photograph("coffee", (800, 600)), receipt={"sightings": (seen,)})
    code = {"code": "QC-1", "salt": "0x" + "07" * 32}
    records.submit(2, "code", GivenCode.model_validate(code).content, **code, receipt={"attempt": 2})
    said = {"kind": "confirmation", "confirmed": True, "rating": 0}
    word = ConfirmationMessage.model_validate(records.message(3) | said)
    answer = {
        "signer": WALLET,
        "digest": word.digest(DOMAIN),
        "signature_hash": hashlib.sha256(b"yes").digest(),
        "chain_id": DOMAIN.chain_id,
        "block_number": 7,
        "block_hash": b"\x07" * 32,
        "valid": True,
    }
    records.add(word, by=CUSTOMER, signature=b"yes", signer=WALLET, receipt={"wallet": answer})
    return records


def opened(**changes: Any) -> Opened:
    """The deal as it was opened, with the honest bundle's milestone 0; `changes` to that."""
    facts = {"index": 0, "deadline": int(DEADLINE.timestamp()), "terms": Records(TERMS).terms.hash} | changes
    payee = facts.pop("payee", RECIPIENT.address)
    milestone = Milestone(**facts, payouts=(Payout(to=payee, amount=1),))
    deal = Deal(
        payer=CUSTOMER.address,
        token=ZERO_ADDRESS,
        attestor=ATTESTOR.address,
        inspection_period=0,
        arbiter=ZERO_ADDRESS,
        arbitration_period=0,
        lapse_bps=0,
        revocable_until=0,
        agreement=bytes(32),
        salt=0,
        milestones=milestones_root([milestone]),
    )
    return Opened(DEAL, CUSTOMER.address, deal, (milestone,))


def entries(path: Path) -> list[tuple[str, bytes]]:
    """The members of a bundle."""
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]

"""A recipient with a real key, and a service with a nonce book, workers and an index: real bytes all the way."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from escrow_chain.evidence.attempts import InMemoryAttempts
from escrow_chain.evidence.content import Stated, Statement, document_content, photo_content, position_content
from escrow_chain.evidence.history import PictureHistory
from escrow_chain.evidence.intake import Case, DocumentUpload, Intake, PhotoUpload, Readers
from escrow_chain.evidence.nonces import InMemoryNonceBook, Subject
from escrow_chain.evidence.phone_codes import InMemoryPhoneCodes
from escrow_chain.evidence.reuse import InMemoryReuseIndex
from escrow_chain.evidence.submission import ConfirmationMessage, SignedSubmission, Submission, sign
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms import Circumstances, Piece, Term, Verdict, judge, parse_term

MORNING = datetime(2025, 6, 30, 6, 0, tzinfo=UTC)
KAMPALA = {"latitude": 0.347596, "longitude": 32.582520, "accuracy": 8.0}
DOMAIN = Domain(chain_id=31337, contract="0x" + "e5" * 20)


def account(seed: int) -> LocalAccount:
    """A wallet; each seed is another one."""
    key: LocalAccount = Account.from_key(seed.to_bytes(32))
    return key


def counted(size: int) -> bytes:
    """Not random at all, but never the same twice."""
    return next(_COUNTER).to_bytes(size)


def _count() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


_COUNTER = _count()


class Scene:
    """One deal. `now` is the server's clock; what is handed in is collected in `evidence`."""

    def __init__(self, readers: Readers, history: PictureHistory) -> None:
        self.deal = counted(32)
        self.recipient, self.customer, self.manager = account(1001), account(1002), account(1003)
        self.now = MORNING
        self.nonces = InMemoryNonceBook(randomness=counted)
        self.reuse = InMemoryReuseIndex()
        self.phone_codes = InMemoryPhoneCodes(secret=b"\x07" * 32, randomness=counted)
        self.intake = Intake(
            nonces=self.nonces,
            readers=readers,
            reuse=self.reuse,
            history=history,
            attempts=InMemoryAttempts(),
            phone_codes=self.phone_codes,
        )
        self.evidence: list[Piece] = []

    def located(self, **options: Any) -> Term:
        """A place to be at, Kampala within 100 m unless said otherwise."""
        point = {"latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "radius": 100}
        return parse_term({"term_type": "location_verification", "data": options or point}).terms[0]

    def pictured(self, **options: Any) -> Term:
        """Photos to hand in."""
        return parse_term({"term_type": "photo_upload", "data": options}).terms[0]

    def delivered(self, **options: Any) -> Term:
        """Something that the customer is to confirm."""
        return parse_term({"term_type": "delivery_confirmation", "data": options}).terms[0]

    def wait(self, **passed: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**passed)

    def nonce(self, term: Term) -> bytes:
        """A nonce for a term of this deal."""
        return self.nonces.issue(self.subject(term), at=self.now).value

    def subject(self, term: Term) -> Subject:
        """What evidence for a term is for."""
        return Subject(deal=self.deal, milestone=0, term=term.id)

    def case(self, term: Term) -> Case:
        """What the service knows about evidence for a term."""
        signers = self.circumstances().addresses(term.options.roles)
        return Case(subject=self.subject(term), signers=signers, kinds=term.type.kinds, domain=DOMAIN)

    def signed(self, term: Term, kind: str, content: bytes, /, **changes: Any) -> SignedSubmission:
        """The recipient's signature over content; `changes` to the message, its `signer` or `domain`."""
        signer, domain = changes.pop("signer", self.recipient), changes.pop("domain", DOMAIN)
        nonce = changes.pop("nonce", None) or self.nonce(term)
        message = {
            "deal": self.deal,
            "milestone": 0,
            "term": term.id,
            "nonce": nonce,
            "kind": kind,
            "content": content,
            "captured_at": int(self.now.timestamp()),
        }
        return sign(Submission.model_validate(message | changes), domain=domain, account=signer)

    def report(
        self, term: Term, document: Any = None, /, *, signed: SignedSubmission | None = None, **changes: Any
    ) -> Piece:
        """Hands in a position; honest unless `signed` or `changes` say otherwise."""
        document = KAMPALA if document is None else document
        message = signed or self.signed(term, "position", position_content(document), **changes)
        self.wait(seconds=5)
        piece = self.intake.receive_position(document, message, case=self.case(term), received_at=self.now)
        self.evidence.append(piece)
        return piece

    def upload(
        self, term: Term, file: bytes, /, *, position: Any = None, category: str | None = None, **changes: Any
    ) -> Piece:
        """Hands in a photo; honest unless `changes` say otherwise."""
        content = photo_content(hashlib.sha256(file).digest(), position, category)
        message = self.signed(term, "photo", content, **changes)
        self.wait(seconds=5)
        upload = PhotoUpload(file, position, category=category)
        piece = self.intake.receive_photo(upload, message, case=self.case(term), received_at=self.now)
        self.evidence.append(piece)
        return piece

    def hand_in(self, term: Term, file: bytes, stated: Any = None, /, *, roots: Any = (), **changes: Any) -> Piece:
        """Hands in a document, with what its upload says of it; honest unless `changes` say otherwise."""
        said = stated or {}
        content = document_content(hashlib.sha256(file).digest(), Stated.model_validate(said))
        message = self.signed(term, "document", content, **changes)
        self.wait(seconds=5)
        upload = DocumentUpload(file, said, max_bytes=10_000_000)
        case = replace(self.case(term), roots=tuple(roots))
        piece = self.intake.receive_document(upload, message, case=case, received_at=self.now)
        self.evidence.append(piece)
        return piece

    def confirm(self, term: Term, *, signed: SignedSubmission | None = None, **said: Any) -> Piece:
        """Hands in the customer's word; honest unless `signed` or `said` (as in `say`, or `nonce`) differs."""
        message = signed
        if message is None:
            nonce = said.pop("nonce", None) or self.nonce(term)
            message = self.say(deal=self.deal, milestone=0, term=term.id, nonce=nonce, **said)
        self.wait(seconds=5)
        word = message.submission
        assert isinstance(word, ConfirmationMessage)
        piece = self.intake.receive_statement(word.statement, message, case=self.case(term), received_at=self.now)
        self.evidence.append(piece)
        return piece

    def state(self, term: Term, statement: Statement, /, **changes: Any) -> Piece:
        """Hands in a code or data, signed by the recipient unless `changes` say otherwise."""
        message = self.signed(term, statement.KIND, statement.content, **changes)
        self.wait(seconds=5)
        piece = self.intake.receive_statement(statement, message, case=self.case(term), received_at=self.now)
        self.evidence.append(piece)
        return piece

    def say(self, *, confirmed: bool = True, rating: int = 0, **said: Any) -> SignedSubmission:
        """The customer's signature over a word, or that of another `signer`."""
        signer = said.pop("signer", self.customer)
        fields = {"confirmed": confirmed, "rating": rating, "captured_at": int(self.now.timestamp())}
        message = ConfirmationMessage.model_validate({"kind": "confirmation"} | fields | said)
        return sign(message, domain=DOMAIN, account=signer)

    def circumstances(self, **more: Any) -> Circumstances:
        """Those of the deal, now."""
        return Circumstances(
            at=self.now,
            zone="Africa/Kampala",
            deal=self.deal,
            milestone=0,
            submitter=self.recipient.address,
            people={"customer": self.customer.address, "manager": self.manager.address},
            **more,
        )

    def verdict(self, term: Term, *pieces: Piece) -> Verdict:
        """The verdict on these pieces, or on all that was handed in."""
        return judge(term, pieces or self.evidence, self.circumstances())

    def failed(self, term: Term, *pieces: Piece) -> set[str]:
        """The codes of the checks that fail."""
        return {check.code for check in self.verdict(term, *pieces).failures}

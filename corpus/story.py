"""How a case is told: somebody asks for a nonce, takes something, signs it and hands it in, while time passes.

Honest unless it is told otherwise. What it must come to is said by whoever tells it (`passes`, `fails`) and never
looked up. Keys, nonces and salts follow from names, so that the same story always makes the same bytes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from eth_account import Account
from eth_account.signers.local import LocalAccount

from corpus.case import FILES, Case
from escrow_chain.evidence.content import (
    GivenCode,
    GivenData,
    Stated,
    document_content,
    photo_content,
    position_content,
)
from escrow_chain.evidence.submission import ConfirmationMessage, Message, Submission
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms.document import FORMAT, parse_document

START: Final = datetime(2025, 6, 30, 6, 0, tzinfo=UTC)
"""Nine in the morning in Kampala."""
DOMAIN: Final = Domain(chain_id=31337, contract="0x" + "e5" * 20)
KAMPALA: Final = {"latitude": 0.347596, "longitude": 32.58252, "accuracy": 8.0}
ABOUT_THE_GRADE: Final = "evidence.grade"
DECISIVE: Final = frozenset(
    {
        ABOUT_THE_GRADE,
        "evidence.count",
        "location.visited",
        "location.sequence",
        "location.time_between",
        "photo.count",
        "photo.category_count",
        "confirmation.confirmed",
        "confirmation.rating",
        "meeting.recipient",
        "meeting.customer",
        "meeting.together",
        "meeting.confirmed_by_recipient",
        "meeting.confirmed_by_customer",
        "meeting.phone_of_recipient",
        "meeting.phone_of_customer",
        "meeting.photo",
        "code.given",
        "data.supplied",
        "approval.given",
        "approval.timeout",
        "document.supplied",
        "document.approved",
        "checkpoint.photo_upload",
        "checkpoint.manager_approval",
        "checkpoint.customer_signature",
    }
)
"""The checks that decide about a term; all others decide only whether a piece counts."""


class Signatory(Protocol):
    """Somebody who signs, however."""

    address: str

    def signed(self, message: Message, domain: Domain) -> tuple[dict[str, Any], dict[str, Any]]:
        """What shows who made a message, and what the service that received it found out about that."""


class Key:
    """A wallet that is a key; each number is another one."""

    def __init__(self, number: int) -> None:
        self._account: LocalAccount = Account.from_key(number.to_bytes(32))
        self.address = str(self._account.address)

    def signed(self, message: Message, domain: Domain) -> tuple[dict[str, Any], dict[str, Any]]:
        """See `Signatory`."""
        return {"signature": "0x" + self._account.unsafe_sign_hash(message.digest(domain)).signature.hex()}, {}  # type: ignore[arg-type]


RECIPIENT, CUSTOMER, MANAGER, INSPECTOR, STRANGER = (Key(number) for number in range(1001, 1006))
PEOPLE: Final = {"customer": CUSTOMER.address, "manager": MANAGER.address}


class Nonce(NamedTuple):
    """A nonce, 32 bytes, and when it was issued."""

    value: bytes
    issued_at: datetime | None


def hashed(*parts: object) -> bytes:
    """32 bytes that follow from these."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).digest()


def spelled(moment: datetime) -> str:
    """A moment as JSON has it."""
    return moment.isoformat().replace("+00:00", "Z")


def term(kind: str, **options: Any) -> dict[str, Any]:
    """A term of the document."""
    return {"term_type": kind, "data": options}


class Story:
    """One deal, one milestone. `now` is the service's clock; `at`, if it is set, the time of judging."""

    def __init__(  # noqa: PLR0913  (the fields of a case)
        self,
        name: str,
        shows: str,
        *terms: Mapping[str, Any],
        threat: int | None = None,
        honest: str | None = None,
        zone: str = "Africa/Kampala",
        people: Mapping[str, str] = PEOPLE,
        start: datetime = START,
        deadline: timedelta | None = None,
        anchors: str | None = None,
        submitter: Signatory | None = RECIPIENT,
        earlier: Sequence[str] = (),
        **named: Any,
    ) -> None:
        salt = "0x" + hashed("salt", name).hex()
        self._document = {
            "format": FORMAT,
            "salt": salt,
            "timezone": zone,
            **({"people": dict(people)} if people else {}),
            **named,
            "terms": list(terms),
        }
        self._fields: dict[str, Any] = {
            "name": name,
            "shows": shows,
            "threat": threat,
            "honest": honest,
            "terms": self._document,
            "milestone": 0,
            "anchors": anchors,
            "submitter": submitter.address if submitter else None,
            "deadline": spelled(start + deadline) if deadline else None,
            "earlier": tuple(earlier),
        }
        self._name = name
        self._recipient = submitter or RECIPIENT
        self._padded: dict[str, dict[str, Any]] = {}
        self._evidence: list[dict[str, Any]] = []
        self._issued = 0
        self.deal = hashed("deal", name)
        self.now = start
        self.at: datetime | None = None

    @property
    def term_ids(self) -> Sequence[bytes]:
        """Those of the terms, 32 bytes each."""
        return [each.id for each in parse_document(self._document).terms]

    def wait(self, **passed: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**passed)

    def nonce(self) -> Nonce:
        """A nonce, issued now."""
        self._issued += 1
        return Nonce(hashed("nonce", self._name, self._issued), self.now)

    def padded(self, name: str, size: int) -> str:
        """The name of a copy of a file that is lengthened with zeros to so many bytes."""
        stem, _, ending = name.rpartition(".")
        copy = f"{stem}-of-{size}.{ending}"
        self._padded[copy] = {"file": name, "bytes": size}
        return copy

    def report(self, position: Any, **how: Any) -> None:
        """Hands in a position, signed."""
        self._submit("position", position_content(position), {"position": position}, **how)

    def upload(self, photo: str, *, position: Any = None, category: str | None = None, **how: Any) -> None:
        """Hands in a photo by the name of its file; `sightings` and `likenesses` are what the service knew."""
        receipt = {"sightings": how.pop("sightings", []), "likenesses": how.pop("likenesses", [])}
        content = photo_content(self._sha256(photo), position, category)
        body = {"photo": photo, "position": position, "category": category}
        self._submit("photo", content, body, receipt=receipt, **how)

    def hand_in(self, document: str, *, type: str | None = None, fields: Any = None, **how: Any) -> None:  # noqa: A002
        """Hands in a PDF by the name of its file, with what its upload says of it."""
        said = {key: value for key, value in (("type", type), ("fields", fields)) if value is not None}
        try:
            content = document_content(self._sha256(document), Stated.model_validate(said))
        except ValueError:
            content = bytes(32)  # what makes no sense is refused before anybody looks at what was signed
        self._submit("document", content, {"document": document, "stated": said or None}, **how)

    def confirm(self, *, confirmed: bool = True, rating: int = 0, about: str = "", **how: Any) -> None:
        """Hands in somebody's word, the customer's unless `by` says otherwise."""
        said = {"confirmed": confirmed, "rating": rating, "about": about}
        self._submit("confirmation", None, {}, said=said, **{"by": CUSTOMER} | how)

    def give(self, code: str, *, attempt: int | None = 1, sent_to: str | None = None, **how: Any) -> None:
        """Gives a code back; `attempt` and `sent_to` are what the service counted and knew."""
        salt = "0x" + hashed("salt", self._name, len(self._evidence)).hex()
        content = GivenCode(code=code, salt=salt).content if code else bytes(32)
        receipt = {"attempt": attempt, "sent_to": sent_to}
        self._submit("code", content, {"code": code, "salt": salt}, receipt=receipt, **how)

    def supply(self, data: Any, **how: Any) -> None:
        """Supplies data by name."""
        try:
            content = GivenData.model_validate({"data": data}).content
        except ValueError:
            content = bytes(32)
        self._submit("data", content, {"data": data}, **how)

    def claim(self, text: str) -> None:
        """Hands in a text that nobody signed."""
        self._evidence.append({"text": text})

    def drop(self, file: str) -> None:
        """Hands in a file that nobody signed."""
        self._evidence.append({"file": file})

    def piece(self, **changes: Any) -> None:
        """Changes the last piece after it was signed: its fields, at the top."""
        self._evidence[-1]["piece"].update(changes)

    def again(self) -> None:
        """Hands in the last piece once more, to the byte."""
        self._evidence.append(self._evidence[-1])

    def passes(self, *accepted: int, notes: Iterable[str] = ()) -> Case:
        """It is fulfilled, and rests on these pieces (all, if none is named); `notes` fail and decide nothing."""
        rests_on = list(accepted or range(len(self._evidence)))
        return self._case({"fulfilled": True, "failed": sorted(notes), "decided": [], "accepted": rests_on})

    def fails(self, *failed: str, notes: Iterable[str] = (), accepted: Sequence[int] = ()) -> Case:
        """It is not fulfilled. `notes` decide nothing here, though such checks may elsewhere.

        `accepted` belongs to other terms of the document, which are fulfilled.
        """
        decided = sorted(DECISIVE.intersection(failed))
        every = sorted({*failed, *notes})
        return self._case({"fulfilled": False, "failed": every, "decided": decided, "accepted": list(accepted)})

    def refused(self, *paths: str) -> Case:
        """The terms themselves are refused, for what stands at these paths."""
        return self._case({"refused": sorted(paths)})

    def _case(self, expected: dict[str, Any]) -> Case:
        at = spelled(self.at or self.now + timedelta(minutes=1))
        deal, evidence = "0x" + self.deal.hex(), tuple(self._evidence)
        return Case(**self._fields, deal=deal, at=at, padded=self._padded, evidence=evidence, expected=expected)

    def _sha256(self, name: str) -> bytes:
        how = self._padded.get(name)
        content = (FILES / how["file"]).read_bytes().ljust(how["bytes"], b"\0") if how else _read(name)
        return hashlib.sha256(content).digest()

    def _submit(  # noqa: PLR0913  (what can be other than it should be)
        self,
        kind: str,
        content: bytes | None,
        body: Mapping[str, Any],
        *,
        by: Signatory | None = None,
        took_s: float = 5,
        nonce: Nonce | None = None,
        captured_s: float = 0,
        domain: Domain = DOMAIN,
        about_term: int = 0,
        said: Mapping[str, Any] | None = None,
        receipt: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        """`captured_s`: how far the device's clock is off, `changes`: to the message, or the `status` of its nonce."""
        used = nonce or self.nonce()
        status, named = changes.pop("status", "fresh"), changes.pop("domain_named", domain)
        message: dict[str, Any] = {
            "deal": self.deal,
            "milestone": 0,
            "term": self.term_ids[about_term],
            "nonce": used.value,
            "kind": kind,
            **(said or {"content": content}),
            "captured_at": int(self.now.timestamp() + captured_s),
        } | changes
        model = Submission if said is None else ConfirmationMessage
        submission = model.model_validate(message)
        shown, found = (by or self._recipient).signed(submission, domain)
        self.wait(seconds=took_s)
        piece = {
            "format": "escrow_chain/signed-piece/1",
            "domain": {"chain_id": str(named.chain_id), "contract": named.contract},
            "submission": submission.model_dump(mode="json"),
            **shown,
            **{key: value for key, value in body.items() if value is not None},
            "receipt": {
                "nonce_status": status,
                "issued_at": spelled(used.issued_at) if used.issued_at else None,
                "received_at": spelled(self.now),
                **(receipt or {}),
                **found,
            },
        }
        self._evidence.append({"piece": piece})


def _read(name: str) -> bytes:
    file = FILES / name
    return file.read_bytes() if file.exists() else b""

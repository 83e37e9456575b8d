"""The messages that people sign over a piece of evidence: EIP-712, readable in a wallet.

    Submission(bytes32 deal,uint8 milestone,bytes32 term,bytes32 nonce,string kind,bytes32 content,uint64 capturedAt)
    Confirmation(bytes32 deal,uint8 milestone,bytes32 term,bytes32 nonce,string about,bool confirmed,uint8 rating,
                 uint64 capturedAt)

under the escrow's own domain, so that they are void for any other chain, contract, deal and term.
`content` is the sha-256 of a small canonical JSON document that says what is handed in
(`escrow_chain.evidence.content`). A confirmation is all there is: its wallet shows what it says. No rating is 0, and
`about` is empty if it is about all of the term.

Signed by a key, by a contract wallet (`signer` says which), or by a passkey (`escrow_chain.evidence.signers`).

Source: EIP-712; EIP-2 for the low `s`.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias

from eth_typing import Hash32
from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from escrow_chain.evidence.content import Said
from escrow_chain.evidence.devices.proofs import DeviceProof
from escrow_chain.evidence.passkeys import PasskeyAssertion
from escrow_chain.protocol.numbers import Address, Bytes32, Uint8
from escrow_chain.protocol.typed_data import Domain, Struct
from escrow_chain.terms.options import broken_rule
from escrow_chain.terms.pieces import About
from escrow_chain.terms.record import LAST, Record

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

SUBMISSION: Final = Struct(
    "Submission",
    (
        ("bytes32", "deal"),
        ("uint8", "milestone"),
        ("bytes32", "term"),
        ("bytes32", "nonce"),
        ("string", "kind"),
        ("bytes32", "content"),
        ("uint64", "capturedAt"),
    ),
)
CONFIRMATION: Final = Struct(
    "Confirmation",
    (
        ("bytes32", "deal"),
        ("uint8", "milestone"),
        ("bytes32", "term"),
        ("bytes32", "nonce"),
        ("string", "about"),
        ("bool", "confirmed"),
        ("uint8", "rating"),
        ("uint64", "capturedAt"),
    ),
)
MAX_SIGNATURE: Final = 16_384
"""Bytes."""
_LATEST: Final = int(LAST.timestamp())


def _from_hexadecimal(value: Any) -> Any:
    if isinstance(value, str) and value[:2] == "0x":
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            return value
    return value


Submitted: TypeAlias = Literal["position", "photo", "document", "code", "data"]
"""What a submission can be of."""
Signature = Annotated[
    bytes,
    BeforeValidator(_from_hexadecimal),
    Field(strict=True, max_length=MAX_SIGNATURE),
    PlainSerializer(lambda value: "0x" + value.hex(), return_type=str, when_used="json"),
]
"""Bytes as a wallet gives them, 0x-hexadecimal in JSON: r, s, v of a key; whatever a contract takes."""


class Message(Record):
    """What is signed of every piece. `captured_at` is the device's time in unix seconds."""

    STRUCT: ClassVar[Struct]

    deal: Bytes32
    milestone: Uint8
    term: Bytes32
    nonce: Bytes32
    captured_at: Annotated[int, Field(ge=0, le=_LATEST)]

    @property
    def captured_time(self) -> datetime:
        """`captured_at` as a moment."""
        return datetime.fromtimestamp(self.captured_at, UTC)

    def digest(self, domain: Domain) -> bytes:
        """What is signed: 32 bytes."""
        return domain.digest(self.STRUCT.struct_hash(tuple(self._message().values())))

    def typed_data(self, domain: Domain) -> dict[str, Any]:
        """What a wallet shows and signs (`eth_signTypedData_v4`), binary values as hexadecimal."""
        shown = {
            name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in self._message().items()
        }
        return domain.typed_data(self.STRUCT, shown)

    def _message(self) -> dict[str, Any]:
        """The fields by the names and in the order of the type."""
        fields = {"capturedAt": self.captured_at} | self.model_dump()
        return {name: fields[name] for _, name in self.STRUCT.fields}


class Submission(Message):
    """That something is handed in."""

    STRUCT: ClassVar[Struct] = SUBMISSION

    kind: Submitted
    content: Bytes32


class ConfirmationMessage(Message):
    """That something came as agreed, or did not, and how good it was."""

    STRUCT: ClassVar[Struct] = CONFIRMATION

    kind: Literal["confirmation"]
    confirmed: bool
    rating: Annotated[int, Field(ge=0, le=5)]
    about: About = ""

    @property
    def statement(self) -> Said:
        """What is said, without when and about what."""
        return Said(confirmed=self.confirmed, about=self.about, rating=self.rating or None)

    @property
    def content(self) -> bytes:
        """The hash of what is said: 32 bytes."""
        return self.statement.content


class SignedSubmission(Record):
    """A submission, and what shows who made it.

    A signature, with its `signer` if that is a contract; or what a passkey answered. A `device` may vouch for it.
    """

    submission: Annotated[Submission | ConfirmationMessage, Field(discriminator="kind")]
    signature: Signature | None = None
    signer: Address | None = None
    passkey: PasskeyAssertion | None = None
    device: DeviceProof | None = None

    @model_validator(mode="after")
    def _signed_one_way(self) -> Self:
        if (self.signature is None) is (self.passkey is None):
            raise broken_rule("either a signature or a passkey", at="signature")
        if self.signer is not None and self.signature is None:
            raise broken_rule("goes with a signature", at="signer")
        return self


def sign(submission: Submission | ConfirmationMessage, *, domain: Domain, account: "LocalAccount") -> SignedSubmission:
    """The submission, signed with a key at hand."""
    signature = account.unsafe_sign_hash(Hash32(submission.digest(domain))).signature
    return SignedSubmission(submission=submission, signature=bytes(signature))

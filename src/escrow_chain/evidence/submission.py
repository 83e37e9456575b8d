"""The message that a submitter signs over a piece of evidence: EIP-712, readable in a wallet.

    Submission(bytes32 deal,uint8 milestone,bytes32 term,bytes32 nonce,string kind,bytes32 content,uint64 capturedAt)

under the escrow's own domain, so that it is void for any other chain, contract, deal and term.
`content` is the sha-256 of a small canonical JSON document that says what is handed in
(`escrow_chain.evidence.content`).

Source: EIP-712; EIP-2 for the low `s`.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from eth_typing import Hash32
from pydantic import BeforeValidator, Field, PlainSerializer

from escrow_chain.protocol.numbers import Bytes32, Uint8
from escrow_chain.protocol.signatures import SIZE, recover
from escrow_chain.protocol.typed_data import Domain, Struct
from escrow_chain.terms.record import Record

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
_LATEST: Final = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


def _from_hexadecimal(value: Any) -> Any:
    if isinstance(value, str) and value[:2] == "0x":
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            return value
    return value


Signature = Annotated[
    bytes,
    BeforeValidator(_from_hexadecimal),
    Field(strict=True),
    PlainSerializer(lambda value: "0x" + value.hex(), return_type=str, when_used="json"),
]
"""Bytes as a wallet gives them, 0x-hexadecimal in JSON: r, s, v if they are to recover."""


class Submission(Record):
    """What is signed. `captured_at` is the device's time in unix seconds."""

    deal: Bytes32
    milestone: Uint8
    term: Bytes32
    nonce: Bytes32
    kind: Literal["position", "photo"]
    content: Bytes32
    captured_at: Annotated[int, Field(ge=0, le=_LATEST)]

    @property
    def captured_time(self) -> datetime:
        """`captured_at` as a moment."""
        return datetime.fromtimestamp(self.captured_at, UTC)

    def digest(self, domain: Domain) -> bytes:
        """What is signed: 32 bytes."""
        return domain.digest(SUBMISSION.struct_hash(tuple(self._message().values())))

    def typed_data(self, domain: Domain) -> dict[str, Any]:
        """What a wallet shows and signs (`eth_signTypedData_v4`), binary values as hexadecimal."""
        shown = {
            name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in self._message().items()
        }
        return domain.typed_data(SUBMISSION, shown)

    def _message(self) -> dict[str, Any]:
        """The fields by the names and in the order of the type."""
        fields = self.model_dump()
        return {("capturedAt" if name == "captured_at" else name): fields[name] for name in fields}


class SignedSubmission(Record):
    """A submission and the signature over it."""

    submission: Submission
    signature: Signature

    def signer(self, domain: Domain) -> str | None:
        """Who signed it: a checksummed address, or None if the signature recovers nobody.

        Only the form r, s, v counts: in the one of ERC-2098 the same word would be another piece of evidence.
        """
        if len(self.signature) != SIZE:
            return None
        return recover(self.submission.digest(domain), self.signature)


def sign(submission: Submission, *, domain: Domain, account: "LocalAccount") -> SignedSubmission:
    """The submission, signed with a key at hand."""
    signature = account.unsafe_sign_hash(Hash32(submission.digest(domain))).signature
    return SignedSubmission(submission=submission, signature=bytes(signature))

"""The message that a submitter signs."""

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from pydantic import ValidationError

from escrow_chain.evidence.signers import Signers
from escrow_chain.evidence.submission import (
    CONFIRMATION,
    SUBMISSION,
    ConfirmationMessage,
    SignedSubmission,
    Submission,
    sign,
)
from escrow_chain.protocol.signatures import HALF_ORDER, compact, recover
from escrow_chain.protocol.typed_data import Domain
from tests.evidence.scene import DOMAIN, account

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
MESSAGE = Submission(
    deal=b"\x01" * 32,
    milestone=3,
    term=b"\x02" * 32,
    nonce=b"\x03" * 32,
    kind="photo",
    content=b"\x04" * 32,
    captured_at=1_751_300_000,
)
WORD = ConfirmationMessage(
    deal=b"\x01" * 32,
    milestone=3,
    term=b"\x02" * 32,
    nonce=b"\x03" * 32,
    kind="confirmation",
    about="final_delivery",
    confirmed=True,
    rating=4,
    captured_at=1_751_300_000,
)
WALLET = account(7)


def signer(signed: SignedSubmission, domain: Domain) -> str | None:
    """Who signed it with a key."""
    return Signers().find(signed, domain, allowed=()).address


def test_the_type_is_the_one_that_wallets_show() -> None:
    """The declaration, to the letter."""
    assert SUBMISSION.declaration == (
        "Submission(bytes32 deal,uint8 milestone,bytes32 term,bytes32 nonce,"
        "string kind,bytes32 content,uint64 capturedAt)"
    )
    assert CONFIRMATION.declaration == (
        "Confirmation(bytes32 deal,uint8 milestone,bytes32 term,bytes32 nonce,"
        "string about,bool confirmed,uint8 rating,uint64 capturedAt)"
    )


@pytest.mark.parametrize("message", [MESSAGE, WORD])
def test_a_wallet_signs_the_same_digest(message: Submission | ConfirmationMessage) -> None:
    """What a wallet makes of the typed data recovers to the wallet."""
    shown = message.typed_data(DOMAIN)
    by_wallet = WALLET.sign_message(encode_typed_data(full_message=shown))
    signed = SignedSubmission(submission=message, signature=bytes(by_wallet.signature))
    assert signer(signed, DOMAIN) == WALLET.address
    assert sign(message, domain=DOMAIN, account=WALLET).signature == bytes(by_wallet.signature)
    assert shown["message"]["capturedAt"] == 1_751_300_000


def test_a_wallet_shows_what_is_said() -> None:
    """In words, not as a hash."""
    shown = WORD.typed_data(DOMAIN)["message"]
    assert (shown["about"], shown["confirmed"], shown["rating"]) == ("final_delivery", True, 4)
    assert MESSAGE.typed_data(DOMAIN)["message"]["kind"] == "photo"


@pytest.mark.parametrize(
    "change",
    [
        {"deal": b"\x09" * 32},
        {"milestone": 4},
        {"term": b"\x09" * 32},
        {"nonce": b"\x09" * 32},
        {"kind": "position"},
        {"content": b"\x09" * 32},
        {"captured_at": 1_751_300_001},
    ],
)
def test_every_field_is_signed(change: dict[str, object]) -> None:
    """With any field changed, the signature is somebody else's."""
    signed = sign(MESSAGE, domain=DOMAIN, account=WALLET)
    changed = Submission.model_validate(MESSAGE.model_dump() | change)
    assert signer(SignedSubmission(submission=changed, signature=signed.signature), DOMAIN) != WALLET.address


@pytest.mark.parametrize(
    "change",
    [
        {"deal": b"\x09" * 32},
        {"milestone": 4},
        {"term": b"\x09" * 32},
        {"nonce": b"\x09" * 32},
        {"confirmed": False},
        {"rating": 5},
        {"captured_at": 1_751_300_001},
    ],
)
def test_every_field_of_a_confirmation_is_signed(change: dict[str, object]) -> None:
    """As of a submission."""
    signed = sign(WORD, domain=DOMAIN, account=WALLET)
    changed = ConfirmationMessage.model_validate(WORD.model_dump() | change)
    assert signer(SignedSubmission(submission=changed, signature=signed.signature), DOMAIN) != WALLET.address


@pytest.mark.parametrize("domain", [{"chain_id": 1}, {"contract": "0x" + "e6" * 20}])
def test_a_signature_is_void_on_another_chain_or_contract(domain: dict[str, object]) -> None:
    """The domain is the escrow's own."""
    elsewhere = DOMAIN.model_validate(DOMAIN.model_dump() | domain)
    assert signer(sign(MESSAGE, domain=DOMAIN, account=WALLET), elsewhere) != WALLET.address


def test_only_one_of_a_signatures_two_forms_is_taken() -> None:
    """The high `s` recovers to nobody, though it is as good a signature."""
    low = sign(MESSAGE, domain=DOMAIN, account=WALLET).signature
    s = int.from_bytes(low[32:64])
    assert s <= HALF_ORDER
    high = low[:32] + (ORDER - s).to_bytes(32) + bytes([55 - low[64]])
    assert Account._recover_hash(MESSAGE.digest(DOMAIN), signature=high) == WALLET.address
    assert signer(SignedSubmission(submission=MESSAGE, signature=high), DOMAIN) is None


@pytest.mark.parametrize("signature", [b"", b"\x00" * 65, b"\xff" * 65, b"\x01" * 64, b"\x01" * 66])
def test_garbage_is_signed_by_nobody(signature: bytes) -> None:
    """And raises nothing."""
    assert signer(SignedSubmission(submission=MESSAGE, signature=signature), DOMAIN) is None


def test_a_signature_has_one_spelling() -> None:
    """The compact form of ERC-2098, which the contract takes, would make two pieces out of one."""
    signature = sign(MESSAGE, domain=DOMAIN, account=WALLET).signature
    assert recover(MESSAGE.digest(DOMAIN), compact(signature)) == WALLET.address
    assert signer(SignedSubmission(submission=MESSAGE, signature=compact(signature)), DOMAIN) is None


def test_a_signed_submission_survives_json() -> None:
    """As it comes over HTTP, and lies in files."""
    for message in (MESSAGE, WORD):
        signed = sign(message, domain=DOMAIN, account=WALLET)
        assert SignedSubmission.model_validate_json(signed.model_dump_json()) == signed


@pytest.mark.parametrize("change", [{"milestone": 256}, {"captured_at": -1}, {"captured_at": 2**63}, {"kind": "video"}])
def test_a_message_that_no_wallet_could_sign_is_no_message(change: dict[str, object]) -> None:
    """Ranges and kinds are closed."""
    with pytest.raises(ValidationError):
        Submission.model_validate(MESSAGE.model_dump() | change)

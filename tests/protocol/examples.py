"""Deals to test with: valid, small, and with other fields where a test says so."""

from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey

from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root
from escrow_chain.protocol.typed_data import Domain

NOW = 1_900_000_000
DEADLINE = NOW + 1_000
KEY = PrivateKey(keccak(b"attestor"))


def account(number: int) -> str:
    """An address that is nobody else's."""
    return PrivateKey(number.to_bytes(32)).public_key.to_checksum_address()


PAYER, PAYEE, BROKER, STRANGER, ARBITER, ESCROW, TOKEN = (account(number) for number in range(1, 8))
ATTESTOR = KEY.public_key.to_checksum_address()
KEYS = {account(number): PrivateKey(number.to_bytes(32)) for number in range(1, 8)} | {ATTESTOR: KEY}
DOMAIN = Domain(chain_id=31_337, contract=ESCROW)


def payout(to: str = PAYEE, amount: int = 100) -> Payout:
    return Payout(to=to, amount=amount)


def milestone(index: int = 0, *, deadline: int = DEADLINE, payouts: tuple[Payout, ...] | None = None) -> Milestone:
    """A milestone; its payouts are 100 for the payee and 7 for the broker, unless given."""
    shares = (payout(), payout(BROKER, 7)) if payouts is None else payouts
    return Milestone(index=index, deadline=deadline, terms=keccak(bytes([index])), payouts=shares)


def deal(*milestones: Milestone, **fields: object) -> Deal:
    """A deal of these milestones in a token, without inspection."""
    usual = {
        "payer": PAYER,
        "token": TOKEN,
        "attestor": ATTESTOR,
        "inspection_period": 0,
        "arbiter": ARBITER,
        "arbitration_period": 86_400,
        "lapse_bps": 5_000,
        "revocable_until": 0,
        "agreement": keccak(b"agreement"),
        "salt": 1,
        "milestones": milestones_root(milestones) if milestones else bytes(32),
    }
    return Deal.model_validate(usual | fields)


def sign(digest: bytes, key: PrivateKey = KEY) -> bytes:
    """A signature as the contract takes it."""
    signature: bytes = key.sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([27 + signature[64]])

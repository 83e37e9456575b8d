"""EIP-712, against eth_account's own reading of it."""

import json
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol.deal import Deal, Milestone, Payout
from escrow_chain.protocol.typed_data import ATTESTATION, DEAL, MILESTONE, Attestation, Domain, Struct, bitmap, indices
from tests.protocol.examples import ATTESTOR, DOMAIN, KEY, deal, milestone, payout

_bytes32 = st.binary(min_size=32, max_size=32)
_addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
_domains = st.builds(Domain, chain_id=st.integers(0, (1 << 256) - 1), contract=_addresses)
_attestations = st.builds(
    Attestation,
    deal=_bytes32,
    milestones=st.integers(0, (1 << 128) - 1),
    evidence=_bytes32,
    valid_until=st.integers(0, (1 << 40) - 1),
)
_milestones = st.builds(
    Milestone,
    index=st.integers(0, 255),
    deadline=st.integers(0, (1 << 40) - 1),
    terms=_bytes32,
    payouts=st.lists(st.builds(Payout, to=_addresses, amount=st.integers(0, (1 << 128) - 1)), max_size=3).map(tuple),
)


def digest(message: SignableMessage) -> bytes:
    """What eth_account would sign."""
    return keccak(b"\x19" + message.version + message.header + message.body)


def encoded(struct: Struct, message: dict[str, Any], domain: Domain = DOMAIN) -> SignableMessage:
    """The message, through JSON, as eth_account understands it."""
    return encode_typed_data(full_message=json.loads(json.dumps(domain.typed_data(struct, message))))


def named(struct: Struct, values: Any) -> dict[str, Any]:
    return dict(zip((name for _, name in struct.fields), values, strict=True))


@given(_attestations, _domains)
def test_attestation(statement: Attestation, domain: Domain) -> None:
    """What the attestor signs is what eth_account makes of the typed data, which is JSON and loses no digit."""
    shown = json.loads(json.dumps(statement.typed_data(domain)))
    assert digest(encode_typed_data(full_message=shown)) == statement.digest(domain)


@given(_milestones)
def test_milestone(terms: Milestone) -> None:
    """A milestone's leaf is the struct hash of EIP-712, payouts and all."""
    shown = terms.model_dump(mode="json")
    assert encoded(MILESTONE, shown).body == terms.leaf


def test_a_milestone_that_pays_nobody() -> None:
    """An empty array hashes as EIP-712 says, too."""
    terms = milestone(payouts=())
    assert encoded(MILESTONE, terms.model_dump(mode="json")).body == terms.leaf


@given(st.integers(0, (1 << 256) - 1), st.integers(0, (1 << 40) - 1), _domains)
def test_deal(salt: int, revocable_until: int, domain: Domain) -> None:
    """A deal's id is its digest."""
    terms = deal(milestone(), salt=salt, revocable_until=revocable_until)
    shown = named(DEAL, terms.model_dump(mode="json").values())
    assert digest(encoded(DEAL, shown, domain)) == terms.id(domain)


@given(_domains)
def test_domain(domain: Domain) -> None:
    """The separator is the struct hash of the domain."""
    shown = Attestation(deal=bytes(32), milestones=1, evidence=bytes(32), valid_until=1).typed_data(domain)
    assert encode_typed_data(full_message=shown).header == domain.separator


@given(_attestations)
def test_a_wallets_signature_recovers(statement: Attestation) -> None:
    """The typed data, signed by a wallet, recovers the wallet's address."""
    shown = json.loads(json.dumps(statement.typed_data(DOMAIN)))
    message = encode_typed_data(full_message=shown)
    signed = Account.sign_message(message, KEY.to_bytes())
    assert bytes(signed.message_hash) == statement.digest(DOMAIN)
    assert Account.recover_message(message, signature=signed.signature) == ATTESTOR


def test_types_as_the_contract_spells_them() -> None:
    """The type hashes are those that the contract has as constants."""
    payouts = "Payout(address to,uint128 amount)"
    spelt = {
        ATTESTATION: "Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40 validUntil)",
        MILESTONE: "Milestone(uint8 index,uint40 deadline,bytes32 terms,Payout[] payouts)" + payouts,
        DEAL: "Deal(address payer,address token,address attestor,address arbiter,uint40 revocableUntil,"
        "uint32 inspectionPeriod,uint32 arbitrationPeriod,uint16 lapseBps,bytes32 agreement,bytes32 milestones,"
        "uint256 salt)",
    }
    for struct, text in spelt.items():
        assert struct.type_hash == keccak(text.encode())


def test_the_models_have_the_structs_fields() -> None:
    """Fields of the values and of the types are the same, in the same order."""
    for model, struct in ((Deal, DEAL), (Milestone, MILESTONE), (Attestation, ATTESTATION)):
        names = [name.replace("_", "").lower() for name in model.model_fields]
        assert names == [name.lower() for _, name in struct.fields]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        (0, 256, OverflowError),
        (0, -1, OverflowError),
        (1, 1 << 40, OverflowError),
        (2, b"short", ValueError),
        (3, [("0x12", 1)], ValueError),
    ],
)
def test_a_value_that_does_not_fit_has_no_hash(field: int, value: object, error: type[Exception]) -> None:
    """Raw values are not cut or filled up: what does not fit its type raises."""
    values = list(milestone(payouts=(payout(),)).values())
    values[field] = value
    with pytest.raises(error):
        MILESTONE.struct_hash(values)


def test_as_many_values_as_fields() -> None:
    """A value too few or too many raises."""
    with pytest.raises(ValueError, match="zip"):
        ATTESTATION.struct_hash((bytes(32), 1, bytes(32)))


@given(st.sets(st.integers(0, 127)))
def test_bitmaps(chosen: set[int]) -> None:
    """A bitmap has one bit for each milestone, however often it is named, and gives them back rising."""
    assert indices(bitmap([*chosen, *chosen])) == tuple(sorted(chosen))
    assert bitmap(sorted(chosen)).bit_count() == len(chosen)

"""EIP-712, against eth_account's own reading of it and the contract's source."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol import typed_data
from escrow_chain.protocol.deal import Deal, Milestone, Payout
from escrow_chain.protocol.typed_data import (
    CONDITIONS,
    DEAL,
    MILESTONE,
    PAYOUT,
    Attestation,
    Consent,
    Domain,
    Message,
    Permit,
    ReceiveWithAuthorization,
    Settlement,
    Struct,
    bitmap,
    indices,
)
from tests.protocol.examples import ATTESTOR, DOMAIN, ESCROW, KEY, PAYER, TOKEN, deal, milestone, payout

LIBRARIES = Path(__file__).parents[2] / "contracts/libraries"
MESSAGES: tuple[type[Message], ...] = (
    Attestation,
    typed_data.Release,
    typed_data.Refund,
    typed_data.Revocation,
    typed_data.PayerDispute,
    typed_data.PayeeDispute,
    typed_data.PayerSettlement,
    typed_data.PayeeSettlement,
    typed_data.Ruling,
)
OF_TOKENS: tuple[type[Message], ...] = (ReceiveWithAuthorization, Permit)

_bytes32 = st.binary(min_size=32, max_size=32)
_addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
_domains = st.builds(
    Domain, chain_id=st.integers(0, (1 << 256) - 1), contract=_addresses, name=st.text(max_size=9), version=st.text()
)
_VALUES = {
    "address": _addresses,
    "bytes32": _bytes32,
    **{f"uint{bits}": st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32, 40, 128, 256)},
}


def any_of(kind: type[Message]) -> st.SearchStrategy[Message]:
    """Every message of a kind."""
    strategies = (_VALUES[of] for of, _ in kind.struct.fields)
    return st.builds(kind, **dict(zip(kind.model_fields, strategies, strict=True)))


_messages = st.sampled_from([*MESSAGES, *OF_TOKENS]).flatmap(any_of)
_milestones = st.builds(
    Milestone,
    index=_VALUES["uint16"],
    deadline=_VALUES["uint40"],
    terms=_bytes32,
    payouts=st.lists(st.builds(Payout, to=_addresses, amount=_VALUES["uint128"]), max_size=3).map(tuple),
)


def digest(message: SignableMessage) -> bytes:
    """What eth_account would sign."""
    return keccak(b"\x19" + message.version + message.header + message.body)


def understood(shown: dict[str, Any]) -> SignableMessage:
    """Typed data, through JSON, as eth_account understands it."""
    return encode_typed_data(full_message=json.loads(json.dumps(shown)))


@given(_messages, _domains)
def test_messages(message: Message, domain: Domain) -> None:
    """What is signed is what eth_account makes of the typed data, which is JSON and loses no digit."""
    assert digest(understood(message.typed_data(domain))) == message.digest(domain)


@given(_milestones)
def test_milestone(terms: Milestone) -> None:
    """A milestone's leaf is the struct hash of EIP-712, payouts and all."""
    shown = DOMAIN.typed_data(MILESTONE, MILESTONE.message(terms.values()))
    assert understood(shown).body == terms.leaf


def test_a_milestone_that_pays_nobody() -> None:
    """An empty array hashes as EIP-712 says, too."""
    terms = milestone(payouts=())
    assert understood(DOMAIN.typed_data(MILESTONE, MILESTONE.message(terms.values()))).body == terms.leaf


@given(_VALUES["uint256"], _VALUES["uint40"], _domains)
def test_deal(salt: int, revocable_until: int, domain: Domain) -> None:
    """A deal's id is the digest of its typed data, conditions and all."""
    terms = deal(milestone(), salt=salt, revocable_until=revocable_until)
    assert digest(understood(terms.typed_data(domain))) == terms.id(domain)


def test_the_hash_of_conditions() -> None:
    """What a key has for its conditions is their struct hash."""
    terms = deal(milestone())
    shown = terms.typed_data(DOMAIN)["message"]["conditions"]
    assert understood(DOMAIN.typed_data(CONDITIONS, shown)).body == terms.conditions_hash


def test_a_wallet_shows_names_and_exact_numbers() -> None:
    """A deal reads as its terms, under the contract's names; large numbers are text."""
    shown = deal(milestone(), salt=1 << 255).typed_data(DOMAIN)["message"]
    assert list(shown) == ["payer", "token", "attestor", "inspectionPeriod", "conditions", "milestones"]
    assert shown["payer"] == PAYER
    assert shown["conditions"]["lapseBps"] == 5_000
    assert shown["conditions"]["salt"] == str(1 << 255)
    assert shown["milestones"].startswith("0x")


@given(_domains)
def test_domain(domain: Domain) -> None:
    """The separator is the struct hash of the domain."""
    assert understood(deal(milestone()).typed_data(domain)).header == domain.separator


@given(any_of(Attestation))
def test_a_wallets_signature_recovers(statement: Message) -> None:
    """The typed data, signed by a wallet, recovers the wallet's address."""
    message = understood(statement.typed_data(DOMAIN))
    signed = Account.sign_message(message, KEY.to_bytes())
    assert bytes(signed.message_hash) == statement.digest(DOMAIN)
    assert Account.recover_message(message, signature=signed.signature) == ATTESTOR


def test_types_as_the_contract_spells_them() -> None:
    """The types are those of the contract's constants, every one of them."""
    source = "".join((LIBRARIES / name).read_text() for name in ("Terms.sol", "Messages.sol"))
    spelt = re.findall(r"keccak256\(\s*((?:\"[^\"]*\"\s*)+)\)", source)
    types = {keccak("".join(re.findall(r'"([^"]*)"', text)).encode()) for text in spelt}
    structs = (PAYOUT, MILESTONE, CONDITIONS, DEAL, *(kind.struct for kind in MESSAGES))
    assert types == {struct.type_hash for struct in structs}
    assert len(types) == len(structs)


def test_types_as_tokens_spell_them() -> None:
    """The types of ERC-3009 and ERC-2612 have the hashes that the standards print."""
    assert ReceiveWithAuthorization.struct.type_hash.hex() == (
        "d099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8"
    )
    assert Permit.struct.type_hash.hex() == "6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9"


def test_funding_with_one_signature() -> None:
    """The payer's authorization is the token's message under the token's domain, and its nonce is the deal's id."""
    terms = deal(milestone())
    token = Domain(chain_id=1, contract=TOKEN, name="USD Coin", version="2")
    word = ReceiveWithAuthorization(
        payer=PAYER, escrow=ESCROW, value=107, valid_after=0, valid_before=9, nonce=terms.id(DOMAIN)
    )
    shown = word.typed_data(token)
    assert shown["domain"] == {"name": "USD Coin", "version": "2", "chainId": 1, "verifyingContract": TOKEN}
    assert shown["message"] == {
        "from": PAYER,
        "to": ESCROW,
        "value": "107",
        "validAfter": "0",
        "validBefore": "9",
        "nonce": "0x" + terms.id(DOMAIN).hex(),
    }


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_models_have_the_structs_fields(kind: type[Message]) -> None:
    """Fields of the messages and of the types are the same, in the same order."""
    names = [name.replace("_", "").lower() for name in kind.model_fields]
    assert names == [name.lower() for _, name in kind.struct.fields]


def test_deals_and_milestones_have_the_structs_fields() -> None:
    """Deals are flat, and in the order of the type with its conditions in their place."""
    fields = [name for of, name in DEAL.fields if of != "Conditions"]
    fields[4:4] = [name for _, name in CONDITIONS.fields]
    for model, names in ((Deal, fields), (Milestone, [name for _, name in MILESTONE.fields])):
        assert [name.replace("_", "") for name in model.model_fields] == [name.lower() for name in names]


def test_no_word_is_taken_for_another() -> None:
    """The same values under another action or role are another message."""
    of_some = [kind for kind in MESSAGES if issubclass(kind, typed_data.MilestonesMessage)]
    of_a_split = [kind for kind in MESSAGES if issubclass(kind, typed_data.SplitMessage)]
    same = {"deal": bytes(32), "milestones": 1, "valid_until": 1}
    digests = {kind.model_validate(same).digest(DOMAIN) for kind in of_some}
    same = {"deal": bytes(32), "milestone": 1, "to_payees": 1, "valid_until": 1}
    digests |= {kind.model_validate(same).digest(DOMAIN) for kind in of_a_split}
    assert len(digests) == 8


def test_signed_words_in_the_order_of_the_abi() -> None:
    """A message with its signature is the contract's `Consent`, and a split's are the arguments of `settle`."""
    word = typed_data.Release(deal=bytes(32), milestones=5, valid_until=6)
    assert word.consent(b"\x01") == Consent(milestones=5, valid_until=6, signature=b"\x01")
    assert word.consent(b"\x01").values() == (5, 6, b"\x01")
    assert Settlement(to_payees=1, valid_until=2, payee_signature=b"\x03").values() == (1, 2, b"", b"\x03")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        (0, 1 << 16, OverflowError),
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
        Attestation.struct.struct_hash((bytes(32), 1, bytes(32)))


def test_types_that_refer_to_several() -> None:
    """A type names all that it refers to, however deep, once and by name."""
    inner = Struct("Zebra", (("bytes32[]", "stripes"),))
    middle = Struct("Cage", (("Zebra", "one"), ("Zebra", "other")), parts=(inner,))
    outer = Struct("Zoo", (("Zebra[]", "zebras"), ("Cage", "cage")), parts=(inner, middle))
    assert outer.type_hash == keccak(
        b"Zoo(Zebra[] zebras,Cage cage)Cage(Zebra one,Zebra other)Zebra(bytes32[] stripes)"
    )
    striped = ([bytes(32), b"\x01" * 32],)
    values: tuple[Any, ...] = ([striped], (striped, ([],)))
    assert understood(DOMAIN.typed_data(outer, outer.message(values))).body == outer.struct_hash(values)


@given(st.sets(st.integers(0, 127)))
def test_bitmaps(chosen: set[int]) -> None:
    """A bitmap has one bit for each milestone, however often it is named, and gives them back rising."""
    assert indices(bitmap([*chosen, *chosen])) == tuple(sorted(chosen))
    assert bitmap(sorted(chosen)).bit_count() == len(chosen)

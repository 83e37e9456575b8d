"""Deals, milestones and selections: round trips, proofs, and how they agree with their trees."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from escrow_chain.protocol import merkle
from escrow_chain.protocol.deal import Deal, Milestone, Payout, Selection, milestones_root, select
from tests.protocol.examples import BROKER, DOMAIN, PAYEE, deal, milestone, payout

_bytes32 = st.binary(min_size=32, max_size=32)
_addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
_payouts = st.builds(Payout, to=_addresses, amount=st.integers(0, (1 << 128) - 1))
_milestones = st.builds(
    Milestone,
    index=st.integers(0, 255),
    deadline=st.integers(0, (1 << 40) - 1),
    terms=_bytes32,
    payouts=st.lists(_payouts, max_size=3).map(tuple),
)
_deals = st.builds(
    Deal,
    payer=_addresses,
    token=_addresses,
    attestor=_addresses,
    arbiter=_addresses,
    revocable_until=st.integers(0, (1 << 40) - 1),
    inspection_period=st.integers(0, (1 << 32) - 1),
    arbitration_period=st.integers(0, (1 << 32) - 1),
    lapse_bps=st.integers(0, (1 << 16) - 1),
    agreement=_bytes32,
    milestones=_bytes32,
    salt=st.integers(0, (1 << 256) - 1),
)
_selections = st.builds(
    Selection,
    milestones=st.lists(_milestones, max_size=2).map(tuple),
    proof=st.lists(_bytes32, max_size=3).map(tuple),
    proof_flags=st.lists(st.booleans(), max_size=3).map(tuple),
)


@given(st.one_of(_deals, _milestones, _payouts, _selections))
def test_json_round_trip(value: Deal | Milestone | Payout | Selection) -> None:
    """Whatever fits the ABI survives JSON without a difference."""
    assert type(value).model_validate_json(value.model_dump_json()) == value


@given(_deals)
def test_a_deal_is_its_values(terms: Deal) -> None:
    """The values of a deal, as the ABI orders them, make the same deal."""
    assert Deal.from_values(terms.values()) == terms
    assert terms.values()[0] == terms.payer
    assert terms.values()[-1] == terms.salt


@given(_milestones)
def test_a_milestone_is_its_values(terms: Milestone) -> None:
    """The values of a milestone, payouts as pairs, make the same milestone."""
    assert Milestone.from_values(terms.values()) == terms


def test_amount_and_payee() -> None:
    """A milestone's amount is that of all payouts, its payee the first one's recipient."""
    terms = milestone(payouts=(payout(PAYEE, 100), payout(BROKER, 7)))
    assert (terms.amount, terms.payee) == (107, PAYEE)
    with pytest.raises(IndexError):
        _ = milestone(payouts=()).payee


def test_a_bad_value_is_named() -> None:
    """A refusal says which field of which milestone's payout is wrong."""
    bad = milestone().model_dump(mode="json") | {"payouts": [{"to": PAYEE, "amount": "12.5"}]}
    with pytest.raises(ValidationError) as refused:
        Milestone.model_validate(bad)
    assert [error["loc"] for error in refused.value.errors()] == [("payouts", 0, "amount")]


@pytest.mark.parametrize("flag", ["yes", 1, "true", None])
def test_flags_are_booleans(flag: object) -> None:
    """A flag that is only like a boolean is refused."""
    with pytest.raises(ValidationError) as refused:
        Selection.model_validate({"milestones": [], "proof_flags": [flag]})
    assert refused.value.errors()[0]["loc"] == ("proof_flags", 0)


def test_an_id_is_bound_to_everything() -> None:
    """Another field, another chain or another contract gives another id."""
    terms = deal(milestone())
    others = [terms.model_copy(update={name: _other(value)}) for name, value in terms]
    ids = [each.id(DOMAIN) for each in (terms, *others)]
    ids += [terms.id(DOMAIN.model_copy(update=update)) for update in ({"chain_id": 1}, {"contract": PAYEE})]
    assert len(set(ids)) == len(Deal.model_fields) + 3


def _other(value: object) -> object:
    match value:
        case int():
            return value + 1
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
        case _:
            return BROKER


def test_a_leaf_follows_its_fields() -> None:
    """A changed copy has a leaf of its own, even if the original's was worked out before."""
    terms = milestone()
    assert terms.leaf == milestone().leaf
    changed = terms.model_copy(update={"deadline": terms.deadline + 1})
    assert changed.leaf != terms.leaf
    assert changed.leaf == Milestone.from_values(changed.values()).leaf
    assert milestone() == terms


def test_milestones_root() -> None:
    """The root is that of the milestones' leaves in their order; there is none of nothing."""
    terms = [milestone(index) for index in range(5)]
    assert milestones_root(terms) == merkle.root([each.leaf for each in terms])
    assert milestones_root(terms) != milestones_root([*terms[1:], terms[0]])
    with pytest.raises(ValueError, match="at least one"):
        milestones_root([])


@pytest.mark.parametrize("size", range(1, 8))
def test_any_selection_proves_the_root(size: int) -> None:
    """Whatever is selected, in any size of deal, the selection leads to the deal's root."""
    terms = [milestone(index) for index in range(size)]
    for count in range(1, size + 1):
        for indices in combinations(range(size), count):
            selection = select(terms, indices)
            assert selection.milestones == tuple(terms[index] for index in indices)
            assert selection.root() == milestones_root(terms)


def test_all_milestones_need_no_proof() -> None:
    """A selection of everything carries neither siblings nor flags."""
    terms = [milestone(index) for index in range(6)]
    assert select(terms, range(6)) == Selection(milestones=tuple(terms))


def test_one_milestone_needs_no_flags() -> None:
    """A selection of one carries its ordinary proof."""
    terms = [milestone(index) for index in range(6)]
    proof = merkle.proof([each.leaf for each in terms], 4)
    assert select(terms, [4]) == Selection(milestones=(terms[4],), proof=proof)


@pytest.mark.parametrize("indices", [[], [1, 0], [1, 1], [3], [-1]])
def test_what_cannot_be_selected(indices: list[int]) -> None:
    """Nothing, a milestone twice, one out of order and one that is not there are refused."""
    with pytest.raises(ValueError, match="rise"):
        select([milestone(index) for index in range(3)], indices)


def test_a_malformed_selection_has_no_root() -> None:
    """What the contract refuses to process raises."""
    with pytest.raises(merkle.InvalidMultiproof):
        Selection(milestones=()).root()
    with pytest.raises(merkle.InvalidMultiproof):
        Selection(milestones=(milestone(), milestone(1)), proof=(bytes(32),)).root()
    with pytest.raises(IndexError):
        Selection(milestones=(), proof=(bytes(32), bytes(32)), proof_flags=(True,)).root()

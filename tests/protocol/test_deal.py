"""Deals, milestones and selections: round trips, proofs, and how they agree with their trees."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from escrow_chain.protocol import errors, merkle
from escrow_chain.protocol.deal import (
    Deal,
    Milestone,
    Payout,
    Row,
    Selection,
    milestones_of,
    milestones_root,
    rows,
    select,
)
from tests.protocol.examples import BROKER, DEADLINE, DOMAIN, PAYEE, PAYER, deal, milestone, payout

_bytes32 = st.binary(min_size=32, max_size=32)
_addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
_payouts = st.builds(Payout, to=_addresses, amount=st.integers(0, (1 << 128) - 1))
_milestones = st.builds(
    Milestone,
    index=st.integers(0, (1 << 16) - 1),
    deadline=st.integers(0, (1 << 40) - 1),
    terms=_bytes32,
    payouts=st.lists(_payouts, max_size=3).map(tuple),
)
_deals = st.builds(
    Deal,
    payer=_addresses,
    token=_addresses,
    attestor=_addresses,
    inspection_period=st.integers(0, (1 << 40) - 1),
    arbiter=_addresses,
    arbitration_period=st.integers(0, (1 << 32) - 1),
    lapse_bps=st.integers(0, (1 << 16) - 1),
    revocable_until=st.integers(0, (1 << 40) - 1),
    agreement=_bytes32,
    salt=st.integers(0, (1 << 256) - 1),
    milestones=_bytes32,
)
_selections = st.builds(
    Selection,
    milestones=st.lists(_milestones, max_size=2).map(tuple),
    proof=st.lists(_bytes32, max_size=3).map(tuple),
)


@given(st.one_of(_deals, _milestones, _payouts, _selections))
def test_json_round_trip(value: Deal | Milestone | Payout | Selection) -> None:
    """Whatever fits the ABI survives JSON without a difference."""
    assert type(value).model_validate_json(value.model_dump_json()) == value


@given(_deals)
def test_a_deal_is_its_values(terms: Deal) -> None:
    """The values of a deal, as the ABI orders them, make the same deal with its root."""
    assert Deal.from_values(terms.values(), terms.milestones) == terms
    *everyday, conditions = terms.values()
    assert everyday == [terms.payer, terms.token, terms.attestor, terms.inspection_period]
    assert isinstance(conditions, tuple)
    assert (conditions[0], conditions[-1]) == (terms.arbiter, terms.salt)


@given(_deals)
def test_a_key_has_the_conditions_hashed(terms: Deal) -> None:
    """What everyday calls bring is the deal with one hash for its conditions, which nothing else enters."""
    assert terms.key() == (*terms.values()[:4], terms.conditions_hash)
    assert terms.model_copy(update={"payer": PAYER}).conditions_hash == terms.conditions_hash
    assert terms.model_copy(update={"salt": terms.salt ^ 1}).conditions_hash != terms.conditions_hash


@given(_deals, _bytes32)
def test_the_same_terms_over_other_milestones(terms: Deal, root: bytes) -> None:
    """Another root makes another deal, of the same values."""
    other = terms.over(root)
    assert (other.values(), other.milestones) == (terms.values(), root)
    assert (other == terms) == (root == terms.milestones)


@st.composite
def _numbered(draw: st.DrawFn) -> tuple[Milestone, ...]:
    """Milestones that each pay somebody, no two neighbours with one index."""
    drawn = draw(st.lists(_milestones.filter(lambda each: bool(each.payouts)), max_size=5))
    return tuple(each.model_copy(update={"index": place}) for place, each in enumerate(drawn))


@given(_numbered())
def test_milestones_are_their_rows(terms: tuple[Milestone, ...]) -> None:
    """Whatever the milestones, their rows make the same ones."""
    assert milestones_of(rows(terms)) == terms
    assert len(rows(terms)) == sum(len(each.payouts) for each in terms)


def test_rows_by_hand() -> None:
    """The payee's row says deadline and terms, fees have zeros."""
    terms = milestone(3)
    assert terms.rows() == [(PAYEE, 100, 3, DEADLINE, terms.terms), (BROKER, 7, 3, 0, bytes(32))]
    assert milestones_of([]) == ()


@pytest.mark.parametrize("fee", [(BROKER, 7, 3, 1, bytes(32)), (BROKER, 7, 3, 0, bytes(31) + b"\x01")])
def test_rows_of_another_form(fee: Row) -> None:
    """A fee that says a deadline or terms is of no milestone, as the contract would never open it."""
    with pytest.raises(ValueError, match="fee of milestone 3"):
        milestones_of([*milestone(3).rows(), fee])


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
    assert changed.leaf == milestones_of(changed.rows())[0].leaf
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
    assert select(terms, range(6)).is_whole


def test_one_milestone_needs_no_flags() -> None:
    """A selection of one carries its ordinary proof."""
    terms = [milestone(index) for index in range(6)]
    proof = merkle.proof([each.leaf for each in terms], 4)
    assert select(terms, [4]) == Selection(milestones=(terms[4],), proof=proof)
    assert not select(terms, [4]).is_whole


def test_several_milestones_bring_flags_last() -> None:
    """A selection of several carries the siblings of the multiproof, and then its flags in one word."""
    terms = [milestone(index) for index in range(4)]
    proof = (merkle.hash_pair(terms[2].leaf, terms[3].leaf), (0b01).to_bytes(32))
    assert select(terms, [0, 1]) == Selection(milestones=(terms[0], terms[1]), proof=proof)
    payouts, given_proof = select(terms, [0, 1]).values()
    assert (payouts, given_proof) == ([*terms[0].rows(), *terms[1].rows()], list(proof))


@pytest.mark.parametrize("indices", [[], [1, 0], [1, 1], [3], [-1]])
def test_what_cannot_be_selected(indices: list[int]) -> None:
    """Nothing, a milestone twice, one out of order and one that is not there are refused."""
    with pytest.raises(ValueError, match="rise"):
        select([milestone(index) for index in range(3)], indices)


TWO = (milestone(0), milestone(1))


@pytest.mark.parametrize(
    ("selection", "refusal"),
    [
        (Selection(milestones=()), errors.InvalidMilestoneCount(0)),
        (Selection(milestones=(), proof=(bytes(32),)), errors.InvalidMilestoneCount(0)),
        (Selection(milestones=(milestone(payouts=()),)), errors.InvalidMilestoneCount(0)),
        (Selection(milestones=TWO, proof=(bytes(32), (0b10).to_bytes(32))), None),
        (Selection(milestones=TWO, proof=(bytes(32), (0b11).to_bytes(32))), errors.MerkleProofInvalidMultiproof()),
        (Selection(milestones=TWO, proof=(bytes(32), bytes(32))), errors.Panic(0x32)),
        (Selection(milestones=TWO, proof=(bytes(32),)), errors.Panic(0x32)),
        (Selection(milestones=TWO, proof=(b"\xff" * 32,)), None),
    ],
)
def test_a_malformed_selection_has_no_root(selection: Selection, refusal: errors.Refusal | None) -> None:
    """Nothing selected, siblings left over and steps into nothing are refused; flags beyond the last step are not."""
    if refusal is None:
        assert len(selection.root()) == 32
        return
    with pytest.raises(errors.Refusal) as refused:
        selection.root()
    assert refused.value == refusal


def test_neighbours_with_one_index_are_one_milestone() -> None:
    """The contract tells milestones apart by their index alone, so a milestone given twice is another one."""
    twice = Selection(milestones=(milestone(0), milestone(1, payouts=()), milestone(0, deadline=1)))
    (part,) = twice.parts
    assert part == milestone(0, payouts=milestone().payouts * 2)
    assert twice.root() == part.leaf
    apart = Selection(milestones=(milestone(0), milestone(1), milestone(0)))
    assert apart.parts == apart.milestones

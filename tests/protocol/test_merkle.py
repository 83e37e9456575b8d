"""The Merkle tree, against OpenZeppelin's own way to build and prove it."""

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol import merkle
from escrow_chain.protocol.merkle import InvalidMultiproof, Multiproof
from tests.protocol import heap

LARGEST = 128
LEAVES = [keccak(bytes([number])) for number in range(LARGEST)]
SIZES = range(1, LARGEST + 1)


@st.composite
def choices(draw: st.DrawFn) -> tuple[list[bytes], list[int]]:
    """A tree's leaves, and some of their places, rising."""
    leaves = draw(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=LARGEST, unique=True))
    indices = draw(st.sets(st.integers(0, len(leaves) - 1), min_size=1))
    return leaves, sorted(indices)


def test_every_root_is_that_of_the_heap() -> None:
    """The root over 1 to 128 leaves is the one that StandardMerkleTree has."""
    for size in SIZES:
        assert merkle.root(LEAVES[:size]) == heap.make_tree(LEAVES[:size])[0]


def test_five_leaves_by_hand() -> None:
    """Pairs are made from the left; a leaf that is left over pairs with the first node above."""
    pair = merkle.hash_pair
    a, b, c, d, e = LEAVES[:5]
    assert merkle.root([a, b, c, d, e]) == pair(pair(c, d), pair(e, pair(a, b)))


@given(choices())
def test_a_root_is_that_of_the_heap(choice: tuple[list[bytes], list[int]]) -> None:
    """Whatever the leaves, the root is the one that StandardMerkleTree has."""
    leaves, _ = choice
    assert merkle.root(leaves) == heap.make_tree(leaves)[0]


@pytest.mark.parametrize("size", SIZES)
def test_every_single_proof(size: int) -> None:
    """Each leaf (of a large tree: the first, the last, and some between) has the proof of StandardMerkleTree."""
    leaves = LEAVES[:size]
    root = merkle.root(leaves)
    for index in range(size) if size <= 33 else (0, 1, size // 3, size // 2, size - 2, size - 1):
        proof = merkle.proof(leaves, index)
        assert list(proof) == heap.get_proof(leaves, index)
        assert merkle.process_proof(proof, leaves[index]) == root


@given(choices())
def test_multiproofs_are_those_of_the_heap(choice: tuple[list[bytes], list[int]]) -> None:
    """Any leaves of any tree have the multiproof of StandardMerkleTree, and it leads to the root both ways."""
    leaves, indices = choice
    given_proof = merkle.multiproof(leaves, indices)
    proof, flags = heap.get_multiproof(leaves, indices)
    chosen = [leaves[index] for index in indices]
    assert (list(given_proof.proof), list(given_proof.flags)) == (proof, flags)
    assert merkle.process_multiproof(given_proof, chosen) == merkle.root(leaves)
    assert heap.process_multiproof(chosen, proof, flags) == merkle.root(leaves)


def test_all_leaves_need_no_sibling() -> None:
    """The multiproof of all leaves of any size has no siblings, since no node is left over on the way up."""
    for size in SIZES:
        leaves = LEAVES[:size]
        given_proof = merkle.multiproof(leaves, range(size))
        assert given_proof == Multiproof(proof=(), flags=(True,) * (size - 1))
        assert merkle.process_multiproof(given_proof, leaves) == merkle.root(leaves)


@given(choices(), st.data())
def test_another_leaf_leads_elsewhere(choice: tuple[list[bytes], list[int]], data: st.DataObject) -> None:
    """A proof proves no leaf but its own."""
    leaves, indices = choice
    place = data.draw(st.integers(0, len(indices) - 1))
    chosen = [leaves[index] for index in indices]
    chosen[place] = keccak(chosen[place])
    assert merkle.process_multiproof(merkle.multiproof(leaves, indices), chosen) != merkle.root(leaves)


def test_a_tree_has_leaves() -> None:
    """There is no root over nothing."""
    with pytest.raises(ValueError, match="at least one leaf"):
        merkle.root([])


@pytest.mark.parametrize("index", [-1, 3])
def test_a_proof_is_of_a_leaf(index: int) -> None:
    """There is no proof of a leaf that is not there."""
    with pytest.raises(IndexError):
        merkle.proof(LEAVES[:3], index)


@pytest.mark.parametrize("indices", [[], [1, 0], [0, 0], [3], [-1, 0]])
def test_a_multiproof_is_of_rising_leaves(indices: list[int]) -> None:
    """There is no multiproof of nothing, of a leaf twice, of leaves out of order or of one that is not there."""
    with pytest.raises(ValueError, match="rise"):
        merkle.multiproof(LEAVES[:3], indices)


@pytest.mark.parametrize(
    ("leaves", "proof", "flags"),
    [(0, 0, ()), (1, 1, ()), (2, 0, (True, True)), (1, 2, (True, False)), (2, 1, (True, True)), (0, 3, (False, False))],
)
def test_lengths_that_cannot_fit(leaves: int, proof: int, flags: tuple[bool, ...]) -> None:
    """Leaves and siblings that are not one more than the flags, or siblings left over, are no proof."""
    with pytest.raises(InvalidMultiproof):
        merkle.process_multiproof(Multiproof(tuple(LEAVES[:proof]), flags), LEAVES[:leaves])


@pytest.mark.parametrize(("leaves", "proof", "flags"), [(2, 1, (False, False)), (0, 2, (True,)), (0, 3, (False, True))])
def test_a_step_into_nothing(leaves: int, proof: int, flags: tuple[bool, ...]) -> None:
    """A step that takes a node or a sibling beyond the last one is an index out of range, as in Solidity."""
    with pytest.raises(IndexError):
        merkle.process_multiproof(Multiproof(tuple(LEAVES[:proof]), flags), LEAVES[:leaves])


def test_a_root_proves_no_leaf() -> None:
    """A multiproof of no leaves leads to its only sibling."""
    assert merkle.process_multiproof(Multiproof((LEAVES[0],), ()), []) == LEAVES[0]

"""The Merkle tree, against OpenZeppelin's own way to build and prove it."""

from itertools import permutations, product

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol import merkle
from escrow_chain.protocol.merkle import InvalidMultiproof, Multiproof
from escrow_chain.protocol.typed_data import bitmap
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
    assert given_proof == Multiproof(tuple(proof), bitmap([step for step, flag in enumerate(flags) if flag]))
    assert merkle.process_multiproof(given_proof, chosen) == merkle.root(leaves)
    assert heap.process_multiproof(chosen, proof, flags) == merkle.root(leaves)


def test_all_leaves_need_no_sibling() -> None:
    """The multiproof of all leaves of any size has no siblings, since no node is left over on the way up."""
    for size in SIZES:
        leaves = LEAVES[:size]
        given_proof = merkle.multiproof(leaves, range(size))
        assert given_proof == Multiproof(siblings=(), flags=(1 << size - 1) - 1)
        assert merkle.process_multiproof(given_proof, leaves) == merkle.root(leaves)


def test_flags_fit_one_word() -> None:
    """However much is selected of the largest deal, there are fewer steps than bits in the contract's word."""
    assert merkle.multiproof(LEAVES, range(LARGEST)).flags.bit_length() == LARGEST - 1


@given(choices(), st.integers(0, (1 << 256) - 1))
def test_flags_beyond_the_last_step_say_nothing(choice: tuple[list[bytes], list[int]], more: int) -> None:
    """The contract reads as many flags as there are steps."""
    leaves, indices = choice
    proof = merkle.multiproof(leaves, indices)
    steps = len(indices) + len(proof.siblings) - 1
    other = Multiproof(proof.siblings, proof.flags | more << steps)
    assert merkle.process_multiproof(other, [leaves[index] for index in indices]) == merkle.root(leaves)


@pytest.mark.parametrize("size", range(2, 7))
def test_no_other_multiproof_proves_anything(size: int) -> None:
    """Of all siblings and flags, only the right ones lead from some leaves of a tree to its root, and no leaf twice."""
    leaves = LEAVES[:size]
    nodes = heap.make_tree(leaves)
    root = merkle.root(leaves)
    for indices in product(range(size), repeat=2):
        for count in range(min(size, 3)):
            for siblings, flags in product(permutations(nodes[1:], count), range(1 << count + 1)):
                given_proof = Multiproof(siblings, flags)
                if _proves(given_proof, [leaves[index] for index in indices], root):
                    assert len(set(indices)) == len(indices)
                    assert not {leaves[index] for index in indices} & set(siblings)


def _proves(given_proof: Multiproof, leaves: list[bytes], root: bytes) -> bool:
    try:
        return merkle.process_multiproof(given_proof, leaves) == root
    except (InvalidMultiproof, IndexError):
        return False


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


@pytest.mark.parametrize(("leaves", "siblings", "flags"), [(1, 1, 0b1), (2, 1, 0b11), (1, 2, 0b01), (3, 1, 0b111)])
def test_siblings_left_over(leaves: int, siblings: int, flags: int) -> None:
    """A proof that doesn't take all its siblings is none."""
    with pytest.raises(InvalidMultiproof):
        merkle.process_multiproof(Multiproof(tuple(LEAVES[:siblings]), flags), LEAVES[:leaves])


@pytest.mark.parametrize(("leaves", "siblings", "flags"), [(2, 0, 0b0), (2, 1, 0b00), (3, 1, 0b100), (1, 2, 0b11)])
def test_a_step_into_nothing(leaves: int, siblings: int, flags: int) -> None:
    """A step that takes a node or a sibling beyond the last one is an index out of range, as in Solidity."""
    with pytest.raises(IndexError):
        merkle.process_multiproof(Multiproof(tuple(LEAVES[:siblings]), flags), LEAVES[:leaves])


def test_a_multiproof_proves_a_leaf() -> None:
    """There is no multiproof of nothing, and one leaf alone is a root."""
    with pytest.raises(ValueError, match="at least one leaf"):
        merkle.process_multiproof(Multiproof((LEAVES[0],), 0), [])
    assert merkle.process_multiproof(Multiproof((), 0), LEAVES[:1]) == LEAVES[0]

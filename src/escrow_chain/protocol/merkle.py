"""The Merkle tree of OpenZeppelin's StandardMerkleTree, with leaves that are hashed already.

A heap of `2n - 1` nodes for `n` leaves, the leaves in the order given; the children of a node are hashed as a sorted
pair, so that proofs need no sides. Nodes are listed here from the leaves to the root (the heap read backwards): the
first `n` are the leaves, and node `n + i` is the parent of nodes `2i` and `2i + 1`.

Source: OpenZeppelin `@openzeppelin/merkle-tree` (StandardMerkleTree) and `MerkleProof.sol`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak


@dataclass(frozen=True, slots=True)
class Multiproof:
    """What proves some leaves at once: 32-byte siblings, and a bitmap: bit i is set if step i takes two known nodes."""

    siblings: tuple[bytes, ...]
    flags: int


class InvalidMultiproof(ValueError):
    """The proof has siblings that no step takes."""


def hash_pair(left: bytes, right: bytes) -> bytes:
    """keccak256 of two 32-byte nodes, the smaller one first."""
    return keccak(left + right if left < right else right + left)


def _nodes(leaves: Sequence[bytes]) -> list[bytes]:
    if not leaves:
        raise ValueError("a Merkle tree needs at least one leaf")
    nodes = list(leaves)
    for left in range(0, 2 * len(leaves) - 2, 2):
        nodes.append(hash_pair(nodes[left], nodes[left + 1]))
    return nodes


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over 32-byte leaves. Raises `ValueError` if there is none."""
    return _nodes(leaves)[-1]


def proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The siblings on the way from leaf `index` to the root. Raises `IndexError` if there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    nodes = _nodes(leaves)
    siblings = []
    while index < len(nodes) - 1:
        siblings.append(nodes[index ^ 1])
        index = len(leaves) + index // 2
    return tuple(siblings)


def process_proof(siblings: Sequence[bytes], leaf: bytes) -> bytes:
    """The root that `siblings` prove for one leaf."""
    node = leaf
    for sibling in siblings:
        node = hash_pair(node, sibling)
    return node


def multiproof(leaves: Sequence[bytes], indices: Sequence[int]) -> Multiproof:
    """The proof of the leaves at `indices`, which rise. Raises `ValueError` if they don't, or name no leaf."""
    if not indices or list(indices) != sorted(set(indices)) or not 0 <= indices[0] <= indices[-1] < len(leaves):
        raise ValueError(f"indices rise and lie below {len(leaves)}, not {list(indices)}")
    nodes = _nodes(leaves)
    known = list(indices)
    siblings: list[bytes] = []
    flags = 0
    position = 0
    while position < len(known) and known[position] < len(nodes) - 1:
        node = known[position]
        step = len(known) - len(indices)
        position += 1
        if position < len(known) and known[position] == node ^ 1:
            position += 1
            flags |= 1 << step
        else:
            siblings.append(nodes[node ^ 1])
        known.append(len(leaves) + node // 2)
    return Multiproof(siblings=tuple(siblings), flags=flags)


def process_multiproof(given: Multiproof, leaves: Sequence[bytes]) -> bytes:
    """The root that a multiproof proves for some leaves, step by step as `MerkleProof.processMultiProof`.

    There are as many steps as bring leaves and siblings down to one node; further flags say nothing. A step that
    takes a node which no earlier step made takes zero, as in Solidity's fresh memory: the root is then nobody's.
    Raises `InvalidMultiproof` if siblings are left over, `IndexError` if a step takes a node or a sibling beyond the
    last, `ValueError` if there is no leaf.
    """
    if not leaves:
        raise ValueError("a multiproof is of at least one leaf")
    steps = len(leaves) + len(given.siblings) - 1
    nodes = [*leaves, *[bytes(32)] * steps]
    siblings = iter(given.siblings)
    used = 0
    for step in range(steps):
        left = nodes[used]
        used += 1
        if given.flags >> step & 1:
            right = nodes[used]
            used += 1
        else:
            right = _next(siblings)
        nodes[len(leaves) + step] = hash_pair(left, right)
    if next(siblings, None) is not None:
        raise InvalidMultiproof("siblings are left over")
    return nodes[-1]


def _next(siblings: Iterator[bytes]) -> bytes:
    try:
        return next(siblings)
    except StopIteration:
        raise IndexError("a step takes a sibling that is not there") from None

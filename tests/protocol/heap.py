"""OpenZeppelin's StandardMerkleTree, written down once more from its TypeScript source: the tree from the root.

The array of `2n - 1` nodes has the root first, the children of node i at 2i + 1 and 2i + 2, and the leaves at the end,
the first one last. Source: `@openzeppelin/merkle-tree`, `core.ts` (MIT), with leaves hashed already and unsorted.
"""

from collections.abc import Sequence

from eth_hash.auto import keccak


def _hash(a: bytes, b: bytes) -> bytes:
    return keccak(b"".join(sorted((a, b))))


def make_tree(leaves: Sequence[bytes]) -> list[bytes]:
    """All nodes."""
    size = 2 * len(leaves) - 1
    tree = [b""] * size
    for place, leaf in enumerate(leaves):
        tree[size - 1 - place] = leaf
    for place in range(size - len(leaves) - 1, -1, -1):
        tree[place] = _hash(tree[2 * place + 1], tree[2 * place + 2])
    return tree


def _parent(place: int) -> int:
    return (place - 1) // 2


def _sibling(place: int) -> int:
    return place + 1 if place % 2 else place - 1


def get_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof of one leaf."""
    tree = make_tree(leaves)
    place = len(tree) - 1 - index
    proof = []
    while place > 0:
        proof.append(tree[_sibling(place)])
        place = _parent(place)
    return proof


def get_multiproof(leaves: Sequence[bytes], indices: Sequence[int]) -> tuple[list[bytes], list[bool]]:
    """The proof of some leaves, and its flags."""
    tree = make_tree(leaves)
    stack = sorted((len(tree) - 1 - index for index in indices), reverse=True)
    proof, flags = [], []
    while stack and stack[0] > 0:
        place = stack.pop(0)
        if stack and stack[0] == _sibling(place):
            flags.append(True)
            stack.pop(0)
        else:
            flags.append(False)
            proof.append(tree[_sibling(place)])
        stack.append(_parent(place))
    return proof, flags


def process_multiproof(leaves: Sequence[bytes], proof: Sequence[bytes], flags: Sequence[bool]) -> bytes:
    """The root that a well-formed multiproof proves."""
    stack, rest = list(leaves), list(proof)
    for flag in flags:
        a = stack.pop(0)
        stack.append(_hash(a, stack.pop(0) if flag else rest.pop(0)))
    return (stack + rest)[0]

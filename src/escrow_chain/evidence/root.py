"""The evidence root: what an attestation says that it rests on.

One leaf for each accepted piece, keccak256 of the RFC 8785 bytes of

    {"format": "escrow_chain/evidence-leaf/1", "salt": "0x…32 random bytes", "term": "0x…term id",
     "kind": "photo", "sha256": "0x…", "measured": {...}, "received_at": "2025-06-30T16:30:00.000000Z"}

in the order of (position of the term in its document, receipt). The salt keeps others from guessing a
piece from its leaf, so that one piece can be shown to an arbiter, with its proof, and the rest stays
hidden. `sha256` is that of a photo's or document's file, or of any other piece's canonical JSON.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from escrow_chain.protocol import merkle
from escrow_chain.protocol.canonical import document_hash
from escrow_chain.protocol.numbers import Bytes32
from escrow_chain.terms.paper import Document
from escrow_chain.terms.photo import Photo
from escrow_chain.terms.pieces import Piece, Unusable
from escrow_chain.terms.record import Record
from escrow_chain.terms.verdict import Verdict

LEAF_FORMAT: Final = "escrow_chain/evidence-leaf/1"
_MEASURED: Final = {
    "position": {"fix", "captured_at"},
    "photo": {"format", "size", "width", "height", "exif", "pdq", "fix", "captured_at", "category"}
    | {"sharpness", "brightness", "manifest"},
    "document": {"format", "size", "pages", "fields", "signatures", "type", "stated", "captured_at"},
    "confirmation": {"confirmed", "about", "rating", "captured_at"},
    "code": {"attempt", "captured_at"},
    "data": {"data", "captured_at"},
}


class LeafProof(Record):
    """One leaf, shown: its document, and the siblings on its way to the root."""

    leaf: dict[str, Any]
    siblings: tuple[Bytes32, ...]

    def proves(self, root: bytes) -> bool:
        """Whether the leaf is one of those under this root. Raises `InvalidJson` if it has no hash."""
        return merkle.process_proof(self.siblings, document_hash(self.leaf)) == root


def accepted(judged: Iterable[tuple[Verdict, Sequence[Piece]]]) -> Iterator[tuple[Piece, bytes]]:
    """All accepted pieces with the id of their term: of each verdict, in the order of its term, and its evidence."""
    for verdict, evidence in judged:
        for number in verdict.accepted:
            yield evidence[number], verdict.term


def accepted_leaves(
    judged: Iterable[tuple[Verdict, Sequence[Piece]]], *, randomness: Callable[[int], bytes]
) -> tuple[dict[str, Any], ...]:
    """The leaves of all accepted pieces, in their order."""
    return tuple(leaf_document(piece, term=term, salt=randomness(32)) for piece, term in accepted(judged))


def leaf_document(piece: Piece, *, term: bytes, salt: bytes) -> dict[str, Any]:
    """The leaf of one accepted piece. `term` and `salt` have 32 bytes."""
    if isinstance(piece, Unusable) or piece.provenance is None:
        raise TypeError("only a signed piece can have been accepted")
    return {
        "format": LEAF_FORMAT,
        "salt": "0x" + salt.hex(),
        "term": "0x" + term.hex(),
        "kind": piece.kind,
        "sha256": "0x" + (piece.sha256 if isinstance(piece, Photo | Document) else piece.content).hex(),
        "measured": piece.model_dump(mode="json", include=_MEASURED[piece.kind]),
        "received_at": _spelled(piece.provenance.received_at),
    }


def evidence_root(leaves: Sequence[dict[str, Any]]) -> bytes:
    """The root over these leaves, 32 bytes. Raises `ValueError` if there is none."""
    return merkle.root([document_hash(leaf) for leaf in leaves])


def prove(leaves: Sequence[dict[str, Any]], index: int) -> LeafProof:
    """The proof of one leaf. Raises `IndexError` if there is no such leaf."""
    hashes = [document_hash(leaf) for leaf in leaves]
    return LeafProof(leaf=dict(leaves[index]), siblings=merkle.proof(hashes, index))


def _spelled(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")

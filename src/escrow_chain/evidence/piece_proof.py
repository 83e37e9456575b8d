"""One piece of evidence, shown without the others: its leaf, and the way from there to the evidence root.

    {"format": "escrow_chain/piece-proof/1", "domain": {…}, "deal": "0x…",
     "leaf": {…, as in `escrow_chain.evidence.root`}, "siblings": ["0x…", …]}

It needs no signature: the root is in the contract's event, or whoever is shown the piece has it from there. The leaf
says what was measured and the sha-256 of the piece; the piece itself may be shown with it. The salts of the others
stay hidden, and so do they.
"""

from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ValidationError

from escrow_chain.evidence.bundle import Bundle
from escrow_chain.evidence.errors import InvalidBundle
from escrow_chain.evidence.file import read_file
from escrow_chain.evidence.handed_in import Signed
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.root import LEAF_FORMAT, LeafProof, prove
from escrow_chain.protocol.canonical import MAX_BYTES, InvalidJson, parse
from escrow_chain.protocol.events import Delivered, Opened
from escrow_chain.protocol.numbers import Bytes32
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.document import term_id

FORMAT: Final = "escrow_chain/piece-proof/1"
PROVEN: Final = Rule(
    "proof.root",
    passed="The piece is part of what was attested.",
    failed="The piece is no part of what was attested: its proof leads to no root that was.",
    decisive=True,
)
OF_TERM: Final = Rule(
    "proof.term",
    passed="It was accepted for milestone {measured}.",
    failed="Its term is of no milestone of this deal.",
    decisive=True,
)
_MOST_TERMS: Final = 256
"""Of a milestone, that are looked through."""


class PieceProof(LeafProof):
    """The file. See the module."""

    format: Literal["escrow_chain/piece-proof/1"] = FORMAT
    domain: Domain
    deal: Bytes32


def prove_piece(bundle: Bundle, name: str) -> PieceProof | None:
    """The proof of the piece in a member, None if it was not accepted. Raises `InvalidBundle`."""
    contents = bundle.contents
    for hearing in contents.hearings:
        for exhibited, signed in zip(hearing.evidence, bundle.evidence(hearing), strict=True):
            if exhibited.piece == name:
                own = _own_fields(signed)
                found = [number for number, leaf in enumerate(contents.leaves) if own.items() <= leaf.items()]
                if not found:
                    return None
                shown = prove(contents.leaves, found[0])
                return PieceProof(**dict(shown), domain=contents.domain, deal=contents.deal)
    raise InvalidBundle(name, "there is no such piece")


def read_proof(path: Path) -> PieceProof:
    """The proof in a file. Raises `InvalidBundle`."""
    content = read_file(path, max_bytes=MAX_BYTES)
    if isinstance(content, Refusal):
        raise InvalidBundle(str(path), str(content.sentence))
    try:
        parse(content)
        return PieceProof.model_validate_json(content)
    except InvalidJson as error:
        raise InvalidBundle(str(path), str(error)) from None
    except ValidationError as error:
        raise InvalidBundle(str(path), f"no proof of a piece: {error.errors(include_url=False)[0]['msg']}") from None


def proof_check(proof: PieceProof, roots: Collection[bytes]) -> Check:
    """Whether it leads to one of these roots."""
    passed = proof.leaf.get("format") == LEAF_FORMAT and any(proof.proves(root) for root in roots)
    return Check(PROVEN, passed, str(proof.leaf.get("sha256")), tuple(f"0x{root.hex()}" for root in sorted(roots)))


def proof_on_chain(proof: PieceProof, opened: Opened, delivered: Iterable[Delivered]) -> Iterator[Check]:
    """Whether its term is of the deal as it was opened, and that milestone was delivered under its root."""
    milestone = _milestone(str(proof.leaf.get("term")), opened)
    yield Check(OF_TERM, milestone is not None, milestone)
    attested = 0 if milestone is None else 1 << milestone
    yield proof_check(proof, {each.evidence for each in delivered if each.milestones & attested})


def _milestone(term: str, opened: Opened) -> int | None:
    """The milestone with this term, None if there is none."""
    for milestone in opened.milestones:
        for position in range(_MOST_TERMS):
            if term == f"0x{term_id(milestone.terms, position).hex()}":
                return milestone.index
    return None


def _own_fields(signed: Signed) -> dict[str, Any]:
    """What of its leaf follows from a piece without judging it, and is of no other."""
    submission = signed.piece.submission
    digest = submission.content if signed.file is None else sha256(signed.file).digest()
    moment = signed.piece.receipt.received_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "kind": submission.kind,
        "term": f"0x{submission.term.hex()}",
        "sha256": f"0x{digest.hex()}",
        "received_at": moment,
    }

"""A piece of evidence as it lies before the judge, with what is known about it so far."""

from collections.abc import Collection
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from escrow_chain.terms.check import Check
from escrow_chain.terms.pieces import Usable
from escrow_chain.terms.record import Grade

PieceT = TypeVar("PieceT", bound=Usable)


class Exhibit(NamedTuple, Generic[PieceT]):
    """A piece, its place in the evidence, its grade, and whether it came in time.

    `happened` is when it is taken to have happened: at its receipt if a server saw that, else when it
    claims, else at the time of judging. `begun` is the earliest that it can have happened: when its
    nonce was issued, or that same time.
    """

    number: int
    piece: PieceT
    grade: Grade
    happened: datetime
    begun: datetime
    timely: bool

    def is_by(self, wallets: Collection[str]) -> bool:
        """Whether one of these wallets signed it."""
        return self.piece.provenance is not None and self.piece.provenance.signer in wallets


class Findings(NamedTuple):
    """What a term type found: its checks, and the exhibits that it counted, by number."""

    checks: tuple[Check, ...]
    counted: tuple[int, ...]

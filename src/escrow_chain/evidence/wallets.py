"""Who signed, when the signer is a contract: its wallet's answer at a block with a name, recorded.

A wallet may change its mind: owners come and go. So an answer names the block at which it was given, goes into the
receipt of its piece, and is signed with it. A second judge asks an archive node the same question, or takes the
recorded answer.

The block is the latest one, not the finalized one, which is a quarter of an hour old: until then an owner who was
removed could still sign, and a new one, or a wallet just made, could not. A re-organisation can take the block away
again, but cannot invent a consent: whatever the latest block says of a wallet, its owners had it say.

Source: ERC-1271, ERC-6492.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol, TypeAlias

from escrow_chain.chain.errors import WrongChain
from escrow_chain.terms.provenance import WalletAnswer

if TYPE_CHECKING:
    from escrow_chain.chain.wallets import Block, Wallets


class WalletCheck(Protocol):
    """Knows what wallets say."""

    def ask(self, *, signer: str, digest: bytes, signature: bytes) -> WalletAnswer | None:
        """The answer of the wallet at a checksummed address, over a digest of 32 bytes. None if it is not known."""


@dataclass(frozen=True, slots=True)
class LiveWallets:
    """Asks the wallets themselves. Raises what the node raises (`escrow_chain.chain.errors`)."""

    wallets: "Wallets"

    def ask(self, *, signer: str, digest: bytes, signature: bytes) -> WalletAnswer:
        """See `WalletCheck`: at the latest block."""
        return self._ask_at(self.wallets.block(), signer=signer, digest=digest, signature=signature)

    def ask_again(self, answer: WalletAnswer, *, signature: bytes) -> WalletAnswer:
        """The answer to the question of a recorded one, asked at the same block: equal to it if the record is right.

        Raises `WrongChain`; and `NodeFault` from a node that does not have the block, or its state, any more.
        """
        if answer.chain_id != self.wallets.node.chain_id:
            raise WrongChain(answer.chain_id, self.wallets.node.chain_id)
        block = self.wallets.block(answer.block_hash)
        return self._ask_at(block, signer=answer.signer, digest=answer.digest, signature=signature)

    def _ask_at(self, block: "Block", *, signer: str, digest: bytes, signature: bytes) -> WalletAnswer:
        return WalletAnswer(
            signer=signer,
            digest=digest,
            signature_hash=sha256(signature).digest(),
            chain_id=self.wallets.node.chain_id,
            block_number=block.number,
            block_hash=block.hash,
            valid=self.wallets.stands_by(signer, digest=digest, signature=signature, block=block),
        )


_Question: TypeAlias = tuple[str, bytes, bytes]
"""Signer, digest, and the hash of the signature."""


class RecordedAnswers:
    """What wallets said when a piece was received, for a judge without a node.

    Only answers on the chain `chain_id` count: on another one, somebody else's contract can be at the same address.
    Of two answers to one question the first one counts.
    """

    def __init__(self, answers: Iterable[WalletAnswer], *, chain_id: int) -> None:
        self._answers: dict[_Question, WalletAnswer] = {}
        for answer in answers:
            if answer.chain_id == chain_id:
                self._answers.setdefault((answer.signer, answer.digest, answer.signature_hash), answer)

    def ask(self, *, signer: str, digest: bytes, signature: bytes) -> WalletAnswer | None:
        """See `WalletCheck`."""
        return self._answers.get((signer, digest, sha256(signature).digest()))

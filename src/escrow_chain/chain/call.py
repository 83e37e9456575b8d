"""Calls of the escrow, as bytes: what each verb makes of a deal, a selection of its milestones, and somebody's word.

A call knows no node and no account: `EscrowClient` sends it, `chain.batch` sends several, any wallet can. Those that
bring signatures, `conclude`, and `claim` to the owner's own address do the same whoever sends them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from escrow_chain.chain import abi
from escrow_chain.protocol.deal import Deal, Milestone, Selection, rows
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.signatures import SIZE
from escrow_chain.protocol.typed_data import (
    Attestation,
    PayeeDispute,
    PayeeSettlement,
    PayerDispute,
    PayerSettlement,
    Permit,
    ReceiveWithAuthorization,
    Refund,
    Release,
    Revocation,
    Ruling,
)

Word = Attestation | Release | Refund | Revocation | PayerDispute | PayeeDispute | Ruling
"""What one person signs about milestones, and anybody carries to the contract."""


@dataclass(frozen=True)
class Call:
    """Calldata for the escrow, and the value that goes with it, in wei."""

    data: bytes
    value: int = 0

    @classmethod
    def of(cls, name: str, *arguments: Any, value: int = 0) -> Self:
        """A call of the function of this name that takes as many arguments."""
        return cls(abi.calldata(name, *arguments), value)

    @classmethod
    def open(cls, deal: Deal, milestones: Sequence[Milestone]) -> Self:
        """Funds a deal from the sender."""
        value = sum(milestone.amount for milestone in milestones) if deal.token == ZERO_ADDRESS else 0
        return cls.of("open", deal.values(), rows(milestones), value=value)

    @classmethod
    def open_with_permit(cls, deal: Deal, milestones: Sequence[Milestone], permit: Permit, signature: bytes) -> Self:
        """Funds a deal from the sender, who signed the permit: 65 bytes."""
        r, s, v = _split(signature)
        return cls.of("openWithPermit", deal.values(), rows(milestones), permit.deadline, v, r, s)

    @classmethod
    def open_with_authorization(
        cls, deal: Deal, milestones: Sequence[Milestone], authorization: ReceiveWithAuthorization, signature: bytes
    ) -> Self:
        """Funds a deal from its payer. A key's 65 bytes go as v, r, s, which every ERC-3009 token takes."""
        arguments = (deal.values(), rows(milestones), authorization.valid_after, authorization.valid_before)
        if len(signature) != SIZE:
            return cls.of("openWithAuthorization", *arguments, signature)
        r, s, v = _split(signature)
        return cls.of("openWithAuthorization", *arguments, v, r, s)

    @classmethod
    def release(cls, deal: Deal, selection: Selection) -> Self:
        """Pays milestones; by the payer."""
        return cls.of("release", deal.key(), *_passed(selection))

    @classmethod
    def refund(cls, deal: Deal, selection: Selection) -> Self:
        """Returns milestones; by their payee."""
        return cls.of("refund", deal.key(), *_passed(selection))

    @classmethod
    def revoke(cls, deal: Deal, selection: Selection) -> Self:
        """Takes open milestones back; by the payer."""
        return cls.of("revoke", deal.values(), *selection.values())

    @classmethod
    def dispute(cls, deal: Deal, selection: Selection) -> Self:
        """Stops the clocks; by the payer of delivered milestones, by the payee of open ones."""
        return cls.of("dispute", deal.values(), *selection.values())

    @classmethod
    def rule(cls, deal: Deal, selection: Selection, *, to_payees: int) -> Self:
        """Splits one disputed milestone; by the arbiter."""
        return cls.of("rule", deal.values(), *selection.values(), to_payees)

    @classmethod
    def settle(
        cls,
        deal: Deal,
        selection: Selection,
        agreed: PayerSettlement | PayeeSettlement,
        *,
        payer_signature: bytes = b"",
        payee_signature: bytes = b"",
    ) -> Self:
        """Splits one milestone as both sides agreed; who sends it needs no signature."""
        arguments = (agreed.to_payees, agreed.valid_until, payer_signature, payee_signature)
        return cls.of("settle", deal.key(), *selection.values(), *arguments)

    @classmethod
    def conclude(cls, deal: Deal, selection: Selection) -> Self:
        """Settles what a clock has decided."""
        return cls.of("conclude", deal.key(), *selection.values())

    @classmethod
    def claim(cls, token: str, owner: str, to: str) -> Self:
        """Pays out a credit."""
        return cls.of("claim", token, owner, to)

    @classmethod
    def carry(cls, deal: Deal, selection: Selection, word: Word, signature: bytes) -> Self:
        """Brings what somebody signed: it is as if that person had made the call."""
        match word:
            case Attestation():
                return cls.of(
                    "attest",
                    deal.key(),
                    *_passed(selection),
                    word.milestones,
                    word.evidence,
                    word.valid_until,
                    signature,
                )
            case Release():
                return cls.of("releaseWithSignature", deal.key(), *selection.values(), word.consent(signature).values())
            case Refund():
                return cls.of("refundWithSignature", deal.key(), *selection.values(), word.consent(signature).values())
            case Revocation():
                consent = word.consent(signature).values()
                return cls.of("revokeWithSignature", deal.values(), *selection.values(), consent)
            case PayerDispute() | PayeeDispute():
                by = deal.payer if isinstance(word, PayerDispute) else selection.milestones[0].payee
                consent = word.consent(signature).values()
                return cls.of("disputeWithSignature", deal.values(), *selection.values(), by, consent)
            case Ruling():
                split = (word.to_payees, word.valid_until, signature)
                return cls.of("ruleWithSignature", deal.values(), *selection.values(), *split)


def _passed(selection: Selection) -> tuple[Any, ...]:
    """Payouts and proof, or without the proof, which is cheaper, if they are all of a deal's."""
    payouts, proof = selection.values()
    return (payouts,) if selection.is_whole else (payouts, proof)


def _split(signature: bytes) -> tuple[bytes, bytes, int]:
    """r, s and v of a key's 65 bytes."""
    if len(signature) != SIZE:
        raise ValueError(f"a key's signature has {SIZE} bytes here, this one {len(signature)}")
    return signature[:32], signature[32:64], signature[64]

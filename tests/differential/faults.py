"""Faults to plant in the contract: all in one copy of it, each with a switch, so that one compilation serves all.

A fault is on while there is coin at its switch, an address that nobody else uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_utils.address import to_checksum_address

from bench.compiled import source
from tests.differential.compiler import ESCROW

LEDGER = "contracts/Ledger.sol"
_SWITCHES = 0xFA << 152


@dataclass(frozen=True)
class Fault:
    """A text that stands exactly once in a function, and the wrong one in its place: statements, or an expression."""

    path: str
    function: str
    right: str
    wrong: str = ""

    def plant(self, text: str, condition: str) -> str:
        """The source with both, the wrong one under the condition. Fails if the text is not there (any more)."""
        head, *functions = text.split("\n    function ")
        there = [
            place
            for place, each in enumerate(functions)
            for _ in range(each.count(self.right))
            if each.startswith(f"{self.function}(")
        ]
        assert len(there) == 1, f"{self.right!r} stands {len(there)} times in {self.function} of {self.path}"
        functions[there[0]] = functions[there[0]].replace(self.right, self._either(condition))
        return "\n    function ".join([head, *functions])

    def _either(self, condition: str) -> str:
        if self.right.endswith(";"):
            return f"if ({condition}) {{ {self.wrong} }} else {{ {self.right} }}"
        return f"({condition} ? ({self.wrong}) : ({self.right}))"


FAULTS: Mapping[str, Fault] = {
    "attestation accepted at the deadline": Fault(
        ESCROW, "_attest", "block.timestamp >= part.deadline()", "block.timestamp > part.deadline()"
    ),
    "attestation of milestones that it doesn't name": Fault(ESCROW, "_attest", "_requireNamed(chosen, attested);"),
    "signature accepted when its time is over": Fault(
        ESCROW, "_requireSigned", "block.timestamp >= validUntil", "block.timestamp > validUntil"
    ),
    "release by anybody": Fault(
        ESCROW, "_release", "if (msg.sender != key.payer) revert NotPayer(msg.sender, key.payer);"
    ),
    "refund of another payee's milestone": Fault(ESCROW, "_refund", "_requirePayee(speaker, part);"),
    "revocation when its time is over": Fault(
        ESCROW, "_revoke", "block.timestamp >= deal.conditions.revocableUntil", "false"
    ),
    "settlement without the payee": Fault(ESCROW, "settle", "msg.sender != payee", "false"),
    "dispute of an open milestone by the payer": Fault(
        LEDGER,
        "_isInspected",
        "clock.state() == State.Delivered && block.timestamp < clock.ends()",
        "_isOpen(id, stored, part) || clock.state() == State.Delivered && block.timestamp < clock.ends()",
    ),
    "dispute by the payee while the payer may revoke": Fault(
        ESCROW, "_dispute", "if (block.timestamp < conditions.revocableUntil) continue;"
    ),
    "share of a lapse for what was not delivered": Fault(
        ESCROW, "_dispute", "byPayer ? conditions.lapseBps : 0", "conditions.lapseBps"
    ),
    "one side's dispute taken for the other's": Fault(
        ESCROW,
        "disputeWithSignature",
        "by == deal.payer ? Messages.PAYER_DISPUTE : Messages.PAYEE_DISPUTE",
        "Messages.PAYER_DISPUTE",
    ),
    "ruling by anybody": Fault(
        ESCROW,
        "rule",
        "if (msg.sender != deal.conditions.arbiter) revert NotArbiter(msg.sender, deal.conditions.arbiter);",
    ),
    "ruling when its time is over": Fault(
        ESCROW, "_rule", "block.timestamp >= clock.ends()", "block.timestamp > clock.ends()"
    ),
    "nothing concluded at the moment that a clock runs out": Fault(
        ESCROW,
        "conclude",
        "block.timestamp < (clock.isNone() ? part.deadline() : clock.ends())",
        "block.timestamp <= (clock.isNone() ? part.deadline() : clock.ends())",
    ),
    "settled milestone not remembered": Fault(
        LEDGER, "_settle", "_holdings[id] = stored.settle(chosen, amount);", "_holdings[id] = stored.settle(0, amount);"
    ),
    "clock of a settled milestone not stopped": Fault(
        LEDGER, "_settle", "if (stored.isClocked()) _stop(id, parts, chosen);"
    ),
    "fees of a split rounded up": Fault(
        LEDGER,
        "_split",
        "toPayees * payout.amount / part.amount()",
        "(toPayees * payout.amount + part.amount() - 1) / part.amount()",
    ),
    "credit in place of another": Fault(
        LEDGER, "_push", "_credits[token][to] += amount;", "_credits[token][to] = amount;"
    ),
}


def switch(name: str) -> str:
    """The address whose coin turns this fault on."""
    return to_checksum_address((_SWITCHES + list(FAULTS).index(name)).to_bytes(20))


def planted() -> dict[str, str]:
    """The texts of the sources with all faults in them, by path. None of them is on."""
    texts = {fault.path: source(fault.path) for fault in FAULTS.values()}
    for name, fault in FAULTS.items():
        texts[fault.path] = fault.plant(texts[fault.path], f"address({switch(name)}).balance != 0")
    return texts

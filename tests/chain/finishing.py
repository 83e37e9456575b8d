"""What somebody does who has a wallet, a node, the escrow's address and a deal's id, and nothing else.

A program of its own, for `test_finish_alone`: its arguments are the exit to take, the node's URL, the escrow's address,
the deal's id and the keys of the wallets by name, as JSON. It imports the package alone.
"""

import json
import sys
from collections.abc import Callable

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.node import Node
from escrow_chain.protocol.deal import Selection, select
from escrow_chain.protocol.events import Credited
from escrow_chain.protocol.typed_data import Attestation, Message, PayeeSettlement, PayerSettlement


class Party:
    """Wallets, and a deal as its id tells it."""

    def __init__(self, url: str, escrow: str, deal_id: bytes, wallets: dict[str, LocalAccount]) -> None:
        self.client = EscrowClient(Node(url), escrow)
        self.id = deal_id
        found = self.client.opened(deal_id)
        self.deal, self.milestones = found.deal, found.milestones
        self.wallets = wallets

    @property
    def one(self) -> Selection:
        """The first milestone, with its proof."""
        return select(self.milestones, [0])

    def sign(self, name: str, message: Message) -> bytes:
        """Somebody's signature."""
        digest = message.digest(self.client.domain)
        return bytes(self.wallets[name].unsafe_sign_hash(Hash32(digest)).signature)

    def wait(self, moment: int) -> None:
        """Until a unix time. A local chain's clock is moved on instead."""
        for method, arguments in (("evm_setNextBlockTimestamp", [moment]), ("evm_mine", [])):
            self.client.node.w3.provider.make_request(method, arguments)  # type: ignore[arg-type]

    def release(self) -> None:
        self.client.release(self.deal, self.one, self.wallets["payer"])

    def refund(self) -> None:
        self.client.refund(self.deal, self.one, self.wallets["payee"])

    def revoke(self) -> None:
        self.client.revoke(self.deal, self.one, self.wallets["payer"])

    def settle(self) -> None:
        valid_until = self.client.node.timestamp() + 600
        fields = {"deal": self.id, "milestone": 0, "to_payees": 40, "valid_until": valid_until}
        payer_says, payee_says = PayerSettlement(**fields), PayeeSettlement(**fields)
        self.client.settle(
            self.deal,
            self.one,
            payer_says,
            self.wallets["stranger"],
            payer_signature=self.sign("payer", payer_says),
            payee_signature=self.sign("payee", payee_says),
        )

    def attest(self) -> None:
        valid_until = self.client.node.timestamp() + 600
        word = Attestation(deal=self.id, milestones=1, evidence=b"\x11" * 32, valid_until=valid_until)
        self.client.carry(self.deal, self.one, word, self.sign("attestor", word), self.wallets["stranger"])

    def accept(self) -> None:
        self.attest()
        self.wait(self.client.status(self.id, 0).ends)
        self.client.conclude(self.deal, self.one, self.wallets["stranger"])

    def rule(self) -> None:
        self.attest()
        self.client.dispute(self.deal, self.one, self.wallets["payer"])
        self.client.rule(self.deal, self.one, self.wallets["arbiter"], to_payees=70)

    def lapse(self) -> None:
        self.attest()
        self.client.dispute(self.deal, self.one, self.wallets["payer"])
        self.wait(self.client.status(self.id, 0).ends)
        self.client.conclude(self.deal, self.one, self.wallets["stranger"])

    def expire(self) -> None:
        self.wait(self.milestones[0].deadline)
        self.client.conclude(self.deal, self.one, self.wallets["stranger"])

    def claim(self) -> None:
        self.release()
        (credited,) = [each for each in self.client.events() if isinstance(each, Credited)]
        self.client.node.w3.provider.make_request("anvil_setCode", [credited.owner, "0x"])  # type: ignore[arg-type]
        self.client.claim(credited.token, credited.owner, self.wallets["stranger"])


EXITS: dict[str, Callable[[Party], None]] = {
    name: getattr(Party, name)
    for name in ("release", "refund", "revoke", "settle", "attest", "accept", "rule", "lapse", "expire", "claim")
}

if __name__ == "__main__":
    _, exit_, url, escrow, deal_id, keys = sys.argv
    wallets = {name: Account.from_key(key) for name, key in json.loads(keys).items()}
    EXITS[exit_](Party(url, escrow, bytes.fromhex(deal_id), wallets))

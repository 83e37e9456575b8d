"""The escrow contract, as Python calls it.

    client = EscrowClient(Node("http://127.0.0.1:8545"), address)
    receipt = client.open(deal, milestones, account)
    client.release(deal, select(milestones, [0]), account)

Every call first runs against the latest block: what the contract would refuse raises its `Refusal`
(`escrow_chain.protocol.errors`) and sends nothing. Everything else that can go wrong is a `ChainError`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Self

from eth_account.signers.local import LocalAccount
from hexbytes import HexBytes
from web3 import Web3

from escrow_chain.chain import abi
from escrow_chain.chain.artifacts import load
from escrow_chain.chain.call import Call, Word
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.errors import DealUnknown, InsufficientAllowance, InsufficientToken, NodeFault, NotDeployed
from escrow_chain.chain.node import Node, Receipt
from escrow_chain.protocol.deal import Deal, Milestone, Selection, milestones_root
from escrow_chain.protocol.events import Event, Opened, State
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Progress
from escrow_chain.protocol.typed_data import (
    Attestation,
    Domain,
    PayeeSettlement,
    PayerSettlement,
    Permit,
    ReceiveWithAuthorization,
)

LOG_RANGE = 10_000
"""Blocks asked for at once: what public nodes commonly allow."""


class EscrowClient:
    """One escrow contract on one chain. Raises `NotDeployed` if there is no code at `address`.

    `first_block` is where its events begin: the block of its deployment. `domain` is what people sign under,
    `deal_domain` what ids are made under: the same, unless the chain changed its id since the deployment.
    """

    def __init__(self, node: Node, address: str, *, first_block: int = 0) -> None:
        self.node = node
        self.address = Web3.to_checksum_address(address)
        self.first_block = first_block
        self.domain = Domain(chain_id=node.chain_id, contract=self.address)
        code = node.code(self.address)
        if not code:
            raise NotDeployed(self.address, node.chain_id)
        self.deal_domain = self._domain_of_deployment(code)

    @classmethod
    def deployed(cls, node: Node, deployments: Deployments) -> Self:
        """The escrow that the deployments file has for the node's chain."""
        record = deployments.of(node.chain_id)
        return cls(node, record.address, first_block=record.block)

    def open(self, deal: Deal, milestones: Sequence[Milestone], account: LocalAccount) -> Receipt:
        """Funds a deal from `account`: tokens that it has approved, or the chain's coin.

        Raises `InsufficientToken` or `InsufficientAllowance` before it asks the contract.
        """
        self._check_tokens(deal.token, milestones, account.address, allowed=True)
        return self.send(Call.open(deal, milestones), account)

    def open_with_permit(
        self,
        deal: Deal,
        milestones: Sequence[Milestone],
        permit: Permit,
        signature: bytes,
        account: LocalAccount,
    ) -> Receipt:
        """Funds a deal from `account`, who signed a permit over exactly the total. Raises `InsufficientToken`."""
        self._check_tokens(deal.token, milestones, account.address)
        return self.send(Call.open_with_permit(deal, milestones, permit, signature), account)

    def open_with_authorization(
        self,
        deal: Deal,
        milestones: Sequence[Milestone],
        authorization: ReceiveWithAuthorization,
        signature: bytes,
        account: LocalAccount,
    ) -> Receipt:
        """Funds a deal from its payer, on the payer's signature; `account` only pays the gas.

        Raises `InsufficientToken` before it asks the contract.
        """
        self._check_tokens(deal.token, milestones, deal.payer)
        return self.send(Call.open_with_authorization(deal, milestones, authorization, signature), account)

    def attest(
        self, deal: Deal, selection: Selection, attestation: Attestation, signature: bytes, account: LocalAccount
    ) -> Receipt:
        """Brings an attestation; `account` only pays the gas."""
        return self.carry(deal, selection, attestation, signature, account)

    def carry(self, deal: Deal, selection: Selection, word: Word, signature: bytes, account: LocalAccount) -> Receipt:
        """Brings what somebody signed about milestones, with that person's right; `account` only pays the gas."""
        return self.send(Call.carry(deal, selection, word, signature), account)

    def release(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Pays milestones; `account` is the payer."""
        return self.send(Call.release(deal, selection), account)

    def refund(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Returns milestones; `account` is their payee."""
        return self.send(Call.refund(deal, selection), account)

    def revoke(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Takes open milestones back; `account` is the payer."""
        return self.send(Call.revoke(deal, selection), account)

    def dispute(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Has milestones wait for the arbiter; `account` is the payer of delivered ones, or the payee of open ones."""
        return self.send(Call.dispute(deal, selection), account)

    def rule(self, deal: Deal, selection: Selection, account: LocalAccount, *, to_payees: int) -> Receipt:
        """Splits one disputed milestone; `account` is the arbiter."""
        return self.send(Call.rule(deal, selection, to_payees=to_payees), account)

    def settle(  # noqa: PLR0913 - two people's signatures, each with a name
        self,
        deal: Deal,
        selection: Selection,
        agreed: PayerSettlement | PayeeSettlement,
        account: LocalAccount,
        *,
        payer_signature: bytes = b"",
        payee_signature: bytes = b"",
    ) -> Receipt:
        """Splits one milestone as agreed. If `account` is one of the two, its signature is not needed."""
        call = Call.settle(deal, selection, agreed, payer_signature=payer_signature, payee_signature=payee_signature)
        return self.send(call, account)

    def conclude(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Settles what a clock has decided; `account` only pays the gas."""
        return self.send(Call.conclude(deal, selection), account)

    def claim(self, token: str, owner: str, account: LocalAccount, *, to: str | None = None) -> Receipt:
        """Pays out a credit, to its owner or, if `account` is the owner, to any address."""
        return self.send(Call.claim(token, owner, to or owner), account)

    def send(self, call: Call, account: LocalAccount) -> Receipt:
        """Sends any call from `account`."""
        value = Web3.to_wei(call.value, "wei")
        return self.node.send({"to": self.address, "data": HexBytes(call.data), "value": value}, account)

    def status(self, deal_id: bytes, index: int) -> Progress:
        """Where a milestone stands, and when its inspection or arbitration is over."""
        state, ends = self._read("status", deal_id, index)
        with self.node.faults():
            return Progress(State(state), ends)

    def holding(self, deal_id: bytes) -> tuple[int, int]:
        """What a deal still holds, in minor units, and the bitmap of its settled milestones."""
        held, settled = self._read("holding", deal_id)
        return held, settled

    def credit(self, token: str, owner: str) -> int:
        """What waits for an owner to be claimed, in minor units."""
        (amount,) = self._read("credit", token, owner)
        return int(amount)

    def opened(self, deal_id: bytes) -> Opened:
        """The terms of a deal, from its `Opened` event, which a node can't forge: the id is the hash of all of them.

        Raises `DealUnknown` if there is none, `NodeFault` if the node answers with another deal's terms.
        """
        for event in self.events(name="Opened", deal_id=deal_id):
            if isinstance(event, Opened):
                deal, root = event.deal, milestones_root(event.milestones)
                if (deal.id(self.deal_domain), root) != (deal_id, deal.milestones):
                    raise NodeFault("the terms that it gives for the deal are not those that its id stands for")
                return event
        raise DealUnknown(deal_id, self.address)

    def events(
        self, *, name: str | None = None, deal_id: bytes | None = None, last_block: int | None = None
    ) -> Iterator[Event]:
        """The contract's events from its first block on, in order: of one name, of one deal, or all.

        Credits and claims name no deal, so `deal_id` leaves them out.
        """
        last = self.node.block_number() if last_block is None else last_block
        first = HexBytes(abi.topic(name)) if name else None
        topics = [first, HexBytes(deal_id)] if deal_id else [first]
        for start in range(self.first_block, last + 1, LOG_RANGE):
            end = min(start + LOG_RANGE - 1, last)
            with self.node.faults():
                logs = self.node.w3.eth.get_logs(
                    {"address": self.address, "fromBlock": start, "toBlock": end, "topics": topics}
                )
            for log in logs:
                with self.node.faults():
                    event = abi.event(log["topics"], log["data"]) if log["address"] == self.address else None
                if event is not None:
                    yield event

    def _domain_of_deployment(self, code: bytes) -> Domain:
        """The domain whose separator the code keeps. It is only a hint, to be held against an id."""
        kept = load("Escrow").immutable_values(code)
        domains = (Domain(chain_id=int.from_bytes(value), contract=self.address) for value in kept)
        return next((domain for domain in domains if domain.separator in kept), self.domain)

    def _check_tokens(self, token: str, milestones: Sequence[Milestone], owner: str, *, allowed: bool = False) -> None:
        """That the owner has what the milestones need and, if it is to be `allowed`, lets the escrow take it."""
        if token == ZERO_ADDRESS or not self.node.has_code(token):
            return  # the contract names the latter itself
        erc20 = Erc20(self.node, token)
        needed = sum(milestone.amount for milestone in milestones)
        balance = erc20.balance(owner)
        if balance < needed:
            raise InsufficientToken(token, owner, balance, needed)
        allowance = erc20.allowance(owner, self.address) if allowed else needed
        if allowance < needed:
            raise InsufficientAllowance(token, owner, allowance, needed)

    def _read(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        calldata = abi.calldata(name, *arguments)
        with self.node.faults():
            returned = self.node.w3.eth.call({"to": self.address, "data": HexBytes(calldata)})
            return abi.answer(calldata, bytes(returned))

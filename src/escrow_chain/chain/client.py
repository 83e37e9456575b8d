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
from web3.types import TxParams

from escrow_chain.chain import abi
from escrow_chain.chain.artifacts import load
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.errors import DealUnknown, InsufficientAllowance, InsufficientToken, NodeFault, NotDeployed
from escrow_chain.chain.node import Node, Receipt
from escrow_chain.protocol.deal import Deal, Milestone, Selection, milestones_root
from escrow_chain.protocol.events import Event, Opened, State
from escrow_chain.protocol.model import Progress
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import Attestation, Domain

LOG_RANGE = 10_000
"""Blocks asked for at once: what public nodes commonly allow."""


class EscrowClient:
    """One escrow contract on one chain. Raises `NotDeployed` if there is no code at `address`.

    `first_block` is where its events begin: the block of its deployment.
    """

    def __init__(self, node: Node, address: str, *, first_block: int = 0) -> None:
        self.node = node
        self.address = Web3.to_checksum_address(address)
        self.first_block = first_block
        self.domain = Domain(chain_id=node.chain_id, contract=self.address)
        if not node.has_code(self.address):
            raise NotDeployed(self.address, node.chain_id)
        self._contract = node.w3.eth.contract(self.address, abi=load("Escrow").abi)

    @classmethod
    def deployed(cls, node: Node, deployments: Deployments) -> Self:
        """The escrow that the deployments file has for the node's chain."""
        record = deployments.of(node.chain_id)
        return cls(node, record.address, first_block=record.block)

    def open(self, deal: Deal, milestones: Sequence[Milestone], account: LocalAccount) -> Receipt:
        """Funds a deal from `account`: tokens that it has approved, or the chain's coin.

        Raises `InsufficientToken` or `InsufficientAllowance` before it asks the contract.
        """
        total = sum(milestone.amount for milestone in milestones)
        native = deal.token == ZERO_ADDRESS
        if not native:
            self._check_tokens(deal.token, account.address, total)
        arguments = (deal.values(), [milestone.values() for milestone in milestones])
        return self._send("open", arguments, account, value=total if native else 0)

    def attest(
        self, deal: Deal, selection: Selection, attestation: Attestation, signature: bytes, account: LocalAccount
    ) -> Receipt:
        """Brings an attestation; `account` only pays the gas."""
        arguments = (
            deal.values(),
            selection.values(),
            attestation.milestones,
            attestation.evidence,
            attestation.valid_until,
            signature,
        )
        return self._send("attest", arguments, account)

    def release(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Pays milestones; `account` is the payer."""
        return self._send("release", (deal.values(), selection.values()), account)

    def refund(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Returns milestones; `account` is their payee."""
        return self._send("refund", (deal.values(), selection.values()), account)

    def conclude(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Settles what a clock has decided; `account` only pays the gas."""
        return self._send("conclude", (deal.values(), selection.values()), account)

    def claim(self, token: str, owner: str, account: LocalAccount, *, to: str | None = None) -> Receipt:
        """Pays out a credit, to its owner or, if `account` is the owner, to any address."""
        return self._send("claim", (token, owner, to or owner), account)

    def status(self, deal_id: bytes, index: int) -> Progress:
        """Where a milestone stands, and when its inspection is over."""
        state, ends = self._read("status", deal_id, index)
        return Progress(State(state), ends)

    def holding(self, deal_id: bytes) -> tuple[int, int]:
        """What a deal still holds, in minor units, and the bitmap of its settled milestones."""
        held, settled = self._read("holding", deal_id)
        return held, settled

    def credit(self, token: str, owner: str) -> int:
        """What waits for an owner to be claimed, in minor units."""
        return int(self._read("credit", token, owner))

    def opened(self, deal_id: bytes) -> Opened:
        """The terms of a deal, from its `Opened` event, which a node can't forge: the id is the hash of all of them.

        Raises `DealUnknown` if there is none, `NodeFault` if the node answers with another deal's terms.
        """
        for event in self.events(name="Opened", deal_id=deal_id):
            if isinstance(event, Opened):
                if (event.deal.id(self.domain), milestones_root(event.milestones)) != (deal_id, event.deal.milestones):
                    raise NodeFault("the terms that it gives for the deal are not those that its id stands for")
                return event
        raise DealUnknown(deal_id, self.address)

    def events(
        self, *, name: str | None = None, deal_id: bytes | None = None, last_block: int | None = None
    ) -> Iterator[Event]:
        """The contract's events from its first block on, in order: of one name, of one deal, or all.

        Credits and claims name no deal, so `deal_id` leaves them out.
        """
        with self.node.faults():
            last = self.node.w3.eth.block_number if last_block is None else last_block
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

    def _check_tokens(self, token: str, account: str, needed: int) -> None:
        if not self.node.has_code(token):
            return  # the contract names this itself
        erc20 = Erc20(self.node, token)
        balance, allowance = erc20.balance(account), erc20.allowance(account, self.address)
        if balance < needed:
            raise InsufficientToken(token, account, balance, needed)
        if allowance < needed:
            raise InsufficientAllowance(token, account, allowance, needed)

    def _read(self, name: str, *arguments: Any) -> Any:
        with self.node.faults():
            return self._contract.functions[name](*arguments).call()

    def _send(self, name: str, arguments: Sequence[Any], account: LocalAccount, *, value: int = 0) -> Receipt:
        calldata = self._contract.encode_abi(name, args=arguments)
        call: TxParams = {"to": self.address, "data": calldata, "value": Web3.to_wei(value, "wei")}
        return self.node.send(call, account)

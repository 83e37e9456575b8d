"""A court as the arbiter of deals: where it is, how it is deployed, and its cases (docs/contracts/court.md).

    court = deploy(node, Court(escrow=..., arbitrator=..., ...), account)   # court.address: a deal's arbiter
    court.bring(deal, selection, account, value=court.fee())
    court.submit(case_id, account)
    court.execute(deal, selection, account)

Its address is made of all that it is deployed with: who knows that can tell which court a deal names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_args

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from eth_utils.abi import function_abi_to_4byte_selector
from hexbytes import HexBytes
from web3 import Web3
from web3.types import LogReceipt, TxParams

from escrow_chain.chain.artifacts import load
from escrow_chain.chain.client import LOG_RANGE
from escrow_chain.chain.create2 import PROXY, PROXY_CODE, address_of, deployment_call
from escrow_chain.chain.deploy import ProxyMissing
from escrow_chain.chain.errors import ChainError, UnknownRevert
from escrow_chain.chain.node import Node, Receipt
from escrow_chain.protocol.court import Case, CourtEvent, CourtRefusal, Stage
from escrow_chain.protocol.deal import Deal, Selection

_EVENTS = {kind.__name__: kind for kind in get_args(CourtEvent)}
_REFUSALS = {kind.__name__: kind for kind in CourtRefusal.__subclasses__()}


@dataclass
class NotACourt(ChainError):
    """What is at an address is no court's arbiter."""

    address: str
    chain_id: int

    def __str__(self) -> str:
        return f"there is no CourtArbiter at {self.address} on chain {self.chain_id}: check the address and the chain"


@dataclass(frozen=True)
class Court:
    """What an arbiter is deployed with, for good. Periods in seconds."""

    escrow: str
    arbitrator: str
    extra_data: bytes
    choices: int
    fee_period: int
    court_period: int
    meta_evidence: str

    @property
    def init_code(self) -> bytes:
        """What deploys it."""
        kinds = ["address", "address", "bytes", "uint16", "uint32", "uint32", "string"]
        values = (self.escrow, self.arbitrator, self.extra_data, self.choices, self.fee_period, self.court_period)
        return load("CourtArbiter").init_code + encode(kinds, [*values, self.meta_evidence])

    @property
    def address(self) -> ChecksumAddress:
        """Where it is, or will be."""
        return address_of(self.init_code)


def deploy(node: Node, court: Court, account: LocalAccount) -> "CourtClient":
    """Deploys the arbiter, unless it is there; `account` pays. Raises `ProxyMissing`, and what `Node.send` raises."""
    if not node.has_code(court.address):
        if node.code(PROXY) != PROXY_CODE:
            raise ProxyMissing(node.chain_id)
        with _refusals(), node.faults():  # tried without the proxy, which keeps the reason of a refusal to itself
            node.w3.eth.call({"data": HexBytes(court.init_code)})
        node.send(deployment_call(court.init_code), account)
    return CourtClient(node, court.address)


class CourtClient:
    """One court's arbiter on one chain. Raises `NotACourt` if there is none at `address`.

    Refusals are the court's own (`escrow_chain.protocol.court`) or the escrow's. Amounts in wei.
    """

    def __init__(self, node: Node, address: str) -> None:
        self.node = node
        self.address = Web3.to_checksum_address(address)
        artifact = load("CourtArbiter")
        if not artifact.matches(node.code(self.address)):
            raise NotACourt(self.address, node.chain_id)
        self._contract = node.w3.eth.contract(self.address, abi=artifact.abi)
        self.escrow = str(self._read("escrow"))

    def bring(self, deal: Deal, selection: Selection, account: LocalAccount, *, value: int) -> Receipt:
        """Pays the court's fee for one disputed milestone; `account` is the payer or the payee."""
        return self._send("bring", deal.values(), *selection.values(), account=account, value=value)

    def submit(self, case_id: bytes, account: LocalAccount) -> Receipt:
        """Has the court begin, when both have paid."""
        return self._send("submit", case_id, account=account)

    def submit_evidence(self, case_id: bytes, evidence: str, account: LocalAccount) -> Receipt:
        """Shows the court a file of evidence: where it is."""
        return self._send("submitEvidence", case_id, evidence, account=account)

    def appeal(self, case_id: bytes, account: LocalAccount, *, value: int) -> Receipt:
        """Appeals the court's current ruling. Appeal fees are not returned."""
        return self._send("appeal", case_id, account=account, value=value)

    def execute(self, deal: Deal, selection: Selection, account: LocalAccount) -> Receipt:
        """Splits the milestone as ruled, or for who alone has paid. The receipt has the escrow's `Ruled`."""
        return self._send("execute", deal.values(), *selection.values(), account=account)

    def return_deposits(self, case_id: bytes, account: LocalAccount) -> Receipt:
        """Credits deposits that decide nothing more."""
        return self._send("returnDeposits", case_id, account=account)

    def claim(self, owner: str, account: LocalAccount, *, to: str | None = None) -> Receipt:
        """Pays out a credit, to its owner or, if `account` is the owner, to any address."""
        return self._send("claim", owner, to or owner, account=account)

    def credit(self, owner: str) -> int:
        """What waits for an owner to be claimed."""
        return int(self._read("credit", owner))

    def case(self, case_id: bytes) -> Case:
        """Where a case stands."""
        case = Case(*self._read("caseOf", case_id))
        with self.node.faults():
            return replace(case, stage=Stage(case.stage))

    def fee(self) -> int:
        """What the court asks for a case that begins now; who answers pays the case's own fee."""
        return self._ask_court("arbitrationCost(bytes)", ["bytes"], [self._read("arbitratorExtraData")])

    def appeal_cost(self, case_id: bytes) -> int:
        """What the court asks for an appeal now."""
        values = [self.case(case_id).dispute, self._read("arbitratorExtraData")]
        return self._ask_court("appealCost(uint256,bytes)", ["uint256", "bytes"], values)

    def events(self, *, first_block: int, last_block: int | None = None) -> Iterator[CourtEvent]:
        """The arbiter's events in these blocks, in order."""
        last = self.node.block_number() if last_block is None else last_block
        for start in range(first_block, last + 1, LOG_RANGE):
            end = min(start + LOG_RANGE - 1, last)
            with self.node.faults():
                logs = self.node.w3.eth.get_logs({"address": self.address, "fromBlock": start, "toBlock": end})
                events = [self._event(log) for log in logs if log["address"] == self.address and log["topics"]]
            yield from (event for event in events if event is not None)

    def _event(self, log: LogReceipt) -> CourtEvent | None:
        event = self._contract.get_event_by_topic(log["topics"][0].to_0x_hex())().process_log(log)
        if event["event"] not in _EVENTS:
            return None
        fields = dict(event["args"])
        if "stage" in fields:
            fields["stage"] = Stage(fields["stage"])
        made: CourtEvent = _EVENTS[event["event"]](*fields.values())
        return made

    def _send(self, name: str, *arguments: Any, account: LocalAccount, value: int = 0) -> Receipt:
        call: TxParams = {
            "to": self.address,
            "data": self._contract.encode_abi(name, args=arguments),
            "value": Web3.to_wei(value, "wei"),
        }
        with _refusals():
            return self.node.send(call, account, emitter=self.escrow)

    def _read(self, name: str, *arguments: Any) -> Any:
        with self.node.faults():
            return self._contract.functions[name](*arguments).call()

    def _ask_court(self, signature: str, kinds: list[str], values: list[Any]) -> int:
        calldata = Web3.keccak(text=signature)[:4] + encode(kinds, values)
        arbitrator = Web3.to_checksum_address(self._read("arbitrator"))
        with self.node.faults():
            (cost,) = decode(["uint256"], self.node.w3.eth.call({"to": arbitrator, "data": HexBytes(calldata)}))
        return int(cost)


@contextmanager
def _refusals() -> Iterator[None]:
    """Knows the arbiter's own refusals among the reverts inside."""
    try:
        yield
    except UnknownRevert as error:
        refusal = _refusal(error.revert_data)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(revert_data: bytes) -> CourtRefusal | None:
    kind, types = _errors().get(revert_data[:4], (None, ()))
    if kind is None:
        return None
    try:
        values = decode(types, revert_data[4:])
    except DecodingError:
        return None
    return kind(*(Web3.to_checksum_address(value) if isinstance(value, str) else value for value in values))


@cache
def _errors() -> dict[bytes, tuple[type[CourtRefusal], tuple[str, ...]]]:
    return {
        function_abi_to_4byte_selector(entry): (
            _REFUSALS[entry["name"]],
            tuple(field["type"] for field in entry["inputs"]),
        )
        for entry in load("CourtArbiter").abi
        if entry["type"] == "error" and entry["name"] in _REFUSALS
    }

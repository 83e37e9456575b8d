"""A connection to a node, and the one place where its failures become this layer's errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from eth_abi.exceptions import DecodingError
from eth_account.signers.local import LocalAccount
from hexbytes import HexBytes
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractLogicError, Web3Exception, Web3RPCError
from web3.middleware import ExtraDataToPOAMiddleware
from web3.types import Nonce, TxParams, TxReceipt, Wei

from escrow_chain.chain import abi
from escrow_chain.chain.errors import (
    InsufficientCoin,
    NodeFault,
    NodeUnreachable,
    NotMined,
    TooExpensive,
    UnknownRevert,
    WrongChain,
)
from escrow_chain.protocol.events import Event


@dataclass(frozen=True)
class Receipt:
    """A mined chain transaction: its hash (0x…), block, the gas it used, and the contract's events in it."""

    hash: str
    block: int
    gas_used: int
    events: tuple[Event, ...]


_NONSENSE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    DecodingError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What web3 and what reads its answers stumble over if a node answers nonsense."""
MAX_COST = 10**17
"""A tenth of a coin."""


class Node:
    """A node reached over HTTP. Raises `NodeUnreachable`, `NodeFault` and `WrongChain` from every method.

    `chain_id` is the chain expected, if any; a node of another one is refused at once. `max_cost` is what one chain
    transaction may cost in gas at the most, in wei, whatever the node says of prices.
    """

    def __init__(
        self, url: str, *, chain_id: int | None = None, timeout_s: float = 30, max_cost: int = MAX_COST
    ) -> None:
        self.url = url
        self.max_cost = max_cost
        provider = HTTPProvider(url, request_kwargs={"timeout": timeout_s})
        provider.global_ccip_read_enabled = False  # else any contract has us fetch from the web (ERC-3668)
        self.w3 = Web3(provider)
        self.w3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        with self.faults():
            self.chain_id = number(self.w3.eth.chain_id)
        if chain_id not in (None, self.chain_id):
            raise WrongChain(chain_id or 0, self.chain_id)

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turns what goes wrong inside into a `Refusal` or an error of this layer."""
        try:
            yield
        except requests.RequestException as error:
            raise NodeUnreachable(_host(self.url), type(error).__name__) from error
        except ContractLogicError as error:
            raise _refused(error) from error
        except Web3Exception as error:
            raise NodeFault(str(error)) from error
        except _NONSENSE as error:
            raise NodeFault(f"its answer makes no sense ({type(error).__name__}: {error})") from error

    def balance(self, account: str) -> int:
        """What an account has of the chain's coin, in wei."""
        with self.faults():
            return number(self.w3.eth.get_balance(Web3.to_checksum_address(account)))

    def code(self, address: str) -> bytes:
        """The code at an address; empty if there is none."""
        with self.faults():
            return bytes(self.w3.eth.get_code(Web3.to_checksum_address(address)))

    def has_code(self, address: str) -> bool:
        """Whether there is a contract at an address."""
        return bool(self.code(address))

    def timestamp(self) -> int:
        """The time of the latest block, unix seconds."""
        with self.faults():
            return number(self.w3.eth.get_block("latest")["timestamp"])

    def block_number(self) -> int:
        """The number of the latest block."""
        with self.faults():
            return number(self.w3.eth.block_number)

    def gas_limit(self, call: TxParams) -> int:
        """What to give a call that names its sender: a quarter more gas than it needs now, as the state may change.

        It needs far more than it uses: before each payment the escrow wants about 548,000 left for the token, or
        142,000 for a recipient of coin, so that a payment that fails does not fail for want of gas.
        """
        with self.faults():
            return number(self.w3.eth.estimate_gas(call)) * 5 // 4

    def send(
        self, call: TxParams, account: LocalAccount, *, timeout_s: float = 120, emitter: str | None = None
    ) -> Receipt:
        """Signs a call with `account`, sends it, and waits until it is mined.

        The receipt has the events of the contract called, or of the `emitter` that it calls in turn. Nothing is sent
        that the chain would refuse now: raises the contract's `Refusal`, `InsufficientCoin` or `TooExpensive`. From
        the moment of sending on, all that goes wrong is `NotMined`, with the hash to look for.
        """
        with self.faults():
            priced = self._price(call, account.address)
            signed = account.sign_transaction(dict[str, Any](**priced))
        hash_ = signed.hash.to_0x_hex()
        try:
            self._broadcast(signed.raw_transaction)
            mined = self.w3.eth.wait_for_transaction_receipt(signed.hash, timeout=timeout_s)
        except NodeFault:
            raise
        except (requests.RequestException, Web3Exception, *_NONSENSE) as error:
            raise NotMined(hash_, type(error).__name__) from error
        with self.faults():
            return self._receipt(priced, mined, emitter or mined["to"])

    def _broadcast(self, raw: bytes) -> None:
        """Raises `NodeFault` only if the node answers that it won't have the transaction."""
        try:
            self.w3.eth.send_raw_transaction(raw)
        except Web3RPCError as error:
            if "already known" not in str(error).lower():
                raise NodeFault(str(error)) from error

    def _price(self, call: TxParams, sender: str) -> TxParams:
        """The call with nonce, gas and fees."""
        value, balance = int(call.get("value", 0)), self.balance(sender)
        if balance < value:
            raise InsufficientCoin(sender, balance, value)
        address = Web3.to_checksum_address(sender)
        asked: TxParams = {**call, "from": address}
        gas = int(call.get("gas") or self.gas_limit(asked))
        tip = Wei(number(self.w3.eth.max_priority_fee))
        fee = 2 * number(self.w3.eth.get_block("latest")["baseFeePerGas"]) + tip
        if gas * fee > self.max_cost:
            raise TooExpensive(gas * fee, self.max_cost)
        if balance < value + gas * fee:
            raise InsufficientCoin(sender, balance, value + gas * fee)
        nonce = Nonce(number(self.w3.eth.get_transaction_count(address, "pending")))
        return {
            **asked,
            "chainId": self.chain_id,
            "nonce": nonce,
            "gas": gas,
            "maxFeePerGas": Web3.to_wei(fee, "wei"),
            "maxPriorityFeePerGas": tip,
        }

    def _receipt(self, sent: TxParams, mined: TxReceipt, emitter: str) -> Receipt:
        if mined["status"] == 0:
            self.w3.eth.call(sent, mined["blockNumber"])
            raise UnknownRevert(b"")
        events = [abi.event(log["topics"], log["data"]) for log in mined["logs"] if log["address"] == emitter]
        return Receipt(
            hash=mined["transactionHash"].to_0x_hex(),
            block=number(mined["blockNumber"]),
            gas_used=number(mined["gasUsed"]),
            events=tuple(event for event in events if event is not None),
        )


def number(value: Any) -> int:
    """A number as nodes give them, from 0 to 2**256 - 1. Raises `ValueError` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 256:
        raise ValueError("not a number from 0 to 2**256 - 1")
    return value


def _host(url: str) -> str:
    """Scheme, host and port: the rest of a node's address is often a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _refused(error: ContractLogicError) -> Exception:
    try:
        revert_data = bytes(HexBytes(error.data)) if isinstance(error.data, str) and error.data[:2] == "0x" else b""
    except ValueError:
        revert_data = b""
    return abi.refusal(revert_data) or UnknownRevert(revert_data)

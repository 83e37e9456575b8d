"""What can go wrong between us and a contract on a chain.

    ChainError
    ├── NodeUnreachable          nobody answers at the node's address
    ├── NodeFault                the node answers, with an error of its own
    ├── WrongChain               the node is on another chain
    ├── NotDeployed              there is no escrow at the address
    ├── InsufficientCoin         too little of the chain's coin for value and gas
    ├── InsufficientToken        too little of the token
    ├── InsufficientAllowance    the escrow may not take as much of the token
    ├── TooExpensive             the gas would cost more than allowed
    ├── NotMined                 sent, but in no block that we know of
    ├── UnknownRevert            reverted with something that is not in the contract's ABI
    └── DealUnknown              no `Opened` event with this id

What the contract itself refuses is a `Refusal` (`escrow_chain.protocol.errors`).
"""

from dataclasses import dataclass


class ChainError(Exception):
    """Base of this layer's errors. Their text says what is wrong and what to do."""


@dataclass
class NodeUnreachable(ChainError):
    """Nobody answers at the node's address."""

    url: str
    cause: str

    def __str__(self) -> str:
        return f"no node answers at {self.url} ({self.cause}): start one, or give the address of another"


@dataclass
class NodeFault(ChainError):
    """The node refused a request, in its own words."""

    cause: str

    def __str__(self) -> str:
        return f"the node refused: {self.cause}"


@dataclass
class WrongChain(ChainError):
    """The node is on another chain than the caller expects."""

    expected: int
    actual: int

    def __str__(self) -> str:
        return f"the node is on chain {self.actual}, not on {self.expected}: give the address of a node of that chain"


@dataclass
class NotDeployed(ChainError):
    """There is no contract code at the escrow's address."""

    address: str
    chain_id: int

    def __str__(self) -> str:
        return f"there is no escrow at {self.address} on chain {self.chain_id}: deploy it with 'ape run deploy'"


@dataclass
class InsufficientCoin(ChainError):
    """The sender can't pay value and gas. Amounts in wei."""

    account: str
    balance: int
    needed: int

    def __str__(self) -> str:
        return (
            f"{self.account} has {self.balance} wei and needs {self.needed} for value and gas: send it the difference"
        )


@dataclass
class InsufficientToken(ChainError):
    """The sender can't pay the deal. Amounts in minor units."""

    token: str
    account: str
    balance: int
    needed: int

    def __str__(self) -> str:
        return f"{self.account} has {self.balance} of token {self.token} and needs {self.needed}"


@dataclass
class InsufficientAllowance(ChainError):
    """The escrow may not take enough of the sender's tokens. Amounts in minor units."""

    token: str
    account: str
    allowance: int
    needed: int

    def __str__(self) -> str:
        return (
            f"{self.account} allows the escrow {self.allowance} of token {self.token}, and {self.needed} are needed:"
            " approve them first (Erc20.approve)"
        )


@dataclass
class TooExpensive(ChainError):
    """The node asks for more gas money than the caller allows. Amounts in wei."""

    cost: int
    limit: int

    def __str__(self) -> str:
        return f"the gas may cost {self.cost} wei, and {self.limit} are allowed: wait, or allow more (Node's max_cost)"


@dataclass
class NotMined(ChainError):
    """The chain transaction was sent, or perhaps sent, and is in no block that we know of. It may still be mined."""

    hash: str
    cause: str

    def __str__(self) -> str:
        return (
            f"{self.hash} was sent and may still be mined ({self.cause}):"
            " look for this chain transaction before you send anything again"
        )


@dataclass
class UnknownRevert(ChainError):
    """The call reverts, with data that is no error of the contract's ABI."""

    revert_data: bytes

    def __str__(self) -> str:
        return f"the call reverts without a reason we know (0x{self.revert_data.hex()})"


@dataclass
class DealUnknown(ChainError):
    """No deal with this id was ever opened at this contract."""

    id: bytes
    contract: str

    def __str__(self) -> str:
        return f"no deal 0x{self.id.hex()} was opened at {self.contract}: check the id, the contract and the chain"

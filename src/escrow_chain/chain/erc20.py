"""An ERC-20 token, as far as an escrow needs it."""

from eth_account.signers.local import LocalAccount
from web3 import Web3
from web3.types import TxParams

from escrow_chain.chain.artifacts import load
from escrow_chain.chain.node import Node, Receipt

UNLIMITED = (1 << 256) - 1


class Erc20:
    """The token at an address. Amounts in minor units. Raises what `Node` raises."""

    def __init__(self, node: Node, address: str) -> None:
        self.node = node
        self.address = Web3.to_checksum_address(address)
        self._contract = node.w3.eth.contract(self.address, abi=load("TestToken").abi)

    def balance(self, owner: str) -> int:
        """What an account has."""
        with self.node.faults():
            return int(self._contract.functions.balanceOf(owner).call())

    def allowance(self, owner: str, spender: str) -> int:
        """What `spender` may take from `owner`."""
        with self.node.faults():
            return int(self._contract.functions.allowance(owner, spender).call())

    def decimals(self) -> int:
        """How many decimal places one whole token has."""
        with self.node.faults():
            return int(self._contract.functions.decimals().call())

    def symbol(self) -> str:
        """The token's short name."""
        with self.node.faults():
            return str(self._contract.functions.symbol().call())

    def approve(self, spender: str, amount: int, account: LocalAccount) -> Receipt:
        """Lets `spender` take up to `amount` from `account`; `UNLIMITED` never runs down."""
        return self._send("approve", (spender, amount), account)

    def mint(self, to: str, amount: int, account: LocalAccount) -> Receipt:
        """Makes test money. Real tokens refuse this."""
        return self._send("mint", (to, amount), account)

    def _send(self, name: str, arguments: tuple[str, int], account: LocalAccount) -> Receipt:
        call: TxParams = {"to": self.address, "data": self._contract.encode_abi(name, args=arguments)}
        return self.node.send(call, account)

"""The demo's clock: that of its chain, moved on by hand instead of being waited for."""

from datetime import UTC, datetime

from web3.types import RPCEndpoint

from escrow_chain.chain.node import Node


class ChainClock:
    """The time of a local chain, for contract and evidence alike."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def now(self) -> datetime:
        """The time of the latest block."""
        return datetime.fromtimestamp(self._node.timestamp(), UTC)

    def advance(self, seconds: int) -> None:
        """Lets time pass, and mines a block."""
        with self._node.faults():
            self._node.w3.provider.make_request(RPCEndpoint("evm_increaseTime"), [seconds])
            self._node.w3.provider.make_request(RPCEndpoint("evm_mine"), [])

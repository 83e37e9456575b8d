"""The chain of a real node: Anvil, with its newest rules, for fidelity."""

import json
from collections.abc import Sequence
from http.client import HTTPConnection
from typing import Any

from eth_utils.address import to_checksum_address

from tests.differential.chain import GAS, Log, Outcome

OPTIONS = ("--base-fee", "0", "--gas-price", "0")
"""What Anvil is to be started with: fees would change the balances that are compared."""
_DEPLOYER = to_checksum_address("0x" + "d0" * 20)


class AnvilChain:
    """A node at `url` (http://host:port) for whose accounts nobody needs a key."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(url.removeprefix("http://"))
        self.chain_id = int(self._ask("eth_chainId"), 16)
        self._ask("anvil_autoImpersonateAccount", True)

    def deploy(self, code: bytes) -> str:
        transaction = {"from": _DEPLOYER, "data": _hex(code), "gas": hex(GAS), "gasPrice": "0x0"}
        receipt = self._ask("eth_sendTransactionSync", transaction)
        return to_checksum_address(receipt["contractAddress"])

    def endow(self, account: str, amount: int) -> None:
        self._ask("anvil_setBalance", account, hex(amount))

    def send(self, *, sender: str, to: str, payload: bytes, value: int, time: int) -> Outcome:
        transaction = {"from": sender, "to": to, "data": _hex(payload), "value": hex(value)}
        self._ask("evm_setNextBlockTimestamp", time)
        receipt = self._ask("eth_sendTransactionSync", transaction | {"gas": hex(GAS), "gasPrice": "0x0"})
        if receipt["status"] == "0x1":
            return Outcome(success=True, logs=tuple(_log(log) for log in receipt["logs"]))
        trace = self._ask("debug_traceTransaction", receipt["transactionHash"], {"tracer": "callTracer"})
        if trace["error"] != "execution reverted":
            raise RuntimeError(trace["error"])
        return Outcome(success=False, reverted_with=bytes.fromhex(trace.get("output", "0x")[2:]))

    def read(self, calls: Sequence[tuple[str, bytes]]) -> list[bytes]:
        asked = [("eth_call", ({"to": to, "data": _hex(payload)}, "latest")) for to, payload in calls]
        return [bytes.fromhex(answer[2:]) for answer in self._ask_all(asked)]

    def coin(self, accounts: Sequence[str]) -> list[int]:
        asked = [("eth_getBalance", (account, "latest")) for account in accounts]
        return [int(answer, 16) for answer in self._ask_all(asked)]

    def mark(self) -> None:
        self._marked = self._ask("evm_snapshot")

    def reset(self) -> None:
        self._ask("evm_revert", self._marked)
        self.mark()

    def _ask(self, method: str, *arguments: object) -> Any:
        return self._ask_all([(method, arguments)])[0]

    def _ask_all(self, asked: Sequence[tuple[str, Sequence[object]]]) -> list[Any]:
        """The results of many requests, sent at once."""
        batch = [
            {"jsonrpc": "2.0", "id": place, "method": method, "params": arguments}
            for place, (method, arguments) in enumerate(asked)
        ]
        self._connection.request("POST", "/", json.dumps(batch), {"Content-Type": "application/json"})
        answers = json.loads(self._connection.getresponse().read())
        for answer in answers:
            if "error" in answer:
                raise RuntimeError(f"{asked[answer['id']][0]}: {answer['error']}")
        return [answer["result"] for answer in sorted(answers, key=lambda answer: int(answer["id"]))]


def _hex(payload: bytes) -> str:
    return "0x" + payload.hex()


def _log(log: dict[str, Any]) -> Log:
    topics = tuple(bytes.fromhex(topic[2:]) for topic in log["topics"])
    return Log(to_checksum_address(log["address"]), topics, bytes.fromhex(log["data"][2:]))

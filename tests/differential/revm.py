"""The chain in the test's own process: pyrevm, for volume."""

import re
from collections.abc import Sequence

from eth_utils.address import to_checksum_address
from pyrevm import EVM, BlockEnv, CfgEnv, Env

from tests.differential.chain import GAS, START, Log, Outcome

_REVERTED = re.compile(r"Revert \{ gas_used: \d+, output: 0x([0-9a-f]*) \}")
_DEPLOYER = to_checksum_address("0x" + "d0" * 20)


class Revm:
    """An EVM with the rules of Cancun."""

    chain_id = 31_337

    def __init__(self) -> None:
        self._evm = EVM(Env(cfg=CfgEnv(chain_id=self.chain_id)), spec_id="CANCUN")
        self._evm.set_block_env(BlockEnv(number=1, timestamp=START))

    def deploy(self, code: bytes) -> str:
        return to_checksum_address(self._evm.deploy(_DEPLOYER, code))

    def endow(self, account: str, amount: int) -> None:
        self._evm.set_balance(account, amount)

    def send(self, *, sender: str, to: str, payload: bytes, value: int, time: int) -> Outcome:
        self._evm.set_block_env(BlockEnv(number=1, timestamp=time))
        self._evm.reset_transient_storage()
        try:
            self._evm.message_call(sender, to, payload, value=value, gas=GAS)
        except RuntimeError as failed:
            reverted = _REVERTED.fullmatch(str(failed))
            if reverted is None:
                raise
            return Outcome(success=False, reverted_with=bytes.fromhex(reverted[1]))
        return Outcome(success=True, logs=tuple(self._logs()))

    def read(self, calls: Sequence[tuple[str, bytes]]) -> list[bytes]:
        return [self._evm.message_call(_DEPLOYER, to, payload, is_static=True) for to, payload in calls]

    def coin(self, accounts: Sequence[str]) -> list[int]:
        return [self._evm.get_balance(account) for account in accounts]

    def mark(self) -> None:
        self._marked = self._evm.snapshot()

    def reset(self) -> None:
        self._evm.revert(self._marked)
        self._marked = self._evm.snapshot()

    def _logs(self) -> list[Log]:
        result = self._evm.result
        assert result is not None
        logs = []
        for log in result.logs:
            topics, payload = log.data
            logs.append(Log(log.address, tuple(topics), payload))
        return logs

"""What each operation of the contract costs, by one method.

`gasUsed` of the transaction on Anvil's default hardfork, calldata included; one plain OpenZeppelin ERC-20, unlimited
allowance, every balance that is written non-zero before; all fields of the deal non-zero except `inspectionPeriod`,
random 32-byte salt and hashes, one payout a milestone. Figures are exact up to the number of zero bytes in the random
values, which are drawn from a fixed seed.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from eth_account import Account
from eth_account.signers.local import LocalAccount

from escrow_chain.bridge.attestor import LocalAttestor, sign
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.erc20 import UNLIMITED
from escrow_chain.chain.local import deploy_escrow, deploy_token
from escrow_chain.chain.node import Node, Receipt
from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root, select
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import Attestation, bitmap

TARGETS = {
    "open_erc20": 80_000,
    "open_native": 60_000,
    "release_payer": 50_000,
    "attest_release": 57_000,
    "refund_payee": 50_000,
    "batch_open_50": 7_000,
    "batch_release_50": 15_000,
}
"""The design's targets; per recipient for the batches."""
AMOUNT = 25_000_000
DAY = 86_400


@dataclass(frozen=True)
class Figure:
    """Gas of one operation, and its share of each recipient."""

    name: str
    gas: int
    gas_per_recipient: int


class Bench:
    """A chain with a contract, a token, a payer, an attestor and recipients who all have something already."""

    def __init__(self, node: Node, accounts: Sequence[LocalAccount], deployments: Deployments) -> None:
        self.random = random.Random(20_261_120)
        self.deployer, self.payer, self.relayer, self.payee = accounts[:4]
        self.attestor = LocalAttestor(Account.from_key(self.bytes32()))
        self.client = deploy_escrow(node, self.deployer, deployments)
        self.token = deploy_token(node, self.deployer, name="Test Dollar", symbol="TUSD", decimals=6)
        self.recipients = [self.payee.address, *(Account.from_key(self.bytes32()).address for _ in range(49))]
        self.token.mint(self.payer.address, 10**15, self.deployer)
        self.token.approve(self.client.address, UNLIMITED, self.payer)
        for owner in (self.client.address, *self.recipients):
            self.token.mint(owner, 1, self.deployer)

    def bytes32(self) -> bytes:
        """A random word."""
        return self.random.randbytes(32)

    def deal(self, count: int, *, native: bool = False) -> tuple[Deal, tuple[Milestone, ...]]:
        """A deal of `count` milestones, each to another recipient."""
        now = self.client.node.timestamp()
        milestones = tuple(
            Milestone(
                index=index,
                deadline=now + 30 * DAY,
                terms=self.bytes32(),
                payouts=(Payout(to=self.recipients[index], amount=AMOUNT),),
            )
            for index in range(count)
        )
        deal = Deal(
            payer=self.payer.address,
            token=ZERO_ADDRESS if native else self.token.address,
            attestor=self.attestor.address,
            arbiter=self.relayer.address,
            revocable_until=now + DAY,
            inspection_period=0,
            arbitration_period=7 * DAY,
            lapse_bps=5_000,
            agreement=self.bytes32(),
            milestones=milestones_root(milestones),
            salt=int.from_bytes(self.bytes32()),
        )
        return deal, milestones

    def open(self, count: int, *, native: bool = False) -> Receipt:
        """Opens a deal of `count` milestones."""
        deal, milestones = self.deal(count, native=native)
        return self.client.open(deal, milestones, self.payer)

    def release(self) -> Receipt:
        """The payer pays a deal's one milestone."""
        deal, milestones = self.deal(1)
        self.client.open(deal, milestones, self.payer)
        return self.client.release(deal, select(milestones, [0]), self.payer)

    def refund(self) -> Receipt:
        """The payee returns a deal's one milestone."""
        deal, milestones = self.deal(1)
        self.client.open(deal, milestones, self.payer)
        return self.client.refund(deal, select(milestones, [0]), self.payee)

    def attest(self, count: int) -> Receipt:
        """One attestation pays all milestones of a deal."""
        deal, milestones = self.deal(count)
        self.client.open(deal, milestones, self.payer)
        everything = range(count)
        attestation = Attestation(
            deal=deal.id(self.client.domain),
            milestones=bitmap(everything),
            evidence=self.bytes32(),
            valid_until=self.client.node.timestamp() + DAY,
        )
        signature = sign(attestation, self.client.domain, self.attestor)
        return self.client.attest(deal, select(milestones, everything), attestation, signature, self.relayer)


def measure() -> list[Figure]:
    """Every operation that exists, on a chain of its own."""
    with Anvil() as anvil, TemporaryDirectory() as folder:
        bench = Bench(Node(anvil.url), anvil.accounts, Deployments(Path(folder, "deployments.json")))
        operations: dict[str, tuple[int, Callable[[], Receipt]]] = {
            "open_erc20": (1, lambda: bench.open(1)),
            "open_native": (1, lambda: bench.open(1, native=True)),
            "release_payer": (1, bench.release),
            "attest_release": (1, lambda: bench.attest(1)),
            "refund_payee": (1, bench.refund),
            "batch_open_50": (50, lambda: bench.open(50)),
            "batch_release_50": (50, lambda: bench.attest(50)),
        }
        figures = []
        for name, (recipients, operation) in operations.items():
            gas = operation().gas_used
            figures.append(Figure(name, gas, gas // recipients))
        return figures


def main(directory: Path) -> None:
    """Prints the figures beside their targets, and writes `gas.json`."""
    figures = measure()
    print(f"{'operation':<18}{'gas':>10}{'per recipient':>15}{'target':>10}")
    for figure in figures:
        print(f"{figure.name:<18}{figure.gas:>10,}{figure.gas_per_recipient:>15,}{TARGETS[figure.name]:>10,}")
    (directory / "gas.json").write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")

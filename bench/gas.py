"""What each operation of the contract costs, by one method.

`gasUsed` of the transaction on Anvil's default hardfork, calldata included; one plain OpenZeppelin ERC-20, unlimited
allowance, every balance that is written non-zero before; all fields of the deal non-zero except `inspectionPeriod`
(non-zero only for `dispute` and `rule`, which come after delivery), random 32-byte salt and hashes, one payout a
milestone. A lone attestor's signature has 64 bytes. A batch is paid on one attestation. What nobody can do without is
measured in the same run: a transfer, a transferFrom, a native send, and a bare loop of transfers.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from bench.figures import MARKS, Mark
from bench.scene import AMOUNT, BEGINS, DAY, MOST, Scene
from escrow_chain.chain import quorum as on_chain
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.erc20 import UNLIMITED
from escrow_chain.protocol.deal import Deal, Selection, select
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.quorum import Member, Quorum
from escrow_chain.protocol.signatures import compact
from escrow_chain.protocol.typed_data import Domain, PayeeSettlement, ReceiveWithAuthorization

BATCHES = (10, 50, MOST)


@dataclass(frozen=True)
class Figure:
    """Gas of one operation, and its share of each recipient."""

    name: str
    gas: int
    gas_per_recipient: int


def open_(scene: Scene, *, count: int = 1, native: bool = False) -> int:
    """The payer funds a deal."""
    deal, milestones = scene.deal(count, token=ZERO_ADDRESS if native else None)
    return scene.client.open(deal, milestones, scene.payer).gas_used


def open_with_authorization(scene: Scene) -> int:
    """Somebody funds a deal on its payer's signature. The token is another one, which takes signatures."""
    token = scene.signing_token.address
    domain = Domain(chain_id=scene.node.chain_id, contract=token, name="Authorization Dollar")
    deal, milestones = scene.deal(token=token)
    authorization, (signature,) = scene.signed(
        lambda valid_before: ReceiveWithAuthorization(
            payer=deal.payer,
            escrow=scene.client.address,
            value=AMOUNT,
            valid_after=BEGINS - DAY,
            valid_before=valid_before,
            nonce=deal.id(scene.client.deal_domain),
        ),
        scene.payer,
        domain=domain,
    )
    receipt = scene.client.open_with_authorization(deal, milestones, authorization, signature, scene.relayer)
    return receipt.gas_used


def release(scene: Scene) -> int:
    """The payer pays a deal's one milestone."""
    deal, milestones = scene.opened()
    return scene.client.release(deal, select(milestones, [0]), scene.payer).gas_used


def refund(scene: Scene) -> int:
    """The payee returns it."""
    deal, milestones = scene.opened()
    return scene.client.refund(deal, select(milestones, [0]), scene.payee).gas_used


def revoke(scene: Scene) -> int:
    """The payer takes it back."""
    deal, milestones = scene.opened()
    return scene.client.revoke(deal, select(milestones, [0]), scene.payer).gas_used


def settle(scene: Scene) -> int:
    """The payer splits it in halves, with the payee's signature."""
    deal, milestones = scene.opened()
    agreed, (signature,) = scene.signed(
        lambda valid_until: PayeeSettlement(
            deal=deal.id(scene.client.deal_domain), milestone=0, to_payees=AMOUNT // 2, valid_until=valid_until
        ),
        scene.payee,
    )
    selection = select(milestones, [0])
    return scene.client.settle(deal, selection, agreed, scene.payer, payee_signature=signature).gas_used


def attest(scene: Scene, *, count: int = 1) -> int:
    """One attestation pays all milestones of a deal."""
    deal, milestones = scene.opened(count)
    statement, (signature,) = scene.attested(deal, milestones, scene.attestor)
    selection = select(milestones, range(count))
    return scene.client.attest(deal, selection, statement, compact(signature), scene.relayer).gas_used


def further_signer(scene: Scene) -> int:
    """What two of three keys cost more than one of three."""
    accounts: list[LocalAccount] = [Account.from_key(scene.word()) for _ in range(3)]
    members = [Member(account.address) for account in accounts]

    def attested(threshold: int) -> int:
        quorum = Quorum.of(threshold, members)
        deal, milestones = scene.opened(attestor=on_chain.create(scene.node, quorum, scene.deployer))
        statement, signatures = scene.attested(deal, milestones, *accounts)
        given = dict(zip(members, signatures, strict=True))
        signature = quorum.assemble(statement.digest(scene.client.domain), given)
        return scene.client.attest(deal, select(milestones, [0]), statement, signature, scene.relayer).gas_used

    return attested(2) - attested(1)


def disputed(scene: Scene) -> tuple[Deal, Selection, int]:
    """A milestone that was delivered, and what it took the payer to dispute it."""
    deal, milestones = scene.opened(inspection_period=3 * DAY)
    selection = select(milestones, [0])
    statement, (signature,) = scene.attested(deal, milestones, scene.attestor)
    scene.client.attest(deal, selection, statement, signature, scene.relayer)
    return deal, selection, scene.client.dispute(deal, selection, scene.payer).gas_used


def dispute(scene: Scene) -> int:
    """The payer disputes what was delivered."""
    return disputed(scene)[2]


def rule(scene: Scene) -> int:
    """The arbiter splits what was disputed in halves."""
    deal, selection, _ = disputed(scene)
    return scene.client.rule(deal, selection, scene.arbiter, to_payees=AMOUNT // 2).gas_used


def disperse(scene: Scene, *, count: int) -> int:
    """The payer pays recipients with nothing between: a pull and a loop of transfers."""
    contract = scene.deploy("Disperse")
    scene.token.mint(contract, 1, scene.deployer)
    scene.token.approve(contract, UNLIMITED, scene.payer)
    recipients, amounts = scene.recipients[:count], [AMOUNT] * count
    signature = "disperse(address,address[],uint256[])"
    return scene.gas(contract, scene.payer, signature, scene.token.address, recipients, amounts)


def transfer(scene: Scene) -> int:
    """A token's transfer."""
    return scene.gas(scene.token.address, scene.payer, "transfer(address,uint256)", scene.payee.address, AMOUNT)


def transfer_from(scene: Scene) -> int:
    """A token's transferFrom, by whoever has an unlimited allowance."""
    scene.token.approve(scene.relayer.address, UNLIMITED, scene.payer)
    parties = (scene.payer.address, scene.payee.address)
    signature = "transferFrom(address,address,uint256)"
    return scene.gas(scene.token.address, scene.relayer, signature, *parties, AMOUNT)


OPERATIONS: dict[str, tuple[int, Callable[[Scene], int]]] = {
    "open_erc20": (1, open_),
    "open_native": (1, partial(open_, native=True)),
    "open_with_authorization": (1, open_with_authorization),
    "release_payer": (1, release),
    "attest_release": (1, attest),
    "attest_extra_signer": (1, further_signer),
    "refund_payee": (1, refund),
    "revoke": (1, revoke),
    "settle": (1, settle),
    "dispute": (1, dispute),
    "rule": (1, rule),
    **{f"batch_open_{count}": (count, partial(open_, count=count)) for count in BATCHES},
    **{f"batch_release_{count}": (count, partial(attest, count=count)) for count in BATCHES},
    "erc20_transfer": (1, transfer),
    "erc20_transfer_from": (1, transfer_from),
    "native_send": (1, lambda scene: scene.gas(scene.payee.address, scene.payer, value=1)),
    "disperse_50": (50, partial(disperse, count=50)),
}
"""By name: how many recipients share the gas, and what to measure."""


def measure() -> list[Figure]:
    """Every operation, on a chain of its own."""
    with Anvil("--timestamp", str(BEGINS)) as anvil:
        scene = Scene(anvil)
        measured = [(name, recipients, operation(scene)) for name, (recipients, operation) in OPERATIONS.items()]
    return [Figure(name, gas, gas // recipients) for name, recipients, gas in measured]


def main(directory: Path) -> None:
    """Prints the figures beside what they are held against, and writes `gas.json`."""
    figures = measure()
    floors = {figure.name: figure.gas_per_recipient for figure in figures}
    print(f"{'operation':<24}{'gas':>10}{'each':>9}{'target':>9}{'moonshot':>10}{'floor':>8}   cheapest peers")
    for figure in figures:
        print(_line(figure, MARKS.get(figure.name, Mark()), floors))
    (directory / "gas.json").write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")


def _line(figure: Figure, mark: Mark, measured: dict[str, int]) -> str:
    floor = measured[mark.floor] if isinstance(mark.floor, str) else mark.floor
    peers = ", ".join(f"{name} {gas:,}" for name, gas in mark.peers)
    beside: Sequence[tuple[int | None, int]] = ((mark.target, 9), (mark.moonshot, 10), (floor, 8))
    cells = "".join(f"{'' if value is None else f'{value:,}':>{width}}" for value, width in beside)
    return f"{figure.name:<24}{figure.gas:>10,}{figure.gas_per_recipient:>9,}{cells}   {peers}".rstrip()

"""The demo's stage: a chain, the contract, a currency, and everybody who takes part."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount

from escrow_chain.bridge.attestor import LocalAttestor
from escrow_chain.bridge.disbursement import Funding
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.erc20 import UNLIMITED, Erc20
from escrow_chain.chain.local import deploy_escrow, deploy_token
from escrow_chain.chain.node import Node
from escrow_chain.cli.demo.clock import ChainClock
from escrow_chain.cli.failure import InputError
from escrow_chain.protocol.money import minor_units

DECIMALS = 2
POCKET_MONEY = minor_units("100000.00", decimals=DECIMALS)
"""What the merchant has in the demo's currency before it funds anything."""


@dataclass(frozen=True)
class Stage:
    """Everything on chain before the first deal, whose keys the demo plays, and where its files go."""

    client: EscrowClient
    token: Erc20
    clock: ChainClock
    merchant: LocalAccount
    attestor: LocalAttestor
    relayer: LocalAccount
    recipients: Mapping[str, LocalAccount]
    output: Path
    randomness: Callable[[int], bytes] = os.urandom

    @property
    def funding(self) -> Funding:
        """Who pays for the demo's deal, with what, and on whose word."""
        return Funding(
            payer=self.merchant.address,
            token=self.token.address,
            decimals=DECIMALS,
            attestor=self.attestor.address,
        )


def set_up(node: Node, accounts: Sequence[LocalAccount], *, wallets: Mapping[str, str], output: Path) -> Stage:
    """Deploys the contract and a currency, and gives the merchant its money.

    `accounts` are the local chain's own, with keys; the wallets must be among them, since the demo signs for their
    owners. Raises `InputError` for a wallet that isn't.
    """
    merchant, *others, relayer, attestor = accounts
    deployments = output / "deployments.json"
    deployments.unlink(missing_ok=True)
    client = deploy_escrow(node, relayer, Deployments(deployments))
    token = deploy_token(node, relayer, name="Uganda Shilling (demo)", symbol="UGX", decimals=DECIMALS)
    token.mint(merchant.address, POCKET_MONEY, relayer)
    token.approve(client.address, UNLIMITED, merchant)
    return Stage(
        client=client,
        token=token,
        clock=ChainClock(node),
        merchant=merchant,
        attestor=LocalAttestor(attestor),
        relayer=relayer,
        recipients=_owners(wallets, others),
        output=output,
    )


def _owners(wallets: Mapping[str, Any], accounts: Sequence[LocalAccount]) -> dict[str, LocalAccount]:
    keys = {account.address.lower(): account for account in accounts}
    owners = {}
    for reference, wallet in wallets.items():
        if not isinstance(wallet, str) or wallet.lower() not in keys:
            raise InputError(
                f"the demo has no key for {wallet!r}",
                where=f"wallets: {reference}",
                remedy=f"Name one of the local chain's own accounts: {', '.join(a.address for a in accounts)}.",
            )
        owners[reference] = keys[wallet.lower()]
    return owners

"""Deploys the escrow to its one address on a chain: `ape run deploy --network base:sepolia:node --account NAME`."""

import json
from pathlib import Path

import ape
import click
from ape.api import AccountAPI
from ape.cli import ConnectedProviderCommand, account_option
from hexbytes import HexBytes
from web3.types import TxParams

from escrow_chain.chain.artifacts import load
from escrow_chain.chain.deploy import deploy
from escrow_chain.chain.deployments import SHIPPED, Deployments
from escrow_chain.chain.errors import ChainError

LOCAL = Path(__file__).parent.parent / ".build" / "deployments.json"


@click.command(cls=ConnectedProviderCommand)
@account_option(prompt=False)
@click.option(
    "--deployments",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The deployments file. By default the package's own, for local chains and forks one in .build/.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON; with `-v ERROR`, nothing else.")
def cli(*, account: AccountAPI | None, path: Path | None, as_json: bool) -> None:
    """Deploy the escrow, verify its code, and record it. Local chains need no --account."""
    provider = ape.networks.provider
    temporary = provider.network.is_dev
    if account is None and not temporary:
        raise click.UsageError("a public chain needs --account: see `ape accounts list`")
    deployer = account or ape.accounts.test_accounts[0]
    deployments = Deployments(path or (LOCAL if temporary else SHIPPED))

    def send(call: TxParams) -> HexBytes:
        receipt = deployer.transfer(call["to"], value=0, data=call["data"])
        return HexBytes(receipt.txn_hash)

    try:
        deployment = deploy(provider.web3, send, artifact=load("Escrow"), deployments=deployments)
    except ChainError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(deployment.model_dump(mode="json")))
    else:
        click.echo(
            f"Deployed the escrow to {deployment.address} on chain {deployment.chain_id}, in block {deployment.block}."
        )
        click.echo(f"The code on chain is what the contract compiles to. Recorded in {deployments.path}.")

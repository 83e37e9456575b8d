"""`escrow deal`: what a deal is and where it stands, from chain data alone."""

from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.deployments import SHIPPED
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.cli.connection import (
    DEFAULT_RPC,
    ContractOption,
    DealArgument,
    DeploymentsOption,
    JsonOption,
    RpcOption,
    connect,
    deal_id,
)
from escrow_chain.cli.output import print_json
from escrow_chain.protocol.events import Opened, Settled
from escrow_chain.protocol.money import decimal_text
from escrow_chain.protocol.numbers import ZERO_ADDRESS

app = typer.Typer(help="Deals on chain.", no_args_is_help=True)


@app.callback()
def deals() -> None:
    """Deals on chain."""


@app.command()
def show(
    deal: DealArgument,
    rpc: RpcOption = DEFAULT_RPC,
    contract: ContractOption = None,
    deployments: DeploymentsOption = SHIPPED,
    as_json: JsonOption = False,
) -> None:
    """Show a deal's terms, its milestones and where each one stands."""
    client = connect(rpc, contract, deployments)
    found = describe(client, client.opened(deal_id(deal)))
    if as_json:
        print_json(found)
    else:
        _render(found)


def describe(client: EscrowClient, opened: Opened) -> dict[str, Any]:
    """All that the chain says of a deal, as JSON: amounts as decimal text, times as ISO 8601."""
    symbol, decimals = _currency(client, opened.deal.token)
    reasons = {
        index: event.reason.name.lower()
        for event in client.events(name="Settled", deal_id=opened.id)
        if isinstance(event, Settled)
        for index in event.indices
    }
    milestones = []
    for milestone in opened.milestones:
        progress = client.status(opened.id, milestone.index)
        milestones.append(
            milestone.model_dump(mode="json")
            | {
                "payee": milestone.payee,
                "amount": decimal_text(milestone.amount, decimals=decimals),
                "deadline": _moment(milestone.deadline),
                "state": progress.state.name.lower(),
                "inspection_ends": _moment(progress.ends) if progress.ends else None,
                "reason": reasons.get(milestone.index),
            }
        )
    held, _ = client.holding(opened.id)
    return {
        "id": "0x" + opened.id.hex(),
        "chain_id": client.node.chain_id,
        "contract": client.address,
        "currency": symbol,
        "held": decimal_text(held, decimals=decimals),
        "deal": opened.deal.model_dump(mode="json"),
        "milestones": milestones,
    }


def _currency(client: EscrowClient, token: str) -> tuple[str, int]:
    if token == ZERO_ADDRESS:
        return "coin", 18
    erc20 = Erc20(client.node, token)
    return erc20.symbol(), erc20.decimals()


def _moment(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).isoformat().replace("+00:00", "Z")


def _render(found: dict[str, Any]) -> None:
    console = Console()
    console.print(f"[bold]deal[/bold] {found['id']}")
    console.print(f"chain {found['chain_id']}, escrow {found['contract']}")
    console.print(f"holds {found['held']} {found['currency']}")
    for name, value in found["deal"].items():
        console.print(f"  {name.replace('_', ' ')}: {value}", highlight=False)
    table = Table("milestone", "payee", "amount", "deadline", "state", "why")
    for milestone in found["milestones"]:
        table.add_row(
            str(milestone["index"]),
            milestone["payee"],
            f"{milestone['amount']} {found['currency']}",
            milestone["deadline"],
            milestone["state"],
            (milestone["reason"] or "").replace("_", " "),
        )
    console.print(table)

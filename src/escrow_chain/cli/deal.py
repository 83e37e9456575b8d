"""`escrow deal`: what a deal is and where it stands, from chain data alone."""

from datetime import UTC, datetime
from typing import Any

import typer
from rich.box import SIMPLE
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
from escrow_chain.cli.output import console, print_json, shown
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
    out = console()
    currency = shown(found["currency"])
    out.print(f"deal {found['id']}", style="bold")
    out.print(f"chain {found['chain_id']}, escrow {found['contract']}")
    out.print(f"holds {found['held']} {currency}")
    for name, value in found["deal"].items():
        out.print(f"  {name.replace('_', ' ')}: {value}")
    table = Table("milestone", "payee", "amount", "deadline", "state", "why", box=SIMPLE)
    for milestone in found["milestones"]:
        table.add_row(
            str(milestone["index"]),
            milestone["payee"],
            f"{milestone['amount']} {currency}",
            milestone["deadline"],
            milestone["state"],
            (milestone["reason"] or "").replace("_", " "),
        )
    out.print(table)

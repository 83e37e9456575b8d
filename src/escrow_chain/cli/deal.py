"""`escrow deal`: what a deal is and where it stands, from chain data alone."""

from typing import Any

import typer

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
from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.events import Change, Delivered, Disputed, Opened, Split
from escrow_chain.protocol.money import decimal_text
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import indices
from escrow_chain.terms.record import on_chain

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
    settled, disputed = _history(client, opened.id)
    milestones = []
    for milestone in opened.milestones:
        progress = client.status(opened.id, milestone.index)
        end = settled.get(milestone.index)
        to_payees = _to_payees(milestone, end) if end else None
        milestones.append(
            milestone.model_dump(mode="json")
            | {
                "payee": milestone.payee,
                "amount": decimal_text(milestone.amount, decimals=decimals),
                "deadline": _moment(milestone.deadline),
                "state": progress.state.name.lower(),
                "ends": _moment(progress.ends) if progress.ends else None,
                "disputed_by": disputed.get(milestone.index),
                "reason": _reason(end) if end else None,
                "to_payees": None if to_payees is None else decimal_text(to_payees, decimals=decimals),
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


def _history(client: EscrowClient, deal_id: bytes) -> tuple[dict[int, Change], dict[int, str]]:
    """By milestone: what settled it, and who disputed it."""
    settled: dict[int, Change] = {}
    disputed: dict[int, str] = {}
    for event in client.events(deal_id=deal_id):
        if isinstance(event, Disputed):
            disputed |= dict.fromkeys(event.indices, event.by)
        elif isinstance(event, Change):
            settled |= dict.fromkeys(indices(event.settled), event)
    return settled, disputed


def _to_payees(milestone: Milestone, end: Change) -> int:
    """What its payees had of a milestone; the payer had the rest. Only a single milestone is ever split."""
    return end.to_payees if isinstance(end, Split) else milestone.amount if end.to_payees else 0


def _reason(end: Change) -> str:
    return "attested" if isinstance(end, Delivered) else type(end).__name__.lower()


def _currency(client: EscrowClient, token: str) -> tuple[str, int]:
    if token == ZERO_ADDRESS:
        return "coin", 18
    erc20 = Erc20(client.node, token)
    return erc20.symbol(), erc20.decimals()


def _moment(timestamp: int) -> str:
    return on_chain(timestamp).isoformat().replace("+00:00", "Z")


def _render(found: dict[str, Any]) -> None:
    out = console()
    currency = shown(found["currency"])
    out.print(f"deal {found['id']}", style="bold")
    out.print(f"chain {found['chain_id']}, escrow {found['contract']}")
    out.print(f"holds {found['held']} {currency}")
    for name, value in found["deal"].items():
        out.print(f"  {name.replace('_', ' ')}: {value}")
    for milestone in found["milestones"]:
        out.print(f"milestone {milestone['index']}: {_standing(milestone, found['deal']['payer'], currency)}")
        out.print(f"  {milestone['amount']} {currency} to {milestone['payee']}, due {milestone['deadline']}")


def _standing(milestone: dict[str, Any], payer: str, currency: str) -> str:
    """Where it stands, and by what or until when."""
    state = str(milestone["state"])
    if milestone["reason"]:
        return f"{state}, {milestone['reason']}: {milestone['to_payees']} {currency} to its payees"
    if milestone["disputed_by"]:
        state += " by the payer" if milestone["disputed_by"] == payer else " by the payee"
    return f"{state} until {milestone['ends']}" if milestone["ends"] else state

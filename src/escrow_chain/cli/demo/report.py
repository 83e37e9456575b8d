"""What the demo says at its end: a table for people, a summary for programs."""

from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from escrow_chain.cli.demo.stage import DECIMALS, Stage
from escrow_chain.cli.demo.story import Balance, Outcome, Told, Try
from escrow_chain.cli.output import shown
from escrow_chain.protocol.money import decimal_text


def summary(told: Told, stage: Stage) -> dict[str, Any]:
    """All that happened, as JSON: amounts as decimal text, hashes as 0x-hexadecimal."""
    return {
        "exact": told.exact,
        "chain_id": stage.client.node.chain_id,
        "contract": stage.client.address,
        "token": stage.token.address,
        "deal": "0x" + told.deal.hex(),
        "opened": {"transaction": told.opened.hash, "gas": told.opened.gas_used},
        "refused": [_refused(each) for each in told.refused],
        "outcomes": [_outcome(each) for each in told.outcomes],
        "balances": [_balance(each) for each in told.balances],
    }


def _refused(refused: Try) -> dict[str, Any]:
    return {
        "reference": refused.reference,
        "attempt": refused.attempt,
        "term_type": refused.verdict.term_type,
        "failed": [check.as_json() for check in refused.verdict.failures],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "reference": outcome.reference,
        "to": outcome.to,
        "amount": decimal_text(outcome.amount, decimals=DECIMALS),
        "why": outcome.why,
        "transaction": outcome.receipt.hash,
        "gas": outcome.receipt.gas_used,
        "evidence_root": "0x" + outcome.evidence.hex() if outcome.evidence else None,
    }


def _balance(balance: Balance) -> dict[str, Any]:
    return {
        "owner": balance.owner,
        "address": balance.address,
        "expected": decimal_text(balance.expected, decimals=DECIMALS),
        "actual": decimal_text(balance.actual, decimals=DECIMALS),
    }


def render(told: Told, out: Console) -> None:
    """Prints who has the money, how much, why, and by which transaction."""
    table = Table(box=SIMPLE, title="Where the money went", title_justify="left", padding=(0, 1, 0, 0))
    for heading in ("who", "how much", "why", "tx", "gas", "evidence"):
        table.add_column(heading, no_wrap=heading != "why")
    for outcome in told.outcomes:
        table.add_row(
            shown(outcome.reference) if outcome.evidence else "merchant",
            f"{decimal_text(outcome.amount, decimals=DECIMALS)} UGX",
            outcome.why if outcome.evidence else f"{shown(outcome.reference)}: {outcome.why}",
            _short(outcome.receipt.hash),
            f"{outcome.receipt.gas_used:,}",
            _short("0x" + outcome.evidence.hex()) if outcome.evidence else "",
        )
    out.print(table)
    for balance in told.balances:
        amount = decimal_text(balance.actual, decimals=DECIMALS)
        expected = decimal_text(balance.expected, decimals=DECIMALS)
        fits = "exact" if amount == expected else f"WRONG: expected {expected}"
        out.print(f"  {shown(balance.owner):<14} {amount:>12} UGX  {fits}")


def _short(value: str) -> str:
    return f"{value[:8]}…"

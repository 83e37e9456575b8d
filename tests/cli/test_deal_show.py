"""`escrow deal show`: every way in which a milestone can stand."""

import json
from pathlib import Path

import pytest
from eth_account.signers.local import LocalAccount

from escrow_chain.bridge.attestor import LocalAttestor, sign
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.erc20 import UNLIMITED
from escrow_chain.chain.local import deploy_escrow, deploy_token
from escrow_chain.chain.node import Node
from escrow_chain.cli import main
from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root, select
from escrow_chain.protocol.typed_data import Attestation, bitmap

BEGINS = 1_900_000_000
STATES = {
    0: ("open", None, None),
    1: ("delivered", None, None),
    2: ("disputed", None, None),
    3: ("settled", "ruled", "0.70"),
    4: ("settled", "released", "1.00"),
    5: ("settled", "refunded", "0.00"),
}
"""By milestone: its state, what settled it, and what its payees had of it."""


def funded(client: EscrowClient, payer: LocalAccount, payee: LocalAccount, judge: LocalAccount) -> Deal:
    """A deal of six milestones of 1.00, of which each stands elsewhere."""
    token = deploy_token(client.node, payer, name="Test Dollar", symbol="TUSD", decimals=2)
    token.mint(payer.address, 600, payer)
    token.approve(client.address, UNLIMITED, payer)
    payouts = (Payout(to=payee.address, amount=90), Payout(to=judge.address, amount=10))
    milestones = tuple(
        Milestone(index=index, deadline=BEGINS + 86_400, terms=bytes([index]) * 32, payouts=payouts) for index in STATES
    )
    deal = Deal(
        payer=payer.address,
        token=token.address,
        attestor=judge.address,
        inspection_period=3_600,
        arbiter=judge.address,
        arbitration_period=7_200,
        lapse_bps=5_000,
        revocable_until=0,
        agreement=bytes(32),
        salt=1,
        milestones=milestones_root(milestones),
    )
    client.open(deal, milestones, payer)
    word = Attestation(
        deal=deal.id(client.domain), milestones=bitmap([1, 2, 3]), evidence=bytes(32), valid_until=BEGINS + 3_600
    )
    client.attest(deal, select(milestones, [1, 2, 3]), word, sign(word, client.domain, LocalAttestor(judge)), payer)
    client.dispute(deal, select(milestones, [2, 3]), payer)
    client.rule(deal, select(milestones, [3]), judge, to_payees=70)
    client.release(deal, select(milestones, [4]), payer)
    client.refund(deal, select(milestones, [5]), payee)
    return deal


def test_each_milestone_says_where_it_stands_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """State, the end of its clock, who disputed it, what settled it, and what its payees had."""
    with Anvil("--timestamp", str(BEGINS)) as anvil:
        deployer, payer, payee, judge, *_ = anvil.accounts
        client = deploy_escrow(Node(anvil.url), deployer, Deployments(tmp_path / "deployments.json"))
        deal = funded(client, payer, payee, judge)
        words = ["deal", "show", "0x" + deal.id(client.domain).hex(), "--rpc", anvil.url, "--contract", client.address]
        assert main([*words, "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert main(words) == 0
        printed = capsys.readouterr().out

    milestones = shown["milestones"]
    assert {m["index"]: (m["state"], m["reason"], m["to_payees"]) for m in milestones} == STATES
    assert shown["held"] == "3.00"
    assert shown["deal"]["arbiter"] == judge.address
    assert [m["index"] for m in milestones if m["ends"]] == [1, 2]
    assert {m["disputed_by"] for m in milestones[2:4]} == {payer.address}
    assert all(m["disputed_by"] is None for m in milestones if m["index"] not in (2, 3))
    for line in (
        "milestone 0: open",
        f"milestone 1: delivered until {milestones[1]['ends']}",
        f"milestone 2: disputed by the payer until {milestones[2]['ends']}",
        "milestone 3: settled, ruled: 0.70 TUSD to its payees",
        f"  1.00 TUSD to {payee.address}, due 2030-03-18T17:46:40Z",
    ):
        assert line in printed.splitlines()

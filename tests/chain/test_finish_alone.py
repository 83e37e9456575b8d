"""A deal can be finished from chain data alone: wallets, a node, the escrow's address and the deal's id are enough."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from tests.chain.conftest import MakeDeal

PROGRAM = Path(__file__).with_name("finishing.py")
REVERTING = "0x5f5ffd"
"""The code of a contract that can't be paid."""
FOREVER = (1 << 40) - 1
TO_PAYEE = {
    "release": 100,
    "refund": 0,
    "revoke": 0,
    "settle": 40,
    "attest": 100,
    "accept": 100,
    "rule": 70,
    "lapse": 50,
    "expire": 0,
    "claim": 100,
}
"""By exit: what the payee of a milestone of 100 has in the end. The payer has the rest."""
INSPECTED = {"accept", "rule", "lapse"}


@pytest.mark.parametrize("exit_", TO_PAYEE)
def test_every_exit_is_open_to_who_has_nothing_but_the_chain(
    exit_: str, chain: Anvil, client: EscrowClient, token: Erc20, make_deal: MakeDeal, tmp_path: Path
) -> None:
    """In an empty folder, with an empty home and no settings, and the money goes where it belongs, to the last unit."""
    _, payer, payee, _, _, attestor, arbiter, stranger, *_ = chain.accounts
    native = exit_ == "claim"
    deal, milestones = make_deal(
        token=ZERO_ADDRESS if native else token.address,
        count=2,
        inspection_period=600 if exit_ in INSPECTED else 0,
        revocable_until=FOREVER if exit_ == "revoke" else 0,
    )
    deal = deal.model_copy(update={"arbiter": arbiter.address})
    client.open(deal, milestones, payer)
    if native:
        client.node.w3.provider.make_request("anvil_setCode", [payee.address, REVERTING])  # type: ignore[arg-type]

    def balance(owner: str) -> int:
        return client.node.balance(owner) if native else token.balance(owner)

    before = balance(payee.address)
    before_payer = token.balance(payer.address)
    wallets = {"payer": payer, "payee": payee, "attestor": attestor, "arbiter": arbiter, "stranger": stranger}
    keys = json.dumps({name: "0x" + account.key.hex().removeprefix("0x") for name, account in wallets.items()})
    words = [exit_, chain.url, client.address, deal.id(client.domain).hex(), keys]
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), *words],
        cwd=empty,
        env={"HOME": str(empty)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not list(empty.iterdir())

    assert client.holding(deal.id(client.domain)) == (100, 0b01)
    assert balance(payee.address) - before == TO_PAYEE[exit_]
    if not native:
        assert token.balance(payer.address) - before_payer == 100 - TO_PAYEE[exit_]
        assert token.balance(client.address) == 100

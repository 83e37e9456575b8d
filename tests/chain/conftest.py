"""A deployed escrow and a token, with a payer who has approved it, on the worker's Anvil."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from eth_account.signers.local import LocalAccount

from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.erc20 import UNLIMITED, Erc20
from escrow_chain.chain.local import deploy_escrow, deploy_token
from escrow_chain.chain.node import Node
from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root

MakeDeal = Callable[..., tuple[Deal, tuple[Milestone, ...]]]


@pytest.fixture
def chain() -> Anvil:
    """An Anvil of the test's own."""
    with Anvil() as anvil:
        yield anvil


@pytest.fixture
def node(chain: Anvil) -> Node:
    """A connection to it."""
    return Node(chain.url)


@pytest.fixture
def payer(chain: Anvil) -> LocalAccount:
    """Who funds deals."""
    return chain.accounts[1]


@pytest.fixture
def payees(chain: Anvil) -> tuple[LocalAccount, ...]:
    """Who is paid."""
    return chain.accounts[2:5]


@pytest.fixture
def attestor(chain: Anvil) -> LocalAccount:
    """Whose word counts."""
    return chain.accounts[5]


@pytest.fixture
def client(chain: Anvil, node: Node, tmp_path: Path) -> EscrowClient:
    """The escrow, as Python calls it."""
    return deploy_escrow(node, chain.accounts[0], Deployments(tmp_path / "deployments.json"))


@pytest.fixture
def token(chain: Anvil, node: Node, client: EscrowClient, payer: LocalAccount) -> Erc20:
    """A token of which the payer has 1,000,000 units and has approved all."""
    token = deploy_token(node, chain.accounts[0], name="Test Dollar", symbol="TUSD", decimals=6)
    token.mint(payer.address, 1_000_000, chain.accounts[0])
    token.approve(client.address, UNLIMITED, payer)
    return token


@pytest.fixture
def make_deal(node: Node, payer: LocalAccount, payees: tuple[LocalAccount, ...], attestor: LocalAccount) -> MakeDeal:
    """Makes deals of one milestone for each payee, 100 units each, due in a day. The first payee is the arbiter too."""

    def make(
        *, token: str, count: int = 3, inspection_period: int = 0, revocable_until: int = 0
    ) -> tuple[Deal, tuple[Milestone, ...]]:
        milestones = tuple(
            Milestone(
                index=index,
                deadline=node.timestamp() + 86_400,
                terms=secrets.token_bytes(32),
                payouts=(Payout(to=payees[index].address, amount=100),),
            )
            for index in range(count)
        )
        deal = Deal(
            payer=payer.address,
            token=token,
            attestor=attestor.address,
            inspection_period=inspection_period,
            arbiter=payees[0].address,
            arbitration_period=86_400,
            lapse_bps=5_000,
            revocable_until=revocable_until,
            agreement=secrets.token_bytes(32),
            salt=secrets.randbits(256),
            milestones=milestones_root(milestones),
        )
        return deal, milestones

    return make

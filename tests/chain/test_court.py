"""A court as the arbiter of real deals, on Anvil."""

import re
from dataclasses import dataclass, fields, replace
from typing import get_args

import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from hexbytes import HexBytes
from web3 import Web3

from bench.compiled import init_code
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.artifacts import load
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.court import Court, CourtClient, NotACourt, deploy
from escrow_chain.chain.create2 import address_of, deployment_call
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.errors import UnknownRevert
from escrow_chain.chain.node import Node
from escrow_chain.protocol import court as protocol
from escrow_chain.protocol import errors
from escrow_chain.protocol.court import Appealed, Brought, Claimed, Credited, Ruling, Stage, case_id
from escrow_chain.protocol.deal import Deal, Selection, select
from escrow_chain.protocol.events import Ruled
from tests.chain.conftest import MakeDeal

FEE = 1_000
DAY = 86_400
OF_THE_COURT_ALONE = {"NotCourt", "NotInCourt"}
"""Errors that only the court can meet."""


@dataclass
class Judge:
    """The test court: whoever calls it judges."""

    node: Node
    address: str
    account: LocalAccount

    def call(self, signature: str, *numbers: int) -> None:
        """Calls a function that takes numbers."""
        data = Web3.keccak(text=signature)[:4] + encode(["uint256"] * len(numbers), numbers)
        self.node.send({"to": Web3.to_checksum_address(self.address), "data": HexBytes(data)}, self.account)

    def wait(self, seconds: int) -> None:
        """Lets time pass."""
        for method, arguments in (("evm_increaseTime", [seconds]), ("evm_mine", [])):
            self.node.w3.provider.make_request(method, arguments)  # type: ignore[arg-type]


@dataclass
class Quarrel:
    """A deal whose second milestone, 100 units to `payee`, is disputed."""

    deal: Deal
    selection: Selection
    deal_id: bytes
    payer: LocalAccount
    payee: LocalAccount
    stranger: LocalAccount

    @property
    def case_id(self) -> bytes:
        return case_id(self.deal_id, 1)


@pytest.fixture
def judge(chain: Anvil, node: Node) -> Judge:
    code = init_code("TestArbitrator") + encode(["uint256"], [FEE])
    node.send(deployment_call(code), chain.accounts[8])
    return Judge(node, address_of(code), chain.accounts[8])


@pytest.fixture
def terms(client: EscrowClient, judge: Judge) -> Court:
    """Five choices: a ruling moves a quarter each."""
    return Court(
        escrow=client.address,
        arbitrator=judge.address,
        extra_data=b"\x01\x02",
        choices=5,
        fee_period=3 * DAY,
        court_period=20 * DAY,
        meta_evidence="ipfs://question",
    )


@pytest.fixture
def court(node: Node, terms: Court, chain: Anvil) -> CourtClient:
    return deploy(node, terms, chain.accounts[9])


@pytest.fixture
def quarrel(
    chain: Anvil,
    client: EscrowClient,
    token: Erc20,
    make_deal: MakeDeal,
    court: CourtClient,
    payer: LocalAccount,
    payees: tuple[LocalAccount, ...],
) -> Quarrel:
    deal, milestones = make_deal(token=token.address, count=2)
    deal = deal.model_copy(update={"arbiter": court.address, "arbitration_period": 30 * DAY})
    client.open(deal, milestones, payer)
    selection = select(milestones, [1])
    client.dispute(deal, selection, payees[1])
    return Quarrel(deal, selection, deal.id(client.deal_domain), payer, payees[1], chain.accounts[9])


def test_a_case_goes_through_the_court_and_its_appeal(
    node: Node, token: Erc20, court: CourtClient, judge: Judge, quarrel: Quarrel
) -> None:
    """Both deposit, the court rules for the payer, the payee appeals, and the last word splits milestone and deposit.

    Of five choices the fourth gives three quarters to the payee.
    """
    payer, payee, stranger, case = quarrel.payer, quarrel.payee, quarrel.stranger, quarrel.case_id
    before = token.balance(payer.address)
    first = court.bring(quarrel.deal, quarrel.selection, payee, value=court.fee())
    second = court.bring(quarrel.deal, quarrel.selection, payer, value=FEE + 5)
    assert list(court.events(first_block=first.block, last_block=second.block)) == [
        Brought(case, quarrel.deal_id, 1, payee.address, FEE, Stage.BEGUN),
        Credited(payer.address, 5),
        Brought(case, quarrel.deal_id, 1, payer.address, FEE, Stage.PAID),
    ]
    court.submit(case, stranger)
    court.submit_evidence(case, "ipfs://photograph", stranger)
    dispute = court.case(case).dispute
    judge.call("giveRuling(uint256,uint256)", dispute, 1)
    appealed = court.appeal(case, payee, value=court.appeal_cost(case))
    judge.call("giveRuling(uint256,uint256)", dispute, 4)
    judge.wait(3 * DAY)
    judge.call("executeRuling(uint256)", dispute)
    assert list(court.events(first_block=appealed.block)) == [
        Appealed(case, payee.address, 2 * FEE),
        Ruling(judge.address, dispute, 4),
        Credited(payee.address, 750),
        Credited(payer.address, 250),
    ]

    ruled = court.execute(quarrel.deal, quarrel.selection, stranger)
    assert ruled.events == (Ruled(quarrel.deal_id, 1, 75, 25),)
    assert (token.balance(payee.address), token.balance(payer.address) - before) == (75, 25)
    known = court.case(case)
    assert (known.deal, known.milestone, known.payer, known.payee, known.first) == (
        *(quarrel.deal_id, 1),
        *(payer.address, payee.address, payee.address),
    )
    assert (known.stage, known.ruling, known.fee, known.deposits) == (Stage.RULED, 4, FEE, 0)

    for owner, owed in ((payee, 750), (payer, 255)):
        assert court.credit(owner.address) == owed
        elsewhere = Account.create().address
        claimed = court.claim(owner.address, owner, to=elsewhere)
        assert list(court.events(first_block=claimed.block)) == [Claimed(owner.address, elsewhere, owed)]
        assert (node.balance(elsewhere), court.credit(owner.address)) == (owed, 0)
    assert (node.balance(court.address), node.balance(judge.address)) == (0, 3 * FEE)


def test_who_alone_pays_wins_and_has_the_deposit_back(
    node: Node, token: Erc20, court: CourtClient, judge: Judge, quarrel: Quarrel
) -> None:
    """When the other's time is over; not before."""
    court.bring(quarrel.deal, quarrel.selection, quarrel.payee, value=FEE)
    with pytest.raises(errors.NothingToDo) as early:
        court.execute(quarrel.deal, quarrel.selection, quarrel.stranger)
    assert early.value == errors.NothingToDo(quarrel.case_id)
    judge.wait(3 * DAY)
    with pytest.raises(protocol.TooLate) as late:
        court.bring(quarrel.deal, quarrel.selection, quarrel.payer, value=FEE)
    assert late.value.end == court.case(quarrel.case_id).fee_ends <= late.value.timestamp

    ruled = court.execute(quarrel.deal, quarrel.selection, quarrel.stranger)
    assert ruled.events == (Ruled(quarrel.deal_id, 1, 100, 0),)
    assert token.balance(quarrel.payee.address) == 100
    court.return_deposits(quarrel.case_id, quarrel.stranger)
    assert court.credit(quarrel.payee.address) == FEE
    before = node.balance(quarrel.payee.address)
    court.claim(quarrel.payee.address, quarrel.stranger)
    assert node.balance(quarrel.payee.address) == before + FEE
    assert node.balance(court.address) == 0


def test_refusals_have_their_values(court: CourtClient, judge: Judge, quarrel: Quarrel) -> None:
    """Those of the arbiter are its own; the escrow's and the court's pass through. Nothing is sent."""
    deal, selection = quarrel.deal, quarrel.selection
    with pytest.raises(protocol.InsufficientFee) as few:
        court.bring(deal, selection, quarrel.payer, value=FEE - 1)
    assert few.value == protocol.InsufficientFee(FEE - 1, FEE)
    with pytest.raises(protocol.NotParty) as stranger:
        court.bring(deal, selection, quarrel.stranger, value=FEE)
    assert stranger.value == protocol.NotParty(quarrel.stranger.address)
    other = deal.model_copy(update={"arbiter": judge.address})
    with pytest.raises(errors.NotArbiter) as named:
        court.bring(other, selection, quarrel.payer, value=FEE)
    assert named.value == errors.NotArbiter(court.address, judge.address)
    for account in (quarrel.payer, quarrel.payee):
        court.bring(deal, selection, account, value=FEE)
    judge.call("setCost(uint256)", 2 * FEE + 1)
    with pytest.raises(protocol.InsufficientDeposits) as dear:
        court.submit(quarrel.case_id, quarrel.stranger)
    assert dear.value == protocol.InsufficientDeposits(2 * FEE, 2 * FEE + 1)


def test_the_address_tells_the_court(node: Node, terms: Court, court: CourtClient, chain: Anvil) -> None:
    """It is known beforehand, another with any other term, and deployed once; what is no court is named."""
    account = chain.accounts[9]
    assert court.address == terms.address
    assert court.escrow == terms.escrow
    assert replace(terms, meta_evidence="ipfs://another").address != terms.address
    sent = node.w3.eth.get_transaction_count(account.address)
    assert deploy(node, terms, account).address == court.address
    assert node.w3.eth.get_transaction_count(account.address) == sent
    for other in (terms.escrow, account.address):
        with pytest.raises(NotACourt, match=f"no CourtArbiter at {other}"):
            CourtClient(node, other)


def test_a_court_that_could_not_work_is_not_deployed(node: Node, terms: Court, chain: Anvil) -> None:
    """The constructor's reason is known, though the chain transaction would go through the proxy."""
    with pytest.raises(protocol.InvalidPeriods) as short:
        deploy(node, replace(terms, fee_period=1), chain.accounts[9])
    assert short.value == protocol.InvalidPeriods(1, terms.court_period)
    with pytest.raises(protocol.InvalidChoices):
        deploy(node, replace(terms, choices=1), chain.accounts[9])


def test_what_the_court_itself_refuses_is_shown_as_it_is(
    court: CourtClient, node: Node, terms: Court, chain: Anvil, judge: Judge, quarrel: Quarrel
) -> None:
    """Its errors are in no ABI of ours."""
    for account in (quarrel.payer, quarrel.payee):
        court.bring(quarrel.deal, quarrel.selection, account, value=FEE)
    refusing = "0x631234567860e01b5f5260045ffd"  # reverts with 0x12345678
    node.w3.provider.make_request("anvil_setCode", [judge.address, refusing])  # type: ignore[arg-type]
    with pytest.raises(UnknownRevert) as unknown:
        court.submit(quarrel.case_id, quarrel.stranger)
    assert unknown.value.revert_data == bytes.fromhex("12345678")


def own_names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]  # type: ignore[arg-type]


def abi_names(kind: str) -> dict[str, list[str]]:
    """The fields of everything of a kind in the arbiter's ABI, as Python writes them; indexed ones first."""
    entries = [entry for entry in load("CourtArbiter").abi if entry["type"] == kind]
    return {
        entry["name"]: [
            re.sub("[A-Z]", lambda upper: "_" + upper[0].lower(), field["name"])
            for field in sorted(entry["inputs"], key=lambda field: not field.get("indexed"))
        ]
        for entry in entries
    }


def test_every_error_has_its_refusal() -> None:
    """With the ABI's fields; what the arbiter has of the escrow is the escrow's."""
    own = {kind.__name__: own_names(kind) for kind in protocol.CourtRefusal.__subclasses__()}
    in_abi = abi_names("error")
    assert set(own) <= set(in_abi) <= set(own) | set(errors.REFUSALS) | OF_THE_COURT_ALONE
    assert own == {name: in_abi[name] for name in own}


def test_events_and_cases_have_the_fields_of_the_abi() -> None:
    """In its order. What jurors are shown (ERC-1497) is for the court's own interface."""
    own = {kind.__name__: own_names(kind) for kind in get_args(protocol.CourtEvent)}
    assert own == {
        name: names for name, names in abi_names("event").items() if name not in {"Dispute", "Evidence", "MetaEvidence"}
    }
    (answer,) = next(entry["outputs"] for entry in load("CourtArbiter").abi if entry.get("name") == "caseOf")
    names = [field["name"] for field in answer["components"]]
    assert [name.replace("_", "") for name in own_names(protocol.Case)] == [name.lower() for name in names]

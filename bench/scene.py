"""A chain on which gas is measured: the escrow, tokens, and people who all have something already.

Calldata is the same in every run: times and salts are fixed, and random words and signatures have no zero byte, so that
no figure depends on luck.
"""

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak
from eth_typing import Hash32
from hexbytes import HexBytes
from web3 import Web3
from web3.types import TxParams

from bench.compiled import init_code
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.create2 import address_of, deployment_call
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.erc20 import UNLIMITED, Erc20
from escrow_chain.chain.local import deploy_escrow, deploy_token
from escrow_chain.chain.node import Node
from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root
from escrow_chain.protocol.typed_data import Attestation, Domain, Message, bitmap

BEGINS = 1_900_000_000
"""The time of the chain's first block."""
DAY = 86_400
AMOUNT = 25_000_000
MOST = 128

Said = TypeVar("Said", bound=Message)


class Scene:
    """One chain with everything on it. Balances that are written are non-zero before, allowances unlimited."""

    def __init__(self, anvil: Anvil) -> None:
        self._random = random.Random(20_261_120)
        self.node = Node(anvil.url)
        self.deployer, self.payer, self.relayer, self.payee, self.arbiter = anvil.accounts[:5]
        self.attestor: LocalAccount = Account.from_key(self.word())
        with TemporaryDirectory() as folder:
            self.client = deploy_escrow(self.node, self.deployer, Deployments(Path(folder, "deployments.json")))
        self.token = deploy_token(self.node, self.deployer, name="Test Dollar", symbol="TUSD", decimals=6)
        self.signing_token = Erc20(self.node, self.deploy("AuthorizationToken"))
        self.recipients = [self.payee.address, *(Account.from_key(self.word()).address for _ in range(MOST - 1))]
        for token in (self.token, self.signing_token):
            token.mint(self.payer.address, 10**15, self.deployer)
            token.mint(self.client.address, 1, self.deployer)
        for owner in self.recipients:
            self.token.mint(owner, 1, self.deployer)
        self.token.approve(self.client.address, UNLIMITED, self.payer)

    def word(self) -> bytes:
        """32 random bytes, none of them zero."""
        return bytes(self._random.randrange(1, 256) for _ in range(32))

    def deploy(self, name: str) -> str:
        """A contract of this project that takes no arguments."""
        self.node.send(deployment_call(init_code(name)), self.deployer)
        return address_of(init_code(name))

    def gas(self, to: str, account: LocalAccount, signature: str = "", *arguments: Any, value: int = 0) -> int:
        """What a plain call costs."""
        types = signature[signature.find("(") + 1 : -1].split(",") if signature else []
        calldata = keccak(signature.encode())[:4] + encode(types, arguments) if signature else b""
        call: TxParams = {"to": to, "data": HexBytes(calldata), "value": Web3.to_wei(value, "wei")}
        return self.node.send(call, account).gas_used

    def deal(
        self, count: int = 1, *, token: str | None = None, inspection_period: int = 0, attestor: str | None = None
    ) -> tuple[Deal, tuple[Milestone, ...]]:
        """A deal of `count` milestones, each to another recipient."""
        milestones = tuple(
            Milestone(
                index=index,
                deadline=BEGINS + 30 * DAY + 1,
                terms=self.word(),
                payouts=(Payout(to=self.recipients[index], amount=AMOUNT),),
            )
            for index in range(count)
        )
        deal = Deal(
            payer=self.payer.address,
            token=self.token.address if token is None else token,
            attestor=attestor or self.attestor.address,
            inspection_period=inspection_period,
            arbiter=self.arbiter.address,
            arbitration_period=7 * DAY,
            lapse_bps=5_000,
            revocable_until=BEGINS + 7 * DAY,
            agreement=self.word(),
            salt=int.from_bytes(self.word()),
            milestones=milestones_root(milestones),
        )
        return deal, milestones

    def opened(
        self, count: int = 1, *, inspection_period: int = 0, attestor: str | None = None
    ) -> tuple[Deal, tuple[Milestone, ...]]:
        """The same, funded."""
        deal, milestones = self.deal(count, inspection_period=inspection_period, attestor=attestor)
        self.client.open(deal, milestones, self.payer)
        return deal, milestones

    def attested(
        self, deal: Deal, milestones: tuple[Milestone, ...], *signers: LocalAccount
    ) -> tuple[Attestation, list[bytes]]:
        """A statement that all milestones are fulfilled, and each signer's signature."""
        evidence = self.word()
        return self.signed(
            lambda valid_until: Attestation(
                deal=deal.id(self.client.deal_domain),
                milestones=bitmap(range(len(milestones))),
                evidence=evidence,
                valid_until=valid_until,
            ),
            *signers,
        )

    def signed(
        self, make: Callable[[int], Said], *signers: LocalAccount, domain: Domain | None = None
    ) -> tuple[Said, list[bytes]]:
        """A message made with a time of the next day, and everybody's signature of 65 bytes: none has a zero byte."""
        for moment in range(BEGINS + DAY, BEGINS + 2 * DAY):
            message = make(moment)
            digest = Hash32(message.digest(domain or self.client.domain))
            signatures = [bytes(signer.unsafe_sign_hash(digest).signature) for signer in signers]
            if 0 not in moment.to_bytes(4) + b"".join(signatures):
                return message, signatures
        raise AssertionError("every signature has a zero byte")

"""Who and what there is: the accounts, the contracts and the money at the start of every scenario."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from eth_abi.abi import decode
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey

from escrow_chain.protocol.bank import Bank
from escrow_chain.protocol.errors import TokenShortfall
from escrow_chain.protocol.model import Model
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.signatures import SIZE, recover
from escrow_chain.protocol.typed_data import Domain
from tests.differential.chain import START, Chain, Outcome
from tests.differential.encoding import calldata, encode


class Role(StrEnum):
    """An account. All but the last two have a key."""

    PAYER = "payer"
    POOR = "poor"
    SELLER = "seller"
    BUILDER = "builder"
    BROKER = "broker"
    STRANGER = "stranger"
    ATTESTOR = "attestor"
    ARBITER = "arbiter"
    WALLET = "wallet"
    """A contract wallet, which calls like everybody else and signs with the key of its owner."""
    TOKEN = "token"
    """The plain token's own address, which never calls."""


class Asset(StrEnum):
    """What a deal can be in."""

    COIN = "coin"
    PLAIN = "plain"
    BLOCKABLE = "blockable"
    PERMITTED = "permitted"
    """A token that takes its holders' permits."""
    AUTHORIZED = "authorized"
    """A token that takes its holders' authorizations."""
    SHORT = "short"
    """A token that keeps a fee, so that no deal in it can be opened."""
    NOWHERE = "nowhere"
    """An address with nothing behind it."""


CALLERS: tuple[Role, ...] = tuple(role for role in Role if role is not Role.TOKEN)
MUCH = 1 << 140
WITHOUT_LIMIT = (1 << 256) - 1
FEE = 1
"""What the short token keeps of every payment, in its minor units."""
TOKENS = (Asset.PLAIN, Asset.BLOCKABLE, Asset.PERMITTED, Asset.AUTHORIZED, Asset.SHORT)
PURSES: Mapping[tuple[Role, Asset], tuple[int, int]] = {
    (Role.PAYER, Asset.PLAIN): (MUCH, WITHOUT_LIMIT),
    (Role.PAYER, Asset.BLOCKABLE): (MUCH, MUCH),
    (Role.WALLET, Asset.PLAIN): (MUCH, MUCH),
    (Role.WALLET, Asset.BLOCKABLE): (MUCH, WITHOUT_LIMIT),
    (Role.PAYER, Asset.PERMITTED): (MUCH, MUCH),
    (Role.PAYER, Asset.AUTHORIZED): (MUCH, 0),
    (Role.PAYER, Asset.SHORT): (MUCH, WITHOUT_LIMIT),
    (Role.WALLET, Asset.PERMITTED): (MUCH, MUCH),
    (Role.WALLET, Asset.AUTHORIZED): (MUCH, MUCH),
    (Role.STRANGER, Asset.PLAIN): (MUCH, 0),
    (Role.POOR, Asset.PLAIN): (3_000, 2_000),
    (Role.POOR, Asset.BLOCKABLE): (2_000, WITHOUT_LIMIT),
    (Role.POOR, Asset.PERMITTED): (3_000, 2_000),
    (Role.POOR, Asset.AUTHORIZED): (2_000, 3_000),
}
"""Who has how much of a token at the start, and how much of it the escrow may take."""


def key(name: str) -> PrivateKey:
    """The key of whom this name stands for."""
    return PrivateKey(keccak(name.encode()))


def sign(signer: PrivateKey, digest: bytes) -> bytes:
    """A signature as the contract takes it: 65 bytes r, s, v."""
    signature: bytes = signer.sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([27 + signature[64]])


WALLET_OWNER = key("owner of the wallet")
ELSEWHERE = key("elsewhere").public_key.to_checksum_address()
"""The address of nobody that takes part."""
_DOMAIN_TYPES = ("bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]")
_OPERATOR = key("operator").public_key.to_checksum_address()


@dataclass
class BankWithShortToken(Bank):
    """A bank in which one token keeps a fee of what the escrow is to receive."""

    short: str = ""

    def pull(self, token: str, owner: str, escrow: str, amount: int) -> None:
        before = self.balances.copy(), self.allowances.copy()
        super().pull(token, owner, escrow, amount)
        if token == self.short:
            self.balances, self.allowances = before
            raise TokenShortfall(token, amount - FEE, amount)


@dataclass(frozen=True)
class World:
    """A chain with the contracts deployed, and where everything is on it."""

    chain: Chain
    escrow: str
    assets: Mapping[Asset, str]
    accounts: Mapping[Role, str]

    @cached_property
    def holders(self) -> tuple[str, ...]:
        """Everybody who can have money."""
        return (*self.accounts.values(), self.escrow, self.assets[Asset.BLOCKABLE])

    @cached_property
    def domain(self) -> Domain:
        """The EIP-712 domain of the contract."""
        return Domain(chain_id=self.chain.chain_id, contract=self.escrow)

    @cached_property
    def _domains(self) -> dict[Asset, Domain]:
        tokens = [(asset, self.assets[asset]) for asset in (Asset.PERMITTED, Asset.AUTHORIZED)]
        answers = self.chain.read([(token, calldata("eip712Domain()")) for _, token in tokens])
        return {asset: _domain(answer) for (asset, _), answer in zip(tokens, answers, strict=True)}

    def domain_of(self, asset: Asset) -> Domain:
        """The EIP-712 domain of a token that takes signatures, as it says itself."""
        return self._domains[asset]

    def model(self) -> Model:
        """The contract's twin, at the start."""
        tokens = {self.assets[asset] for asset in TOKENS}
        bank = BankWithShortToken(tokens=tokens, short=self.assets[Asset.SHORT])
        for role in CALLERS:
            bank.balances[ZERO_ADDRESS, self.accounts[role]] = MUCH
        for (role, asset), (balance, allowance) in PURSES.items():
            bank.balances[self.assets[asset], self.accounts[role]] = balance
            bank.allowances[self.assets[asset], self.accounts[role]] = allowance
        bank.refusing = {(ZERO_ADDRESS, token) for token in tokens}
        owner = WALLET_OWNER.public_key.to_checksum_address()

        def accepts(digest: bytes, signature: bytes) -> bool:
            return len(signature) == SIZE and recover(digest, signature) == owner

        return Model(domain=self.domain, bank=bank, signers={self.accounts[Role.WALLET]: accepts})

    def send(self, role: Role, to: str, payload: bytes, *, value: int = 0, time: int = START) -> Outcome:
        """A transaction of this account; of the wallet, through its `execute`."""
        if role is not Role.WALLET:
            return self.chain.send(sender=self.accounts[role], to=to, payload=payload, value=value, time=time)
        payload = calldata("execute(address,uint256,bytes)", to, value, payload)
        return self.chain.send(sender=_OPERATOR, to=self.accounts[role], payload=payload, value=0, time=time)


def _domain(answer: bytes) -> Domain:
    """What `eip712Domain` (ERC-5267) answered."""
    _, name, version, chain_id, contract, *_ = decode(_DOMAIN_TYPES, answer)
    return Domain(chain_id=chain_id, contract=contract, name=name, version=version)


def found(chain: Chain, codes: Mapping[str, bytes]) -> World:
    """Deploys the contracts, gives everybody what they start with, and marks the state."""
    owner = WALLET_OWNER.public_key.to_checksum_address()
    accounts: dict[Role, str] = {role: key(role).public_key.to_checksum_address() for role in CALLERS}
    accounts[Role.WALLET] = chain.deploy(codes["TestWallet"] + encode("(address)", owner))
    assets: dict[Asset, str] = {
        Asset.COIN: ZERO_ADDRESS,
        Asset.PLAIN: chain.deploy(codes["TestToken"] + encode("(string,string,uint8)", "Plain", "PLN", 6)),
        Asset.BLOCKABLE: chain.deploy(codes["BlockableToken"]),
        Asset.PERMITTED: chain.deploy(codes["PermitToken"]),
        Asset.AUTHORIZED: chain.deploy(codes["AuthorizationToken"] + encode("(uint256)", 0)),
        Asset.SHORT: chain.deploy(codes["FeeToken"] + encode("(uint256)", FEE)),
        Asset.NOWHERE: key(Asset.NOWHERE).public_key.to_checksum_address(),
    }
    accounts[Role.TOKEN] = assets[Asset.PLAIN]
    world = World(chain=chain, escrow=chain.deploy(codes["Escrow"]), assets=assets, accounts=accounts)

    for role in CALLERS:
        chain.endow(accounts[role], MUCH)
    for (role, asset), (balance, allowance) in PURSES.items():
        mint = calldata("mint(address,uint256)", accounts[role], balance)
        approve = calldata("approve(address,uint256)", world.escrow, allowance)
        for payload in (mint, approve):
            assert world.send(role, assets[asset], payload).success
    chain.mark()
    return world

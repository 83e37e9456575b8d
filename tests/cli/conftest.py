"""A local chain with the demo's deal on it, its evidence in files, and nothing attested yet."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_account import Account

from escrow_chain.bridge.disbursement import Parties, Plan, plan
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.node import Node
from escrow_chain.cli.demo import MORNING, SHIPPED
from escrow_chain.cli.demo.files import write
from escrow_chain.cli.demo.recipient import Desk, Recipient, places
from escrow_chain.cli.demo.stage import Stage, set_up
from escrow_chain.evidence.attempts import InMemoryAttempts
from escrow_chain.evidence.history import InMemoryPictureHistory
from escrow_chain.evidence.intake import Intake, Readers
from escrow_chain.evidence.nonces import InMemoryNonceBook
from escrow_chain.evidence.reuse import InMemoryReuseIndex
from escrow_chain.evidence.sandbox import Sandbox

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Scene:
    """The deal as funded, the chain it is on, and the folder with everybody's files."""

    url: str
    stage: Stage
    made: Plan
    recipients: list[Recipient]
    folder: Path
    keystore: Path

    @property
    def deal(self) -> str:
        """The deal's id as people write it."""
        return "0x" + self.made.deal.id(self.stage.client.domain).hex()

    def connection(self) -> list[str]:
        """The options that name node and contract."""
        return ["--rpc", self.url, "--contract", self.stage.client.address]

    def files(self, reference: str) -> Path:
        """The folder with what a recipient handed in."""
        return self.folder / f"recipient-{self.made.references.index(reference)}"

    def pieces(self, *references: str) -> list[str]:
        """The files of the pieces that these recipients handed in."""
        return [str(path) for reference in references for path in sorted(self.files(reference).glob("piece-*.json"))]

    def terms(self, *references: str) -> list[str]:
        """The options that name these recipients' terms."""
        return [word for reference in references for word in ("--terms", str(self.files(reference) / "terms.json"))]

    def keys(self) -> list[str]:
        """The options that open the attestor's key."""
        return ["--own-receipts", "--keystore", str(self.keystore), "--password-file", str(self.keystore) + ".password"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Two recipients have handed in what their terms ask for; the third has not."""
    folder = tmp_path_factory.mktemp("scene")
    request = json.loads((SHIPPED / "request.json").read_text())
    wallets = json.loads((SHIPPED / "wallets.json").read_text())
    with Anvil("--timestamp", str(int(MORNING.timestamp()))) as anvil, Sandbox() as sandbox:
        stage = set_up(Node(anvil.url), anvil.accounts, wallets=wallets, output=folder)
        made = plan(
            request,
            parties=Parties(wallets),
            funding=stage.funding,
            now=stage.clock.now(),
            random_bytes=stage.randomness,
        )
        stage.client.open(made.deal, made.milestones, stage.merchant)
        nonces = InMemoryNonceBook(randomness=stage.randomness)
        intake = Intake(
            nonces=nonces,
            readers=Readers.of(sandbox),
            reuse=InMemoryReuseIndex(),
            history=InMemoryPictureHistory(sandbox),
            attempts=InMemoryAttempts(),
        )
        desk = Desk(nonces=nonces, intake=intake, clock=stage.clock, domain=stage.client.domain)
        recipients = [
            Recipient(
                reference=reference,
                account=stage.recipients[reference],
                deal=made.deal.id(stage.client.domain),
                milestone=made.milestones[index],
                terms=made.terms[index],
                desk=desk,
            )
            for index, reference in enumerate(made.references)
        ]
        album = iter(sorted((SHIPPED / "photos").glob("*.jpg")))
        for recipient, photos in zip(recipients, (1, 2), strict=False):
            stops = places(recipient.terms.terms)
            for term, place in stops:
                recipient.go_to(term, place)
            for _ in range(photos):
                recipient.upload(recipient.terms.terms[1], next(album).read_bytes(), stops[-1][1])
        write(made, recipients, folder)
        keystore = folder / "attestor.json"
        keystore.write_text(json.dumps(Account.encrypt(anvil.accounts[-1].key, PASSWORD, kdf="pbkdf2", iterations=2)))
        Path(f"{keystore}.password").write_text(PASSWORD + "\n")
        yield Scene(anvil.url, stage, made, recipients, folder, keystore)

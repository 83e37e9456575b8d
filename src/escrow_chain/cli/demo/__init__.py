"""`escrow demo`: the main job, on a chain of its own.

A merchant funds the recipients of a disbursement request. All but the last prove what their terms ask for, and are
paid on one signature; two attempts at cheating are refused. The last one delivers nothing, and the money goes back.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.node import Node
from escrow_chain.cli.connection import JsonOption
from escrow_chain.cli.demo import report
from escrow_chain.cli.demo.recipient import Desk
from escrow_chain.cli.demo.stage import set_up
from escrow_chain.cli.demo.story import tell
from escrow_chain.cli.failure import InputError
from escrow_chain.cli.output import console, print_json, shown
from escrow_chain.evidence.attempts import InMemoryAttempts
from escrow_chain.evidence.history import InMemoryPictureHistory
from escrow_chain.evidence.intake import Intake, Readers
from escrow_chain.evidence.nonces import InMemoryNonceBook
from escrow_chain.evidence.reuse import InMemoryReuseIndex
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import InvalidJson, parse

SHIPPED = resources.files(__name__)
MORNING = datetime(2030, 6, 5, 6, tzinfo=UTC)
"""When the chain of the shipped request begins: on the day that its deadlines are on, at 9:00 in Kampala."""

RequestOption = Annotated[
    Path | None, typer.Option("--request", help="A disbursement request of your own; with --wallets.", dir_okay=False)
]
WalletsOption = Annotated[
    Path | None, typer.Option("--wallets", help="JSON: the address of each reference.", dir_okay=False)
]
OutputOption = Annotated[Path, typer.Option("--output", help="Where summary.json goes.", file_okay=False)]


def demo(
    request: RequestOption = None,
    wallets: WalletsOption = None,
    output: OutputOption = Path("build/demo"),
    as_json: JsonOption = False,
) -> None:
    """Run a deal on a local chain, from its funding to its payments. Exit status 0 only if every balance is exact."""
    if (request is None) != (wallets is None):
        raise InputError("--request and --wallets go together", remedy="Give both, or none for the shipped ones.")
    asked = _read(request or SHIPPED / "request.json")
    owners = _read(wallets or SHIPPED / "wallets.json")
    begins = MORNING if request is None else datetime.now(UTC)
    out = console(stderr=as_json)
    output.mkdir(parents=True, exist_ok=True)
    with _progress(out) as say, Anvil("--timestamp", str(int(begins.timestamp()))) as anvil:
        stage = set_up(Node(anvil.url), anvil.accounts, wallets=owners, output=output)
        say(f"a local chain, the escrow at {stage.client.address}")
        with Sandbox() as sandbox:
            nonces = InMemoryNonceBook(randomness=stage.randomness)
            intake = Intake(
                nonces=nonces,
                readers=Readers.of(sandbox),
                reuse=InMemoryReuseIndex(),
                history=InMemoryPictureHistory(sandbox),
                attempts=InMemoryAttempts(),
            )
            desk = Desk(nonces=nonces, intake=intake, clock=stage.clock, domain=stage.client.domain)
            told = tell(asked, stage, desk, _album(), say)
        summary = report.summary(told, stage)
    (output / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    if as_json:
        print_json(summary)
    else:
        report.render(told, out)
        out.print(f"All of it: {output / 'summary.json'}")
    raise typer.Exit(0 if told.exact else 1)


def _read(path: Path | Traversable) -> dict[str, Any]:
    try:
        document = parse(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}", remedy="Give the path of a JSON file.") from error
    except InvalidJson as error:
        raise InputError(f"{path}: {error}", remedy="Correct the JSON there.") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} is no JSON object")
    return document


def _album() -> list[bytes]:
    """The shipped photographs, in the order of their names."""
    photos = (file for file in (SHIPPED / "photos").iterdir() if file.name.endswith(".jpg"))
    return [photo.read_bytes() for photo in sorted(photos, key=lambda file: file.name)]


@contextmanager
def _progress(out: Console) -> Iterator[Callable[[str], None]]:
    """Says each step as it is done, with the seconds since the start."""
    started = time.monotonic()

    def say(step: str) -> None:
        out.print(f"{time.monotonic() - started:5.1f} s  {shown(step)}")

    yield say

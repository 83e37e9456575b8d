"""The demo's documents as files, to be looked at and judged again with `escrow terms check`."""

import json
from collections.abc import Sequence
from pathlib import Path

from escrow_chain.bridge.disbursement import Plan
from escrow_chain.cli.demo.recipient import Recipient


def write(made: Plan, recipients: Sequence[Recipient], output: Path) -> None:
    """The agreement, and a folder for each recipient: the terms, and every piece as it was handed in."""
    (output / "agreement.json").write_text(json.dumps(made.agreement, indent=2) + "\n")
    for recipient in recipients:
        index = recipient.milestone.index
        folder = output / f"recipient-{index}"
        folder.mkdir(exist_ok=True)
        for stale in folder.glob("piece-*"):
            stale.unlink()
        (folder / "terms.json").write_text(json.dumps(made.documents[index], indent=2) + "\n")
        for number, (piece, photo) in enumerate(recipient.handed_in, start=1):
            name = None if photo is None else f"piece-{number:02}.jpg"
            if name and photo:
                (folder / name).write_bytes(photo)
            kept = piece.model_copy(update={"photo": name})
            (folder / f"piece-{number:02}.json").write_text(kept.model_dump_json(indent=2) + "\n")

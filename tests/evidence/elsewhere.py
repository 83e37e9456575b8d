"""Another judge, in a process of its own: `python -m tests.evidence.elsewhere BUNDLE`.

Prints one line of JSON about where it is, and then, as they are hashed, its verdicts and all that was measured.
"""

import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from escrow_chain.evidence.bundle import read_bundle
from escrow_chain.evidence.hearing import Sitting, hear_again
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import canonical


def found(sitting: Sitting) -> list[Any]:
    """All verdicts with their sentences, and all pieces with what was measured."""
    judged = [one for each in sitting.heard for one in each.judged]
    pieces = [piece.model_dump(mode="json") for one in judged for piece in one.evidence]
    return [[one.verdict.as_json() for one in judged], pieces]


def c2pa_codes(photo: bytes) -> list[str]:
    """What c2pa-rs itself says against a photo, by the clock of the machine. Runs in a worker."""
    from c2pa import Context, Reader  # noqa: PLC0415  (in the worker alone)

    with Reader("image/jpeg", io.BytesIO(photo), context=Context.from_dict({})) as reader:
        report = json.loads(reader.json())
    return sorted({each["code"] for each in report["validation_results"]["activeManifest"]["failure"]})


def main(path: Path) -> None:
    """Judges a bundle."""
    with Sandbox() as sandbox:
        bundle = read_bundle(path)
        verdicts = canonical(found(hear_again(bundle, sandbox=sandbox)))
        said = {
            "here": time.time(),
            "worker": sandbox.submit(time.time).result(),
            "codes": sandbox.submit(c2pa_codes, bundle.members["files/0"]).result(),
            "zone": time.tzname[0],
            "hash": hash("a"),
        }
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + verdicts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

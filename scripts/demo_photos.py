"""Makes the demo's photographs: `python -m scripts.demo_photos`, from the project's folder."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from bench.camera import NAMES, Shot, jpeg, picture

FOLDER: Final = Path("src/escrow_chain/cli/demo/photos")
SIZE: Final = (1600, 1200)
SOURCES: Final = """\
Made by scripts/demo_photos.py from photographs in scikit-image: coffee (Rachel Michetti, CC0), chelsea (Stefan van \
der Walt, CC0), rocket (SpaceX, public domain), astronaut (NASA, public domain). Cut, enlarged, with made-up metadata.
"""


def main() -> None:
    """Writes one JPEG for each photograph, a few minutes and metres apart, and where they come from."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "SOURCES.txt").write_text(SOURCES)
    first = Shot()
    for number, name in enumerate(NAMES):
        shot = replace(
            first,
            taken_at=first.taken_at + timedelta(minutes=4 * number),
            latitude=round(first.latitude + 0.00005 * number, 6),
            longitude=round(first.longitude - 0.00003 * number, 6),
        )
        (FOLDER / f"{name}.jpg").write_bytes(jpeg(picture(name, SIZE), quality=82, shot=shot))


if __name__ == "__main__":
    main()

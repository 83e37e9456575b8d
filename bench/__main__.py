"""Runs every measurement and writes its figures to `build/bench/`."""

from pathlib import Path

from bench import evidence, gas, terms


def main() -> None:
    """All of them, one after the other."""
    directory = Path("build/bench")
    directory.mkdir(parents=True, exist_ok=True)
    gas.main(directory)
    terms.main(directory)
    evidence.main(directory)


if __name__ == "__main__":
    main()

"""JSON for programs, on the standard output."""

import json
from typing import Any

import typer


def print_json(value: Any) -> None:
    """One JSON document; floats are finite, and the keys keep their order."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))

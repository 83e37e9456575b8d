"""What commands print: JSON for programs, and text for people that nothing from outside can paint over."""

import json
from typing import Any

import typer
from rich.console import Console


def print_json(value: Any) -> None:
    """One JSON document; floats are finite, and the keys keep their order."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def console(*, stderr: bool = False) -> Console:
    """Where text for people goes: no markup, no wrapping."""
    return Console(stderr=stderr, markup=False, highlight=False, soft_wrap=True)


def shown(value: object) -> str:
    """Any value as text without control characters, which could rewrite a terminal: they are spelled out."""
    return "".join(character if character.isprintable() else _spelled(character) for character in str(value))


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")

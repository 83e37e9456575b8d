"""The command `escrow`. A command is one line in `COMMANDS`; its module is imported when it is run."""

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from escrow_chain.cli.failure import Failure, describe

COMMANDS: Final = {
    "demo": ("escrow_chain.cli.demo:demo", "Run a deal on a local chain, from its funding to its payments."),
    "deal": ("escrow_chain.cli.deal:app", "Show deals on chain."),
    "terms": ("escrow_chain.cli.terms:app", "Check terms, and judge evidence by them."),
    "attest": ("escrow_chain.cli.attest:attest", "Judge the evidence for milestones of a deal and, if proven, sign."),
    "evidence": ("escrow_chain.cli.evidence:app", "Make and verify evidence bundles."),
    "doctor": ("escrow_chain.cli.doctor:doctor", "Look at the installation, the node and the contract."),
}
"""Name: where its `typer.Typer` or its function is, and what it does."""


class LateCommand(TyperCommand):
    """A command whose module is imported when it is run, not when its name is listed."""

    def __init__(self, name: str, where: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self._where = where

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The real command's context: from here on it takes over."""
        module, _, attribute = self._where.partition(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            app = typer.Typer(add_completion=False)
            app.command(self.name, help=self.help)(found)
            found = app
        return typer.main.get_command(found).make_context(info_name, args, parent=parent, **extra)


class Commands(TyperGroup):
    """All commands of `COMMANDS`, in its order."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  (the base class names it)
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of this name, if there is one."""
        return LateCommand(cmd_name, *COMMANDS[cmd_name]) if cmd_name in COMMANDS else None


app = typer.Typer(
    name="escrow",
    cls=Commands,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def escrow() -> None:
    """Hold money on chain until off-chain facts are proven."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line. The exit status: 0 it worked, 1 a verdict or check says no, 2 the input is wrong."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return app(given, prog_name="escrow", standalone_mode=False) or 0
    except Exception as error:  # noqa: BLE001  (no traceback reaches a user)
        return fail(describe(error), as_json="--json" in given)


def fail(failure: Failure, *, as_json: bool) -> int:
    """Prints what went wrong on the error output; the exit status to leave with."""
    typer.echo(failure.as_json() if as_json else failure.as_text(), err=True)
    return failure.status

"""One thing to be proven, and how its commands are run."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path("build/prove")
FORGE: Final = str(Path("tools/forge").absolute())
_ELSEWHERE: Final = {"demo", "interfaces", "mocks", "test"}


def deployed() -> list[Path]:
    """The sources of what is deployed. Interfaces have no code; the rest holds nobody's money."""
    return [path for path in sorted(Path("contracts").rglob("*.sol")) if not _ELSEWHERE.intersection(path.parts)]


class NotProvenError(Exception):
    """A step's finding: what is wrong, in a line or a few."""


@dataclass(frozen=True)
class Log:
    """Where a step's output goes: all of it to a file, the lines worth seeing to the screen."""

    file: Path
    show: Callable[[str], None]

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        worth: Callable[[str], str | None] = lambda _: None,
    ) -> tuple[int, str]:
        """Runs a command to its end. Returns its exit code and all that it said."""
        said: list[str] = []
        with (
            self.file.open("a") as file,
            subprocess.Popen(  # noqa: S603 - the project's own tools
                command,
                env=os.environ | (env or {}),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            ) as running,
        ):
            for line in running.stdout or ():
                file.write(line)
                file.flush()
                said.append(line)
                if shown := worth(line):
                    self.show(shown)
        return running.returncode, "".join(said)

    def must(self, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> str:
        """Runs a command that has to succeed."""
        code, said = self.run(command, env=env)
        if code:
            raise NotProvenError(f"`{' '.join(command)}` failed:\n" + "\n".join(said.splitlines()[-15:]))
        return said


@dataclass(frozen=True)
class Step:
    """Something to be proven. `prove` returns the figure for the summary, or raises `NotProvenError`."""

    name: str
    title: str
    prove: Callable[[Log], str]

"""A local chain for tests and the demo: Foundry's Anvil, started and always ended.

with Anvil() as anvil:
    node = Node(anvil.url)
    payer, payee, *others = anvil.accounts
"""

import json
import os
import platform
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from eth_account import Account
from eth_account.signers.local import LocalAccount

from escrow_chain.chain.errors import ChainError

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
_POLL_S = 0.02
_READY = "Listening on "


@dataclass
class AnvilNotFound(ChainError):
    """No native Anvil is installed where we look for it."""

    searched: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"no Anvil found (searched {', '.join(self.searched)}): run 'make build' in the project, install Foundry,"
            " or set ESCROW_ANVIL to the binary"
        )


@dataclass
class AnvilFailed(ChainError):
    """Anvil ended, or was not ready in time, when it was started."""

    binary: Path
    output: str

    def __str__(self) -> str:
        return f"{self.binary} did not start: {self.output or 'it said nothing'}"


class Anvil:
    """A chain of its own on a free port, with Anvil's default hardfork and accounts, while the context lasts.

    `options` are Anvil's own, as on its command line. Entering raises `AnvilNotFound` or `AnvilFailed`.
    """

    url: str
    accounts: tuple[LocalAccount, ...]
    """Ten accounts with 10,000 coins each. Their keys are known to everybody: nothing of worth may be theirs."""

    def __init__(self, *options: str) -> None:
        self._options = options

    def __enter__(self) -> Self:
        binary = find_anvil()
        self._folder = TemporaryDirectory(prefix="anvil-")
        log, config = Path(self._folder.name, "log"), Path(self._folder.name, "config.json")
        command = [str(binary), "--host", "127.0.0.1", "--port", "0", "--config-out", str(config), *self._options]
        with log.open("w") as output:
            self._process = subprocess.Popen(  # noqa: S603 - the binary is the one the user installed
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            self.url = f"http://{self._address(binary, log)}"
            keys = json.loads(config.read_text())["private_keys"]
            self.accounts = tuple(Account.from_key(key) for key in keys)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def _address(self, binary: Path, log: Path) -> str:
        """Waits for the line in which Anvil names the host and port it serves."""
        give_up = time.monotonic() + START_TIMEOUT_S
        while True:
            ended = self._process.poll() is not None
            output = log.read_text()
            for line in output.splitlines(keepends=True):
                if line.startswith(_READY) and line.endswith("\n"):
                    return line.removeprefix(_READY).strip()
            if ended or time.monotonic() > give_up:
                raise AnvilFailed(binary, output.strip())
            time.sleep(_POLL_S)

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def find_anvil() -> Path:
    """The native Anvil: $ESCROW_ANVIL, or of node_modules here or in a folder above, or on the PATH."""
    if given := os.environ.get("ESCROW_ANVIL"):
        if os.access(given, os.X_OK):
            return Path(given)
        raise AnvilNotFound((f"ESCROW_ANVIL={given}",))
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    package = Path("node_modules", "@foundry-rs", f"anvil-{platform.system().lower()}-{machine}", "bin", "anvil")
    here = Path.cwd()
    for folder in (here, *here.parents):
        if os.access(folder / package, os.X_OK):
            return folder / package
    if found := shutil.which("anvil"):
        return Path(found)
    raise AnvilNotFound(("ESCROW_ANVIL", str(package), "PATH"))

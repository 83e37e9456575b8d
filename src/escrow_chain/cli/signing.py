"""Signing what was judged: the key of whoever answers for it, in a keystore file, and the bundle."""

import os
from pathlib import Path
from typing import Annotated

import typer
from eth_account.signers.local import LocalAccount

from escrow_chain.bridge.attestor import Attestor, load_keystore
from escrow_chain.cli.failure import InputError
from escrow_chain.evidence.bundle import Signature, write_bundle
from escrow_chain.evidence.hearing import Attested, Sitting, draft_bundle
from escrow_chain.protocol.typed_data import Domain

KeystoreOption = Annotated[Path, typer.Option(envvar="ESCROW_KEYSTORE", help="The keystore file of whoever signs.")]
PasswordOption = Annotated[
    Path | None,
    typer.Option("--password-file", help="The keystore's password; else from $ESCROW_PASSWORD, else asked for."),
]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--own-receipts", help="Say that your own service recorded these pieces: their receipts are its word."
    ),
]


def require_own_receipts(*, said: bool) -> None:
    """Nobody signs what others wrote down. Raises `InputError`."""
    if not said:
        raise InputError(
            "nothing in a piece's file proves when it was received, and anybody can write such a file",
            where="--own-receipts",
            remedy="Give the option if your own service recorded these pieces; otherwise don't sign.",
        )


def unlock(keystore: Path, password_file: Path | None) -> LocalAccount:
    """The account in a keystore. Raises `InputError` or `KeystoreUnreadable`."""
    return load_keystore(keystore, _password(password_file))


def write_signed(path: Path, sitting: Sitting, domain: Domain, attestor: Attestor, attested: Attested | None) -> None:
    """Writes the bundle of what was heard, signed by whoever answers for it. Raises `InputError` or `InvalidBundle`."""
    contents, members = draft_bundle(sitting, domain, attested)
    signature = attestor.sign_digest(contents.word.digest(domain))
    try:
        write_bundle(path, contents, Signature(signer=attestor.address, signature=signature), members)
    except OSError as error:
        raise InputError(f"the bundle can't be written: {error.strerror}", where=str(path)) from error


def refuse_existing(path: Path) -> None:
    """Nothing is written over. Raises `InputError`."""
    if path.exists():
        raise InputError("the file is there already", where=str(path), remedy="Name another one.")


def _password(path: Path | None) -> str:
    if path is None:
        return os.environ.get("ESCROW_PASSWORD") or typer.prompt("Password of the keystore", hide_input=True)
    try:
        return path.read_text().rstrip("\n")
    except (OSError, ValueError) as error:
        raise InputError("the file can't be read", where=str(path)) from error

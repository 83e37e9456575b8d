"""Parsers that believe too much: each target must see that what its parser takes was never signed, said or asked."""

import base64
import json
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from web3 import HTTPProvider

from escrow_chain.chain import node
from escrow_chain.evidence import bundle_checks, c2pa_manifest, passkeys, pdf_signatures, signers
from escrow_chain.evidence.devices import play_integrity
from escrow_chain.protocol.canonical import parse
from escrow_chain.terms.photo import ManifestState
from fuzz.targets import kinds, texts
from fuzz.trial import attempts
from tests.evidence.bundled import ATTESTOR
from tests.evidence.scene import account
from tests.fuzz.ready import material, patient

Patch = pytest.MonkeyPatch


def any_json(patch: Patch) -> None:
    """Takes the last of two equal keys."""
    patch.setattr(texts, "parse", lambda content, **limits: parse(json.dumps(json.loads(content)).encode(), **limits))


def any_photo(patch: Patch) -> None:
    """Takes no notice of an archive behind a photo."""
    patch.setattr(kinds, "second_kind", lambda _: None)


def any_piece(patch: Patch) -> None:
    """Asks of no piece who signed it, and for what."""
    patch.setattr(import_module("escrow_chain.terms.judge"), "binding_checks", lambda *_, **__: ())


def any_key(patch: Patch) -> None:
    """Takes all signatures for those of one person."""
    patch.setattr(signers, "recover", lambda *_: account(1001).address)


def any_picture(patch: Patch) -> None:
    """Asks who signed the manifest, and not whether it is about this picture."""

    def state(successes: set[str], _: set[str]) -> tuple[ManifestState, None]:
        trusted = "signingCredential.trusted" in successes
        return (ManifestState.TRUSTED if trusted else ManifestState.UNTRUSTED), None

    patch.setattr(c2pa_manifest, "_state", state)


def any_length(patch: Patch) -> None:
    """Asks how many bytes are signed, and not which."""
    patch.setattr(pdf_signatures, "_covers_all", lambda *_: True)


def any_word(patch: Patch) -> None:
    """Takes all bundles for the attestor's."""
    patch.setattr(bundle_checks, "recover", lambda *_: ATTESTOR.address)


def any_assertion(patch: Patch) -> None:
    """Takes all signatures for the device's."""
    key = SimpleNamespace(verify=lambda *_: None)
    patch.setattr(ec.EllipticCurvePublicKey, "from_encoded_point", lambda *_: key)


def any_token(patch: Patch) -> None:
    """Takes all signatures for the platform's."""

    def verified(token: bytes, _: object) -> bytes:
        return base64.urlsafe_b64decode(token.split(b".")[1] + b"==")

    patch.setattr(play_integrity, "verified", verified)


def any_verdict(patch: Patch) -> None:
    """Asks for nothing that the platform says."""
    patch.setattr(play_integrity, "_refuse", lambda *_: None)


def any_passkey(patch: Patch) -> None:
    """Takes all signatures for the passkey's."""
    patch.setattr(passkeys, "verify_authentication_response", lambda **_: None)


def any_page(patch: Patch) -> None:
    """Fetches what a contract names (ERC-3668)."""
    always = property(lambda _: True, lambda *_: None)
    patch.setattr(HTTPProvider, "global_ccip_read_enabled", always)


def any_number(patch: Patch) -> None:
    """Takes for a number what a node says is one."""
    patch.setattr(node, "number", lambda value: value)


@pytest.mark.parametrize(
    ("name", "believe"),
    [
        ("canonical", any_json),
        ("file_kind", any_photo),
        ("judge", any_piece),
        ("evidence", any_key),
        ("photo", any_picture),
        ("pdf", any_length),
        ("bundle", any_word),
        ("app_attest", any_assertion),
        ("play_integrity", any_token),
        ("play_integrity", any_verdict),
        ("passkeys", any_passkey),
        ("node", any_page),
        ("node", any_number),
    ],
)
def test_who_believes_too_much_is_found(name: str, believe: Callable[[Patch], None], monkeypatch: Patch) -> None:
    """By a seed or by one of the first mutations, and by what the target expects, not by an accident."""
    honest = material(name)
    believe(monkeypatch)
    trial = attempts(patient(name), honest, seed=1, first=0, count=1_000)
    assert trial.finding is not None, trial.words
    assert "fuzz.target.Wrong: " in trial.finding.what, trial.finding.trace

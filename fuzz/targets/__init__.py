"""The targets: one for each parser of untrusted bytes. Each is loaded when it is wanted, with what it reads."""

from importlib import import_module
from typing import Final

from fuzz.target import Target

_MODULES: Final = {
    "texts": ("canonical", "terms", "statements"),
    "judge": ("judge",),
    "files": ("evidence",),
    "kinds": ("file_kind",),
    "photos": ("photo", "likeness"),
    "papers": ("pdf",),
    "bundles": ("bundle",),
    "devices": ("app_attest", "play_integrity"),
    "keys": ("passkeys", "keystore"),
    "chain": ("wallets", "logs", "node"),
}
_MODULE_OF: Final = {name: module for module, names in _MODULES.items() for name in names}
NAMES: Final = tuple(_MODULE_OF)
"""Of all targets."""


def target(name: str) -> Target:
    """The target of this name, which its module calls the same in capitals."""
    found: Target = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name.upper())
    return found

"""The code that the differential test deploys: the escrow as it is or changed, its tokens, and a wallet."""

from collections.abc import Mapping

from bench.compiled import init_codes as compiled

ESCROW = "contracts/Escrow.sol"
_TOKENS = ("AuthorizationToken", "BlockableToken", "FeeToken", "PermitToken")
MOCKS = ("contracts/demo/TestToken.sol", *(f"contracts/mocks/{name}.sol" for name in (*_TOKENS, "TestWallet")))


def init_codes(changed: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The creation code of each contract by its name. `changed` are texts that replace those the escrow is made of."""
    return compiled((ESCROW,), changed) | compiled(MOCKS)

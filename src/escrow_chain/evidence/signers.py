"""Who made a signed submission: a key, a contract wallet, or a passkey."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from escrow_chain.evidence.passkeys import passkey_signer
from escrow_chain.evidence.submission import SignedSubmission
from escrow_chain.evidence.wallets import WalletCheck
from escrow_chain.protocol.signatures import SIZE, recover
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms.provenance import RelyingParty, Scheme, WalletAnswer


class Signer(NamedTuple):
    """Who signed: a checksummed address, None if nobody is known to have; and how that was found (see `Provenance`)."""

    address: str | None
    scheme: Scheme
    wallet: WalletAnswer | None = None
    relying_party: RelyingParty | None = None


NOBODY: Final = Signer(None, Scheme.KEY)


@dataclass(frozen=True, slots=True)
class Signers:
    """Finds out who signed. Without `wallets` contracts sign nothing, without a relying party passkeys don't."""

    wallets: WalletCheck | None = None
    relying_party: RelyingParty | None = None

    def find(self, signed: SignedSubmission, domain: Domain, *, allowed: Collection[str]) -> Signer:
        """Who signed it under this domain. A contract is asked only if it is `allowed` to sign.

        Of a key only the form r, s, v counts: in the one of ERC-2098 the same word would be another piece of evidence.
        """
        digest = signed.submission.digest(domain)
        if signed.passkey is not None:
            if self.relying_party is None:
                return Signer(None, Scheme.PASSKEY)
            party = self.relying_party
            found = passkey_signer(signed.passkey, digest=digest, rp_id=party.id, origins=party.origins)
            return Signer(found, Scheme.PASSKEY, relying_party=party)
        if signed.signature is None:
            return NOBODY
        if signed.signer is not None:
            return self._contract(signed.signer, digest, signed.signature, allowed)
        return Signer(recover(digest, signed.signature), Scheme.KEY) if len(signed.signature) == SIZE else NOBODY

    def _contract(self, signer: str, digest: bytes, signature: bytes, allowed: Collection[str]) -> Signer:
        if self.wallets is None or signer not in allowed:
            return Signer(None, Scheme.CONTRACT)
        answer = self.wallets.ask(signer=signer, digest=digest, signature=signature)
        valid = answer is not None and answer.valid
        return Signer(signer if valid else None, Scheme.CONTRACT, answer)


KEYS_ALONE: Final = Signers()
"""Neither contracts nor passkeys."""

"""The door: who may hand in a file at all. To be asked before the file is taken, by whoever takes files from strangers.

To read a file can cost a worker as many seconds as it may take, and a wallet's signature a question to the node; this
costs next to nothing. It uses nothing up: that happens when the piece was read (`escrow_chain.evidence.intake`), since
a file that nobody can read should cost nobody a nonce.
"""

from dataclasses import dataclass
from datetime import datetime

from escrow_chain.evidence.intake import Case
from escrow_chain.evidence.nonces import NonceBook, Subject
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.signers import Signers
from escrow_chain.evidence.submission import SignedSubmission
from escrow_chain.terms.binding import NONCE, SIGNATURE, SUBJECT
from escrow_chain.terms.check import Rule
from escrow_chain.terms.judge import KIND
from escrow_chain.terms.provenance import NonceStatus
from escrow_chain.terms.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what somebody signed whose word counts, for a term that takes it, with a nonce that is still fresh."""

    nonces: NonceBook
    signers: Signers

    def refusal(self, signed: SignedSubmission, *, case: Case, at: datetime) -> Refusal | None:
        """Why it is not let in, None if it is. A wallet is asked last. Raises what the node raises."""
        named = signed.submission
        if Subject(deal=named.deal, milestone=named.milestone, term=named.term) != case.subject:
            return _refused(SUBJECT)
        if named.kind not in case.kinds:
            allowed = ", ".join(sorted(case.kinds))
            said: Sentence = Sentence(text=KIND.failed, values={"measured": named.kind, "limit": allowed})
            return Refusal(KIND.code, said, named.kind, allowed)
        status = self.nonces.look(named.nonce, case.subject, at=at).status
        if status is not NonceStatus.FRESH:
            return _refused(NONCE, status)
        signer = self.signers.find(signed, case.domain, allowed=case.signers)
        return None if signer.address in case.signers else _refused(SIGNATURE)


def _refused(rule: Rule, reason: str = "") -> Refusal:
    """In the words of the judge's own rule, so that the same is said of the same."""
    said: Sentence = Sentence(text=rule.otherwise.get(reason, rule.failed))
    return Refusal(code=rule.code, sentence=said, measured=reason or None)

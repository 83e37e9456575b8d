"""Words carried by somebody else: they do what their signer's own call does, once, and nothing else."""

from copy import deepcopy
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol import errors, typed_data
from escrow_chain.protocol.events import Disputed, Event, State
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Call
from escrow_chain.protocol.signatures import compact
from escrow_chain.protocol.typed_data import Consent, Ruling, Settlement
from tests.protocol.examples import ARBITER, BROKER, DOMAIN, KEYS, NOW, PAYEE, PAYER, STRANGER, milestone, payout, sign
from tests.protocol.stage import CONSENTS, DELIVERED_AT, RULED, Stage, in_state, signed, stage

OPEN_CALLS = [call for call in CONSENTS if call is not Call.PAYER_DISPUTE]
SOON = DELIVERED_AT + 1


def ready(call: Call, count: int = 2) -> Stage:
    """A deal whose milestones the call can change now."""
    state = State.DELIVERED if call is Call.PAYER_DISPUTE else State.OPEN
    revocable_until = SOON if call is Call.REVOKE else 0
    return in_state(state, *(milestone(index) for index in range(count)), revocable_until=revocable_until)


def bring(there: Stage, call: Call, consent: Consent, *, now: int = DELIVERED_AT) -> list[Event]:
    return there.bring(call, there.select(), consent, now)


@pytest.mark.parametrize("call", CONSENTS)
def test_a_word_does_what_its_signers_call_does(call: Call) -> None:
    """Same events, same state, same money, whoever brings it; and in 64 bytes as well."""
    own = ready(call)
    carried, carried_compactly = deepcopy(own), deepcopy(own)
    consent = own.consent(call, own.select(), valid_until=SOON)
    expected = own.call(call, own.select(), DELIVERED_AT)
    assert bring(carried, call, consent) == expected
    assert carried.model == own.model
    short = consent.model_copy(update={"signature": compact(consent.signature)})
    assert bring(carried_compactly, call, short) == expected


@pytest.mark.parametrize("call", CONSENTS)
def test_a_word_works_once(call: Call) -> None:
    """What it named has changed by then."""
    there = ready(call)
    consent = there.consent(call, there.select(), valid_until=SOON)
    assert bring(there, call, consent)
    assert there.refuses(lambda: bring(there, call, consent)) == errors.NothingToDo(there.id)


@pytest.mark.parametrize("call", CONSENTS)
def test_a_word_names_its_milestones(call: Call) -> None:
    """Any part of what it names may be selected, and nothing more that could change."""
    there = ready(call, 3)
    consent = there.consent(call, there.select(), valid_until=SOON, milestones=0b011)
    refusal = there.refuses(lambda: there.bring(call, there.select(1, 2), consent, DELIVERED_AT))
    assert refusal == errors.NotSigned(0b110, 0b011)
    assert there.bring(call, there.select(1), consent, DELIVERED_AT)
    assert there.bring(call, there.select(0), consent, DELIVERED_AT)


@pytest.mark.parametrize("call", CONSENTS)
@pytest.mark.parametrize("valid_until", [DELIVERED_AT - 1, DELIVERED_AT])
def test_a_word_ends(call: Call, valid_until: int) -> None:
    """In the second that it names it is void, before its signature is looked at."""
    there = ready(call)
    late = there.consent(call, there.select(), valid_until=valid_until)
    forged = late.model_copy(update={"signature": b""})
    for consent in (late, forged):
        refusal = there.refuses(partial(bring, there, call, consent))
        assert refusal == errors.SignatureExpired(valid_until, DELIVERED_AT)


@pytest.mark.parametrize("call", CONSENTS)
@pytest.mark.parametrize(
    "changes", [{"deal": bytes(32)}, {"milestones": 0b111}, {"valid_until": SOON + 1}], ids=["deal", "bitmap", "end"]
)
def test_a_word_is_over_all_it_says(call: Call, changes: dict[str, Any]) -> None:
    """The signature over another deal, bitmap or time is none over this."""
    there = ready(call)
    right = there.consent(call, there.select(), valid_until=SOON)
    other = there.consent(call, there.select(), **({"valid_until": SOON} | changes))
    refusal = there.refuses(lambda: bring(there, call, right.model_copy(update={"signature": other.signature})))
    assert refusal == errors.InvalidSignature(CONSENTS[call][1])


@pytest.mark.parametrize("call", CONSENTS)
@pytest.mark.parametrize("other", CONSENTS)
def test_a_word_is_for_one_action_in_one_role(call: Call, other: Call) -> None:
    """Whoever signs one is never taken to have signed another, even if both are theirs to sign."""
    kind, signer = CONSENTS[call]
    there = ready(call)
    said = CONSENTS[other][0](deal=there.id, milestones=0b11, valid_until=SOON)
    consent = said.consent(signed(said, signer))
    if kind is type(said):
        assert bring(there, call, consent)
    else:
        assert there.refuses(lambda: bring(there, call, consent)) == errors.InvalidSignature(signer)


@pytest.mark.parametrize("call", CONSENTS)
@pytest.mark.parametrize("by", [PAYER, PAYEE, BROKER, ARBITER, STRANGER])
def test_a_word_is_its_signers(call: Call, by: str) -> None:
    """Nobody else's signature counts, whatever the deal calls them."""
    kind, signer = CONSENTS[call]
    there = ready(call)
    said = kind(deal=there.id, milestones=0b11, valid_until=SOON)
    consent = said.consent(signed(said, by))
    if by == signer:
        assert bring(there, call, consent)
    else:
        assert there.refuses(lambda: bring(there, call, consent)) == errors.InvalidSignature(signer)


def test_a_refund_is_the_first_payees() -> None:
    """With several payees, the first one's word is asked for, and reaches no milestone of another."""
    there = stage(milestone(0, payouts=(payout(BROKER),)), milestone(1))
    said = typed_data.Refund(deal=there.id, milestones=0b11, valid_until=SOON)
    by_payee, by_broker = (said.consent(signed(said, account)) for account in (PAYEE, BROKER))
    assert there.refuses(lambda: bring(there, Call.REFUND, by_payee)) == errors.InvalidSignature(BROKER)
    assert there.refuses(lambda: bring(there, Call.REFUND, by_broker)) == errors.NotPayee(BROKER, PAYEE, 1)
    assert there.bring(Call.REFUND, there.select(1), by_payee, DELIVERED_AT)


def test_a_dispute_is_by_whom_it_says() -> None:
    """Who is said to speak has to have signed, in the role that he has in the deal."""
    there = in_state(State.OPEN)
    said = typed_data.PayeeDispute(deal=there.id, milestones=1, valid_until=SOON)
    consent = said.consent(signed(said, STRANGER))

    def dispute(by: str) -> list[Event]:
        return there.model.dispute_with_signature(there.deal, there.select(), by, consent, now=DELIVERED_AT)

    assert there.refuses(lambda: dispute(PAYEE)) == errors.InvalidSignature(PAYEE)
    assert there.refuses(lambda: dispute(PAYER)) == errors.InvalidSignature(PAYER)
    assert there.refuses(lambda: dispute(ZERO_ADDRESS)) == errors.InvalidSignature(ZERO_ADDRESS)
    assert there.refuses(lambda: dispute(STRANGER)) == errors.NotPayee(STRANGER, PAYEE, 0)


def test_a_dispute_needs_an_arbiter_after_its_signature() -> None:
    """The signature is looked at first, and then whether there is anybody to call."""
    there = stage(arbiter=ZERO_ADDRESS, arbitration_period=0)
    consent = there.consent(Call.PAYEE_DISPUTE, there.select(), valid_until=SOON)
    assert there.refuses(lambda: bring(there, Call.PAYEE_DISPUTE, consent)) == errors.NoArbiter(there.id)
    forged = consent.model_copy(update={"signature": b""})
    assert there.refuses(lambda: bring(there, Call.PAYEE_DISPUTE, forged)) == errors.InvalidSignature(PAYEE)


def test_a_contract_speaks_for_itself() -> None:
    """A payer that is a contract disputes by its own judgement of signatures."""
    there = in_state(State.DELIVERED, payer=PAYER)
    there.model.signers = {PAYER: lambda _digest, signature: signature == b"aye"}
    consent = Consent(milestones=1, valid_until=SOON, signature=b"aye")
    assert bring(there, Call.PAYER_DISPUTE, consent) == [Disputed(there.id, 1, PAYER)]


# ---------------------------------------------------------------------------------------------------- splits


def rule(there: Stage, ruling: Ruling, signature: bytes, *, now: int = DELIVERED_AT) -> list[Event]:
    return there.model.rule_with_signature(there.deal, there.select(), ruling, signature, now=now)


def test_a_ruling_does_what_the_arbiters_call_does() -> None:
    """Same events and same money, once; the deal and the milestone are those that the contract finds."""
    own = in_state(State.DISPUTED)
    carried = deepcopy(own)
    ruling = own.ruling(valid_until=SOON)
    expected = own.call(Call.RULE, own.select(), DELIVERED_AT)
    mistold = ruling.model_copy(update={"deal": bytes(32), "milestone": 9})
    assert rule(carried, mistold, signed(ruling, ARBITER)) == expected
    assert carried.model == own.model
    assert carried.refuses(lambda: rule(carried, ruling, signed(ruling, ARBITER))) == errors.NothingToDo(own.id)


@pytest.mark.parametrize(
    "changes", [{"deal": bytes(32)}, {"milestone": 1}, {"to_payees": RULED + 1}, {"valid_until": SOON + 1}]
)
def test_a_ruling_is_over_all_it_says(changes: dict[str, Any]) -> None:
    """The signature over another deal, milestone, amount or time is none over this."""
    there = in_state(State.DISPUTED)
    signature = signed(there.ruling(**({"valid_until": SOON} | changes)), ARBITER)
    refusal = there.refuses(lambda: rule(there, there.ruling(valid_until=SOON), signature))
    assert refusal == errors.InvalidSignature(ARBITER)


def test_a_ruling_is_the_arbiters_in_its_time() -> None:
    """Nobody else's, not the word for another split, and not from the second on that it names."""
    there = in_state(State.DISPUTED)
    ruling = there.ruling(valid_until=SOON)
    same = typed_data.PayeeSettlement.model_validate(ruling.model_dump())
    elsewhere = sign(ruling.digest(DOMAIN.model_copy(update={"chain_id": 1})), KEYS[ARBITER])
    for signature in (signed(ruling, PAYEE), signed(same, ARBITER), elsewhere):
        refusal = there.refuses(partial(rule, there, ruling, signature))
        assert refusal == errors.InvalidSignature(ARBITER)
    refusal = there.refuses(lambda: rule(there, ruling, signed(ruling, ARBITER), now=SOON))
    assert refusal == errors.SignatureExpired(SOON, SOON)


def test_a_ruling_is_about_one_milestone() -> None:
    """Several selected are refused before the signature is looked at."""
    there = in_state(State.DISPUTED, milestone(0), milestone(1))
    refusal = there.refuses(lambda: rule(there, there.ruling(valid_until=SOON), b""))
    assert refusal == errors.InvalidMilestoneCount(2)


def settlement(there: Stage, **changes: Any) -> Settlement:
    """What both sides signed, with other fields or signatures in what is brought."""
    fields = {"deal": there.id, "milestone": 0, "to_payees": 30, "valid_until": SOON}
    usual = {
        "to_payees": 30,
        "valid_until": SOON,
        "payer_signature": signed(typed_data.PayerSettlement.model_validate(fields), PAYER),
        "payee_signature": signed(typed_data.PayeeSettlement.model_validate(fields), PAYEE),
    }
    return Settlement.model_validate(usual | changes)


@pytest.mark.parametrize(
    ("sender", "changes", "refused"),
    [
        (STRANGER, {"payer_signature": b""}, PAYER),
        (STRANGER, {"payee_signature": b""}, PAYEE),
        (STRANGER, {"payer_signature": b"", "payee_signature": b""}, PAYER),
        (STRANGER, {"to_payees": 31}, PAYER),
        (STRANGER, {"valid_until": SOON + 1}, PAYER),
        (PAYER, {"to_payees": 31}, PAYEE),
        (PAYER, {"payee_signature": b""}, PAYEE),
        (PAYEE, {"to_payees": 31}, PAYER),
        (PAYEE, {"payer_signature": b""}, PAYER),
        (PAYER, {"payer_signature": b""}, None),
        (PAYEE, {"payee_signature": b""}, None),
        (STRANGER, {}, None),
    ],
)
def test_a_settlement_takes_both_sides(sender: str, changes: dict[str, Any], refused: str | None) -> None:
    """Each side signs the one amount, or brings it; one alone moves nothing."""
    there = stage()

    def settle() -> list[Event]:
        split = settlement(there, **changes)
        return there.model.settle(there.deal, there.select(), split, sender=sender, now=DELIVERED_AT)

    if refused is None:
        assert settle()
        assert there.refuses(settle) == errors.NothingToDo(there.id)
    else:
        assert there.refuses(settle) == errors.InvalidSignature(refused)


def test_one_sides_word_is_not_the_others() -> None:
    """Signatures of the two roles can't be exchanged, even by somebody who has both."""
    there = stage()
    right = settlement(there)
    swapped = {"payer_signature": right.payee_signature, "payee_signature": right.payer_signature}
    split = settlement(there, **swapped)
    refusal = there.refuses(lambda: there.model.settle(there.deal, there.select(), split, sender=STRANGER, now=NOW))
    assert refusal == errors.InvalidSignature(PAYER)


def test_an_agreement_has_its_time() -> None:
    """From the second on that it names nothing is agreed any more, unless both sides are the sender."""
    there = stage()
    refusal = there.refuses(
        lambda: there.model.settle(there.deal, there.select(), settlement(there), sender=PAYER, now=SOON)
    )
    assert refusal == errors.SignatureExpired(SOON, SOON)
    alone = stage(milestone(payouts=(payout(PAYER),)))
    split = Settlement(to_payees=1, valid_until=0)
    assert alone.model.settle(alone.deal, alone.select(), split, sender=PAYER, now=NOW)


@given(st.sampled_from(sorted(CONSENTS)), st.binary(max_size=70))
def test_no_bytes_are_a_signature_by_chance(call: Call, signature: bytes) -> None:
    """Whatever bytes are brought, the model answers with a refusal and nothing else."""
    there = ready(call, 1)
    consent = Consent(milestones=1, valid_until=SOON, signature=signature)
    with pytest.raises(errors.InvalidSignature):
        bring(there, call, consent)

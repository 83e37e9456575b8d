"""Calls out of actions: for the contract as calldata, for the model as a function."""

from collections.abc import Mapping
from functools import partial

from eth_hash.auto import keccak

from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import (
    Attestation,
    MilestonesMessage,
    PayeeDispute,
    PayeeSettlement,
    PayerDispute,
    PayerSettlement,
    Refund,
    Release,
    Revocation,
    Ruling,
    Settlement,
    bitmap,
)
from tests.differential.actions import (
    Attest,
    Claim,
    Conclude,
    Making,
    Odd,
    Open,
    Rule,
    Say,
    Settle,
    Share,
    Side,
    Verb,
    Word,
)
from tests.differential.funding import fund
from tests.differential.situation import ANY, Call, Chosen, Situation, encoded
from tests.differential.statements import signed
from tests.differential.world import Role, World

_MOST = (1 << 128) - 1
_MESSAGES: Mapping[Verb, type[MilestonesMessage]] = {
    Verb.RELEASE: Release,
    Verb.REFUND: Refund,
    Verb.REVOKE: Revocation,
    Verb.PAYER_DISPUTE: PayerDispute,
    Verb.PAYEE_DISPUTE: PayeeDispute,
}
_OF_PAYER = frozenset({Verb.RELEASE, Verb.REVOKE, Verb.PAYER_DISPUTE})
_NAMES: Mapping[Verb, str] = {Verb.PAYER_DISPUTE: "dispute", Verb.PAYEE_DISPUTE: "dispute"}
_BY_KEY = frozenset({Verb.RELEASE, Verb.REFUND})
"""What takes a deal by its key, and from its sender all of a deal's milestones without a proof."""


def resolve(action: Making, at: Situation) -> Call | None:
    """The call that an action is. None for a claim of one of the credits if there are none."""
    match action:
        case Open():
            return fund(action, at)
        case Attest():
            return _attest(action, at)
        case Say():
            return _say(action, at)
        case Settle():
            return _settle(action, at)
        case Rule():
            return _rule(action, at)
        case Conclude():
            return _conclude(action, at)
        case Claim():
            return _claim(action, at)


def _attest(action: Attest, at: Situation) -> Call:
    chosen, word = at.chosen(action.deal, action.choice), action.word
    deal = chosen.terms.deal
    statement = Attestation(
        deal=chosen.terms.id,
        milestones=_named(word, chosen),
        evidence=keccak(b"evidence"),
        valid_until=at.now + word.lasts,
    )
    signature = signed(statement, deal.attestor, word.signing, at.world)
    said = (statement.milestones, statement.evidence, statement.valid_until, signature)
    payload = encoded("attest", deal.key(), *chosen.arguments(whole_allowed=True), *said)
    of_model = partial(at.model.attest, deal, chosen.selection, statement, signature, now=at.now)
    return Call("attest", Role.STRANGER, payload, of_model, chosen.terms)


def _say(action: Say, at: Situation) -> Call:
    chosen, verb, word = at.chosen(action.deal, action.choice), action.verb, action.word
    deal = chosen.terms.deal
    entitled = deal.payer if verb in _OF_PAYER else chosen.payee
    by = at.world.accounts[action.by] if action.by else entitled
    name = _NAMES.get(verb, verb.name.lower())
    named = deal.key() if verb in _BY_KEY else deal.values()
    if word is None:
        sender = at.caller(by)
        payload = encoded(name, named, *chosen.arguments(whole_allowed=verb in _BY_KEY))
        says = getattr(at.model, name)
        of_model = partial(says, deal, chosen.selection, sender=at.world.accounts[sender], now=at.now)
        return Call(name, sender, payload, of_model, chosen.terms)

    message = _MESSAGES[verb](deal=chosen.terms.id, milestones=_named(word, chosen), valid_until=at.now + word.lasts)
    consent = message.consent(signed(message, by, word.signing, at.world))
    speaker = (by,) if name == "dispute" else ()
    payload = encoded(f"{name}WithSignature", named, *chosen.arguments(), *speaker, consent.values())
    carries = getattr(at.model, f"{name}_with_signature")
    of_model = partial(carries, deal, chosen.selection, *speaker, consent, now=at.now)
    return Call(f"{name}WithSignature", Role.STRANGER, payload, of_model, chosen.terms)


def _settle(action: Settle, at: Situation) -> Call:
    chosen = at.chosen(action.deal, action.choice)
    deal = chosen.terms.deal
    sides = {Side.PAYER: deal.payer, Side.PAYEE: chosen.payee}
    sender = at.caller(sides[action.sender]) if isinstance(action.sender, Side) else action.sender
    to_payees, valid_until = _share(action.share, chosen), at.now + action.lasts
    fields = {
        "deal": chosen.terms.id,
        "milestone": _first(chosen),
        "to_payees": to_payees,
        "valid_until": valid_until,
    }
    by_payer, by_payee = PayerSettlement.model_validate(fields), PayeeSettlement.model_validate(fields)
    split = Settlement(
        to_payees=to_payees,
        valid_until=valid_until,
        payer_signature=signed(by_payer, deal.payer, action.of_payer, at.world),
        payee_signature=signed(by_payee, chosen.payee, action.of_payee, at.world),
    )
    payload = encoded("settle", deal.key(), *chosen.arguments(), *split.values())
    account = at.world.accounts[sender]
    of_model = partial(at.model.settle, deal, chosen.selection, split, sender=account, now=at.now)
    return Call("settle", sender, payload, of_model, chosen.terms)


def _rule(action: Rule, at: Situation) -> Call:
    chosen = at.chosen(action.deal, action.choice)
    deal = chosen.terms.deal
    to_payees = _share(action.share, chosen)
    by = at.world.accounts[action.by] if action.by else deal.arbiter
    arguments = (deal.values(), *chosen.arguments(), to_payees)
    if action.signing is None:
        sender = at.caller(by)
        account = at.world.accounts[sender]
        of_model = partial(at.model.rule, deal, chosen.selection, to_payees, sender=account, now=at.now)
        return Call("rule", sender, encoded("rule", *arguments), of_model, chosen.terms)

    ruling = Ruling(
        deal=chosen.terms.id, milestone=_first(chosen), to_payees=to_payees, valid_until=at.now + action.lasts
    )
    signature = signed(ruling, by, action.signing, at.world)
    payload = encoded("ruleWithSignature", *arguments, ruling.valid_until, signature)
    of_model = partial(at.model.rule_with_signature, deal, chosen.selection, ruling, signature, now=at.now)
    return Call("ruleWithSignature", Role.STRANGER, payload, of_model, chosen.terms)


def _conclude(action: Conclude, at: Situation) -> Call:
    chosen = at.chosen(action.deal, action.choice)
    deal = chosen.terms.deal
    payload = encoded("conclude", deal.key(), *chosen.arguments())
    of_model = partial(at.model.conclude, deal, chosen.selection, now=at.now)
    return Call("conclude", action.sender, payload, of_model, chosen.terms)


def _claim(action: Claim, at: Situation) -> Call | None:
    token, owner = at.world.assets[action.asset], at.world.accounts[action.owner]
    if action.credit != ANY:
        there = sorted(at.model.credits)
        if not there:
            return None
        token, owner = there[action.credit % len(there)]
    sender = action.sender or at.caller(owner)
    to = _recipient(action.to, at.world) or owner
    payload = encoded("claim", token, owner, to)
    return Call("claim", sender, payload, partial(at.model.claim, token, owner, to, sender=at.world.accounts[sender]))


def _recipient(to: Role | Odd | None, world: World) -> str | None:
    match to:
        case Odd.ZERO:
            return ZERO_ADDRESS
        case Odd.ESCROW:
            return world.escrow
        case Role():
            return world.accounts[to]
        case None:
            return None


def _named(word: Word, chosen: Chosen) -> int:
    """The bitmap that a word names."""
    if word.bitmap is not None:
        return word.bitmap
    return bitmap([part.index for part in chosen.selection.parts if part.index < 128])


def _first(chosen: Chosen) -> int:
    """The milestone that a call splits, if it is one that can be."""
    parts = chosen.selection.parts
    return parts[0].index % (1 << 8) if parts else 0


def _share(share: Share, chosen: Chosen) -> int:
    parts = chosen.selection.parts
    amount = parts[0].amount if parts else 0
    return min(max(0, amount * share.bps // 10_000 + share.more), _MOST)

"""What a `custom` term asks for besides documents and checkpoints: a code given back, data by name, an approval."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from corpus.case import Case
from corpus.story import (
    CUSTOMER,
    KAMPALA,
    MANAGER,
    RECIPIENT,
    START,
    STRANGER,
    Nonce,
    Signatory,
    Story,
    hashed,
    spelled,
    term,
)

CODE = "QC-2025-001"
UNBOUND = ("bound.signature", "bound.nonce", "bound.clock")
"""What fails when nobody signed whose word counts: then the nonce is not redeemed, and there is no time."""
EXCHANGED = ("bound.content", "bound.nonce", "bound.clock")
"""What fails when other bytes are handed in than were signed."""
ELSEWHERE = ("bound.subject", "bound.nonce", "bound.clock")
"""What fails when it was signed for something else."""
APPROVAL = {"requires_manager_approval": True}
MAX_STATEMENT = 100_000
"""Bytes of a statement, as canonical JSON."""


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _codes()
    yield from _attempts()
    yield from _codes_of_others()
    yield from _no_codes()
    yield from _data()
    yield from _texts()
    yield from _data_of_others()
    yield from _approvals()
    yield from _approvals_of_what()
    yield from _approvals_in_time()
    yield from _approvals_by_others()
    yield from _approval_among_data()
    yield from _nonces_of_nobody()


def _story(
    name: str, shows: str, *, threat: int | None = None, honest: str | None = None, people: Any = None, **options: Any
) -> Story:
    """A custom term."""
    named = {"people": people} if people is not None else {}
    return Story(f"codes-{name}", shows, term("custom", **options), threat=threat, honest=honest, **named)


def _code(name: str, shows: str, *, threat: int | None = None, **options: Any) -> Story:
    """A code to be given back."""
    twin = "codes-right" if threat else None
    return _story(name, shows, threat=threat, honest=twin, verification_code=CODE, **options)


# ------------------------------------------------------------------------------------------------------------ codes


def _codes() -> Iterator[Case]:
    story = _code("right", "The code is given back.")
    story.give(CODE)
    yield story.passes()

    story = _code("none", "Nobody gives a code.")
    yield story.fails("code.given", "evidence.grade")

    for name, given in (
        ("other", "QC-2025-002"),
        ("small", "qc-2025-001"),
        ("longer", "QC-2025-0011"),
        ("shorter", "QC-2025-00"),
        ("with-space", "QC-2025-001 "),
        ("lookalike", "QC\N{NON-BREAKING HYPHEN}2025\N{NON-BREAKING HYPHEN}001"),
    ):
        story = _code(f"wrong-{name}", "A code counts only if it is the very same text.", threat=14)
        story.give(given)
        yield story.fails("code.given")

    story = _code("wrong-then-right", "A wrong code costs an attempt and nothing else.")
    story.give("QC-2025-002")
    story.give(CODE, attempt=2)
    yield story.passes(1)

    story = _code("right-then-wrong", "What was right stays right.")
    story.give(CODE)
    story.give("QC-2025-002", attempt=2)
    yield story.passes(0)

    story = _code("right-twice", "Of two right codes the first one counts.")
    story.give(CODE)
    story.give(CODE, attempt=2)
    yield story.passes(0)

    story = _code("replayed", "The very same piece twice is one piece.", threat=14)
    story.give(CODE)
    story.again()
    yield story.passes(0, notes=["bound.nonce"])

    story = _story("in-any-script", "Codes are texts in any script.", verification_code="κωδικός №7 \N{GRINNING FACE}")
    story.give("κωδικός №7 \N{GRINNING FACE}")
    yield story.passes()

    story = _story("of-200-letters", "The longest code that a term can ask for.", verification_code="x" * 200)
    story.give("x" * 200)
    yield story.passes()


def _attempts() -> Iterator[Case]:
    story = _code("fifth", "The fifth attempt is the last one.")
    for attempt in range(1, 5):
        story.give(f"guess {attempt}", attempt=attempt)
    story.give(CODE, attempt=5)
    yield story.passes(4)

    story = _code("sixth", "After five attempts no code counts any more.", threat=14)
    for attempt in range(1, 6):
        story.give(f"guess {attempt}", attempt=attempt)
    story.give(CODE, attempt=6)
    yield story.fails("code.given", notes=["code.attempts"])

    story = _code("uncounted", "A code whose attempts nobody counted does not count.", threat=14)
    story.give(CODE, attempt=None)
    yield story.fails("code.given", notes=["code.attempts"])

    story = _code("uncounted-and-counted", "What nobody counted does no harm to what was counted.")
    story.give(CODE, attempt=None)
    story.give(CODE)
    yield story.passes(1, notes=["code.attempts"])

    story = _code("sixth-after-right", "Too many attempts afterwards take nothing back.")
    story.give(CODE)
    story.give(CODE, attempt=6)
    yield story.passes(0, notes=["code.attempts"])

    deadline = spelled(START + timedelta(hours=1))
    for name, took_s, late in (("just-in-time", 3599, False), ("too-late", 3600, True)):
        story = _code(name, "A code counts that came before the deadline, to the second.", deadline=deadline)
        story.give(CODE, took_s=took_s)
        yield story.fails("code.given", notes=["evidence.deadline"]) if late else story.passes()


def _codes_of_others() -> Iterator[Case]:
    for name, by in (("stranger", STRANGER), ("customer", CUSTOMER)):
        story = _code(f"by-{name}", f"The right code, given by a {name}.", threat=14)
        story.give(CODE, by=by)
        yield story.fails("evidence.grade", notes=UNBOUND)

    story = _code("by-manager", "Who approves does not give the code as well.", approval_workflow=APPROVAL)
    story.give(CODE, by=MANAGER)
    story.confirm(by=MANAGER)
    yield story.fails("code.given")

    story = _code("of-another-deal", "A code that was given for another deal.", threat=15)
    story.give(CODE, deal=hashed("deal", "another"))
    yield story.fails("evidence.grade", notes=ELSEWHERE)

    story = _code("exchanged", "The right code in the place of the wrong one that was signed.", threat=14)
    story.give("QC-2025-002")
    story.piece(code=CODE)
    yield story.fails("evidence.grade", notes=EXCHANGED)

    story = _code("salted-anew", "The same code with another salt is something else than what was signed.")
    story.give(CODE)
    story.piece(salt="0x" + "5a" * 32)
    yield story.fails("evidence.grade", notes=EXCHANGED)

    story = _code("unsigned", "A code that nobody signed is a mere claim, and nobody counts how often it was tried.")
    story.claim(json.dumps({"code": CODE}))
    yield story.fails("code.given", "evidence.grade", notes=["code.attempts"])

    story = _code("unsigned-beside", "A claim does no harm to what was signed.")
    story.claim(json.dumps({"code": "guess"}))
    story.give(CODE)
    yield story.passes(1)


def _no_codes() -> Iterator[Case]:
    malformed = ["code.malformed"]
    for name, given in (("empty", ""), ("of-201-letters", "x" * 201)):
        story = _story(f"code-{name}", "Codes have 1 to 200 characters.", verification_code=CODE)
        story.give(CODE)
        story.piece(code=given)
        yield story.fails("code.given", "evidence.grade", notes=malformed)

    for name, salt in (("missing", None), ("short", "0x5a"), ("shouted", "0x" + "5A" * 32)):
        story = _code(f"salt-{name}", "A signed code has a salt of 32 bytes.")
        story.give(CODE)
        story.piece(salt=salt)
        yield story.fails("code.given", "evidence.grade", notes=malformed)

    story = _code("missing", "A signed code without the code.")
    story.give(CODE)
    story.piece(code=None)
    yield story.fails("code.given", "evidence.grade", notes=malformed)

    story = _code("position", "A position is no code.")
    story.report(KAMPALA)
    yield story.fails("code.given", "evidence.grade", notes=["evidence.kind"])

    story = _code("among-data", "A code that is supplied as data is no code.")
    story.supply({"code": CODE, "verification_code": CODE})
    yield story.fails("code.given")


# ------------------------------------------------------------------------------------------------------------- data


def _data() -> Iterator[Case]:
    report = {"required_data": {"inspection_report": True}}
    story = _story("data", "What is asked for by name is supplied.", **report)
    story.supply({"inspection_report": "passed without remarks"})
    yield story.passes()

    story = _story("data-none", "Nothing is supplied.", **report)
    yield story.fails("data.supplied", "evidence.grade")

    for name, key in (("other", "report"), ("capital", "Inspection_report"), ("space", "inspection_report ")):
        story = _story(f"data-{name}-name", "What is supplied by another name is something else.", **report)
        story.supply({key: "passed"})
        yield story.fails("data.supplied")

    story = _story(
        "data-not-wanted", "What is named and not wanted may be missing.", required_data={"a": True, "b": False}
    )
    story.supply({"a": "here"})
    yield story.passes()

    story = _story("data-one-of-two", "Each of the names must be there.", required_data={"a": True, "b": True})
    story.supply({"a": "here"})
    yield story.fails("data.supplied")

    story = _story("data-in-two-pieces", "Data may come in several pieces.", required_data={"a": True, "b": True})
    story.supply({"a": "here"})
    story.supply({"b": "there"})
    yield story.passes()

    story = _story("data-again", "Of what is supplied twice the last one counts.", **report)
    story.supply({"inspection_report": "failed"})
    story.supply({"inspection_report": "passed"})
    yield story.passes(1)

    story = _story(
        "data-partly-again", "A piece counts for the names that no later one has.", required_data={"a": True, "b": True}
    )
    story.supply({"a": "here", "b": "there"})
    story.supply({"a": "elsewhere"})
    yield story.passes(0, 1)

    deadline = spelled(START + timedelta(hours=1))
    for name, took_s, late in (("just-in-time", 3599, False), ("too-late", 3600, True)):
        story = _story(
            f"data-{name}", "Data count that came before the deadline, to the second.", deadline=deadline, **report
        )
        story.supply({"inspection_report": "passed"}, took_s=took_s)
        yield story.fails("data.supplied", notes=["evidence.deadline"]) if late else story.passes()

    story = _story(
        "data-again-too-late",
        "What came again too late does not replace what came in time.",
        deadline=deadline,
        **report,
    )
    story.supply({"inspection_report": "passed"})
    story.wait(hours=1)
    story.supply({"inspection_report": "failed"})
    yield story.passes(0, notes=["evidence.deadline"])

    story = _story("code-and-data", "All that is asked for must be there.", verification_code=CODE, **report)
    story.give(CODE)
    story.supply({"inspection_report": "passed"})
    yield story.passes()

    story = _story("code-without-data", "The right code does not stand for the data.", verification_code=CODE, **report)
    story.give(CODE)
    yield story.fails("data.supplied")

    story = _story("data-without-code", "Data do not stand for the code.", verification_code=CODE, **report)
    story.supply({"inspection_report": "passed"})
    yield story.fails("code.given")


def _texts() -> Iterator[Case]:
    name = "x" * 100
    story = _story("data-longest", "The longest name, and the longest text.", required_data={name: True})
    story.supply({name: "y" * 10_000})
    yield story.passes()

    names = [f"name {number}" for number in range(100)]
    story = _story("data-100-names", "As many names as there may be.", required_data=dict.fromkeys(names, True))
    story.supply(dict.fromkeys(names, "here"))
    yield story.passes()

    story = _story("data-dot", "A dot can be seen.", required_data={"a": True})
    story.supply({"a": "\N{HANGUL FILLER} ."})
    yield story.passes()

    for shown, text in (
        ("empty", ""),
        ("blank", " \t\n"),
        ("no-break-space", "\N{NO-BREAK SPACE}"),
        ("zero-width-space", "\N{ZERO WIDTH SPACE}"),
        ("word-joiner", "\N{WORD JOINER}"),
        ("hangul-filler", "\N{HANGUL FILLER}"),
        ("halfwidth-hangul-filler", "\N{HALFWIDTH HANGUL FILLER}"),
        ("hangul-choseong-filler", "\N{HANGUL CHOSEONG FILLER}"),
        ("grapheme-joiner", "\N{COMBINING GRAPHEME JOINER}"),
        ("khmer-inherent-vowel", "\N{KHMER VOWEL INHERENT AQ}"),
        ("mongolian-selector", "\N{MONGOLIAN FREE VARIATION SELECTOR ONE}"),
        ("variation-selector", "\N{VARIATION SELECTOR-16}"),
        ("variation-selector-17", "\N{VARIATION SELECTOR-17}"),
        ("empty-braille", "\N{BRAILLE PATTERN BLANK}"),
        ("hieroglyph-blank", "\U00013441"),
        ("khitan-filler", "\N{KHITAN SMALL SCRIPT FILLER}"),
        ("note-without-head", "\N{MUSICAL SYMBOL NULL NOTEHEAD}"),
        ("soft-hyphen", "\N{SOFT HYPHEN}"),
        ("too-long", "y" * 10_001),
    ):
        story = _malformed(f"text-{shown}", "A text that shows nothing, or is too long, supplies nothing.")
        story.supply({"a": text})
        yield _no_data(story)

    for shown, data in (
        ("number", {"a": 17}),
        ("truth", {"a": True}),
        ("list", {"a": ["here"]}),
        ("null", {"a": None}),
        ("nothing", {}),
        ("empty-name", {"a": "here", "": "there"}),
        ("long-name", {"a": "here", "x" * 101: "there"}),
        ("101-names", {"a": "here", **{str(number): "there" for number in range(100)}}),
    ):
        story = _malformed(f"data-{shown}", "Data are 1 to 100 texts by their names.")
        story.supply(data)
        yield _no_data(story)

    for bytes_, fits in ((MAX_STATEMENT, True), (MAX_STATEMENT + 1, False)):
        story = _malformed(f"data-of-{bytes_}-bytes", "What is said has at most 100,000 bytes.")
        story.supply(_so_long(bytes_))
        yield story.passes() if fits else _no_data(story)

    story = _malformed("data-missing", "A signed piece of data without the data.")
    story.supply({"a": "here"})
    story.piece(data=None)
    yield _no_data(story)

    story = _malformed("data-unsigned-nonsense", "Data that nobody signed must make sense as well.")
    story.claim('{"data": {"a": ""}}')
    yield _no_data(story)


def _malformed(name: str, shows: str) -> Story:
    return _story(name, shows, required_data={"a": True})


def _no_data(story: Story) -> Case:
    return story.fails("data.supplied", "evidence.grade", notes=["data.malformed"])


def _so_long(size: int) -> dict[str, str]:
    """Data of so many bytes as canonical JSON."""
    data = {"a": "here"} | {str(number): "y" * 10_000 for number in range(9)}
    frame = len(json.dumps({"data": data | {"9": ""}}, separators=(",", ":")))
    return data | {"9": "y" * (size - frame)}


def _data_of_others() -> Iterator[Case]:
    report = {"required_data": {"inspection_report": True}}
    said = {"inspection_report": "passed"}
    story = _story(
        "data-by-stranger", "What a stranger supplies does not count.", threat=13, honest="codes-data", **report
    )
    story.supply(said, by=STRANGER)
    yield story.fails("evidence.grade", notes=UNBOUND)

    story = _story(
        "data-by-manager", "Who approves does not supply what is to be approved.", approval_workflow=APPROVAL, **report
    )
    story.supply(said, by=MANAGER)
    story.confirm(by=MANAGER)
    yield story.fails("data.supplied")

    story = _story("data-unsigned", "What nobody signed is a mere claim.", **report)
    story.claim(json.dumps({"data": said}))
    yield story.fails("evidence.grade")

    story = _story(
        "data-exchanged", "Other data than those that were signed.", threat=15, honest="codes-data", **report
    )
    story.supply({"inspection_report": "failed"})
    story.piece(data=said)
    yield story.fails("evidence.grade", notes=EXCHANGED)


# -------------------------------------------------------------------------------------------------------- approvals


def _report(name: str, shows: str, *, hours: float | None = None, **named: Any) -> Story:
    """A report to be supplied, and to be approved within so many hours."""
    workflow = APPROVAL | ({"approval_timeout_hours": hours} if hours else {})
    return _story(name, shows, required_data={"report": True}, approval_workflow=workflow, **named)


def _approve(story: Story, *, by: Signatory = MANAGER, **how: Any) -> None:
    story.confirm(by=by, **how)


def _approvals() -> Iterator[Case]:
    story = _report("approved", "The manager approves what was handed in.", hours=24)
    story.supply({"report": "passed"})
    _approve(story)
    yield story.passes()

    story = _report("not-approved", "The manager says nothing.", hours=24)
    story.supply({"report": "passed"})
    yield story.fails("approval.given")

    story = _report("refused", "The manager refuses it.", hours=24)
    story.supply({"report": "passed"})
    _approve(story, confirmed=False)
    yield story.fails("approval.given")

    story = _report("taken-back", "The manager takes the approval back in time.", hours=24)
    story.supply({"report": "passed"})
    _approve(story)
    _approve(story, confirmed=False)
    yield story.fails("approval.given")

    story = _report("put-right", "The manager approves after all.", hours=24)
    story.supply({"report": "passed"})
    _approve(story, confirmed=False)
    _approve(story)
    yield story.passes(0, 2)

    for name, first in (("yes-first", True), ("no-first", False)):
        story = _report(f"approval-at-once-{name}", "Of two words that came at once, the one that says no counts.")
        story.supply({"report": "passed"})
        _approve(story, confirmed=first)
        _approve(story, confirmed=not first, took_s=0)
        yield story.fails("approval.given")

    story = _report("approval-about-something", "A word about one thing is no approval of all.")
    story.supply({"report": "passed"})
    _approve(story, about="report")
    yield story.fails("approval.given")

    story = _report("approval-without-report", "An approval does not stand for what is to be approved.", hours=24)
    _approve(story)
    yield story.fails("data.supplied")

    story = _story("approval-alone", "An approval may be all that is asked for.", approval_workflow=APPROVAL)
    _approve(story)
    yield story.passes()

    story = _story("approval-alone-missing", "An approval alone, which nobody gives.", approval_workflow=APPROVAL)
    yield story.fails("approval.given", "evidence.grade")

    story = _story(
        "approval-not-required",
        "A workflow that requires no approval asks for none.",
        verification_code=CODE,
        approval_workflow={"requires_manager_approval": False},
    )
    story.give(CODE)
    yield story.passes()

    story = _report(
        "approval-late-for-the-term",
        "An approval after the deadline of the term does not count.",
        deadline=spelled(START + timedelta(hours=1)),
    )
    story.supply({"report": "passed"})
    _approve(story, took_s=3600)
    yield story.fails("approval.given", notes=["evidence.deadline"])


def _approvals_of_what() -> Iterator[Case]:
    story = _report(
        "approved-beforehand",
        "An approval whose nonce is older than the report is not about it.",
        threat=5,
        honest="codes-approved-at-once",
    )
    nonce = story.nonce()
    story.supply({"report": "passed"}, took_s=1)
    _approve(story, nonce=nonce)
    yield story.fails("approval.given")

    story = _report("approved-at-once", "An approval may begin in the second in which the report comes.")
    story.supply({"report": "passed"})
    _approve(story)
    yield story.passes()

    story = _report("approved-before", "An approval that came before the report is not about it.", hours=24)
    _approve(story)
    story.supply({"report": "passed"})
    yield story.fails("approval.given")

    story = _report("refused-before", "A refusal of what came before is not about what came since.", hours=24)
    story.supply({"report": "a draft"})
    _approve(story, confirmed=False)
    story.supply({"report": "passed"})
    _approve(story)
    yield story.passes(2, 3)

    story = _report(
        "exchanged-after-approval",
        "The report is exchanged after it was approved.",
        hours=24,
        threat=13,
        honest="codes-approved",
    )
    story.supply({"report": "passed"})
    _approve(story)
    story.supply({"report": "passed, and the price has doubled"})
    yield story.fails("approval.given")

    story = _report("more-after-approval", "What nobody asked for does not void an approval.", hours=24)
    story.supply({"report": "passed"})
    _approve(story)
    story.supply({"greeting": "good morning"})
    yield story.passes(0, 1)

    both = {"verification_code": CODE, "required_data": {"report": True}, "approval_workflow": APPROVAL}
    story = _story("approved-between", "What is approved is all that was handed in, not a part of it.", **both)
    story.give(CODE)
    _approve(story)
    story.supply({"report": "passed"})
    yield story.fails("approval.given")

    story = _story("approved-in-the-end", "What is approved is all that was handed in.", **both)
    story.supply({"report": "passed"})
    story.give(CODE)
    _approve(story)
    yield story.passes()

    story = _story("approved-and-tried-again", "Wrong codes after the approval void nothing.", **both)
    story.supply({"report": "passed"})
    story.give(CODE)
    _approve(story)
    story.give("guess", attempt=2)
    yield story.passes(0, 1, 2)


def _approvals_in_time() -> Iterator[Case]:
    for name, hours, took_s, in_time in (
        ("just-in-time", 1, 3600, True),
        ("too-late", 1, 3601, False),
        ("half-an-hour-just-in-time", 0.5, 1800, True),
        ("half-an-hour-too-late", 0.5, 1801, False),
        ("ten-years-just-in-time", 87_600, 315_360_000, True),
        ("ten-years-too-late", 87_600, 315_360_001, False),
    ):
        story = _report(
            f"approval-{name}", "The time of an approval runs from what was handed in to its receipt.", hours=hours
        )
        story.supply({"report": "passed"})
        _approve(story, took_s=took_s)
        yield story.passes() if in_time else story.fails("approval.timeout")

    story = _report("approval-any-time", "Without a timeout an approval may take its time.")
    story.supply({"report": "passed"})
    _approve(story, took_s=100_000_000)
    yield story.passes()

    story = _report("taken-back-too-late", "A no after the timeout takes nothing back.", hours=1)
    story.supply({"report": "passed"})
    _approve(story)
    story.wait(hours=1)
    _approve(story, confirmed=False)
    yield story.passes(0, 1)

    story = _report(
        "put-right-too-late", "A yes after the timeout does not outweigh the no that came in time.", hours=1
    )
    story.supply({"report": "passed"})
    _approve(story, confirmed=False)
    story.wait(hours=1)
    _approve(story)
    yield story.fails("approval.given")

    story = _report("refused-too-late", "A no that comes too late is neither an approval nor in time.", hours=1)
    story.supply({"report": "passed"})
    _approve(story, confirmed=False, took_s=3601)
    yield story.fails("approval.given", "approval.timeout")

    story = _report("approval-time-runs-anew", "What is handed in anew has the whole time again.", hours=1)
    story.supply({"report": "a draft"})
    story.wait(hours=2)
    story.supply({"report": "passed"})
    _approve(story, took_s=3600)
    yield story.passes(1, 2)


def _approvals_by_others() -> Iterator[Case]:
    story = _report(
        "approved-by-recipient", "The recipient approves his own report.", threat=13, honest="codes-approved"
    )
    story.supply({"report": "passed"})
    _approve(story, by=RECIPIENT)
    yield story.fails("approval.given")

    for name, by in (("customer", CUSTOMER), ("stranger", STRANGER)):
        story = _report(
            f"approved-by-{name}", f"The {name}'s word is not the manager's.", threat=13, honest="codes-approved"
        )
        story.supply({"report": "passed"})
        _approve(story, by=by)
        yield story.fails("approval.given", notes=UNBOUND)

    story = _report(
        "recipient-as-manager",
        "The recipient is named as the manager: he speaks for nobody but himself.",
        threat=13,
        honest="codes-approved",
        people={"manager": RECIPIENT.address},
    )
    story.supply({"report": "passed"})
    _approve(story, by=RECIPIENT)
    yield story.fails("approval.given")

    story = _report("no-manager", "Nobody is named as the manager.", people={})
    story.supply({"report": "passed"})
    _approve(story)
    yield story.fails("approval.given", notes=UNBOUND)

    story = _report(
        "no-manager-but-data", "An approval among the data is no approval.", threat=13, honest="codes-approved"
    )
    story.supply({"report": "passed", "manager_approval": "given"})
    yield story.fails("approval.given")

    story = _report("refused-by-recipient", "The recipient's no takes nothing back that the manager said.")
    story.supply({"report": "passed"})
    _approve(story)
    _approve(story, by=RECIPIENT, confirmed=False)
    yield story.passes(0, 1)


def _approval_among_data() -> Iterator[Case]:
    both = {"required_data": {"report": True, "manager_approval": True}}
    story = _story("approval-among-data", "`manager_approval` among the required data is the manager's word.", **both)
    story.supply({"report": "passed"})
    _approve(story)
    yield story.passes()

    story = _story(
        "approval-among-data-as-text",
        "`manager_approval` is no text, whoever supplies it.",
        threat=13,
        honest="codes-approval-among-data",
        **both,
    )
    story.supply({"report": "passed", "manager_approval": "given"})
    yield story.fails("approval.given")

    story = _story(
        "approval-alone-among-data",
        "`manager_approval` may be all that is asked for.",
        required_data={"manager_approval": True},
    )
    _approve(story)
    yield story.passes()

    story = _story(
        "approval-among-data-not-wanted",
        "`manager_approval` that is not wanted is not asked for.",
        required_data={"report": True, "manager_approval": False},
    )
    story.supply({"report": "passed"})
    yield story.passes()

    story = _story(
        "approval-among-data-timed",
        "The time of the workflow holds for `manager_approval` too.",
        approval_workflow=APPROVAL | {"approval_timeout_hours": 1},
        **both,
    )
    story.supply({"report": "passed"})
    _approve(story, took_s=3601)
    yield story.fails("approval.timeout")

    story = _story(
        "approval-wanted-by-the-workflow-alone",
        "The workflow asks for the manager's word, whatever stands among the data.",
        required_data={"report": True, "manager_approval": False},
        approval_workflow=APPROVAL,
    )
    story.supply({"report": "passed"})
    yield story.fails("approval.given")


def _nonces_of_nobody() -> Iterator[Case]:
    story = _report("approval-unknown-nonce", "Nobody issued the nonces, neither of the report nor of the approval.")
    story.supply({"report": "passed"}, nonce=Nonce(hashed("of nobody", 1), None), status="unknown")
    _approve(story, nonce=Nonce(hashed("of nobody", 2), None), status="unknown")
    yield story.fails("evidence.grade", notes=["bound.nonce", "bound.clock"])

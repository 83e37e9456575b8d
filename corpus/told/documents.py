"""The documents that a `custom` term asks for: their types, fields and sizes, who approves them, and what is none."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from corpus.case import FILES, Case
from corpus.papers import ACTIONS, ANNOTATIONS, BUREAU, OTHER_BUREAU, PAST_BUREAU
from corpus.story import INSPECTOR, MANAGER, PEOPLE, RECIPIENT, START, STRANGER, Signatory, Story, hashed, spelled, term

QUALITY = "quality_control"
REPORT = "inspection_report"
CERTIFICATE = "compliance_certificate"
UNBOUND = ("bound.signature", "bound.nonce", "bound.clock")
"""What fails when nobody signed whose word counts: then the nonce is not redeemed, and there is no time."""
EXCHANGED = ("bound.content", "bound.nonce", "bound.clock")
"""What fails when other bytes are handed in than were signed."""
NONE_COUNTS = ("document.supplied", "evidence.grade")
"""What fails when the only document is refused before anybody looks at who signed it."""
FORM_BYTES = 12_969
"""Those of form.pdf."""


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _types()
    yield from _fields()
    yield from _shown_fields()
    yield from _stated()
    yield from _signature_fields()
    yield from _sizes()
    yield from _which_one_counts()
    yield from _one_for_two_types()
    yield from _bound()
    yield from _approved_by_word()
    yield from _refused()
    yield from _approved_by_signature()
    yield from _authorities()
    yield from _word_and_signature()
    yield from _readable()
    yield from _unreadable()
    yield from _further()


def _story(
    name: str,
    shows: str,
    *required: dict[str, Any],
    threat: int | None = None,
    honest: str | None = None,
    options: dict[str, Any] | None = None,
    **named: Any,
) -> Story:
    """A term that asks for these documents, a report if none is named."""
    asked = list(required) or [{"type": REPORT}]
    twin = f"documents-{honest}" if honest else None
    what = term("custom", required_documents=asked, **(options or {}))
    return Story(f"documents-{name}", shows, what, threat=threat, honest=twin, **named)


def _roots(**names: Sequence[str]) -> dict[str, list[str]]:
    """Authorities with the root certificates in these files."""
    return {role: [b64encode((FILES / name).read_bytes()).decode() for name in files] for role, files in names.items()}


# ---------------------------------------------------------------------------------------------- types, fields, sizes


def _types() -> Iterator[Case]:
    story = _story("report", "A document of the type that is asked for.")
    story.hand_in("form.pdf", type=REPORT)
    yield story.passes()

    story = _story(
        "all-options",
        "A document with all that the wire's example has.",
        {"type": REPORT, "format": "pdf", "max_size_mb": 5, "fields_required": ["inspector"]},
        options={"verification_type": "document_check"},
    )
    story.hand_in("form.pdf", type=REPORT)
    yield story.passes()

    story = _story("none", "No document.")
    yield story.fails(*NONE_COUNTS)

    for name, kind in (
        ("no", None),
        ("other", CERTIFICATE),
        ("capital", "Inspection_report"),
        ("longer", REPORT + " "),
    ):
        story = _story(f"{name}-type", "A document counts for the type that its signed upload says, to the letter.")
        story.hand_in("form.pdf", type=kind)
        yield story.fails("document.supplied", notes=["document.type"])

    story = _story("longest-type", "The longest name that a type can have.", {"type": "x" * 100})
    story.hand_in("form.pdf", type="x" * 100)
    yield story.passes()

    story = _story("one-of-two", "Each of the types must be there.", {"type": REPORT}, {"type": CERTIFICATE})
    story.hand_in("form.pdf", type=REPORT)
    yield story.fails("document.supplied")

    story = _story("two-of-two", "Two types, and a document for each.", {"type": REPORT}, {"type": CERTIFICATE})
    story.hand_in("form.pdf", type=CERTIFICATE)
    story.hand_in("form-other.pdf", type=REPORT)
    yield story.passes()

    kinds = [f"type {number}" for number in range(20)]
    story = _story("twenty", "As many documents as a term can ask for.", *({"type": kind} for kind in kinds))
    for kind, file in zip(kinds, _different(20), strict=True):
        story.hand_in(story.padded("bare.pdf", file), type=kind)
    yield story.passes()


def _different(count: int) -> range:
    """Sizes of files that are not the same."""
    return range(400, 400 + count)


def _fields() -> Iterator[Case]:
    for name, file, fields, filled in (
        ("filled", "form.pdf", ["inspector", "meter"], True),
        ("of-all-kinds", "form.pdf", ["inspector", "passed", "place", "roof"], True),
        ("empty", "form-empty.pdf", ["inspector", "meter"], False),
        ("one-empty", "form.pdf", ["inspector", "remarks"], False),
        ("unticked", "form.pdf", ["failed"], False),
        ("unknown", "form.pdf", ["supervisor"], False),
        ("capital", "form.pdf", ["Inspector"], False),
        ("none-asked", "form-empty.pdf", [], True),
    ):
        story = _story(
            f"fields-{name}",
            "Each field that is asked for by name must be filled.",
            {"type": REPORT, "fields_required": fields},
        )
        story.hand_in(file, type=REPORT)
        yield _filled(story, filled=filled)


def _filled(story: Story, *, filled: bool) -> Case:
    return story.passes() if filled else story.fails("document.supplied", notes=["document.fields"])


def _shown_fields() -> Iterator[Case]:
    for file, field, filled in (
        ("field", "result", True),
        ("printed", "result", True),
        ("checked", "result", True),
        ("listed", "result", True),
        ("longest-value", "result", True),
        ("longest-name", "x" * 200, True),
        ("nested-field", "box.result", True),
        ("nested-field", "result", False),
        ("hidden-field", "result", False),
        ("no-view", "result", False),
        ("no-width", "result", False),
        ("no-height", "result", False),
        ("no-place", "result", False),
        ("no-page", "result", False),
        ("invisible", "result", False),
        ("pushed", "result", False),
        ("unchecked", "result", False),
        ("deleted-field", "result", False),
        ("stray-field", "result", False),
    ):
        name = f"shown-{file}" + ("-unnested" if (file, field) == ("nested-field", "result") else "")
        cheat = {} if filled else {"threat": 12, "honest": "shown-field"}
        story = _story(
            name, "A field is filled if a page shows that it is.", {"type": REPORT, "fields_required": [field]}, **cheat
        )
        story.hand_in(f"{file}.pdf", type=REPORT)
        yield _filled(story, filled=filled)


def _stated() -> Iterator[Case]:
    asked = {"type": REPORT, "fields_required": ["inspector", "meter"]}
    story = _story("stated", "The upload says what stands in the fields of a scanned form.", asked)
    story.hand_in("bare.pdf", type=REPORT, fields={"inspector": "Grace Nakato", "meter": "004 512"})
    yield story.passes()

    story = _story(
        "stated-in-part",
        "One field stands in the form, and the upload says the other one.",
        {"type": REPORT, "fields_required": ["inspector", "remarks"]},
    )
    story.hand_in("form.pdf", type=REPORT, fields={"remarks": "none"})
    yield story.passes()

    story = _story("stated-not-all", "One field stands nowhere.", asked)
    story.hand_in("form-empty.pdf", type=REPORT, fields={"inspector": "Grace Nakato"})
    yield _filled(story, filled=False)

    for name, said in (
        ("empty", {"fields": {"meter": ""}}),
        ("invisible", {"fields": {"meter": "\N{HANGUL FILLER}"}}),
        ("number", {"fields": {"meter": 17}}),
        ("long", {"fields": {"meter": "x" * 10_001}}),
        ("nameless", {"fields": {"": "x"}}),
        ("long-name", {"fields": {"x" * 201: "x"}}),
        ("too-many", {"fields": {str(number): "x" for number in range(1001)}}),
        ("type-empty", {"type": ""}),
        ("type-long", {"type": "x" * 101}),
        ("list", {"fields": ["meter"]}),
    ):
        story = _story(f"stated-{name}", "What an upload says of its document must make sense.")
        story.hand_in("form.pdf", **{"type": REPORT} | said)
        yield story.fails(*NONE_COUNTS, notes=["document.malformed"])

    story = _story(
        "stated-most",
        "As many fields, and as long ones, as an upload can say.",
        {"type": REPORT, "fields_required": ["x" * 200]},
    )
    story.hand_in(
        "form.pdf", type=REPORT, fields={"x" * 200: "y" * 10_000} | {str(number): "x" for number in range(999)}
    )
    yield story.passes()

    story = _story("stated-unheard-of", "What an upload says besides is refused.")
    story.hand_in("form.pdf", type=REPORT)
    story.piece(stated={"type": REPORT, "approved": "yes"})
    yield story.fails(*NONE_COUNTS, notes=["document.malformed"])


def _signature_fields() -> Iterator[Case]:
    for file, field, filled in (
        ("report", "signature", True),
        ("report-elsewhere", "signature", True),
        ("report-elsewhere", "seal", True),
        ("report-by-past", "signature", True),
        ("report-signed-again", "signature", True),
        ("report-signed-again", "customer", True),
        ("report-elsewhere", "customer", False),
        ("form", "signature", False),
        ("report-changed", "signature", False),
        ("report-outgrown", "signature", False),
        ("report-touched", "signature", False),
        ("report-weakly", "signature", False),
        ("signatures-20", "seal 3", False),
    ):
        name = f"signature-{file}-{field.replace(' ', '-')}"
        cheat = (
            {}
            if filled or file in ("form", "report-elsewhere")
            else {"threat": 12, "honest": "signature-report-signature"}
        )
        story = _story(
            name,
            "A signature field is filled by a sound signature of the whole file.",
            {"type": REPORT, "fields_required": [field]},
            **cheat,
        )
        story.hand_in(f"{file}.pdf", type=REPORT)
        yield _filled(story, filled=filled)

    story = _story(
        "signature-stated-over",
        "No text stands for a signature that is not whole.",
        {"type": REPORT, "fields_required": ["signature"]},
        threat=12,
        honest="signature-report-signature",
    )
    story.hand_in("report-changed.pdf", type=REPORT, fields={"signature": "Grace Nakato"})
    yield _filled(story, filled=False)

    story = _story(
        "signature-stated",
        "The upload says who signed a scanned form with a pen.",
        {"type": REPORT, "fields_required": ["signature"]},
    )
    story.hand_in("bare.pdf", type=REPORT, fields={"signature": "Grace Nakato"})
    yield story.passes()


def _sizes() -> Iterator[Case]:
    for name, file, limit, megabytes in (
        ("form", "form.pdf", FORM_BYTES, 0.012969),
        ("between", "form.pdf", FORM_BYTES, 0.0129699),
        ("inexact", "bare.pdf", 978, 0.000978),
    ):
        small = {"type": REPORT, "max_size_mb": megabytes}
        large = {"type": CERTIFICATE, "max_size_mb": 1}
        story = _story(f"size-{name}", "A file just as large as it may be, to the byte.", small)
        story.hand_in(story.padded(file, limit), type=REPORT)
        yield story.passes()

        story = _story(f"size-{name}-over", "A file that is a byte too large for any document.", small)
        story.hand_in(story.padded(file, limit + 1), type=REPORT)
        yield story.fails(*NONE_COUNTS, notes=["evidence.file_size"])

        story = _story(
            f"size-{name}-beside", "A file as large as it may be, where another may be larger.", small, large
        )
        story.hand_in(story.padded(file, limit), type=REPORT)
        story.hand_in(story.padded(file, limit + 1), type=CERTIFICATE)
        yield story.passes()

        story = _story(f"size-{name}-over-beside", "A file that is too large for its type alone.", small, large)
        story.hand_in(story.padded(file, limit + 1), type=REPORT)
        story.hand_in("form-other.pdf", type=CERTIFICATE)
        yield story.fails("document.supplied", notes=["document.file_size"])

    small = {"type": REPORT, "max_size_mb": FORM_BYTES / 1_000_000}
    story = Story(
        "documents-size-over-in-its-term",
        "A file that is a byte too large for its term, though not for another one.",
        term("custom", required_documents=[small]),
        term("custom", required_documents=[{"type": REPORT}]),
    )
    story.hand_in(story.padded("form.pdf", FORM_BYTES + 1), type=REPORT)
    story.hand_in(story.padded("form.pdf", FORM_BYTES + 1), type=REPORT, about_term=1)
    yield story.fails(*NONE_COUNTS, notes=["evidence.file_size"], accepted=[1])

    story = _story(
        "size-least",
        "The smallest file is too large where next to nothing is allowed.",
        {"type": REPORT, "max_size_mb": 0.000001},
    )
    story.hand_in("bare.pdf", type=REPORT)
    yield story.fails(*NONE_COUNTS, notes=["evidence.file_size"])

    story = _story("size-most", "The largest size that a term can allow.", {"type": REPORT, "max_size_mb": 64})
    story.hand_in("inflated.pdf", type=REPORT)
    yield story.passes()


# -------------------------------------------------------------------------------------------------- which one counts


def _which_one_counts() -> Iterator[Case]:
    story = _story("last", "Of a type the last document counts.")
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form-other.pdf", type=REPORT)
    yield story.passes(1)

    story = _story(
        "last-good",
        "The last document that is as asked for counts.",
        {"type": REPORT, "fields_required": ["inspector"]},
    )
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form-empty.pdf", type=REPORT)
    yield story.passes(0, notes=["document.fields"])

    story = _story("same-again", "The same file again, for the same type.")
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form.pdf", type=REPORT)
    yield story.passes(1)

    deadline = {"deadline": spelled(START + timedelta(hours=1))}
    for name, took_s, late in (("just-in-time", 3599, False), ("too-late", 3600, True)):
        story = _story(name, "A document counts that came before the deadline, to the second.", options=deadline)
        story.hand_in("form.pdf", type=REPORT, took_s=took_s)
        yield story.fails("document.supplied", notes=["evidence.deadline"]) if late else story.passes()

    story = _story("last-in-time", "The last document that came in time counts.", options=deadline)
    story.hand_in("form.pdf", type=REPORT)
    story.wait(hours=1)
    story.hand_in("form-other.pdf", type=REPORT)
    yield story.passes(0, notes=["evidence.deadline"])


def _one_for_two_types() -> Iterator[Case]:
    both = ({"type": REPORT}, {"type": CERTIFICATE})
    for name, kinds in (("in-order", (REPORT, CERTIFICATE)), ("out-of-order", (CERTIFICATE, REPORT))):
        story = _story(
            f"one-for-two-{name}", "One file counts for one type only.", *both, threat=12, honest="two-of-two"
        )
        for kind in kinds:
            story.hand_in("form.pdf", type=kind)
        yield story.fails("document.supplied")

    story = _story("one-for-first", "The first type in the terms has the file, and the second one another.", *both)
    story.hand_in("form-other.pdf", type=CERTIFICATE)
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form.pdf", type=CERTIFICATE)
    yield story.passes(0, 1)

    story = _story(
        "one-for-second",
        "A file is the second type's if it is not good enough for the first one.",
        {"type": REPORT, "fields_required": ["supervisor"]},
        {"type": CERTIFICATE},
    )
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form-other.pdf", type=REPORT, fields={"supervisor": "Sarah Auma"})
    story.hand_in("form.pdf", type=CERTIFICATE)
    yield story.passes(1, 2, notes=["document.fields"])

    story = _story("one-for-two-padded", "Zeros behind it make another file of it.", *both)
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in(story.padded("form.pdf", FORM_BYTES + 1), type=CERTIFICATE)
    yield story.passes()

    required = term("custom", required_documents=[{"type": REPORT}])
    story = Story("documents-one-for-two-terms", "One file may serve for two terms.", required, required)
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form.pdf", type=REPORT, about_term=1)
    yield story.passes()


def _bound() -> Iterator[Case]:
    story = _story("by-stranger", "A document that a stranger hands in does not count.", threat=15, honest="report")
    story.hand_in("form.pdf", type=REPORT, by=STRANGER)
    yield story.fails("evidence.grade", notes=UNBOUND)

    story = _story(
        "of-another-deal", "A document that was handed in for another deal does not count.", threat=15, honest="report"
    )
    story.hand_in("form.pdf", type=REPORT, deal=hashed("deal", "another"))
    yield story.fails("evidence.grade", notes=["bound.subject", "bound.nonce", "bound.clock"])

    story = _story("exchanged", "Another file than the one that was signed for.", threat=12, honest="report")
    story.hand_in("form.pdf", type=REPORT)
    story.piece(document="form-other.pdf")
    yield story.fails("evidence.grade", notes=EXCHANGED)

    story = _story("restated", "Another type than the one that was signed for.", threat=12, honest="report")
    story.hand_in("form.pdf", type=CERTIFICATE)
    story.piece(stated={"type": REPORT})
    yield story.fails("evidence.grade", notes=EXCHANGED)

    story = _story(
        "filled-in-afterwards",
        "The upload says more than was signed.",
        {"type": REPORT, "fields_required": ["remarks"]},
        threat=12,
        honest="stated-in-part",
    )
    story.hand_in("form.pdf", type=REPORT)
    story.piece(stated={"type": REPORT, "fields": {"remarks": "none"}})
    yield story.fails("evidence.grade", notes=EXCHANGED)

    story = _story("unsigned", "A file alone says neither whose it is nor of what type.")
    story.drop("form.pdf")
    yield story.fails(*NONE_COUNTS, notes=["document.type"])

    story = _story("unsigned-beside", "A file that nobody signed does no harm.")
    story.drop("form-other.pdf")
    story.hand_in("form.pdf", type=REPORT)
    yield story.passes(1)

    story = _story("missing", "The file is not there.")
    story.hand_in("missing.pdf", type=REPORT)
    yield story.fails(*NONE_COUNTS, notes=["evidence.file"])

    story = _story("nameless", "A signed document without the name of its file.")
    story.hand_in("form.pdf", type=REPORT)
    story.piece(document=None)
    yield story.fails(*NONE_COUNTS, notes=["evidence.recognised"])

    story = _story(
        "by-authority",
        "Who approves a document does not hand it in as well.",
        {"type": REPORT, "verification_authority": QUALITY},
        people=PEOPLE | {QUALITY: INSPECTOR.address},
    )
    story.hand_in("form.pdf", type=REPORT, by=INSPECTOR)
    story.confirm(by=INSPECTOR, about=REPORT)
    yield story.fails("document.supplied", "document.approved")


# --------------------------------------------------------------------------------------------------------- approvals


def _approved(name: str, shows: str, *, people: dict[str, str] | None = None, **named: Any) -> Story:
    """A report that quality control has to approve, with a key of its own."""
    asked = {"type": REPORT, "verification_authority": QUALITY}
    named_people = {QUALITY: INSPECTOR.address} if people is None else people
    return _story(name, shows, asked, people=PEOPLE | named_people, **named)


def _say(story: Story, *, by: Signatory = INSPECTOR, about: str = REPORT, **how: Any) -> None:
    story.confirm(by=by, about=about, **how)


def _approved_by_word() -> Iterator[Case]:  # noqa: PLR0915  (one after the other)
    story = _approved("approved", "The authority approves the report with its key.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    yield story.passes()

    story = _approved("unapproved", "The authority says nothing.")
    story.hand_in("form.pdf", type=REPORT)
    yield story.fails("document.approved")

    for name, about in (("nothing", ""), ("another-type", CERTIFICATE), ("capitals", REPORT.upper())):
        story = _approved(f"approved-about-{name}", "An approval names the type of what it approves.")
        story.hand_in("form.pdf", type=REPORT)
        _say(story, about=about)
        yield story.fails("document.approved")

    story = _approved("approved-by-recipient", "The recipient approves his own report.", threat=13, honest="approved")
    story.hand_in("form.pdf", type=REPORT)
    _say(story, by=RECIPIENT)
    yield story.fails("document.approved")

    story = _approved(
        "recipient-as-authority",
        "The recipient is named as the authority.",
        people={QUALITY: RECIPIENT.address},
        threat=13,
        honest="approved",
    )
    story.hand_in("form.pdf", type=REPORT)
    _say(story, by=RECIPIENT)
    yield story.fails("document.approved")

    for name, by in (("manager", MANAGER), ("stranger", STRANGER)):
        story = _approved(f"approved-by-{name}", f"The {name} is not the authority.", threat=13, honest="approved")
        story.hand_in("form.pdf", type=REPORT)
        _say(story, by=by)
        yield story.fails("document.approved", notes=UNBOUND)

    story = _approved("no-authority", "Nobody is named as the authority.", people={})
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    yield story.fails("document.approved", notes=UNBOUND)

    story = _approved(
        "approved-before", "An approval of what came before is none of what came since.", threat=5, honest="approved"
    )
    _say(story)
    story.hand_in("form.pdf", type=REPORT)
    yield story.fails("document.approved")

    story = _approved(
        "approved-beforehand",
        "An approval whose nonce is older than the report is not about it.",
        threat=5,
        honest="approved",
    )
    nonce = story.nonce()
    story.hand_in("form.pdf", type=REPORT, took_s=1)
    _say(story, nonce=nonce)
    yield story.fails("document.approved")

    deadline = {"deadline": spelled(START + timedelta(hours=1))}
    story = _approved("approved-too-late", "An approval after the deadline.", options=deadline)
    story.hand_in("form.pdf", type=REPORT)
    _say(story, took_s=3600)
    yield story.fails("document.approved", notes=["evidence.deadline"])

    story = _approved("approved-without-report", "There is nothing to approve.")
    _say(story)
    yield story.fails("document.supplied", "document.approved")

    both = tuple({"type": kind, "verification_authority": QUALITY} for kind in (REPORT, CERTIFICATE))
    story = _story(
        "approved-one-of-two", "Each document is approved by itself.", *both, people={QUALITY: INSPECTOR.address}
    )
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form-other.pdf", type=CERTIFICATE)
    _say(story)
    yield story.fails("document.approved")

    story = _story(
        "approved-two-of-two", "Two documents, and a word about each.", *both, people={QUALITY: INSPECTOR.address}
    )
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form-other.pdf", type=CERTIFICATE)
    _say(story, about=CERTIFICATE)
    _say(story)
    yield story.passes()

    others = (
        {"type": REPORT, "verification_authority": QUALITY},
        {"type": CERTIFICATE, "verification_authority": "manager"},
    )
    people = PEOPLE | {QUALITY: INSPECTOR.address}
    story = _story(
        "approved-by-the-other",
        "One authority does not approve what is another's.",
        *others,
        people=people,
        threat=13,
        honest="approved-by-each",
    )
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form-other.pdf", type=CERTIFICATE)
    _say(story)
    _say(story, about=CERTIFICATE)
    yield story.fails("document.approved")

    story = _story("approved-by-each", "Each authority approves what is its own.", *others, people=people)
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form-other.pdf", type=CERTIFICATE)
    _say(story)
    _say(story, about=CERTIFICATE, by=MANAGER)
    yield story.passes()

    story = _approved("approved-at-once-yes-first", "Of two words that came at once, the one that says no counts.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    _say(story, confirmed=False, took_s=0)
    yield story.fails("document.approved")

    workflow = {"approval_workflow": {"requires_manager_approval": True}}
    story = _approved(
        "approved-and-released", "What the authority approves, the manager approves as well.", options=workflow
    )
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    story.confirm(by=MANAGER)
    yield story.passes()

    story = _approved(
        "released-and-approved",
        "The authority's word does not void the manager's, which is about the report.",
        options=workflow,
    )
    story.hand_in("form.pdf", type=REPORT)
    story.confirm(by=MANAGER)
    _say(story)
    yield story.passes()

    story = _approved(
        "released-not-approved", "The manager's approval of all is not the authority's of the report.", options=workflow
    )
    story.hand_in("form.pdf", type=REPORT)
    story.confirm(by=MANAGER)
    _say(story, by=MANAGER)
    yield story.fails("document.approved")


def _refused() -> Iterator[Case]:
    story = _approved("refused", "The authority refuses the report.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story, confirmed=False)
    yield story.fails("document.approved")

    story = _approved("taken-back", "The authority takes its approval back.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    _say(story, confirmed=False)
    yield story.fails("document.approved")

    story = _approved("approved-after-all", "The authority approves after all.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story, confirmed=False)
    _say(story)
    yield story.passes(0, 2)

    story = _approved(
        "exchanged-after-approval", "The report is exchanged after it was approved.", threat=12, honest="approved"
    )
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    story.hand_in("form-other.pdf", type=REPORT)
    yield story.fails("document.approved")

    story = _approved("approved-anew", "The new report is approved as well.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    story.hand_in("form-other.pdf", type=REPORT)
    _say(story)
    yield story.passes(2, 3)

    story = _approved("refused-and-put-right", "A refusal is about what was refused, and not about what comes after.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story, confirmed=False)
    story.hand_in("form-other.pdf", type=REPORT)
    _say(story)
    yield story.passes(2, 3)


def _approved_by_signature() -> Iterator[Case]:
    story = _signed("signed", "The authority's inspector signed the report.")
    story.hand_in("report.pdf", type=REPORT)
    yield story.passes()

    story = _signed("signed-by-another-office", "The authority signs whoever holds its certificate.")
    story.hand_in("report-by-office.pdf", type=REPORT)
    yield story.passes()

    story = _signed("signed-elsewhere", "In whatever field the signature is.")
    story.hand_in("report-elsewhere.pdf", type=REPORT)
    yield story.passes()

    story = _signed("signed-again", "The last of several signatures covers the file.")
    story.hand_in("report-signed-again.pdf", type=REPORT)
    yield story.passes()

    for file, shows in (
        ("form", "The report is not signed."),
        ("report-changed", "A page was changed after the report was signed."),
        ("report-outgrown", "A page was changed, and the signature padded by as much as the file has grown."),
        ("report-touched", "A byte within what is signed was changed."),
        ("report-signed-over", "A stranger's signature covers what the inspector's does not."),
        ("report-by-past", "The signer's certificate leads to a root that is not the authority's."),
        ("report-by-web-site", "The authority's certificate is for a web site, and not for documents."),
        ("report-by-friend", "The inspector vouches for a friend, and is no authority."),
        ("report-weakly", "The signature is over a weak hash, which another document may have."),
        ("report-unlinked", "The certificate between the signer's and the root is missing."),
    ):
        name = file.removeprefix("report-")
        story = _signed(f"signed-{name}", shows, threat=12, honest="signed")
        story.hand_in(f"{file}.pdf", type=REPORT)
        yield story.fails("document.approved")

    end = datetime(2025, 1, 1, tzinfo=UTC)
    for name, received, valid in (("just-in-time", end, True), ("too-late", end + timedelta(seconds=1), False)):
        story = _signed(
            f"root-{name}",
            "A root counts while its certificate does, at the moment of receipt.",
            roots=[PAST_BUREAU],
            start=received - timedelta(seconds=5),
        )
        story.hand_in("report-by-past.pdf", type=REPORT)
        yield story.passes() if valid else story.fails("document.approved")

    born = datetime(2020, 1, 1, tzinfo=UTC)
    for name, received, valid in (("not-yet", born - timedelta(seconds=1), False), ("just-now", born, True)):
        story = _signed(
            f"root-{name}",
            "A root counts from when its certificate does, at the moment of receipt.",
            start=received - timedelta(seconds=5),
        )
        story.hand_in("report.pdf", type=REPORT)
        yield story.passes() if valid else story.fails("document.approved")


def _signed(name: str, shows: str, *, roots: Sequence[str] = (BUREAU,), **named: Any) -> Story:
    """A report that quality control has to approve, by a signature in it."""
    authorities = _roots(quality_control=roots)
    return _approved(name, shows, people={}, authorities=authorities, **named)


def _authorities() -> Iterator[Case]:
    story = _signed(
        "another-root",
        "The report is signed by people of another authority.",
        roots=[OTHER_BUREAU],
        threat=12,
        honest="signed",
    )
    story.hand_in("report.pdf", type=REPORT)
    yield story.fails("document.approved")

    story = _signed("several-roots", "An authority may have several roots.", roots=[OTHER_BUREAU, BUREAU])
    story.hand_in("report.pdf", type=REPORT)
    yield story.passes()

    story = _approved("no-roots", "The signature leads to no root that the terms name.", threat=12, honest="signed")
    story.hand_in("report.pdf", type=REPORT)
    yield story.fails("document.approved")

    swapped = _roots(quality_control=[OTHER_BUREAU], customs=[BUREAU])
    story = _approved(
        "root-of-another",
        "The root is one that the terms name, of another authority.",
        people={},
        authorities=swapped,
        threat=12,
        honest="signed",
    )
    story.hand_in("report.pdf", type=REPORT)
    yield story.fails("document.approved")

    story = Story(
        "documents-broken-root",
        "What is no certificate at all keeps nobody from the root beside it.",
        term("custom", required_documents=[{"type": REPORT, "verification_authority": QUALITY}]),
        authorities={QUALITY: ["MAA=", *_roots(q=[BUREAU])["q"]]},
    )
    story.hand_in("report.pdf", type=REPORT)
    yield story.passes()

    story = _signed("signed-for-two", "A report that was signed, in the place of one that was not.")
    story.hand_in("report.pdf", type=REPORT)
    story.hand_in("form.pdf", type=REPORT)
    yield story.fails("document.approved")


def _word_and_signature() -> Iterator[Case]:
    def both(name: str, shows: str, **named: Any) -> Story:
        return _approved(f"both-{name}", shows, authorities=_roots(quality_control=[BUREAU]), **named)

    story = both("signed", "An authority that has both may just sign.")
    story.hand_in("report.pdf", type=REPORT)
    yield story.passes()

    story = both("said", "An authority that has both may just say so.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    yield story.passes()

    story = both("signed-and-said", "If it says so as well, that is what counts.")
    story.hand_in("report.pdf", type=REPORT)
    _say(story)
    yield story.passes()

    story = both("signed-and-refused", "What it says with its key counts more than a signature.")
    story.hand_in("report.pdf", type=REPORT)
    _say(story, confirmed=False)
    yield story.fails("document.approved")

    story = both(
        "refused-and-again",
        "The very same file is handed in again after it was refused.",
        threat=12,
        honest="both-refused-and-another",
    )
    story.hand_in("report.pdf", type=REPORT)
    _say(story, confirmed=False)
    story.hand_in("report.pdf", type=REPORT)
    yield story.fails("document.approved")

    story = both("refused-and-another", "A refusal is about the file that was refused.")
    story.hand_in("report.pdf", type=REPORT)
    _say(story, confirmed=False)
    story.hand_in("report-of-another.pdf", type=REPORT)
    yield story.passes(2)

    story = both("refused-and-yes", "The authority changes its mind about the same file, handed in again.")
    story.hand_in("report.pdf", type=REPORT)
    _say(story, confirmed=False)
    story.hand_in("report.pdf", type=REPORT)
    _say(story)
    yield story.passes(2, 3)

    story = both(
        "refused-untyped",
        "What was refused while nobody had said its type stays refused.",
        threat=12,
        honest="both-signed",
    )
    story.hand_in("report.pdf")
    _say(story, confirmed=False)
    story.hand_in("report.pdf", type=REPORT)
    yield story.fails("document.approved", notes=["document.type"])

    story = both("refused-beforehand", "A refusal whose nonce is older than the report is about something else.")
    nonce = story.nonce()
    story.hand_in("report.pdf", type=REPORT, took_s=1)
    _say(story, confirmed=False, nonce=nonce)
    yield story.passes(0)

    story = both("refused-elsewhere", "A refusal of another type is not one of this type.")
    story.hand_in("report.pdf", type=REPORT)
    _say(story, confirmed=False, about=CERTIFICATE)
    yield story.passes(0)

    story = both("refused-by-recipient", "The recipient refuses nothing.")
    story.hand_in("report.pdf", type=REPORT)
    _say(story, confirmed=False, by=RECIPIENT)
    yield story.passes(0)


# ------------------------------------------------------------------------------------------------------------ the PDF


def _readable() -> Iterator[Case]:
    for name, shows in (
        ("bare", "A page and nothing else."),
        ("boxed", "Objects may be packed into a stream."),
        ("linked", "A link does nothing before somebody clicks."),
        ("linked-http", "Links lead to web pages,"),
        ("linked-mail", "to those who write,"),
        ("linked-phone", "to those who call,"),
        ("linked-www", "and to pages whose scheme nobody wrote."),
        ("chained", "One click may do several things that do no harm."),
        ("triggered", "What happens on sight may go to a page of the same file."),
        ("opened-at", "A file may say at which page it opens."),
        ("spelled", "A stream may be spelt in hexadecimal digits."),
        ("run-length", "A stream may be packed by an old method, if it is small."),
        ("inflated", "Streams may inflate to 500,000,000 bytes."),
        ("fields-1000", "A form may have a thousand fields."),
        ("signatures-20", "A file may have twenty signatures."),
        ("pages-500", "A file may have five hundred pages."),
        ("revisions-100", "A file may have been changed ninety-nine times."),
        ("for-the-web", "A file made for the web has its newest table at its front."),
        ("for-the-web-changed", "A file made for the web may be added to, by a table of what is new alone."),
        ("objects-50000", "A file may have fifty thousand objects."),
        ("values-300000", "A file may consist of three hundred thousand values."),
    ):
        story = _story(f"read-{name}", shows)
        story.hand_in(f"{name}.pdf", type=REPORT)
        yield story.passes()

    story = _story("read-zeros", "Zeros and blanks behind the end of a file are nothing.")
    story.hand_in(story.padded("form.pdf", FORM_BYTES + 1000), type=REPORT)
    yield story.passes()


def _unreadable() -> Iterator[Case]:
    for code, shows, files in _REFUSED:
        threat = 11 if code in _TOO_MUCH else 12
        for name in files:
            story = _story(f"{code.replace('_', '-')}-{name}", shows, threat=threat, honest="read-bare")
            story.hand_in(name if "." in name else f"{name}.pdf", type=REPORT)
            yield story.fails(*NONE_COUNTS, notes=[f"document.{code}"])

    story = _story("unreadable-beside", "A file that is refused does no harm to another one.")
    story.hand_in("script.pdf", type=REPORT)
    story.hand_in("form.pdf", type=REPORT)
    yield story.passes(1, notes=["document.script"])

    story = _story("unreadable-after", "A file that is refused does not take the place of one that counts.")
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("script.pdf", type=REPORT)
    yield story.passes(0, notes=["document.script"])


_TOO_MUCH = (
    "format",
    "one_format",
    "damaged",
    "bomb",
    "objects",
    "pages",
    "revisions",
    "fields",
    "value",
    "signatures",
)
_REFUSED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("format", "What is no PDF by its content is none.", ("letter", "coffee.jpg", "coffee.png")),
    ("one_format", "A PDF that is an archive as well is refused.", ("archive",)),
    (
        "damaged",
        "What programs would not all read alike is refused.",
        ("cut", "unrepaired", "two-newest", "within-itself", "no-text", "two-ends"),
    ),
    ("encrypted", "What is encrypted is refused, also if it opens without a password.", ("encrypted",)),
    (
        "bomb",
        "What is made to grow without end is refused.",
        ("bomb", "bomb-inflated", "bomb-lzw", "bomb-spelled-within"),
    ),
    (
        "script",
        "Scripts are refused wherever they are.",
        ("script", "script-hidden", "script-tree", "active-javascript"),
    ),
    (
        "action",
        "What makes programs do more than show pages is refused.",
        (
            *("launch", "link-to-file", "link-to-script", "unheard-of"),
            *("fetched-when-opened", "fetched-next", "fetched-on-sight"),
            *(f"active-{kind.decode().lower()}" for kind in ACTIONS if kind != b"JavaScript"),
            *(f"annotated-{kind.decode().lower()}" for kind in ANNOTATIONS),
        ),
    ),
    (
        "embedded",
        "Files within the file are refused.",
        ("embedded", "pinned", "embedded-name", "embedded-associated", "embedded-portfolio", "embedded-file"),
    ),
    ("xfa", "A form that many programs do not show is refused.", ("xfa",)),
    ("external", "What has parts in other files is refused.", ("external", "external-page", "external-print")),
    ("objects", "What consists of too many parts is refused.", ("objects", "values")),
    ("pages", "A document has 1 to 500 pages.", ("pages-0", "pages-501")),
    ("revisions", "What was changed too often is refused.", ("revisions-101",)),
    ("appearance", "A field that does not show what is filled in is refused.", ("appearance", "ticked", "chosen")),
    (
        "fields",
        "A form has at most a thousand fields, each with a name of its own.",
        ("fields", "nameless", "name", "name-twice"),
    ),
    ("value", "A field holds at most 10,000 characters.", ("value",)),
    (
        "signatures",
        "A file has at most twenty signatures, each in its own place.",
        ("signatures-21", "signatures-twice"),
    ),
)
"""Of the reader of PDFs: the code, what it shows, and the files."""


def _further() -> Iterator[Case]:
    """What is at the edge of a rule, and is easily forgotten."""
    both = ({"type": REPORT}, {"type": CERTIFICATE})
    later = spelled(START + timedelta(days=1))
    story = _story("first-for-second", "A file that a later one replaced may count for another type.", *both)
    story.hand_in("form.pdf", type=REPORT)
    story.hand_in("form-other.pdf", type=REPORT)
    story.hand_in("form.pdf", type=CERTIFICATE)
    yield story.passes(1, 2)

    story = _approved("approved-and-again", "An approval is of what was there, and not of the same file again.")
    story.hand_in("form.pdf", type=REPORT)
    _say(story)
    story.hand_in("form.pdf", type=REPORT)
    yield story.fails("document.approved")

    small = {"type": REPORT, "max_size_mb": 0.01}
    story = _story("long-words", "What is said of a document may be longer than the document may be.", small)
    story.hand_in("bare.pdf", type=REPORT, fields={"remarks": "good " * 1800, "more": "better " * 1200})
    yield story.passes()

    signed = [{"name": "end", "deadline": later, "verification_method": "customer_signature", "weight": 100}]
    story = _story(
        "size-beside-a-word", "Where no photo is wanted, no file may be larger.", small, options={"checkpoints": signed}
    )
    story.hand_in("form.pdf", type=REPORT)
    story.confirm(about="end")
    yield story.fails("document.supplied", notes=["evidence.file_size"])

    pictured = [{"name": "end", "deadline": later, "verification_method": "photo_upload", "weight": 100}]
    story = _story(
        "size-beside-a-photo", "A photo may be larger than the documents.", small, options={"checkpoints": pictured}
    )
    story.hand_in("bare.pdf", type=REPORT)
    story.upload("coffee.jpg", category="end")
    yield story.passes()

    story = _story("megabyte", "A file that is larger than any text or document may be is not read.", small)
    story.hand_in("bare.pdf", type=REPORT)
    story.drop(story.padded("form.pdf", 1_048_577))
    yield story.passes(0, notes=["evidence.file_size"])

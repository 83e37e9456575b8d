"""What people are told: collected from the rules, translated without losing a value, and read in another language."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from gettext import NullTranslations
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms import Check, Piece, Rule, Term
from escrow_chain.terms.catalogue import (
    DOMAIN,
    ENGLISH,
    Catalogue,
    catalogue,
    languages,
    places,
    rules,
    stands_for,
)
from escrow_chain.terms.paper import Document
from escrow_chain.terms.sentence import say
from scripts import messages
from tests.terms.records import (
    KAMPALA,
    MANAGER,
    MORNING,
    WALLET,
    code,
    confirmation,
    customized,
    data,
    delivered,
    located,
    meeting,
    only,
    photo,
    pictured,
    position,
    provenance,
    verdict_on,
)

GERMAN = catalogue("de")
TEXTS = sorted({text for alike in rules().values() for rule in alike for text in rule.texts if text})
NAMES = st.from_regex(r"[a-z_]{1,6}", fullmatch=True)


class Made(NullTranslations):
    """Translations made up by a test."""

    def __init__(self, **texts: str) -> None:
        super().__init__()
        self.texts = texts

    def gettext(self, message: str) -> str:
        return self.texts.get("all") or self.texts.get(message, message)


def made(text: str) -> Catalogue:
    """A language in which everything is this text."""
    return Catalogue("xx", Made(all=text))


def test_the_files_are_those_that_the_script_writes_now() -> None:
    """The template, the translations, what is compiled from them, and docs/checks.md."""
    found = messages.extract()
    assert found.problems == []
    stale = [path.name for path, content in messages.made(found).items() if path.read_bytes() != content]
    assert stale == []


def test_every_translation_keeps_exactly_the_values_of_its_original() -> None:
    """Those of sentences that are no longer said too."""
    assert messages.translations()
    assert messages.mistranslated() == []


def test_german_is_complete() -> None:
    """Whoever adds a sentence translates it, or takes this test for a reminder."""
    assert messages.untranslated(messages.extract())["de"] == []


def test_every_rule_is_found_by_its_code() -> None:
    """In plain globals, in dictionaries by role, and where one code has two wordings."""
    assert all(rule.code == code for code, alike in rules().items() for rule in alike)
    assert {
        "bound.nonce",
        "meeting.phone_of_customer",
        "checkpoint.manager_approval",
        "approval.given",
    } <= rules().keys()
    assert [rule.decisive for rule in rules()["location.visited"]] == [True, False]


def test_no_check_of_a_verdict_has_a_rule_that_is_not_found() -> None:
    """Over verdicts on all sorts of terms and evidence."""
    for check in all_checks():
        assert check.rule in rules()[check.code]


@cache
def all_checks() -> tuple[Check, ...]:
    """The checks of many verdicts: all that the terms below find about the evidence below."""
    return tuple(check for term in all_terms() for evidence in all_evidence(term) for check in judged(term, evidence))


def judged(term: Term, evidence: list[Piece]) -> tuple[Check, ...]:
    """The checks of one verdict."""
    return verdict_on(term, *evidence, phones={"customer": "+256700000000"}).checks


def all_terms() -> Iterator[Term]:
    """One of each kind, asking for as much as it can."""
    late = (MORNING + timedelta(hours=1)).isoformat()
    spots = [
        {"name": name, "latitude": KAMPALA["latitude"] + far, "longitude": KAMPALA["longitude"], "radius": 50}
        for name, far in (("Gate", 0), ("Depot", 0.01))
    ]
    optional = {"name": "Shop", "latitude": 0.4, "longitude": 32.6, "radius": 20, "required": False}
    yield located(verification_points=[*spots, optional], sequence_required=True, max_time_between_points=5)
    yield located(verification_points=spots[:1], verification_window={"start_time": "10:00", "end_time": "11:00"})
    yield pictured(required_count=3, ai_validation={"check_quality": True, "verify_authenticity": True})
    yield pictured(
        deadline=late,
        metadata_required=["timestamp", "location"],
        photo_requirements=[{"category": "before", "required_count": 2, "min_interval_minutes": 10}],
    )
    yield delivered(min_rating=4)
    parts = [{"role": role, "phone_verification": role == "customer"} for role in ("service_provider", "customer")]
    window = {"start": MORNING.isoformat(), "end": late}
    agreed = {"max_distance_km": 0.1, "buyer_coordinates": KAMPALA, "meeting_window": window}
    yield meeting(required_participants=parts, photo_evidence_required=True, verification_method="dual_confirmation")
    yield meeting(**agreed)
    yield customized(verification_code="QC-7", required_data={"report": True, "manager_approval": True})
    hours = {"requires_manager_approval": True, "approval_timeout_hours": 0.5}
    yield customized(required_data={"report": True}, approval_workflow=hours)
    paper = {"type": "permit", "fields_required": ["id"], "verification_authority": "manager"}
    yield customized(required_documents=[paper])
    ways = ("photo_upload", "manager_approval", "customer_signature")
    yield customized(
        checkpoints=[
            {
                "name": way,
                "deadline": (MORNING + timedelta(hours=h)).isoformat(),
                "verification_method": way,
                "weight": w,
            }
            for h, (way, w) in enumerate(zip(ways, (30, 30, 40), strict=True), start=1)
        ]
    )


def all_evidence(term: Term) -> Iterator[list[Piece]]:
    """Nothing, and then all sorts of things, good and bad."""
    yield []
    for late in (False, True):
        at = MORNING + timedelta(hours=9 if late else 0, minutes=1)
        yield list(positions(term, at))
        yield list(pictures(term, at))
        yield list(words(term, at))


def positions(term: Term, at: Any) -> Iterator[Piece]:
    """Near and far, frozen, too fast, without accuracy, of two sides."""
    seconds = count()
    for far in (0.0, 0.0001, 0.0001, 0.01, 50.0):
        moment = at + timedelta(seconds=next(seconds))
        for signer in (WALLET, "0x90F79bf6EB2c4f870365E785982E1f101E93b906"):
            accuracy = None if far == 0.0 else 8.0
            yield position(
                term,
                KAMPALA["latitude"] + far,
                KAMPALA["longitude"] + (signer == WALLET) * 1e-5,
                at=moment,
                accuracy=accuracy,
                signer=signer,
            )


def pictures(term: Term, at: Any) -> Iterator[Piece]:
    """Good ones, small ones, ones for something and for nothing, the same again."""
    for seed, category in enumerate((None, "before", "before", "photo_upload"), start=1):
        yield photo(term, seed, at=at + timedelta(seconds=seed), category=category)
    yield photo(term, 1, at=at + timedelta(seconds=9))
    yield photo(term, 7, at=at, width=90, sharpness=0.0, brightness=0.0, pdq_quality=0, size=90_000_000)
    yield photo(term, 8, at=at, format="webp", sightings=None, likenesses=None)


def words(term: Term, at: Any) -> Iterator[Piece]:
    """Yes and no from everybody who has a word, codes and data."""
    for minute, confirmed in enumerate((False, True), start=1):
        moment = at + timedelta(minutes=minute)
        for signer in (WALLET, MANAGER, "0x90F79bf6EB2c4f870365E785982E1f101E93b906"):
            rating = 2 + 3 * confirmed
            yield confirmation(term, confirmed=confirmed, rating=rating, at=moment, signer=signer, kind="confirmation")
    for attempt in (1, 9, None):
        yield code(term, "QC-7", attempt=attempt, at=at + timedelta(seconds=attempt or 0))
    yield data(term, at=at, report="{fine} {measured!r:>99}")
    content = term.id
    found = provenance(term, content, at, kind="document")
    yield Document(
        content=content, sha256=content, size=9, pages=1, type="permit", fields={"id": "17"}, provenance=found
    )


def test_every_sentence_is_told_with_the_values_that_its_check_has() -> None:
    """No check lacks a value that its rule names, passed or failed, for whatever reason."""
    checks = all_checks()
    for check in checks:
        assert places(check.sentence.text) == check.sentence.values.keys(), check
    own = {rule.code for alike in rules().values() for rule in alike if any(map(named_by, rule.texts))}
    assert own <= {check.code for check in checks}


def named_by(text: str) -> frozenset[str]:
    """The values of its own that a template names."""
    return places(text) - {"measured", "limit"}


@pytest.mark.parametrize("language", languages())
def test_every_check_is_told_in_every_language(language: str) -> None:
    """Whole, with each of its values."""
    words = catalogue(language)
    for check in all_checks():
        told = check.sentence.spoken(words.translate)
        assert all(value in told for value in check.sentence.values.values()), told
        assert "{" not in told.replace("{fine}", ""), told


@pytest.mark.parametrize("text", [rule.failed for alike in rules().values() for rule in alike])
def test_a_failed_check_says_what_it_is_and_ends(text: str) -> None:
    """In English and in German."""
    for told in (text, GERMAN.translate(text)):
        assert told.endswith(".")
        assert len(told) > len("No.")


def test_every_other_reason_is_told_in_a_whole_sentence() -> None:
    """As the usual one is."""
    others = [text for alike in rules().values() for rule in alike for text in rule.otherwise.values()]
    assert others
    assert all(text.endswith(".") for text in others)


def test_a_verdict_reads_in_german() -> None:
    """With the same values, polite, and to be acted upon."""
    term = located(latitude=KAMPALA["latitude"], longitude=KAMPALA["longitude"], radius=100)
    far = position(term, KAMPALA["latitude"] + 0.002, KAMPALA["longitude"])
    told = only(verdict_on(term, far), "location.distance").sentence.spoken(GERMAN.translate)
    assert re.fullmatch(
        r"the agreed place: 221\.\d m entfernt, erlaubt sind 100 m\. "
        r"Gehen Sie näher heran und reichen Sie einen neuen Standort ein\.",
        told,
    )


@pytest.mark.parametrize(
    "language", ["", "xx", "en", "../de", "de/../de", "DE/LC_MESSAGES", "\0", "d" * 9999, "{measured}"]
)
def test_an_unknown_language_is_english(language: str) -> None:
    """Whatever it is called: a name is looked up, and never made a path."""
    words = catalogue(language)
    assert words.language == ENGLISH
    assert [words.translate(text) for text in TEXTS] == TEXTS


@pytest.mark.parametrize("language", ["de", "de-AT", "de_AT.UTF-8", "DE"])
def test_a_language_is_known_by_its_usual_names(language: str) -> None:
    """Of which the country may be one that has no catalogue of its own."""
    assert catalogue(language).language == "de"


def test_nothing_is_nothing_in_every_language() -> None:
    """Not the catalogue's header, which stands there under the empty text."""
    assert GERMAN.translations.gettext("").startswith("Project-Id-Version")
    assert GERMAN.translate("") == ""


@pytest.mark.parametrize(
    "translated",
    [
        "weit weg",
        "{measured} m",
        "{measured} {limit} {point}",
        "{measured.__class__} {limit}",
        "{measured[0]} {limit}",
        "{measured!r} {limit}",
        "{measured:>99999999} {limit}",
        "{} {limit} {measured}",
        "{measured} {limit",
        "{measured} {limit} }",
    ],
)
def test_a_translation_that_does_not_show_the_values_is_passed_over(translated: str) -> None:
    """One that loses or invents a value, and one that would do something else with it."""
    sentence = say("{measured} m, and {limit} m are allowed.", measured=5, limit=4)
    assert sentence.spoken(made(translated).translate) == "5 m, and 4 m are allowed."
    assert sentence.spoken(made("erlaubt {limit}: {measured}, {measured}").translate) == "erlaubt 4: 5, 5"


@given(names=st.lists(NAMES, unique=True, max_size=5), others=st.lists(NAMES, unique=True, max_size=5))
def test_a_translation_stands_for_its_original_exactly_if_both_name_the_same_values(
    names: list[str], others: list[str]
) -> None:
    """In any order."""
    one, other = ("".join(f"{{{name}}}," for name in each) for each in (names, others))
    assert places(one) == set(names)
    assert stands_for(one, other) is (set(names) == set(others))


@given(st.text(alphabet="{}ab!:.[]0", max_size=12))
def test_what_has_plain_places_can_be_told(text: str) -> None:
    """With just the values that it names; everything else is refused."""
    try:
        found = places(text)
    except ValueError:
        return
    assert "{" not in text.format(**dict.fromkeys(found, "1")).replace("{", "", text.count("{{"))


def said_in(folder: Path, name: str, source: str) -> messages.Found:
    """What the script finds in a file."""
    (folder / name).write_text(source)
    return messages.extract(folder)


IMPORTS = "from escrow_chain.terms.sentence import Sentence, say\nfrom escrow_chain.evidence.refusal import Refusal\n"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.py", 'Refusal("a.b", "Kept.")'),
        ("a.py", 'Refusal(code="a.b", sentence="Kept" ".")'),
        ("a.py", 'Refusal(sentence=say("Kept {n}.", n=1), code="a.b")'),
        ("a.py", 'x = {"a": [say("Kept {n}.", n=f(say("Kept.")))]}'),
        ("a.html.j2", '<p title="{{ say("Kept.") }}">'),
        ("a.html.j2", "{% if a %}{{ b(say('Kept {n}.', n=c)) }}{% endif %}"),
    ],
)
def test_what_code_and_pages_say_is_found(tmp_path: Path, name: str, source: str) -> None:
    """Wherever it stands."""
    found = said_in(tmp_path, name, (IMPORTS if name.endswith(".py") else "") + source)
    assert found.problems == []
    assert {"Kept.", "Kept {n}."} & found.uses.keys()


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.py", 'Refusal("a.b", f"Lost {n}.")'),
        ("a.py", 'Refusal("a.b", "Lost %s." % n)'),
        ("a.py", 'Refusal("a.b", sentence)'),
        ("a.py", 'def f(sentence: Sentence | str): Refusal("a.b", sentence)'),
        ("a.py", 'Refusal("a.b", "Lost {n}.")'),
        ("a.py", 'say(f"Lost {n}.", n=1)'),
        ("a.py", 'say("Lost {n}.")'),
        ("a.py", 'say("Lost.", n=1)'),
        ("a.py", 'say("Lost {n}.", **n)'),
        ("a.py", 'say("Lost {n:>9}.", n=1)'),
        ("a.py", 'say("Lost {n.real}.", n=1)'),
        ("a.html.j2", "{{ say(lost) }}"),
        ("a.html.j2", '{{ say("Lost " ~ n) }}'),
        ("a.html.j2", '{{ say("Lost {n}.") }}'),
    ],
)
def test_a_sentence_that_no_catalogue_can_have_is_an_error(tmp_path: Path, name: str, source: str) -> None:
    """One made at run time, and one whose values are not those that it names."""
    (problem,) = said_in(tmp_path, name, (IMPORTS if name.endswith(".py") else "") + source).problems
    assert problem.startswith(f"{name}:")


def test_a_sentence_that_is_annotated_as_one_was_made_by_say_elsewhere(tmp_path: Path) -> None:
    """The type checker sees to it."""
    source = IMPORTS + 'def f(sentence: Sentence): Refusal("a.b", sentence)\n'
    assert said_in(tmp_path, "a.py", source).problems == []


def test_the_say_of_somebody_else_is_not_ours(tmp_path: Path) -> None:
    """A function of that name is no message."""
    found = said_in(tmp_path, "a.py", 'def say(text): ...\nsay("Another.")\n')
    assert "Another." not in found.uses


def test_the_codes_of_a_refusal_are_found(tmp_path: Path) -> None:
    """Also where they are chosen at run time."""
    source = IMPORTS + (
        "CODES: dict = {A: 'photo.time'}\n"
        "Refusal(CODES.get(kind, 'photo.crash'), 'One.')\n"
        "Refusal(f'{kind}.malformed', 'Two.')\n"
    )
    found = said_in(tmp_path, "a.py", source)
    assert [each.codes for each in found.refusals] == [("photo.time", "photo.crash"), ("….malformed",)]


def test_what_passes_refusals_on_is_read_like_them(tmp_path: Path) -> None:
    """With its own beginning of codes, and where code and sentence stand together under a name."""
    source = (
        "from escrow_chain.evidence.pdf_objects import Refused\n"
        "_XFA: Final = ('xfa', 'A form.')\n_OTHER: Final = ('/Fl', 'No sentence')\n"
        "raise Refused('pages', 'Too many.')\nraise Refused(*_XFA)\n"
    )
    found = said_in(tmp_path, "a.py", source)
    assert {(each.codes, each.sentence) for each in found.refusals} == {
        (("document.pages",), "Too many."),
        (("document.xfa",), "A form."),
    }
    assert len(said_in(tmp_path, "a.py", source.replace("'xfa'", "'/Xfa'")).problems) == 1


def test_what_is_said_no_more_is_kept_for_when_it_comes_back() -> None:
    """As obsolete, and not compiled."""
    found = messages.Found(uses={"Still said.": ["here"]})
    strings: Mapping[str, str] = {"Still said.": "Noch gesagt.", "Gone.": "Weg."}
    catalog = messages._catalog(found, "de", strings)
    assert "Gone." in catalog.obsolete
    assert catalog.get("Gone.") is None
    assert b'#~ msgid "Gone."' in messages._po(catalog)


def test_the_template_names_the_check_of_each_sentence() -> None:
    """So that a translator knows what it is about."""
    with messages.TEMPLATE.open("rb") as file:
        template = read_po(file, domain=DOMAIN)
    found = template.get("{point}: visited.")
    assert found is not None
    assert found.auto_comments == ["location.visited: passed"]


def test_the_table_of_checks_has_every_code() -> None:
    """With unit, whether it is decisive, and all its sentences."""
    table = messages.CHECKS.read_text()
    for code_, alike in rules().items():
        for rule in alike:
            (row,) = [line for line in table.splitlines() if f"| `{code_}` |" in line and rule.failed in line]
            assert (rule.unit or "") in row
            assert ("| yes |" in row) is rule.decisive
            assert all(text in row for text in rule.texts)


def test_a_rule_with_other_places_than_plain_ones_is_an_error() -> None:
    """It is found when the catalogues are made, not when somebody is to read it."""
    found = messages.Found()
    messages._add_rule(found, "a.b", Rule("a.b", passed="{measured:.1f} m.", failed="No."))
    assert len(found.problems) == 1

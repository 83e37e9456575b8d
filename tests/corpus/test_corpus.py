"""The conformance corpus: its cases are what the stories tell, our judge passes it, and it covers what it says."""

import json
import shlex
import sys
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.__main__ import app, differing, texts_told
from corpus.case import CASES, FILES, Case, cases
from corpus.found import Found, differs
from corpus.ours import find
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms.catalogue import rules

THREATS = range(1, 17)
LEAST = 300
MOST_BYTES = 8_000_000
NEVER_PASSED = {"evidence.count", "evidence.kind"}
"""What is only said where it fails."""
NEVER_FAILED = {"photo.file_size"}
"""What the reader of files refuses before a judge sees it."""
UNREADABLE = {"document", "evidence", "photo", "position", "code", "data", "confirmation"}
"""The first words of the codes of pieces that can't be read."""


@cache
def by_name() -> Mapping[str, Case]:
    """The committed cases."""
    return {case.name: case for case in cases()}


@pytest.fixture(scope="module")
def judged() -> Mapping[str, Found]:
    """What our judge finds in each case, in this process."""
    with Sandbox() as sandbox:
        return {name: find(case, sandbox) for name, case in by_name().items()}


def test_cases_are_what_the_stories_tell() -> None:
    """Every committed case is told by a story to the byte, under a name of its own, and no story is left out."""
    committed = {file.stem: file.read_text() for file in CASES.glob("*.json")}
    told = texts_told()
    assert committed.keys() == told.keys()
    assert [name for name in told if committed[name] != told[name]] == []


def test_a_case_is_called_as_its_file() -> None:
    """The name in a case is its file's."""
    assert [file.name for file in CASES.glob("*.json") if Case.read(file).name != file.stem] == []


def test_every_case_comes_out_as_it_must(judged: Mapping[str, Found]) -> None:
    """Our judge finds in every case what must be found."""
    wrong = {
        name: (case.expected, judged[name].outcome) for name, case in by_name().items() if differs(case, judged[name])
    }
    assert wrong == {}


def test_there_are_enough_cases() -> None:
    """There are three hundred cases or more."""
    assert len(by_name()) >= LEAST


def test_every_file_is_there_and_used() -> None:
    """The files that cases name are those in the folder, where there are besides only the roots that terms name."""
    used = set().union(*(case.files for case in by_name().values()))
    used = {name for name in used if not name.startswith("missing")}
    named = [case.terms.get("authorities") or {} for case in by_name().values()]
    roots = {root for each in named if isinstance(each, dict) for some in each.values() for root in some}
    there = {file.name for file in FILES.iterdir()}
    assert used - there == set()
    assert {name for name in there - used if b64encode((FILES / name).read_bytes()).decode() not in roots} == set()


def test_the_files_are_small() -> None:
    """All files together have less than 8 MB."""
    assert sum(file.stat().st_size for file in FILES.iterdir()) < MOST_BYTES


@pytest.mark.parametrize("code", sorted(rules()))
def test_every_check_passes_and_fails(code: str, judged: Mapping[str, Found]) -> None:
    """Every check of the judge fails in some case and passes in some, unless it can do only one of the two."""
    expected = [case.expected.get("failed", ()) for case in by_name().values()]
    assert any(code in failed for failed in expected) is (code not in NEVER_FAILED)
    assert any(code in each.passed for each in judged.values()) is (code not in NEVER_PASSED)


def test_codes_are_known() -> None:
    """Whatever a case expects to fail is a check of the judge, or the refusal of a piece that can't be read."""
    expected = {code for case in by_name().values() for code in case.expected.get("failed", ())}
    assert {code for code in expected - rules().keys() if code.partition(".")[0] not in UNREADABLE} == set()


@pytest.mark.parametrize("threat", THREATS)
def test_every_cheat_is_caught_beside_its_honest_twin(threat: int) -> None:
    """Of every way to cheat there is a case that is not fulfilled, with a twin that differs in the cheat and is."""
    failing = [case for case in by_name().values() if case.threat == threat and not case.expected.get("fulfilled")]
    assert any(by_name()[case.honest].expected.get("fulfilled") for case in failing if case.honest)


def test_honest_twins_pass() -> None:
    """Every case that is named as an honest twin is there, is fulfilled, and is no cheat."""
    named = {case.honest for case in by_name().values() if case.honest}
    assert named - by_name().keys() == set()
    assert sorted(name for name in named if by_name()[name].expected.get("fulfilled") is not True) == []
    assert sorted(name for name in named if by_name()[name].threat) == []


def test_every_option_of_a_verdict_is_expected() -> None:
    """A case expects refused terms, or else all four things that a verdict amounts to."""
    shapes = {tuple(sorted(case.expected)) for case in by_name().values()}
    assert shapes == {("refused",), ("accepted", "decided", "failed", "fulfilled")}


OUR_COMMAND = shlex.quote(str(Path(sys.executable).with_name("escrow")))
JUDGE = f"{OUR_COMMAND} terms check {{terms}} {{evidence}} --at={{at}} --json"
JUDGE_OF_ALL = f"{JUDGE} --submitter={{submitter}} --deadline={{deadline}} --anchors={{anchors}}"


@pytest.mark.parametrize(
    "name", ["binding-honest", "binding-milestone-deadline-missed", "places-sequence-reversed", "refused-terms-none"]
)
def test_another_judge_can_be_run(name: str) -> None:
    """A command that is given a case as files, our own one, finds what must be found: deadline and refusal too."""
    assert list(differing([by_name()[name]], JUDGE_OF_ALL)) == []


def test_another_judge_that_forgets_the_deadline_is_caught() -> None:
    """A judge that is not told the deadline finds otherwise."""
    case = by_name()["binding-milestone-deadline-missed"]
    assert [each.case for each in differing([case], f"{JUDGE} --submitter={{submitter}}")] == [case.name]


@pytest.mark.parametrize("name", ["binding-honest", "refused-terms-none"])
@pytest.mark.parametrize("judge", ["false", "true", "no-such-judge", "echo {}", "echo []"])
def test_a_judge_that_says_nothing_is_wrong(judge: str, name: str) -> None:
    """A command that fails, is not there, or prints no verdicts differs in every case, be the terms refused or not."""
    assert [each.case for each in differing([by_name()[name]], judge)] == [name]


def test_another_judge_is_not_asked_about_what_came_earlier() -> None:
    """It has seen no other case, so there is none that it could be asked about."""
    ran = CliRunner().invoke(app, ["run", "--only", "earlier-part-by-*", "--judge", "false"])
    assert ran.exit_code == 2


def test_run_shows_what_differs() -> None:
    """`run` exits with 1 and shows the case, what was expected and what was found."""
    ran = CliRunner().invoke(app, ["run", "--only", "binding-honest", "--judge", "false"])
    assert ran.exit_code == 1
    assert "binding-honest\n" in ran.stdout
    assert "fulfilled: expected true, found null" in ran.stdout


def test_run_prints_json() -> None:
    """`run --json` prints how many cases were judged, and the differences."""
    ran = CliRunner().invoke(app, ["run", "--only", "binding-grade-g?-by-customer", "--json"])
    found = json.loads(ran.stdout)
    assert (ran.exit_code, found["cases"], found["differences"]) == (0, 2, [])


def test_run_knows_no_other_cases() -> None:
    """`run` exits with 2 if no case has this name."""
    assert CliRunner().invoke(app, ["run", "--only", "binding-nothing"]).exit_code == 2

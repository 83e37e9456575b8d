"""A planted fault makes a case differ, and what changes nothing does not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.mutation.mutants import SOURCES, Mutant, mutants_in, mutants_of
from corpus.mutation.results import Results
from corpus.mutation.source import Source
from corpus.mutation.workshop import Outcome, Workshop

CASES = ("words-yes", "words-no", "photos-one")
WORDS = "terms/words.py"
CHECK = b"""
def judged(size: int, names: list[str]) -> Check:
    least = min(names)
    if size < 5 and names:
        return Check(RULE, passed=size > 3, measured=size < 7, limit=least)
    return Check(RULE, any(name for name in names if name), size, [seen(size), told()])
"""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A workshop in which some cases were run."""
    with Workshop(tmp_path_factory.mktemp("workshop") / "copy", names=CASES) as opened:
        assert all(opened.run(case).agrees for case in opened.cases)
        yield opened


def planted(path: str, operator: str, before: str) -> Mutant:
    """The first mutant of a file like this."""
    found = (each for each in mutants_in(SOURCES, [path]) if (each.operator, each.before) == (operator, before))
    return next(found)


def with_text(before: str, after: str) -> Mutant:
    """The file about words with other text in it."""
    mutant = planted(WORDS, "check True", "word")
    text = (SOURCES / WORDS).read_text()
    assert before in text
    return replace(mutant, text=text.replace(before, after))


def test_a_check_that_always_passes_is_caught(workshop: Workshop) -> None:
    """A customer who says no makes the difference."""
    assert workshop.attempt(planted(WORDS, "check True", "word")) == (Outcome.CAUGHT, "words-no")


def test_a_check_that_never_passes_is_caught(workshop: Workshop) -> None:
    """A customer who says yes makes the difference."""
    assert workshop.attempt(planted(WORDS, "check False", "word")) == (Outcome.CAUGHT, "words-yes")


def test_a_fault_in_a_reader_of_files_is_caught(workshop: Workshop) -> None:
    """The photo's own bytes are read by the parser that has the fault."""
    mutant = planted("evidence/photo.py", "comparison", "!=")
    assert workshop.attempt(mutant) == (Outcome.CAUGHT, "photos-one")


def test_what_changes_nothing_survives(workshop: Workshop) -> None:
    """The same, said otherwise."""
    same = with_text("if last is None:", "if not last is not None:")
    assert workshop.attempt(same) == (Outcome.SURVIVED, "")


def test_what_no_case_runs_is_told_apart(workshop: Workshop) -> None:
    """None of these cases has a document."""
    assert workshop.attempt(planted("evidence/pdf.py", "comparison", "!=")) == (Outcome.UNREACHED, "")


@pytest.mark.parametrize("ending", ["raise SystemError", "import os; os.abort()", "import sys; sys.exit(3)", "del x"])
def test_a_judge_that_ends_is_caught(workshop: Workshop, ending: str) -> None:
    """However it ends, the next mutant is tried like any other."""
    outcome, _ = workshop.attempt(with_text("    word = last.piece.confirmed\n", f"    word = True\n    {ending}\n"))
    assert outcome is Outcome.CAUGHT
    assert workshop.attempt(planted(WORDS, "check True", "word")) == (Outcome.CAUGHT, "words-no")


def test_the_same_is_found_again(workshop: Workshop) -> None:
    """A fault leaves nothing behind, and the order of the cases decides nothing but who is first."""
    some = list(mutants_in(SOURCES, ["terms/codes.py", WORDS]))
    first = [workshop.attempt(mutant)[0] for mutant in some]
    assert [workshop.attempt(mutant, first=CASES[::-1])[0] for mutant in reversed(some)] == first[::-1]
    assert set(first) == {Outcome.CAUGHT, Outcome.SURVIVED, Outcome.UNREACHED}


def test_faults_are_planted_where_something_is_decided() -> None:
    """What is only shown, and names that are only shown, are left alone."""
    found = {(each.operator, each.before, each.after) for each in mutants_of(Source("terms/of_this_test.py", CHECK))}
    assert found == {
        ("if False", "size < 5 and names", "False"),
        ("if True", "size < 5 and names", "True"),
        ("comparison", "<", "<="),
        ("operand left out", "size < 5 and names", "(size < 5)"),
        ("operand left out", "size < 5 and names", "names"),
        ("comparison", ">", ">="),
        ("check True", "size > 3", "True"),
        ("check False", "size > 3", "False"),
        ("check True", "any(name for name in names if name)", "True"),
        ("check False", "any(name for name in names if name)", "False"),
        ("other extreme", "any", "all"),
        ("filter left out", "name", "True"),
    }


def test_a_mutant_keeps_its_id_where_its_line_moves() -> None:
    """Explanations stand while the line that they explain does."""
    before = mutants_of(Source("terms/of_this_test.py", CHECK))
    after = mutants_of(Source("terms/of_this_test.py", b"# Another line.\n" + CHECK))
    assert [(each.id, each.line + 1) for each in before] == [(each.id, each.line) for each in after]


def test_a_survivor_counts_only_while_the_cases_are_the_same(tmp_path: Path) -> None:
    """A new case may catch it; what was caught stays so."""
    caught, survivor = list(mutants_in(SOURCES, [WORDS]))[:2]
    results = Results(tmp_path / "results", folder=Path(), cases={"words-no": "1"})
    results.add(caught, Outcome.CAUGHT, "words-no", 0.1)
    results.add(survivor, Outcome.SURVIVED, "", 0.1)
    again = Results(tmp_path / "results", folder=Path(), cases={"words-no": "1"})
    assert again.of(caught)
    assert again.of(survivor)
    later = Results(tmp_path / "results", folder=Path(), cases={"words-no": "1", "words-yes": "2"})
    assert later.of(caught)
    assert not later.of(survivor)
    changed = Results(tmp_path / "results", folder=Path(), cases={"words-no": "3"})
    assert not changed.of(caught)

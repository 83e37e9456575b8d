"""Faults that fuzzing must not miss, whatever a parser does about them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.sandbox import Sandbox
from fuzz import mutated
from fuzz.target import Passed, TooSlow, Wrong, refused, said
from fuzz.trial import Finding, Trial, attempt
from tests.fuzz.faulty import faulty, with_fault


def found(trial: Trial) -> Finding:
    """The finding that there must be."""
    assert trial.finding is not None
    return trial.finding


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (b"raise", "KeyError: 'unexpected'"),
        (b"wrong", "Wrong: a signature over something else"),
        (b"panic", "Panic: as from compiled code"),
        (b"bomb", "TooMuchMemory: "),
    ],
)
def test_a_fault_is_found(fault: bytes, what: str) -> None:
    """Errors of no type of ours, broken oracles, panics, and memory without bounds."""
    held = bytearray(400_000_000)  # that a process was large before must not hide it
    del held
    finding = found(mutated.run(faulty(), with_fault(fault), seed=1, go_on=lambda _: True))
    assert finding.content == fault
    assert what in finding.what
    assert finding.trace


def test_an_endless_loop_is_found() -> None:
    """It ends when its time is up."""
    finding = found(mutated.run(faulty(cpu_s=0.5), with_fault(b"hang"), seed=1, go_on=lambda _: True))
    assert finding.what.endswith("TooSlow: interrupted")


def test_what_is_too_slow_only_once_is_none() -> None:
    """A clock may leap where a machine is stopped and goes on; an input that takes long takes long again."""
    turns = iter([TooSlow("interrupted")])

    def read(_content: bytes, _context: object) -> str:
        for leap in turns:
            raise leap
        return "read"

    parser = replace(faulty(), read=read)
    came = attempt(parser, b"good", with_fault(b"hang"))
    assert isinstance(came, Passed)
    assert came.word == "read"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all: it takes long to start."""
    with mutated.sandbox_for(faulty()) as made:
        yield made


@pytest.mark.parametrize(("fault", "what"), [(b"crash", "died"), (b"bomb", "TooMuchMemory"), (b"raise", "KeyError")])
def test_a_fault_in_the_sandbox_is_found_with_its_input(fault: bytes, what: str, sandbox: Sandbox) -> None:
    """Even if it kills the worker that was trying many inputs at once."""
    parser, material = faulty(contained=True), with_fault(fault)
    finding = found(mutated.run(parser, material, seed=1, go_on=lambda _: True, batch=5, sandbox=sandbox))
    assert finding.content == fault
    assert what in finding.what


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(code="nothing", sentence="It is no photo. Hand one in."),
        Refusal(code="photo.format", sentence=""),
        Refusal(code="photo.format", sentence="It is {kind}."),
        Refusal(code="photo.format", sentence="It is no photo.", measured="x" * 10_000),
        Refusal(code="photo.format", sentence="It is no photo.", measured="\ud800"),
        Refusal(code="photo.format", sentence="It is no photo.", measured=float("nan")),
    ],
)
def test_a_refusal_that_nobody_could_show_is_a_fault(refusal: Refusal) -> None:
    """Without a code or a sentence, too long, or no JSON."""
    with pytest.raises((Wrong, ValueError)):
        refused(refusal)


def test_a_refusal_is_said_by_its_code() -> None:
    assert refused(Refusal(code="photo.format", sentence="It is no photo.", measured="pdf")) == "photo.format"


@pytest.mark.parametrize("silent", [ValueError(""), ValueError(" \n"), ValueError("\ud800")], ids=repr)
def test_an_error_that_nobody_could_show_is_a_fault(silent: Exception) -> None:
    """It says nothing, or what no terminal can write."""
    with pytest.raises((Wrong, UnicodeEncodeError)):
        said(silent)
    assert said(KeyError("x")) == "KeyError"

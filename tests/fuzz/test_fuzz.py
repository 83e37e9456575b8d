"""Every parser of untrusted bytes, with inputs that are the same every time; and faults that fuzzing must not miss."""

import ctypes
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from escrow_chain.evidence.refusal import Refusal
from fuzz import findings, guided, mutated, mutation
from fuzz.target import Material, Source, Target, Wrong, expect, refused, said
from fuzz.targets import NAMES, target
from fuzz.targets.photos import PHOTO
from fuzz.trial import Finding, attempt, nth

INPUTS = {
    "canonical": 4_000,
    "terms": 1_000,
    "statements": 1_500,
    "judge": 1_000,
    "evidence": 700,
    "file_kind": 5_000,
    "photo": 150,
    "likeness": 600,
    "pdf": 100,
    "bundle": 150,
    "app_attest": 1_500,
    "play_integrity": 2_000,
    "passkeys": 3_000,
    "keystore": 200,
    "wallets": 5_000,
    "logs": 5_000,
    "node": 80,
}
"""By target: about a second's work."""
SAID_OF_SEEDS = {
    "canonical": {"read"},
    "terms": {"read"},
    "statements": {"read"},
    "judge": {"fulfilled", "not fulfilled"},
    "evidence": {"Signed", "LoosePosition", "LooseStatement", "LoosePhoto", "LooseDocument"},
    "file_kind": {"jpeg", "png", "webp", "pdf", "zip", "text"},
    "photo": {"read", "read, manifest trusted", "read, manifest untrusted", "photo.mode", "photo.frames"},
    "likeness": {"alike", "not alike"},
    "pdf": {"read", "read, signed"},
    "bundle": {"holds"},
    "app_attest": {"attested", "asserted", "asserted inside"},
    "play_integrity": {"stated"},
    "passkeys": {"the key's", "the key's inside"},
    "keystore": {"opened"},
    "wallets": {"unwrapped", "as it is"},
    "logs": {"Opened", "refusal", "answer"},
    "node": {"NodeFault"},
}
"""What valid inputs are found to be: a parser that refuses everything would be fuzzed in vain."""


@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_out_that_may_not(name: str) -> None:
    """Of valid inputs, and of some thousand mutations of them."""
    parser = target(name)
    material = parser.make()
    trial = mutated.run(parser, material, seed=20_250_630, go_on=lambda trial: trial.inputs < INPUTS[name])
    if trial.finding:
        findings.keep_material(name, material)
        pytest.fail(f"{trial.finding.what}\npython -m fuzz --repeat {findings.keep(trial.finding)} {name}")
    assert trial.inputs >= INPUTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_valid_inputs_are_read(name: str) -> None:
    """Each target gets through to what is behind its first checks."""
    parser = target(name)
    material = parser.make()
    words = {str(attempt(parser, seed, material)) for seed in material.seeds}
    assert SAID_OF_SEEDS[name] <= words


class Panic(BaseException):
    """As Rust's panics are: no `except Exception` sees them."""


def seeds() -> Material:
    """Valid inputs of the parsers below."""
    return Material((b"good", b"bad", b"fine"))


def read_and(content: bytes, _: None) -> str:
    """What parsers do that have a fault: the input says which."""
    match content:
        case b"raise":
            raise KeyError("unexpected")
        case b"wrong":
            expect(False, "a signature over something else")
        case b"panic":
            raise BaseException("as from compiled code")  # noqa: TRY002  (that is the point)
        case b"hang":
            while True:
                pass
        case b"crash":
            ctypes.string_at(0)
        case b"bomb":
            bytearray(400_000_000)
    return "read"


def one_bad(content: bytes, source: Source) -> bytes:
    """One input in ten is what the material's last seed says, in capitals."""
    return source.seeds[-1] if mutation.one_in(source.chance, 10) else content


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (b"raise", "KeyError"),
        (b"wrong", "Wrong: a signature over something else"),
        (b"panic", "Panic"),
        (b"hang", "TooSlow"),
        (b"bomb", "TooMuchMemory"),
    ],
)
def test_a_fault_is_found(fault: bytes, what: str) -> None:
    """Errors of no type of ours, broken oracles, panics, endless loops, and memory without bounds."""
    faulty = Target("faulty", seeds, read_and, one_bad, cpu_s=0.2)
    trial = mutated.run(faulty, Material((b"good", fault)), seed=1, go_on=lambda _: True)
    assert trial.finding is not None
    assert trial.finding.content == fault
    assert what in trial.finding.what


@pytest.mark.parametrize(("fault", "what"), [(b"crash", "died"), (b"bomb", "TooMuchMemory"), (b"raise", "KeyError")])
def test_a_fault_in_the_sandbox_is_found_with_its_input(fault: bytes, what: str) -> None:
    """Even if it kills the worker that was trying many inputs at once."""
    faulty = Target("faulty", seeds, read_and, one_bad, contained=True)
    trial = mutated.run(faulty, Material((b"good", fault)), seed=1, go_on=lambda _: True)
    assert trial.finding is not None
    assert trial.finding.content == fault
    assert what in trial.finding.what


def test_inputs_can_be_had_again() -> None:
    """From the seed of chance and their number alone."""
    material = Material((b"some text with 12 numbers", b'{"a": [1, {"b": "c"}]}'))
    for mutate in (mutation.mutate_bytes, mutation.mutate_json):
        parser = Target("any", seeds, read_and, mutate)
        inputs = [[nth(parser, material, seed=seed, number=number) for number in range(50)] for seed in (1, 1, 2)]
        assert inputs[0] == inputs[1] != inputs[2]
        assert inputs[0][:2] == list(material.seeds)
        assert len(set(inputs[0])) > 40


@pytest.mark.parametrize(
    ("parts", "join", "head"),
    [
        (mutation.jpeg_segments, mutation.jpeg, b"\xff\xd8\xff"),
        (mutation.png_chunks, mutation.png, b"\x89PNG"),
        (mutation.webp_chunks, mutation.webp, b"RIFF"),
    ],
)
def test_a_picture_taken_apart_is_put_together_again(parts: object, join: object, head: bytes) -> None:
    """Byte for byte: what is changed in a part is all that is changed."""
    pictures = [each for each in PHOTO.make().seeds if each.startswith(head)]
    assert pictures
    for picture in pictures:
        assert join(parts(picture)) == picture  # type: ignore[operator]
    for other in (b"", b"text", head):
        assert mutation.mutate_within(parts, join)(other, Source(random.Random(1), [b"x"], ())) is not None  # type: ignore[arg-type]


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
    assert refused(Refusal(code="photo.format", sentence="It is no photo.", measured="pdf")) == "photo.format"


def test_an_error_that_nobody_could_show_is_a_fault() -> None:
    """It says nothing, or what no terminal can write."""
    for silent in (ValueError(""), ValueError("\ud800")):
        with pytest.raises((Wrong, ValueError)):
            said(silent)
    assert said(KeyError("x")) == "KeyError"


def test_a_finding_is_repeated_with_its_material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the folder where it was kept, with the keys of that run; the exit code says whether it is one still."""
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    material = target("play_integrity").make()
    findings.keep_material("play_integrity", material)
    kept = findings.keep(Finding("play_integrity", material.seeds[0], "what", "trace"))
    findings.keep_material("play_integrity", target("play_integrity").make())
    assert findings.read_material(kept.parent) == material
    command = [sys.executable, "-m", "fuzz", "--repeat", str(kept), "play_integrity"]
    repeated = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (repeated.returncode, repeated.stdout.strip()) == (0, "stated")


@pytest.mark.skipif(not guided.available(), reason="atheris is not there for this Python or system")
def test_atheris_is_led_to_new_code() -> None:
    """A short run of the command: it tries inputs, counts the places that they reach, and finds nothing."""
    command = [sys.executable, "-m", "fuzz", "--seconds", "2", "--json", "file_kind"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    (outcome,) = json.loads(run.stdout)
    assert run.returncode == 0, run.stderr
    assert outcome["engine"] == "atheris"
    assert outcome["inputs"] > 1_000
    assert outcome["covered"] > 10
    assert outcome["finding"] is None

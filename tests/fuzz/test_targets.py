"""Every parser of untrusted bytes, with inputs that are the same every time but for the keys in them."""

from collections.abc import Iterator

import pytest

from escrow_chain.evidence.sandbox import Sandbox
from fuzz import findings, mutated
from fuzz.target import Passed
from fuzz.targets import NAMES
from fuzz.trial import Trial, attempt
from tests.fuzz.ready import material, patient

INPUTS = {
    "canonical": 1_000,
    "terms": 200,
    "statements": 300,
    "judge": 200,
    "evidence": 150,
    "file_kind": 1_000,
    "photo": 50,
    "likeness": 150,
    "pdf": 50,
    "bundle": 50,
    "app_attest": 500,
    "play_integrity": 500,
    "passkeys": 750,
    "keystore": 50,
    "wallets": 1_000,
    "logs": 1_000,
    "node": 25,
}
"""By target: less than half a second's work."""
SAID_OF_SEEDS = {
    "canonical": {"read", "InvalidJson"},
    "terms": {"read"},
    "statements": {"read", "refused"},
    "judge": {"fulfilled", "not fulfilled"},
    "evidence": {"Signed", "LoosePosition", "LooseStatement", "LoosePhoto", "LooseDocument"},
    "file_kind": {"jpeg", "png", "webp", "pdf", "zip", "text"},
    "photo": {"read", "read, manifest trusted", "read, manifest untrusted", "photo.mode", "photo.frames"},
    "likeness": {"alike", "not alike", "refused"},
    "pdf": {"read", "read, signed", "document.damaged"},
    "bundle": {"holds"},
    "app_attest": {"attested", "asserted", "asserted inside"},
    "play_integrity": {"stated"},
    "passkeys": {"the key's", "the key's inside"},
    "keystore": {"opened"},
    "wallets": {"unwrapped", "as it is"},
    "logs": {"Opened", "refusal", "answer"},
    "node": {"NodeFault"},
}
"""What seeds are found to be: a parser that refuses everything would be fuzzed in vain."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all: it takes long to start."""
    with mutated.sandbox_for(patient("photo")) as made:
        yield made


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"logs"}))  # `make fuzz` has it; after other tests it is slow here
def test_nothing_comes_out_that_may_not(name: str, sandbox: Sandbox) -> None:
    """Of the seeds, and of some hundred mutations of them."""

    def go_on(trial: Trial) -> bool:
        return trial.inputs < INPUTS[name]

    trial = mutated.run(patient(name), material(name), seed=20_250_630, go_on=go_on, sandbox=sandbox)
    if trial.finding:
        findings.keep_material(name, material(name))
        pytest.fail(f"{trial.finding.what}\npython -m fuzz --repeat {findings.keep(trial.finding)} {name}")
    assert trial.inputs >= INPUTS[name] > len(material(name).seeds)


@pytest.mark.parametrize("name", NAMES)
def test_valid_inputs_are_read(name: str) -> None:
    """Each target gets through to what is behind its first checks."""
    came = [attempt(patient(name), seed, material(name)) for seed in material(name).seeds]
    assert SAID_OF_SEEDS[name] <= {each.word for each in came if isinstance(each, Passed)}


def test_each_parser_has_its_share() -> None:
    assert set(INPUTS) == set(SAID_OF_SEEDS) == set(NAMES)

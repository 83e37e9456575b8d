"""Mutations: had again from their number, and whole where they should be."""

import json
import random
from collections.abc import Callable, Sequence

import pytest

from fuzz import mutation
from fuzz.target import Material, Mutation, Source, Target
from fuzz.trial import nth
from tests.fuzz.faulty import good, read_and
from tests.fuzz.ready import material

DOCUMENTS = (b'{"a": [1, {"b": "c"}]}', b"[[[]], {}]", b"some text with 12 numbers")


@pytest.mark.parametrize("mutate", [mutation.mutate_bytes, mutation.mutate_json])
def test_inputs_can_be_had_again(mutate: Mutation) -> None:
    """From the seed of chance and their number alone."""
    parser, documents = Target("any", good, read_and, mutate), Material(DOCUMENTS)
    inputs = [[nth(parser, documents, seed=seed, number=number) for number in range(500)] for seed in (1, 1, 2)]
    assert inputs[0] == inputs[1] != inputs[2]
    assert inputs[0][:3] == list(DOCUMENTS)
    assert len(set(inputs[0])) > 300


def test_json_stays_json() -> None:
    """Mostly: what is changed is what it says, not how it is written."""
    chance, seeds = random.Random(1), DOCUMENTS[:2]
    mutated = [mutation.mutate_json(seeds[0], Source(chance, seeds, (b"word",))) for _ in range(300)]
    assert sum(is_json(each) for each in mutated) > 250


def is_json(content: bytes) -> bool:
    """Whether anybody could read it."""
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("hostile", [b"[" * 100_000, b"9" * 5_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000, b"\xff"])
def test_json_that_nobody_handles_is_changed_as_bytes(hostile: bytes) -> None:
    """Too deep, too large, or none."""
    changed = mutation.mutate_json(hostile, Source(random.Random(1), (hostile, b"{}"), ()))
    assert isinstance(changed, bytes)


@pytest.mark.parametrize(
    ("parts", "join", "head"),
    [
        (mutation.jpeg_segments, mutation.jpeg, b"\xff\xd8\xff"),
        (mutation.png_chunks, mutation.png, b"\x89PNG"),
        (mutation.webp_chunks, mutation.webp, b"RIFF"),
    ],
)
def test_a_picture_taken_apart_is_put_together_again(
    parts: Callable[[bytes], Sequence[bytes]], join: Callable[[Sequence[bytes]], bytes], head: bytes
) -> None:
    """Byte for byte: what is changed in a part is all that is changed."""
    pictures = [each for each in material("photo").seeds if each.startswith(head)]
    assert max(len(parts(picture)) for picture in pictures) > 2
    for picture in pictures:
        assert join(parts(picture)) == picture


@pytest.mark.parametrize("other", [b"", b"text", b"\xff\xd8\xff", b"\x89PNG", b"RIFF"])
def test_what_is_no_picture_is_changed_as_bytes(other: bytes) -> None:
    """There are no parts, or none that are whole."""
    for parts, join in (
        (mutation.jpeg_segments, mutation.jpeg),
        (mutation.png_chunks, mutation.png),
        (mutation.webp_chunks, mutation.webp),
    ):
        changed = mutation.mutate_within(parts, join)(other, Source(random.Random(1), [b"x"], ()))
        assert isinstance(changed, bytes)

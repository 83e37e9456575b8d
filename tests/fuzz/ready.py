"""The targets, with all the time that they could want, and their material, made once for all tests."""

from dataclasses import replace
from functools import cache

from fuzz.target import Material, Target
from fuzz.targets import target


def patient(name: str) -> Target:
    """The target of this name. How long an input may take is for `make fuzz` to say: a busy machine takes its time."""
    return replace(target(name), cpu_s=60.0)


@cache
def material(name: str) -> Material:
    """What its inputs are made from."""
    return target(name).make()

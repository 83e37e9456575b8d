"""Mutations without end, in this process or in the real sandbox."""

from collections.abc import Callable
from dataclasses import dataclass

from escrow_chain.evidence.errors import WorkerFailed
from escrow_chain.evidence.sandbox import Limits, Sandbox
from fuzz.target import Material, Target
from fuzz import targets
from fuzz.trial import Finding, Trial, attempts, nth

BATCH = 25
"""Inputs that a worker tries at once."""
_LIMITS = Limits(seconds=60.0)
"""Of the real sandbox, but for the time, which is that of a batch."""


def run(target: Target, material: Material, *, seed: int, go_on: Callable[[Trial], bool], batch: int = BATCH) -> Trial:
    """Tries inputs as long as it may `go_on`, or up to the first finding."""
    if not target.contained:
        return _run(target, material, seed, go_on, batch, attempts)
    with Sandbox(limits=_LIMITS) as sandbox:
        return _run(target, material, seed, go_on, batch, _Contained(sandbox))


@dataclass(frozen=True, slots=True)
class _Contained:
    """`attempts` in a sandbox's worker."""

    sandbox: Sandbox

    def __call__(self, name: str, material: Material, seed: int, first: int, count: int) -> Trial:
        try:
            return self.sandbox.submit(attempts, name, material, seed, first, count).result()
        except WorkerFailed as error:
            if count > 1:
                return self._one_by_one(name, material, seed, first, count)
            content = nth(targets.target(name), material, seed=seed, number=first)
            return Trial(1, finding=Finding(name, content, str(error)))

    def _one_by_one(self, name: str, material: Material, seed: int, first: int, count: int) -> Trial:
        """Finds out which of them it was that killed the worker."""
        together = Trial()
        for number in range(first, first + count):
            together.add(self(name, material, seed, number, 1))
            if together.finding:
                return together
        content = nth(targets.target(name), material, seed=seed, number=first)
        what = f"{count} inputs, of which this is the first, kill a worker together and not alone"
        together.finding = Finding(name, content, what)
        return together


def _run(
    target: Target,
    material: Material,
    seed: int,
    go_on: Callable[[Trial], bool],
    batch: int,
    tried: Callable[[str, Material, int, int, int], Trial],
) -> Trial:
    trial = Trial()
    while trial.finding is None and go_on(trial):
        trial.add(tried(target.name, material, seed, trial.inputs, batch))
    return trial

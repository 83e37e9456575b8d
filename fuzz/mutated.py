"""Mutations without end, in this process or in the real sandbox."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from escrow_chain.evidence.errors import WorkerFailed
from escrow_chain.evidence.sandbox import Limits, Sandbox
from fuzz.target import Material, Target
from fuzz.trial import Finding, Trial, attempts, nth

BATCH = 25
"""Inputs that are tried at once."""
_BATCH_TAKES = 30
"""How many times the limit of one input a batch may take."""
_Tried: TypeAlias = Callable[[int, int], Trial]
"""Tries inputs: the number of the first one, and how many."""


def run(  # noqa: PLR0913
    target: Target,
    material: Material,
    *,
    seed: int,
    go_on: Callable[[Trial], bool],
    batch: int = BATCH,
    sandbox: Sandbox | None = None,
) -> Trial:
    """Tries inputs as long as it may `go_on`, or up to the first finding; in a sandbox of its own if none is given."""
    if not target.contained:
        return _run(partial(attempts, target, material, seed), go_on, batch)
    if sandbox is not None:
        return _run(_Contained(sandbox, target, material, seed), go_on, batch)
    with sandbox_for(target) as own:
        return _run(_Contained(own, target, material, seed), go_on, batch)


def sandbox_for(target: Target) -> Sandbox:
    """A sandbox with the limits of production, but for the time, which is that of a batch."""
    return Sandbox(limits=Limits(seconds=_BATCH_TAKES * target.cpu_s))


def _run(tried: _Tried, go_on: Callable[[Trial], bool], batch: int) -> Trial:
    trial = Trial()
    while trial.finding is None and go_on(trial):
        trial.add(tried(trial.inputs, batch))
    return trial


@dataclass(frozen=True, slots=True)
class _Contained:
    """`attempts` in a sandbox's worker."""

    sandbox: Sandbox
    target: Target
    material: Material
    seed: int

    def __call__(self, first: int, count: int) -> Trial:
        """If a worker fails, finds out which input it was."""
        try:
            return self.sandbox.submit(attempts, self.target, self.material, self.seed, first, count).result()
        except WorkerFailed as error:
            if count == 1:
                return Trial(1, finding=self._finding(first, str(error)))
        together = Trial()
        for number in range(first, first + count):
            together.add(self(number, 1))
            if together.finding:
                return together
        what = f"{count} inputs, of which this is the first, kill a worker together and not alone"
        together.finding = self._finding(first, what)
        return together

    def _finding(self, number: int, what: str) -> Finding:
        content = nth(self.target, self.material, seed=self.seed, number=number)
        return Finding(self.target.name, content, what)

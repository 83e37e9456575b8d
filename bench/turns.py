"""How long works take, measured side by side: they take turns, so that a busy machine slows all of them."""

import statistics
import time
from collections.abc import Callable, Mapping


def milliseconds(work: Callable[[], object]) -> float:
    """How long a work takes once."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def medians_ms(works: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """The median of so many rounds for each work, in milliseconds, by name."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(milliseconds(work))
    return {name: statistics.median(taken) for name, taken in times.items()}

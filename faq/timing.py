"""How long something took, by a stopwatch that the caller brings."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Stopwatch = Callable[[], float]  # seconds, counted from any moment
Result = TypeVar("Result")

TRIES = 2


def timed(work: Callable[[], Result], stopwatch: Stopwatch) -> tuple[Result, float]:
    """What `work` gives, and the milliseconds it took: the quicker of two tries, for others work here too."""
    took = []
    for _ in range(TRIES):
        began = stopwatch()
        result = work()
        took.append((stopwatch() - began) * 1000)
    return result, min(took)


def middle_and_slowest(times: Sequence[float]) -> tuple[float, float]:
    """What half of the times do not exceed, and what 99 % do not."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]

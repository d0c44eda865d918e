"""What is still needed to renew: the sets of activities that reach the requirement."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import product

from .history import Kind
from .policy import Policy

# How many of which kinds: a value that can be looked up.
Way = tuple[tuple[Kind, int], ...]


def ways_to_renew(missing: int, used: Mapping[Kind, int], day: date, policy: Policy) -> tuple[Way, ...]:
    """The sets of activities on `day` that bring `missing` CE units, none with an activity too many (R5).

    `used` is how often each kind has counted in the cycle already, against its cap. Fewest activities
    first; kinds without a confirmed value are left out. Nothing missing gives no way.
    """
    if missing <= 0:
        return ()
    open_kinds = []
    for kind, of_kind in policy.kinds.items():
        units, cap = of_kind.on(day)
        if units:
            needed = -(-missing // units)
            left = needed if cap is None else max(cap - used.get(kind, 0), 0)
            open_kinds.append((kind, units, min(needed, left)))
    return _ways(missing, tuple(open_kinds))


def is_courses_alone(way: Way) -> bool:
    """Whether a set consists of nothing but courses, which can be had on any day and have no limit (F5)."""
    return [kind for kind, _ in way] == [Kind.COURSE]


@lru_cache(maxsize=1024)
def _ways(missing: int, open_kinds: tuple[tuple[Kind, int, int], ...]) -> tuple[Way, ...]:
    """Ways to bring `missing` CE units from kinds of a worth (CE units) that may count so many times more."""
    found: list[Way] = []
    for counts in product(*(range(most + 1) for _, _, most in open_kinds)):
        taken = [
            (kind, units, count) for (kind, units, _), count in zip(open_kinds, counts, strict=True) if count
        ]
        worth = sum(units * count for _, units, count in taken)
        if worth >= missing and all(worth - units < missing for _, units, _ in taken):
            found.append(tuple((kind, count) for kind, _, count in taken))
    return tuple(sorted(found, key=lambda way: (_size(way), len(way), -dict(way).get(Kind.COURSE, 0))))


def _size(way: Way) -> int:
    return sum(count for _, count in way)

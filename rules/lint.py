"""What is wrong with a policy file, beyond that for which it is refused when it is read."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any, Final, NamedTuple

from .cycle import plus_months
from .documents import DocumentError, Mistake, read_document
from .history import Kind
from .policy import CODE, Dated, Policy, level_of, policy_in, sources_used

# A figure that nobody has compared with its source for this many days may have changed.
VERIFIED_FOR_DAYS: Final = 180
# A value that takes effect later than this after the day of checking is more likely a slip of the pen.
FARTHEST_AHEAD_MONTHS: Final = 24
LAST_RULE: Final = 16
LONGEST_MONTH_DAYS: Final = 31

_RULES = [f"R{number}" for number in range(1, LAST_RULE + 1)]
_LEVEL = re.compile(r"[A-Z]{3}", re.ASCII)
_ADDRESS = re.compile(r"https://\S+")
# What a value is counted in, by the first or the last part of its key.
_UNITS = {
    "active_months": "months",
    "grace_months": "months",
    "safe_grace_days": "days",
    "exam_window_months": "months",
    "required": "CE units",
    "units": "CE units",
    "cap": "uses per cycle",
}

Path = tuple[Any, ...]
Problems = Iterator[tuple[Path, str]]


class Finding(NamedTuple):
    """A mistake in a policy file, or only a warning: something to look at that may be right."""

    mistake: Mistake
    is_warning: bool = False

    def told(self, name: str) -> str:
        """The finding as one sentence; `name` stands for the file."""
        return ("Warning: " if self.is_warning else "") + self.mistake.told(name)


def findings(text: str, today: date | None = None) -> list[Finding]:
    """What is wrong with the policy in a YAML text, in the order of its lines.

    How old `verified_on` is can be told only where `today` is given. Nothing that depends on the day is
    more than a warning, so that a policy does not become wrong overnight.
    """
    try:
        document = read_document(text, "policy")
    except DocumentError as error:
        return [Finding(error.mistake)]
    policy, mistakes = policy_in(document)
    found = [Finding(mistake) for mistake in mistakes]
    if policy:
        # Where several days have the same problem with the same value, it is told once.
        problems = dict.fromkeys(problem for check in _CHECKS for problem in check(policy))
        found += [Finding(document.mistake(*problem)) for problem in problems]
        warnings = [*_far_ahead(policy), *(_age(policy, today) if today else ())]
        found += [Finding(document.mistake(*problem), is_warning=True) for problem in warnings]
    return sorted(found, key=lambda finding: finding.mistake.line)


def _sources(policy: Policy) -> Problems:
    used = {name for _, name in sources_used(policy.model_dump())}
    for name, source in policy.sources.items():
        # A page that members are sent to is used, too.
        if name not in used and source.address not in (policy.links.portal, policy.links.policies_page):
            yield ("sources", name), "no value names this source: name it where it belongs, or remove it"
        if not source.address.startswith("https://"):
            yield ("sources", name, "address"), "a source's address begins with https://"


def _sources_named(policy: Policy) -> Problems:
    sourced = {path: value.sources for path, value in policy.dated.items()}
    sourced |= {("certifications",): policy.certifications.sources, ("pause",): policy.pause.sources}
    for path, names in sourced.items():
        for place, name in enumerate(names):
            if name in names[:place]:
                yield (*path, "sources", place), f"{name} is named twice"
    for path, value in policy.dated.items():
        for place, difference in enumerate(value.differs):
            if difference.source in value.sources:
                yield (
                    (*path, "differs", place, "source"),
                    f"{difference.source} is a source of the value itself and cannot differ from it",
                )


def _words(policy: Policy) -> Problems:
    for path, leaf in _leaves(policy.model_dump()):
        if isinstance(leaf, str) and not leaf.strip():
            yield path, "this is empty: write what people are to read here"


def _leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(value, (*path, key))
    else:
        yield path, node


def _days(policy: Policy) -> Problems:
    began_on = policy.programme_began_on
    for path, value in policy.dated.items():
        days = [*value.values]
        if min(days) > began_on:
            yield (
                (*path, "values", min(days)),
                f"the programme began on {began_on}, and there is no value until this day: add it",
            )
        for above, below in pairwise(days):
            if below < above:
                yield (*path, "values", below), f"this day stands below {above}: write the earlier day first"
        for before, after in pairwise(sorted(days)):
            if value.values[before] == value.values[after]:
                yield (
                    (*path, "values", after),
                    f"this is what {before} says already: remove the line, for it changes nothing",
                )
    if not any(began_on in value.values for value in policy.dated.values()):
        yield (
            ("programme_began_on",),
            f"no value takes effect on {began_on}, so no source is behind this day: check it",
        )


def _references(policy: Policy) -> Problems:
    """Rules are named as the rest of the software names them, and units as people read them."""
    rules = {path: value.rule for path, value in policy.dated.items()}
    rules |= {("readings", name): reading.rule for name, reading in policy.readings}
    for path, rule in rules.items():
        if rule not in _RULES:
            yield (*path, "rule"), f"there is no rule {rule!r}: they are {_RULES[0]} to {_RULES[-1]}"
    for path, value in policy.dated.items():
        unit = _UNITS.get(path[0]) or _UNITS[path[-1]]
        if value.unit != unit:
            yield (*path, "unit"), f"this is counted in {unit}, not in {value.unit!r}"


def _links(policy: Policy) -> Problems:
    for name, address in policy.links:
        if not _ADDRESS.fullmatch(address):
            yield ("links", name), f"{address!r} is not an https address that people can open"


def _levels(policy: Policy) -> Problems:
    if not policy.required:
        yield ("required",), "no level is listed: add one, such as ACP"
    for level in policy.required:
        if not _LEVEL.fullmatch(level):
            yield ("required", level), "a level is three capital letters, such as ACP"


def _certifications(policy: Policy) -> Problems:
    listed = policy.certifications
    if not listed.listed:
        yield ("certifications", "available"), "no certification is listed"
    for name, codes in (("available", listed.available), ("retired", listed.retired)):
        for place, code in enumerate(codes):
            path = ("certifications", name, place)
            if not CODE.fullmatch(code):
                yield path, f"{code!r} is not a code, which is a level and three digits, such as ACP-620"
            elif level_of(code) not in policy.required:
                yield (
                    path,
                    f"{code} is of the level {level_of(code)}, for which nothing is required: add it there",
                )
            if code in codes[:place]:
                yield path, f"{code} is listed twice"
            if name == "retired" and code in listed.available:
                yield path, f"{code} is listed as available, too: remove it where it is wrong"


def _pause(policy: Policy) -> Problems:
    if policy.pause.from_on >= policy.pause.to_on:
        yield ("pause", "to_on"), f"the pause must end after the day it began, {policy.pause.from_on}"


def _sizes(policy: Policy) -> Problems:
    """Values that contradict each other on some day on which both hold."""
    for day in sorted({day for value in policy.dated.values() for day in value.values}):
        active, grace = policy.active_months.on(day), policy.grace_months.on(day)
        if policy.safe_grace_days.on(day) > grace * LONGEST_MONTH_DAYS:
            yield (
                ("safe_grace_days", "values", _since(policy.safe_grace_days, day)),
                f"this is never shorter than {grace} months, and must be the shorter reading",
            )
        if policy.exam_window_months.on(day) > active + grace:
            yield (
                ("exam_window_months", "values", _since(policy.exam_window_months, day)),
                f"this is longer than a whole cycle of {active} and {grace} months",
            )
        if policy.kinds[Kind.COURSE].on(day)[0] is None:
            yield (
                ("kinds", "course", "units", "values", _since(policy.kinds[Kind.COURSE].units, day)),
                "a course needs a number, for people are told how many courses renew",
            )
        most = _most_units(policy, day)
        for level, required in policy.required.items():
            if most is not None and most < required.on(day):
                yield (
                    ("required", level, "values", _since(required, day)),
                    f"all kinds up to their caps give {most} CE units, so nobody could renew by units",
                )


def _since(value: Dated[Any], day: date) -> date:
    """The day under which what holds on `day` stands."""
    return max((since for since in value.values if since <= day), default=min(value.values))


def _most_units(policy: Policy, day: date) -> int | None:
    """What all kinds together can give in one cycle (CE units), or None if there is no limit."""
    most = 0
    for of_kind in policy.kinds.values():
        units, cap = of_kind.on(day)
        if units and cap is None:
            return None
        most += (units or 0) * (cap or 0)
    return most


_CHECKS: tuple[Callable[[Policy], Problems], ...] = (
    _sources,
    _sources_named,
    _words,
    _days,
    _references,
    _links,
    _levels,
    _certifications,
    _pause,
    _sizes,
)


def _far_ahead(policy: Policy) -> Problems:
    farthest = plus_months(policy.verified_on, FARTHEST_AHEAD_MONTHS)
    for path, value in policy.dated.items():
        for day in value.values:
            if day > farthest:
                yield (
                    (*path, "values", day),
                    f"more than {FARTHEST_AHEAD_MONTHS} months after {policy.verified_on}: check the year",
                )


def _age(policy: Policy, today: date) -> Problems:
    verified_on = policy.verified_on
    age = (today - verified_on).days
    if age < 0:
        yield ("verified_on",), f"{verified_on} is still to come on {today}: write the day of the last check"
    elif age >= VERIFIED_FOR_DAYS:
        yield (
            ("verified_on",),
            f"that is {age} days ago: compare every figure with its source and move the day",
        )

"""The programme's figures: one dated, sourced policy file, checked when it is read."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from importlib import resources
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from .history import Kind

Value = TypeVar("Value")
NoLimit = Literal["no limit"]


class PolicyError(ValueError):
    """The policy file has a mistake; the message names file, line and key."""


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Checked):
    """A public page that figures were read from."""

    title: str
    address: str


class Links(_Checked):
    """Addresses that members are sent to."""

    portal: str
    policies_page: str


class Difference(_Checked):
    """What another source says instead of the value it stands beside."""

    source: str
    says: str
    note: str


class Dated(_Checked, Generic[Value]):
    """A value under each day it took effect, with its sources; days before the first use the first."""

    says: str
    unit: str
    rule: str
    sources: list[str] = Field(min_length=1)
    values: dict[date, Value] = Field(min_length=1)
    differs: list[Difference] = []

    @cached_property
    def steps(self) -> tuple[list[date], list[Value]]:
        """The values in the order of their days, and the days from which all but the first hold."""
        days = sorted(self.values)
        return days[1:], [self.values[day] for day in days]

    def on(self, day: date) -> Value:
        """The value in force on `day`."""
        days, values = self.steps
        return values[bisect_right(days, day)]

    @property
    def newest(self) -> Value:
        """The value that took effect last."""
        return self.steps[1][-1]


class KindPolicy(_Checked):
    """What a kind of activity is worth (CE units, None: unconfirmed) and how often it counts in a cycle."""

    name: str
    plural: str
    units: Dated[PositiveInt | None]
    cap: Dated[PositiveInt | NoLimit]

    @cached_property
    def steps(self) -> tuple[list[date], list[tuple[int | None, int | None]]]:
        """Units and cap together, and the days from which all but the first pair hold."""
        days = sorted({*self.units.values, *self.cap.values})
        caps = [self.cap.on(day) for day in days]
        pairs = [
            (self.units.on(day), cap if isinstance(cap, int) else None)
            for day, cap in zip(days, caps, strict=True)
        ]
        return days[1:], pairs

    def on(self, day: date) -> tuple[int | None, int | None]:
        """What one is worth on `day` (CE units) and how many count in a cycle (None: no limit)."""
        days, pairs = self.steps
        return pairs[bisect_right(days, day)]


class Certifications(_Checked):
    """The codes the programme named, and those it retired (F22)."""

    says: str
    sources: list[str] = Field(min_length=1)
    available: list[str]
    retired: list[str]

    @property
    def listed(self) -> tuple[str, ...]:
        """Every code named, available ones first."""
        return (*self.available, *self.retired)

    def knows(self, code: str) -> bool:
        """Whether a code is listed, or of a level of which the programme's list names none (ACA)."""
        return code in self.listed or not any(level_of(one) == level_of(code) for one in self.listed)


class Pause(_Checked):
    """The span of 2024 whose expirations were moved to its last day (F21)."""

    says: str
    sources: list[str] = Field(min_length=1)
    from_on: date
    to_on: date


class Reading(_Checked, Generic[Value]):
    """A choice made where nobody rules, with the rule it belongs to and a note for people."""

    choice: Value
    rule: str
    note: str


class Readings(_Checked):
    """The choices made where nobody rules; another choice of the list changes what is computed."""

    surplus: Reading[Literal["dropped", "carried"]]
    same_day: Reading[Literal["whole_day", "in_order"]]
    start_day: Reading[Literal["excluded", "counted"]]
    suspension_day: Reading[Literal["counted"]]
    expiration_day: Reading[Literal["excluded", "counted"]]
    grace_activity: Reading[Literal["own_date", "suspension_date"]]
    caps: Reading[Literal["per_cycle"]]
    exam_window: Reading[Literal["before_expiration", "before_suspension"]]
    exam_renewal: Reading[Literal["ends_cycle", "keeps_units"]]
    retired: Reading[Literal["computed_with_warning"]]
    before_programme: Reading[Literal["counted_with_warning", "ignored"]]
    several_days: Reading[Literal["last_day"]]
    same_title: Reading[Literal["counted_with_warning", "counted_once"]]


class Policy(_Checked):
    """All figures of the programme: months, days and CE units, each dated and sourced."""

    id: str
    title: str
    verified_on: date
    programme_began_on: date
    links: Links
    sources: dict[str, Source]
    active_months: Dated[PositiveInt]
    grace_months: Dated[PositiveInt]
    safe_grace_days: Dated[PositiveInt]
    exam_window_months: Dated[PositiveInt]
    required: dict[str, Dated[PositiveInt]]
    kinds: dict[Kind, KindPolicy]
    certifications: Certifications
    pause: Pause
    readings: Readings

    @model_validator(mode="before")
    @classmethod
    def _kinds_by_name(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("kinds"), dict):
            known = {kind.value: kind for kind in Kind}
            raw = {**raw, "kinds": {known.get(name, name): value for name, value in raw["kinds"].items()}}
        return raw

    @model_validator(mode="after")
    def _complete(self) -> "Policy":
        missing = [kind.value for kind in Kind if kind not in self.kinds]
        if missing:
            raise ValueError(f"kinds lacks {', '.join(missing)}")
        return self

    @cached_property
    def names(self) -> tuple[tuple[Kind, tuple[str, str]], ...]:
        """What each kind is called, for one and for several."""
        return tuple((kind, (of_kind.name, of_kind.plural)) for kind, of_kind in self.kinds.items())

    def changes_after(self, day: date) -> date | None:
        """The first day after `day` on which a figure changes, or None."""
        dated: list[Dated[Any]] = [
            self.active_months,
            self.grace_months,
            self.safe_grace_days,
            self.exam_window_months,
            *self.required.values(),
            *(value for kind in self.kinds.values() for value in (kind.units, kind.cap)),
        ]
        later = (from_on for value in dated for from_on in value.steps[0] if from_on > day)
        return min(later, default=None)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels a certification's code can begin with."""
        return tuple(self.required)


@cache
def load_policy() -> Policy:
    """The policy this package ships.

    Raises PolicyError if the file has a mistake.
    """
    file = resources.files(__package__) / "policies" / "atlassian.yml"
    return read_policy(file.read_text(encoding="utf-8"), file.name)


def read_policy(text: str, name: str) -> Policy:
    """The policy in a YAML text; `name` stands for the file in messages.

    Raises PolicyError with file, line and key for what is unknown, missing, double or of the wrong form.
    """
    try:
        raw = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:  # a double key is one of these
        raise PolicyError(f"{name}, line {_line(error)}: {_first_line(error.problem)}.") from error
    if not isinstance(raw, dict):
        raise PolicyError(f"{name}, line 1: this is not a policy, which is a mapping of keys to values.")
    try:
        policy = Policy.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise _mistake(name, raw, first["loc"], _plain(first)) from error
    for path, source in _sources_used(raw):
        if source not in policy.sources:
            raise _mistake(name, raw, path, f"no source is named {source!r}")
    return policy


def _mistake(name: str, raw: Any, loc: tuple[Any, ...], problem: str) -> PolicyError:
    """The error for the deepest part of `loc` that stands in the file, with that part's line."""
    line, node, path = 1, raw, []
    for part in loc:
        if part == "[key]":
            continue
        # pydantic names a key that is no text, such as a day, by its repr.
        key = next((key for key in node if repr(key) == part), part) if isinstance(node, dict) else part
        path.append(str(key))
        try:
            marks = node.lc
            line = (marks.item(key) if isinstance(node, list) else marks.key(key))[0] + 1
            node = node[key]
        except (AttributeError, KeyError, IndexError, TypeError):
            node = None
    return PolicyError(f"{name}, line {line}: {'.'.join(path) or 'policy'}: {problem}.")


def _sources_used(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Each source that a value refers to, with the path at which it does."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "sources" and isinstance(value, list):
                yield from (((*path, key, place), source) for place, source in enumerate(value))
            elif key == "source":
                yield (*path, key), value
            else:
                yield from _sources_used(value, (*path, key))
    elif isinstance(node, list):
        for place, item in enumerate(node):
            yield from _sources_used(item, (*path, place))


def _line(error: MarkedYAMLError) -> int:
    mark = error.problem_mark
    return mark.line + 1 if mark else 1


def _first_line(problem: str | None) -> str:
    return (problem or "this is not YAML").splitlines()[0]


def _plain(error: Any) -> str:
    if error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",):
        return "unknown key"
    if error["type"] == "missing":
        return "missing"
    return str(error["msg"]).removeprefix("Value error, ")


def level_of(code: str) -> str:
    """The level a code belongs to: `ACP` of `ACP-620` (R6)."""
    return code.partition("-")[0]


def fingerprint(policy: Policy) -> str:
    """A short text that differs whenever anything in the policy does."""
    return sha256(policy.model_dump_json().encode()).hexdigest()[:16]


def figures(policy: Policy) -> dict[str, str]:
    """The policy's newest figures by name, as words for people (units: months, days, CE units)."""
    units = {kind: kind_policy.units.newest for kind, kind_policy in policy.kinds.items()}
    caps = {kind: kind_policy.cap.newest for kind, kind_policy in policy.kinds.items()}
    course = units[Kind.COURSE] or 0
    events_most = sum(
        (units[kind] or 0) * cap
        for kind in (Kind.GLOBAL_EVENT, Kind.LOCAL_EVENT)
        if isinstance(cap := caps[kind], int)
    )
    found = {
        "policy.active_months": policy.active_months.newest,
        "policy.grace_months": policy.grace_months.newest,
        "policy.safe_grace_days": policy.safe_grace_days.newest,
        "policy.exam_window_months": policy.exam_window_months.newest,
        "policy.events_most": events_most,
        "policy.programme_began_on": policy.programme_began_on,
        "policy.verified_on": policy.verified_on,
        "policy.retired": ", ".join(policy.certifications.retired),
        "policy.portal": policy.links.portal,
        "policy.policies_page": policy.links.policies_page,
    }
    for level, required in policy.required.items():
        found[f"policy.required.{level}"] = required.newest
        found[f"policy.courses.{level}"] = -(-required.newest // course)
        found[f"policy.courses_beside_events.{level}"] = max(-(-(required.newest - events_most) // course), 0)
    for kind in Kind:
        found[f"policy.units.{kind}"] = "unconfirmed" if units[kind] is None else units[kind]
        found[f"policy.cap.{kind}"] = caps[kind]
    return {name: str(value) for name, value in found.items()}

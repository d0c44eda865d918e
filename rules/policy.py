"""The programme's figures: one dated, sourced policy file, checked when it is read."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from importlib import resources
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from .documents import Document, DocumentError, Mistake, read_document
from .history import Kind

Value = TypeVar("Value")
NoLimit = Literal["no limit"]


# The form of a certification's code: a level and three digits.
CODE = re.compile(r"[A-Z]{3}-\d{3}", re.ASCII)


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

    @cached_property
    def dated(self) -> dict[tuple[str, ...], Dated[Any]]:
        """Every dated value, by its path in the file."""
        found: dict[tuple[str, ...], Dated[Any]] = {
            ("active_months",): self.active_months,
            ("grace_months",): self.grace_months,
            ("safe_grace_days",): self.safe_grace_days,
            ("exam_window_months",): self.exam_window_months,
        }
        found |= {("required", level): required for level, required in self.required.items()}
        for kind, of_kind in self.kinds.items():
            found["kinds", kind.value, "units"] = of_kind.units
            found["kinds", kind.value, "cap"] = of_kind.cap
        return found

    def changes_after(self, day: date) -> date | None:
        """The first day after `day` on which a figure changes, or None."""
        later = (from_on for value in self.dated.values() for from_on in value.steps[0] if from_on > day)
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
    return read_policy(*shipped_policy())


def shipped_policy() -> tuple[str, str]:
    """The text of the policy this package ships, and its file's name."""
    file = resources.files(__package__) / "policies" / "atlassian.yml"
    return file.read_text(encoding="utf-8"), file.name


def read_policy(text: str, name: str) -> Policy:
    """The policy in a YAML text; `name` stands for the file in messages.

    Raises PolicyError with file, line and key for what is unknown, missing, double or of the wrong form.
    """
    try:
        policy, mistakes = policy_in(read_document(text, "policy"))
    except DocumentError as error:
        raise PolicyError(error.mistake.told(name)) from error
    if policy is None or mistakes:
        raise PolicyError(mistakes[0].told(name))
    return policy


def policy_in(document: Document) -> tuple[Policy | None, list[Mistake]]:
    """The policy a document holds, or None, and every mistake for which it is refused."""
    try:
        policy = Policy.model_validate(document.tree)
    except ValidationError as error:
        return None, document.mistakes(error)
    return policy, [
        document.mistake(path, f"no source is named {source!r}")
        for path, source in sources_used(document.tree)
        if source not in policy.sources
    ]


def sources_used(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Each source that a value refers to, with the path at which it does."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "sources" and isinstance(value, list):
                yield from (((*path, key, place), source) for place, source in enumerate(value))
            elif key == "source":
                yield (*path, key), value
            else:
                yield from sources_used(value, (*path, key))
    elif isinstance(node, list):
        for place, item in enumerate(node):
            yield from sources_used(item, (*path, place))


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

"""Scenarios for people to judge: what happened to somebody, and what the answer must be."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from .documents import DocumentError, read_document
from .history import Activity, Credential, ExamPass, History, Kind, PortalDates
from .jsonl import dump


class ScenarioError(ValueError):
    """A scenario file has a mistake; the message names file, line and key."""


class Scenario(NamedTuple):
    """One row: a sentence, the facts it is about, and what is expected of each certification, as written."""

    id: str
    case: str
    history: History
    expect: Mapping[str, Mapping[str, Any]]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Shown(_Checked):
    suspends: date
    expires: date | None = None
    confirmed: date


class _Talk(_Checked):
    on: date
    units: int | None = None


class _Facts(_Checked):
    given: str | None = None
    earned: dict[str, date] = {}
    portal: dict[str, _Shown] = {}
    courses: list[date] = []
    global_events: list[date] = []
    local_events: list[date] = []
    presentations: list[_Talk] = []
    exams: dict[str, list[date]] = {}


class _Row(_Facts):
    id: str
    case: str
    asked_on: date
    expect: dict[str, dict[str, Any]]


class _File(_Checked):
    bases: dict[str, _Facts] = {}
    scenarios: list[_Row]


def read_scenarios(text: str, name: str) -> tuple[Scenario, ...]:
    """The scenarios in a YAML text, with the facts of the bases they build on; `name` stands for the file.

    Raises ScenarioError with file, line and key for what is unknown, missing, double or of the wrong form.
    """
    try:
        document = read_document(text, "scenario file")
        file = _File.model_validate(document.tree)
    except DocumentError as error:
        raise ScenarioError(error.mistake.told(name)) from error
    except ValidationError as error:
        raise ScenarioError(document.mistakes(error)[0].told(name)) from error
    for path, problem in _problems(file):
        raise ScenarioError(document.mistake(path, problem).told(name))
    return tuple(
        Scenario(row.id, row.case, _history(_with_bases(row, file.bases), row.asked_on), row.expect)
        for row in file.scenarios
    )


def _problems(file: _File) -> Iterator[tuple[tuple[Any, ...], str]]:
    """What only the whole file can tell: a base that is not there or builds on itself, a double id."""
    rows: dict[tuple[Any, ...], _Facts] = {("bases", name): base for name, base in file.bases.items()}
    rows |= {("scenarios", place): row for place, row in enumerate(file.scenarios)}
    for path, row in rows.items():
        if row.given is not None and row.given not in file.bases:
            yield (*path, "given"), f"no base is named {row.given!r}"
    for name, base in file.bases.items():
        seen: set[str] = set()
        while base.given in file.bases and base.given not in seen:
            seen.add(base.given)
            base = file.bases[base.given]
        if name in seen:
            yield ("bases", name, "given"), "this base builds on itself"
    ids = [row.id for row in file.scenarios]
    for place, one in enumerate(ids):
        if one in ids[:place]:
            yield ("scenarios", place, "id"), f"the id {one} is used twice"


def _with_bases(row: _Facts, bases: Mapping[str, _Facts]) -> _Facts:
    """The row's own facts, added to those of the base it names and of that base's base."""
    if row.given is None:
        return row
    base = _with_bases(bases[row.given], bases)
    return _Facts(
        earned=base.earned | row.earned,
        portal=base.portal | row.portal,
        courses=base.courses + row.courses,
        global_events=base.global_events + row.global_events,
        local_events=base.local_events + row.local_events,
        presentations=base.presentations + row.presentations,
        exams=base.exams | row.exams,
    )


def _history(facts: _Facts, asked_on: date) -> History:
    credentials = []
    for code in dict.fromkeys([*facts.earned, *facts.portal]):
        shown = facts.portal.get(code)
        portal = (PortalDates(shown.suspends, shown.expires, shown.confirmed),) if shown else ()
        credentials.append(Credential(code, facts.earned.get(code), portal))
    return History(
        as_of=asked_on,
        credentials=tuple(credentials),
        activities=tuple(_activities(facts)),
        exams=tuple(ExamPass(code, day) for code, days in facts.exams.items() for day in days),
    )


def _activities(facts: _Facts) -> Iterator[Activity]:
    done: list[tuple[Kind, date, int | None]] = [
        *((Kind.COURSE, day, None) for day in facts.courses),
        *((Kind.GLOBAL_EVENT, day, None) for day in facts.global_events),
        *((Kind.LOCAL_EVENT, day, None) for day in facts.local_events),
        *((Kind.PRESENTATION, talk.on, talk.units) for talk in facts.presentations),
    ]
    for number, (kind, day, units) in enumerate(done, start=1):
        yield Activity(id=f"a{number}", kind=kind, done_on=day, title=f"{kind} {number}", units=units)


def as_line(history: History) -> str:
    """The history as one line of JSON, in the form that `python -m rules` takes."""
    return dump(
        {
            "as_of": history.as_of,
            "credentials": [
                {
                    "code": credential.code,
                    "earned_on": credential.earned_on,
                    "portal": [asdict(shown) for shown in credential.portal],
                }
                for credential in history.credentials
            ],
            "activities": [activity._asdict() for activity in history.activities],
            "exams": [asdict(exam) for exam in history.exams],
        }
    )

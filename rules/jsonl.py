"""Histories and standings as JSON: the form other programs use."""

import json
import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .cycle import NothingToComputeError, opening_cycle
from .grounds import Explanation
from .history import Activity, Credential, ExamPass, History, Kind, PortalDates, State
from .intake import RefusedError, check_units
from .policy import CODE, Policy, level_of
from .standing import Standing

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Outside these years a date is a slip, and month arithmetic could leave the calendar.
_YEARS = range(1900, 2200)


class LineError(ValueError):
    """A history cannot be read: `field` says where, the message what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message

    def as_json(self) -> dict[str, Any]:
        """The error as it stands in the place of an answer."""
        return {"error": {"field": self.field, "message": self.message}}


def _day(value: object) -> date:
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        raise ValueError(f"{_shown(value)} is not a date: write it as YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{_shown(value)} is not a day of the calendar") from None
    if day.year not in _YEARS:
        raise ValueError(f"{_shown(value)} is outside the years {_YEARS.start} to {_YEARS.stop - 1}")
    return day


def _kind(value: object) -> Kind:
    return Kind(_known(value, [kind.value for kind in Kind], "kind"))


def _state(value: object) -> State:
    return State(_known(value, [state.value for state in State], "state"))


def _known(value: object, names: list[str], what: str) -> str:
    if isinstance(value, str) and value in names:
        return value
    nearest = get_close_matches(str(value), names, n=1, cutoff=0)[0]
    raise ValueError(f"{_shown(value)} is not a {what}: did you mean {nearest}? Known are {', '.join(names)}")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


Day = Annotated[date, BeforeValidator(_day)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _PortalDates(_Strict):
    suspends_on: Day
    expires_on: Day | None = None
    confirmed_on: Day
    cycle_started_on: Day | None = None


class _Credential(_Strict):
    code: str
    earned_on: Day | None = None
    portal: list[_PortalDates] = []


class _Activity(_Strict):
    id: str
    kind: Annotated[Kind, BeforeValidator(_kind)]
    done_on: Day
    title: str = ""
    units: Annotated[int, Field(ge=1, le=1000)] | None = None
    state: Annotated[State, BeforeValidator(_state)] = State.LOGGED


class _ExamPass(_Strict):
    code: str
    passed_on: Day


class _History(_Strict):
    as_of: Day
    credentials: list[_Credential]
    activities: list[_Activity] = []
    exams: list[_ExamPass] = []


def history_from(line: str, policy: Policy) -> History:
    """The history in one line of JSON.

    Raises LineError with the field and one sentence for what cannot be read or has no answer (R5, R13, R16).
    """
    try:
        raw = json.loads(line.removeprefix("\ufeff"), object_pairs_hook=_no_double_keys)
    except LineError:
        raise
    except (ValueError, RecursionError):
        raise LineError("", "This line is not JSON: write one history a line.") from None
    try:
        parsed = _History.model_validate(raw)
    except ValidationError as error:
        raise _line_error(error) from None
    history = History(
        as_of=parsed.as_of,
        credentials=tuple(
            Credential(c.code, c.earned_on, tuple(PortalDates(**dict(p)) for p in c.portal))
            for c in parsed.credentials
        ),
        activities=tuple(Activity(**dict(a)) for a in parsed.activities),
        exams=tuple(ExamPass(**dict(e)) for e in parsed.exams),
    )
    _check(history, policy)
    return history


def _no_double_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise LineError(key, f"The key {_shown(key)} stands twice.")
        found[key] = value
    return found


def _check(history: History, policy: Policy) -> None:
    """What only the whole history or the policy can tell."""
    seen: set[str] = set()
    for place, credential in enumerate(history.credentials):
        field = f"credentials[{place}]"
        _check_code(credential.code, f"{field}.code", policy)
        if credential.code in seen:
            raise LineError(
                f"{field}.code", f"{credential.code} is listed twice: keep the holding earned last."
            )
        seen.add(credential.code)
        for number, shown in enumerate(credential.portal):
            _check_portal(shown, f"{field}.portal[{number}]")
        try:
            opening_cycle(credential, history.as_of, policy)
        except NothingToComputeError as error:
            raise LineError(f"{field}.earned_on", str(error)) from None
    ids: set[str] = set()
    for place, activity in enumerate(history.activities):
        if activity.id in ids:
            raise LineError(f"activities[{place}].id", f"The id {_shown(activity.id)} is used twice.")
        ids.add(activity.id)
        try:
            check_units(activity.kind, activity.units, activity.done_on, policy)
        except RefusedError as error:
            raise LineError(f"activities[{place}].units", str(error)) from None
    for place, exam in enumerate(history.exams):
        _check_code(exam.code, f"exams[{place}].code", policy)


def _check_code(code: str, field: str, policy: Policy) -> None:
    """A level and three digits, and one of the codes the policy lists, if it lists that level's (R16)."""
    shaped = CODE.fullmatch(code) and level_of(code) in policy.levels
    if shaped and policy.certifications.knows(code):
        return
    nearest = get_close_matches(code.upper(), policy.certifications.listed, n=1, cutoff=0)[0]
    if shaped:
        raise LineError(
            field,
            f"{code} is not among the certifications the policy lists: did you mean {nearest}? A newer one "
            "is added to the policy file.",
        )
    raise LineError(
        field,
        f"{_shown(code)} is not a certification's code, which is {' or '.join(policy.levels)} and three "
        f"digits: did you mean {nearest}?",
    )


def _check_portal(shown: PortalDates, field: str) -> None:
    if shown.expires_on and shown.expires_on <= shown.suspends_on:
        raise LineError(f"{field}.expires_on", "The expiration date must be after the suspension date.")
    if shown.cycle_started_on and shown.cycle_started_on >= shown.suspends_on:
        raise LineError(f"{field}.cycle_started_on", "The cycle must start before the suspension date.")


def _line_error(error: ValidationError) -> LineError:
    first = error.errors()[0]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    if first["type"] == "extra_forbidden":
        return LineError(field, "This key is not known here.")
    if first["type"] == "model_type" and not field:
        return LineError(field, "This line is not an object: write one history a line.")
    if first["type"] == "missing":
        return LineError(field, "This key is missing.")
    return LineError(field, f"{first['msg'].removeprefix('Value error, ')}.")


def standing_as_json(standing: Standing) -> dict[str, Any]:
    """A standing in the form of the JSON Lines interface; dates are ISO, units CE units."""
    cycle = standing.cycle
    return {
        "code": standing.code,
        "level": standing.level,
        "status": standing.status,
        "cycle": {
            "started_on": cycle.started_on,
            "suspends_on": cycle.suspends_on,
            "expires_on": cycle.expires_on,
            "last_safe_day": standing.last_safe_day,
            "dates": cycle.dates,
        },
        "units": {
            "credited": standing.credited,
            "required": standing.required,
            "missing": standing.missing,
        },
        "activities": [credited._asdict() for credited in standing.activities],
        "renewals": [
            {
                "renewed_on": renewal.renewed_on,
                "by": renewal.by,
                "suspends_on": renewal.suspends_on,
                "expires_on": renewal.expires_on,
            }
            for renewal in standing.renewals
        ],
        "exam_window": {
            "opens_on": standing.exam_window.opens_on,
            "closes_on": standing.exam_window.closes_on,
        },
        "warnings": standing.warnings,
    }


def explanation_as_json(explanation: Explanation) -> dict[str, Any]:
    """A tree of reasons in the form of the JSON Lines interface; dates are ISO, figures in their unit."""
    found = explanation._asdict()
    found["children"] = [explanation_as_json(child) for child in explanation.children]
    return found


def dump(value: Mapping[str, Any]) -> str:
    """One line of ASCII JSON, which every terminal and pipe can carry; days become ISO dates."""
    return json.dumps(value, default=date.isoformat)

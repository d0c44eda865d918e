"""What another policy would do: which figures differ, and which answers with them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from .cycle import DAY
from .history import History
from .jsonl import LineError, history_from
from .policy import Dated, Policy
from .replay import Credited
from .scenarios import Scenario, as_line
from .standing import Standing, standings

CHANGED = "Changed in the policy:"
NO_FIGURE = "No figure changes."
NO_SCENARIO = "No scenario changes."
EDITED = " (edited in place)"
REMOVED = " (line removed)"
SAME_VALUES = "the same values, under other days"
REWORDED = "reworded"
NONE = "none"
UNCONFIRMED = "unconfirmed"
NO_LONGER_SAID = "no longer said"
NEWLY_SAID = "newly said"

_WORDS = frozenset({"says", "note", "title"})


class Row(NamedTuple):
    """One thing that an answer says of a certification, as it was and as it would be.

    `code` is empty where one of the policies refuses the whole history; `was` or `would_be` is empty where
    there is nothing to say.
    """

    code: str
    what: str
    was: str
    would_be: str


class Change(NamedTuple):
    """A scenario whose answer changes, and everything in the answer that does."""

    scenario: Scenario
    rows: tuple[Row, ...]


def compared(old: Policy, new: Policy, scenarios: Iterable[Scenario]) -> Iterator[str]:
    """What the new policy changes, as lines for people: its figures, then each answer that changes."""
    figures = figure_changes(old, new)
    if figures:
        yield CHANGED
        yield from (f"  {line}" for line in figures)
    else:
        yield NO_FIGURE
    asked, changed = 0, 0
    for scenario in scenarios:
        asked += 1
        change = change_of(scenario, old, new)
        if change:
            changed += 1
            yield ""
            yield from _told(change)
    yield ""
    if changed:
        yield f"{changed} of {asked} scenarios {'changes' if changed == 1 else 'change'}."
    else:
        yield NO_SCENARIO


def _told(change: Change) -> Iterator[str]:
    yield f"{change.scenario.id}  {change.scenario.case}"
    width = max(len(row.what) for row in change.rows)
    for code, rows in groupby(change.rows, key=lambda row: row.code):
        margin = f"  {code}  " if code else "  "
        for row in rows:
            said = " -> ".join(part for part in (row.was, row.would_be) if part)
            yield f"{margin}{row.what:{width}}  {said}"
            margin = " " * len(margin)


def figure_changes(old: Policy, new: Policy) -> list[str]:
    """What differs between two policies, one line each: dated values first, then everything else."""
    found = [
        line
        for path, value in old.dated.items()
        if path in new.dated
        for line in _dated_changes(".".join(path), value, new.dated[path])
    ]
    return [*found, *_other_changes(old.model_dump(mode="json"), new.model_dump(mode="json"))]


def _dated_changes(name: str, old: Dated[Any], new: Dated[Any]) -> Iterator[str]:
    """Each span of days on which two dated values differ, up to its last day."""
    days = sorted({*old.values, *new.values})
    spans = [
        (pair, [*of_pair]) for pair, of_pair in groupby(days, key=lambda day: (old.on(day), new.on(day)))
    ]
    ends = [f" to {of_pair[0] - DAY}" for _, of_pair in spans[1:]] + [""]
    differs = False
    for ((was, would_be), (from_on, *_)), end in zip(spans, ends, strict=True):
        if was == would_be:
            continue
        differs = True
        how = ""
        if from_on in old.values:
            how = EDITED if from_on in new.values else REMOVED
        yield f"{name} from {from_on}{end}: {_shown(was)} -> {_shown(would_be)}{how}"
    if not differs and old.values != new.values:
        yield f"{name}: {SAME_VALUES}"


def _other_changes(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """What differs in the rest, leaf by leaf; a part that only one policy has is one line."""
    name = ".".join(path)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            if key == "values":  # told span by span
                continue
            if key in old and key in new:
                yield from _other_changes(old[key], new[key], (*path, key))
            else:
                yield f"{'.'.join((*path, key))}: {_added(new[key]) if key in new else 'removed'}"
    elif old == new:
        return
    elif isinstance(old, list):
        yield f"{name}: {_list_change(old, new)}"
    else:
        yield f"{name}: {REWORDED if path[-1] in _WORDS else f'{_shown(old)} -> {_shown(new)}'}"


def _added(part: Any) -> str:
    values = part.get("values", {}) if isinstance(part, dict) else {}
    return ", ".join(["added", *(f"{_shown(value)} from {day}" for day, value in values.items())])


def _list_change(old: list[Any], new: list[Any]) -> str:
    if any(isinstance(item, dict) for item in [*old, *new]):
        return REWORDED
    added = [f"{item} added" for item in new if item not in old]
    removed = [f"{item} removed" for item in old if item not in new]
    return ", ".join([*added, *removed]) or "in another order"


def _shown(value: object) -> str:
    return UNCONFIRMED if value is None else str(value)


def change_of(scenario: Scenario, old: Policy, new: Policy) -> Change | None:
    """What the new policy changes in the answer to a scenario, or None if nothing."""
    line = as_line(scenario.history)  # asked as other programs ask, so that what is refused is told, too
    was, would_be = _answer(line, old), _answer(line, new)
    if isinstance(was, dict) and isinstance(would_be, dict):
        rows = tuple(
            row
            for code in was
            for row in _rows(was[code], would_be[code], scenario.history)
            if row.was != row.would_be
        )
    else:
        rows = (Row("", "answer", _outcome(was), _outcome(would_be)),)
    return Change(scenario, rows) if any(row.was != row.would_be for row in rows) else None


def _answer(line: str, policy: Policy) -> dict[str, Standing] | LineError:
    try:
        history = history_from(line, policy)
    except LineError as error:
        return error
    return {standing.code: standing for standing in standings(history, policy)}


def _outcome(answer: Mapping[str, Standing] | LineError) -> str:
    return f"refused: {answer.message}" if isinstance(answer, LineError) else "given"


def _rows(was: Standing, would_be: Standing, history: History) -> Iterator[Row]:
    said, says = _aspects(was), _aspects(would_be)
    for what in said:
        yield Row(was.code, what, said[what], says[what])
    yield from _activity_rows(was, would_be, history)
    for warning in was.warnings:
        if warning not in would_be.warnings:
            yield Row(was.code, NO_LONGER_SAID, warning, "")
    for warning in would_be.warnings:
        if warning not in was.warnings:
            yield Row(was.code, NEWLY_SAID, "", warning)


def _aspects(standing: Standing) -> dict[str, str]:
    """Everything a standing says of its certification, but for activities and warnings."""
    cycle, window, renewals = standing.cycle, standing.exam_window, standing.renewals
    return {
        "status": str(standing.status),
        "renewals": ", ".join(f"{renewal.renewed_on} by {renewal.by}" for renewal in renewals) or NONE,
        "cycle start": f"{cycle.started_on} ({cycle.dates})",
        "suspends": str(cycle.suspends_on),
        "expires": str(cycle.expires_on),
        "last safe day": str(standing.last_safe_day),
        "exam window": f"{window.opens_on} to {window.closes_on}",
        "units": f"{standing.credited} of {standing.required}",
        # The last renewal's dates are the cycle's own.
        "earlier dates": ", ".join(f"{one.suspends_on}/{one.expires_on}" for one in renewals[:-1]) or NONE,
    }


def _activity_rows(was: Standing, would_be: Standing, history: History) -> Iterator[Row]:
    """How the activities count, those together that change in the same way."""
    days = {activity.id: activity.done_on for activity in history.activities}
    together: dict[tuple[str, str], list[date]] = {}
    for before, after in zip(was.activities, would_be.activities, strict=True):
        if before != after:
            together.setdefault((_counts(before), _counts(after)), []).append(days[before.id])
    for (counted, would_count), done_on in together.items():
        what = f"activity {done_on[0]}" if len(done_on) == 1 else f"{len(done_on)} activities"
        yield Row(was.code, what, counted, would_count)


def _counts(credited: Credited) -> str:
    return f"{credited.credited} {credited.reason.replace('_', ' ')}"

"""Pictures of certifications over time: what stands where in them; a process of its own draws them.

The process has all that drawing needs in memory, and gives it back at its end: the bot's own stays small.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from rules import Holders, Kind, Life, Policy, Prospect, Status

from .outcomes import TeamForecast, Timeline

# By its path and isolated: what lies in the current folder or the environment is never taken for a module.
DRAWING = (sys.executable, "-I", str(Path(__file__).with_name("drawing.py")))
# Drawing takes about half a second; where the machine is in trouble it must not hold up others for ever.
DRAWING_MOST_S = 60.0
PNG = b"\x89PNG\r\n\x1a\n"
LONGEST_LABEL = 24

# Timeline
YEARS_BACK, YEARS_AHEAD = 4, 5
ROWS_MOST, LANES_WITH_ALL_ROWS = 3, 4
# Points closer than this part of the picture's width touch each other.
DOT_WIDTH = 1 / 55
TICKS_MOST, CLOSE_TICKS = 6, 4

# Forecast
PANELS_IN_A_COLUMN = 4
NOW_AND_TARGET = "{now} active, target {target}"
NOW = "{now} active"


class PictureError(Exception):
    """A picture could not be drawn; the message says what became of the process that should have."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a cycle, `active` or `suspended`, from a day up to, not including, another."""

    what: Status
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign on a bar: `renewal`, `safe` (last safe day), `expired`, `earlier` and `later` at cut ends."""

    what: str
    on: date


@dataclass(frozen=True, slots=True)
class Dot:
    """An activity or exam: filled where it counted; `row` keeps those apart that would touch."""

    kind: str
    on: date
    counted: bool
    row: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One certification: its bars with their marks, and below them its dots in so many rows."""

    code: str
    detail: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    dots: tuple[Dot, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class TimelinePicture:
    """A member's certifications from one day to another; the legend says what each sign means."""

    title: str
    from_on: date
    until_on: date
    today: date
    ticks: tuple[tuple[date, str], ...]
    lanes: tuple[Lane, ...]
    legend: tuple[tuple[str, str], ...]
    what: str = "timeline"


@dataclass(frozen=True, slots=True)
class Below:
    """The first day on which there are fewer than the target."""

    on: date
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One certification of a team: how many from which day on, without and with plans; `most` at a time."""

    code: str
    detail: str
    idle: tuple[tuple[date, int], ...]
    planned: tuple[tuple[date, int], ...]
    target: int | None
    below: tuple[Below, ...]
    most: int


@dataclass(frozen=True, slots=True)
class ForecastPicture:
    """A team's certifications from one day to another, a panel for each, in so many columns."""

    title: str
    from_on: date
    until_on: date
    ticks: tuple[tuple[date, str], ...]
    panels: tuple[Panel, ...]
    columns: int
    legend: tuple[tuple[str, str], ...]
    what: str = "forecast"


def timeline_png(found: Timeline, policy: Policy) -> bytes:
    """A member's certifications as a picture (PNG), drawn by a process of its own.

    Raises PictureError.
    """
    return draw(timeline_picture(found, policy))


def forecast_png(found: TeamForecast) -> bytes:
    """A team's forecast as a picture (PNG), drawn by a process of its own.

    Raises PictureError.
    """
    return draw(forecast_picture(found))


def draw(
    picture: TimelinePicture | ForecastPicture,
    command: Sequence[str] = DRAWING,
    most_s: float = DRAWING_MOST_S,
) -> bytes:
    """The picture as a PNG, from a process that has so many seconds.

    Raises PictureError.
    """
    data = json.dumps(asdict(picture), default=date.toordinal).encode()
    try:
        with tempfile.TemporaryDirectory(prefix="ce-bot-") as folder:
            done = subprocess.run(  # noqa: S603 - our own program, and what people typed is only its input
                command,
                input=data,
                capture_output=True,
                timeout=most_s,
                # With the fonts it brings along alone, matplotlib needs a tenth of a second to list them,
                # nothing kept between pictures, and draws alike everywhere.
                env={"MPLCONFIGDIR": folder, "MPLBACKEND": "Agg", "MPL_IGNORE_SYSTEM_FONTS": "1"},
                cwd=folder,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise PictureError(f"Drawing took longer than {most_s:g} s.") from error
    except OSError as error:
        raise PictureError(f"Drawing could not begin: {error}.") from error
    if done.returncode or not done.stdout.startswith(PNG):
        told = done.stderr.decode("utf-8", "replace").strip()
        raise PictureError(f"Drawing ended with status {done.returncode} and no picture:\n{told}")
    return done.stdout


# Timeline


def timeline_picture(found: Timeline, policy: Policy) -> TimelinePicture:
    """What stands where in a member's picture: the most urgent certifications, some years around today."""
    shown, today = found.pictured, found.today
    first_on = min(life.cycles[0].cycle.started_on for life in shown)
    last_on = max(life.cycle.expires_on for life in shown)
    from_on = max(min(first_on, today), _years(today, -YEARS_BACK))
    until_on = min(max(last_on, today), _years(today, YEARS_AHEAD))
    margin = max((until_on - from_on) // 40, timedelta(days=7))
    from_on, until_on = from_on - margin, until_on + margin
    rows = ROWS_MOST if len(shown) <= LANES_WITH_ALL_ROWS else ROWS_MOST - 1
    lanes = tuple(_lane(life, from_on, until_on, rows) for life in shown)
    return TimelinePicture(
        f"Certifications as of {_day(today)}",
        from_on,
        until_on,
        today,
        _ticks(from_on, until_on, TICKS_MOST),
        lanes,
        tuple(_timeline_legend(lanes, policy)),
    )


def _lane(life: Life, from_on: date, until_on: date, rows: int) -> Lane:
    dots = tuple(_dots(life, from_on, until_on, rows))
    return Lane(
        code=_label(life.code),
        detail=_detail(life),
        bars=tuple(_bars(life, from_on, until_on)),
        marks=tuple(_marks(life, from_on, until_on)),
        dots=dots,
        rows=max((dot.row + 1 for dot in dots), default=0),
    )


def _detail(life: Life) -> str:
    cycle = life.cycle
    if life.status is Status.EXPIRED:
        return f"expired {_day(cycle.expires_on)}"
    if life.status is Status.SUSPENDED:
        safe = life.present.last_safe_day
        return f"suspended · last safe day {_day(safe)} · expires {_day(cycle.expires_on)}"
    return f"active · suspends {_day(cycle.suspends_on)} · expires {_day(cycle.expires_on)}"


def _bars(life: Life, from_on: date, until_on: date) -> Iterator[Bar]:
    for lived in life.cycles:
        started_on, suspends_on = lived.cycle.started_on, min(lived.cycle.suspends_on, lived.ends_on)
        for what, begins_on, ends_on in (
            (Status.ACTIVE, started_on, suspends_on),
            (Status.SUSPENDED, suspends_on, lived.ends_on),
        ):
            begins_on, ends_on = max(begins_on, from_on), min(ends_on, until_on)
            if begins_on < ends_on:
                yield Bar(what, begins_on, ends_on)


def _marks(life: Life, from_on: date, until_on: date) -> Iterator[Mark]:
    cycle = life.cycle
    marks = [Mark("renewal", lived.renewal.renewed_on) for lived in life.cycles if lived.renewal]
    marks.append(Mark("safe", life.present.last_safe_day))
    if life.status is Status.EXPIRED:
        marks.append(Mark("expired", cycle.expires_on))
    if life.cycles[0].cycle.started_on < from_on:
        yield Mark("earlier", from_on)
    yield from (mark for mark in marks if from_on <= mark.on <= until_on)
    if cycle.expires_on > until_on:
        yield Mark("later", until_on)


def _dots(life: Life, from_on: date, until_on: date, rows: int) -> Iterator[Dot]:
    """The activities and exams by day, each in the first of the rows where it touches none before it."""
    done = [(one.done_on, one.kind.value, one.credited > 0) for one in life.activities]
    done += [(exam.passed_on, "exam", exam.renewed) for exam in life.exams]
    apart = (until_on - from_on) * DOT_WIDTH
    last_on: list[date] = []
    for on, kind, counted in sorted(done):
        if not from_on <= on <= until_on:
            continue
        row = next((row for row, last in enumerate(last_on) if on - last >= apart), len(last_on))
        if row == rows:  # there is no room: they overlap in the row whose last is furthest away
            row = min(range(rows), key=last_on.__getitem__)
        last_on[row : row + 1] = [on]
        yield Dot(kind, on, counted, row)


def _timeline_legend(lanes: Iterable[Lane], policy: Policy) -> Iterator[tuple[str, str]]:
    """The signs there are, and what each means."""
    there = {bar.what.value for lane in lanes for bar in lane.bars}
    there |= {mark.what for lane in lanes for mark in lane.marks}
    there |= {dot.kind for lane in lanes for dot in lane.dots}
    if any(not dot.counted for lane in lanes for dot in lane.dots):
        there.add("hollow")
    names = dict(policy.names)
    signs = {
        "active": "active",
        "suspended": "suspended",
        "safe": "last safe day",
        "renewal": "renewal",
        "expired": "expired",
        "earlier": "began earlier",
        "later": "goes on",
        **{kind.value: _label(names[kind][0]) for kind in Kind},
        "exam": "exam",
        "hollow": "hollow: not counted",
    }
    return ((sign, label) for sign, label in signs.items() if sign in there)


# Forecast


def forecast_picture(found: TeamForecast) -> ForecastPicture:
    """What stands where in a team's picture."""
    panels = tuple(_panel(prospect) for prospect in found.pictured)
    columns = 1 if len(panels) <= PANELS_IN_A_COLUMN else 2
    legend = [("idle", "if nobody renews"), ("planned", "if all follow their plans")]
    if any(panel.target is not None for panel in panels):
        legend.append(("target", "target"))
    if any(panel.below for panel in panels):
        legend.append(("missed", "first day below target"))
    return ForecastPicture(
        f"Active holders, {_month(found.from_on)} to {_month(found.until_on)}",
        found.from_on,
        found.until_on,
        _ticks(found.from_on, found.until_on, 5 if columns == 1 else 3),
        panels,
        columns,
        tuple(legend),
    )


def _panel(prospect: Prospect) -> Panel:
    idle, planned, target = prospect.idle, prospect.planned, prospect.target
    now = idle.counts[0]
    return Panel(
        code=_label(prospect.code),
        detail=NOW.format(now=now) if target is None else NOW_AND_TARGET.format(now=now, target=target),
        idle=_steps(idle),
        planned=_steps(planned),
        target=target,
        below=tuple(_below(prospect)),
        most=max(*idle.counts, *planned.counts, target or 0, 1),
    )


def _below(prospect: Prospect) -> Iterator[Below]:
    """The first days below the target, both one where plans change nothing."""
    idle_on, planned_on = prospect.idle_below_on, prospect.planned_below_on
    if idle_on:
        yield Below(idle_on, "now" if idle_on == prospect.idle.days[0] else _month(idle_on))
    if planned_on and planned_on != idle_on:
        yield Below(planned_on, f"plans: {_month(planned_on)}")


def _steps(holders: Holders) -> tuple[tuple[date, int], ...]:
    return tuple(zip(holders.days, holders.counts, strict=True))


# Days and words


def _ticks(from_on: date, until_on: date, most: int) -> tuple[tuple[date, str], ...]:
    """The first days of months, evenly apart, and at most so many."""
    found: list[date] = []
    for months in (1, 2, 3, 6, 12, 24):
        found = [
            date(year, month, 1)
            for year in range(from_on.year, until_on.year + 1)
            for month in range(1, 13)
            if (12 * year + month - 1) % months == 0 and from_on <= date(year, month, 1) <= until_on
        ]
        if len(found) <= most:
            break
    if len(found) > CLOSE_TICKS:  # at an end of the picture a label is moved inwards, and there is no room
        margin = (until_on - from_on) / 16
        found = [on for on in found if from_on + margin <= on <= until_on - margin]
    return tuple((on, _month(on)) for on in found)


def _years(day: date, years: int) -> date:
    return date(day.year + years, day.month, 1)


def _day(day: date) -> str:
    return f"{day.day} {_month(day)}"


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _label(text: str) -> str:
    """A text on one line, as far as it can be shown and not too long."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= LONGEST_LABEL else f"{shown[: LONGEST_LABEL - 1]}…"

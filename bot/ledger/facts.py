"""The values the ledger keeps about a member, and their rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rules import Activity, Credential, ExamPass, History, Kind, PortalDates, State

iso = date.fromisoformat
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """The person who holds or seeks certifications: a Slack user of one workspace, both ids opaque."""

    workspace: str
    id: str


class LoggedActivity(NamedTuple):
    """An activity under the member's own number; `units` are CE units where the member stated them."""

    number: int
    kind: Kind
    done_on: date
    title: str
    units: int | None = None
    state: State = State.LOGGED
    link: str | None = None

    def as_fact(self) -> Activity:
        """The activity as the rules see it: its number is its id."""
        return Activity(str(self.number), self.kind, self.done_on, self.title, self.units, self.state)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that holds about one member now, activities by number."""

    credentials: tuple[Credential, ...] = ()
    activities: tuple[LoggedActivity, ...] = ()
    exams: tuple[ExamPass, ...] = ()

    def history(self, as_of: date) -> History:
        """The facts as of a day, for the rules; credentials not yet known on it are left out."""
        return History(
            as_of,
            tuple([held for held in self.credentials if held.known_on(as_of)]),
            tuple([activity.as_fact() for activity in self.activities]),
            self.exams,
        )

    def activity(self, number: int) -> LoggedActivity | None:
        """The activity with this number, if there is one."""
        return next((activity for activity in self.activities if activity.number == number), None)

    def held(self, code: str) -> Credential | None:
        """The credential with this code, if it is held."""
        return next((held for held in self.credentials if held.code == code), None)

    def changes_after(self, day: date) -> date | None:
        """The first day after `day` on which a fact begins to matter, or None."""
        days = [
            *(activity.done_on for activity in self.activities),
            *(exam.passed_on for exam in self.exams),
            *(held.earned_on for held in self.credentials if held.earned_on),
            *(shown.confirmed_on for held in self.credentials for shown in held.portal),
        ]
        return min((found for found in days if found > day), default=None)


KINDS = {kind.value: kind for kind in Kind}
STATES = {state.value: state for state in State}


def activity_of(row: Row) -> LoggedActivity:
    """The activity in a row of number, kind, done_on, title, units, state, link."""
    number, kind, done_on, title, units, state, link = row
    return LoggedActivity(number, KINDS[kind], iso(done_on), title, units, STATES[state], link)


ADD_ACTIVITY = (
    "INSERT INTO activities (workspace, member, number, kind, done_on, title, units, state, link, added_by) "
    "VALUES (:workspace, :member, :number, :kind, :done_on, :title, :units, :state, :link, :change)"
)


def row_of_activity(one: LoggedActivity) -> dict[str, Any]:
    """The values of an activity for ADD_ACTIVITY."""
    return {
        "number": one.number,
        "kind": one.kind.value,
        "done_on": one.done_on.isoformat(),
        "title": one.title,
        "units": one.units,
        "state": one.state.value,
        "link": one.link,
    }


def portal_of(row: Row) -> PortalDates:
    """The portal dates in a row of suspends_on, expires_on, confirmed_on, cycle_started_on."""
    suspends_on, expires_on, confirmed_on, started_on = row
    return PortalDates(iso(suspends_on), _day(expires_on), iso(confirmed_on), _day(started_on))


def credential_of(row: Row, portal: tuple[PortalDates, ...]) -> Credential:
    """The credential in a row of code, earned_on."""
    code, earned_on = row
    return Credential(code, _day(earned_on), portal)


def exam_of(row: Row) -> ExamPass:
    """The exam in a row of code, passed_on."""
    return ExamPass(row[0], iso(row[1]))


def _day(text: str | None) -> date | None:
    return iso(text) if text else None

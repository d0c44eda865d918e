"""Importing: what a file says that is new, kept until its member says yes, then saved as one change."""

from collections.abc import Callable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from rules import History, Policy, PortalDates, Standing, State, check_done, check_units

from .days import Clock
from .grammar import ActivityRow, CertWords, Sheet
from .ledger import Facts, Ledger, LoggedActivity, Member, PendingImport, Writer
from .outcomes import CredentialNews, Effect, FileGoneError, Imported, News, NothingNewError
from .stating import state_credential

ACTION = "import"

IsAsked = Callable[[Member, Sequence[Standing]], bool]
StandingsOn = Callable[[Member, date], tuple[Standing, ...]]
Settle = Callable[[Writer, Member, tuple[Standing, ...], date], tuple[History, tuple[Effect, ...]]]


class Importing:
    """Imports files; `zone_of` names a member's time zone.

    `standings_on` tells where a member stands, `settle` computes it anew after a change, and `is_asked` tells
    whether somebody standing there has said if they want to be reminded.
    """

    def __init__(
        self,
        ledger: Ledger,
        policy: Policy,
        clock: Clock,
        zone_of: Callable[[Member], ZoneInfo],
        standings_on: StandingsOn,
        settle: Settle,
        is_asked: IsAsked,
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._clock = clock
        self._zone_of = zone_of
        self._standings_on = standings_on
        self._settle = settle
        self._is_asked = is_asked

    def keep(self, writer: Writer, who: Member, name: str, content: str) -> int:
        """Keep a file until its member answers, in the place of any before; the number of the question."""
        return writer.imports.keep(who, name, content, self._clock())

    def forget(self, writer: Writer, who: Member) -> None:
        """Delete whatever file of the member's waits."""
        writer.imports.forget(who)

    def waiting(self, writer: Writer, who: Member, number: int) -> PendingImport:
        """The member's file with this number.

        Raises FileGoneError.
        """
        found = writer.imports.pending(who, number, self._clock())
        if found is None:
            raise FileGoneError
        return found

    def sent_on(self, who: Member, pending: PendingImport) -> date:
        """The member's day on which a file came, from which "yesterday" in it counts."""
        return pending.asked_at.astimezone(self._zone_of(who)).date()

    def set_order(self, writer: Writer, who: Member, number: int, *, day_first: bool) -> None:
        """Note how the numeric dates of a file are to be read."""
        writer.imports.set_order(who, number, day_first=day_first)

    def news(self, who: Member, sheet: Sheet, sent_on: date) -> News:
        """What a table sent on a day says that is not known yet."""
        return _news(sheet, self._ledger.facts(who), sent_on)

    def save(
        self, writer: Writer, who: Member, pending: PendingImport, sheet: Sheet, today: date
    ) -> Imported:
        """Save all that a file says, or nothing; as one change, which is undone as one.

        Raises FileGoneError for a file that has faults by now, NothingNewError, and RefusedError as a command
        for each of its rows would.
        """
        if sheet.faulty:
            raise FileGoneError
        facts = self._ledger.facts(who)
        news = _news(sheet, facts, self.sent_on(who, pending))
        if not news.count:
            raise NothingNewError
        self._check(news, today)
        before = self._standings_on(who, today)
        change = writer.begin_change(who, ACTION, _subject(news), self._clock())
        for one in news.credentials:
            state_credential(
                writer, who, one.code, one.was, before, change, earned_on=one.earned_on, shown=one.shown
            )
        if news.activities:
            writer.imports.add_activities(who, news.activities, change)
        for exam in news.exams:
            writer.add_exam(who, exam, change)
        _, effects = self._settle(writer, who, before, today)
        stands = [effect.after for effect in effects if effect.after]
        is_asked = all(one.was for one in news.credentials) or self._is_asked(who, stands)
        return Imported(change, today, effects, name=pending.name, news=news, is_asked=is_asked)

    def _check(self, news: News, today: date) -> None:
        for activity in news.activities:
            check_done(activity.done_on, today)
            check_units(activity.kind, activity.units, activity.done_on, self._policy)
        for credential in news.credentials:
            check_done(credential.earned_on or today, today)
        for exam in news.exams:
            check_done(exam.passed_on, today)


def _news(sheet: Sheet, facts: Facts, sent_on: date) -> News:
    known = {(one.kind, one.done_on, one.title.casefold()): one for one in facts.activities}
    activities, otherwise = [], 0
    for row in sheet.activities:
        key = (row.kind, row.done_on, row.title.casefold())
        if key in known:
            otherwise += _says_otherwise(row, known[key])
            continue
        known[key] = LoggedActivity(0, row.kind, row.done_on, row.title, row.units, row.state, row.link)
        activities.append(known[key])
    credentials = [one for words in sheet.certifications if (one := _credential_news(words, facts, sent_on))]
    passed = set(facts.exams)
    exams = [exam for exam in dict.fromkeys(sheet.exams) if exam not in passed]
    said = len(sheet.activities) + len(sheet.certifications) + len(sheet.exams)
    already = said - len(activities) - len(credentials) - len(exams)
    return News(tuple(activities), tuple(credentials), tuple(exams), already, otherwise)


def _says_otherwise(row: ActivityRow, known: LoggedActivity) -> bool:
    """Whether a row says something of an activity that is known otherwise, and that may move a date."""
    is_rejected = State.REJECTED in (row.state, known.state) and row.state is not known.state
    return row.units not in (None, known.units) or is_rejected


def _credential_news(words: CertWords, facts: Facts, sent_on: date) -> CredentialNews | None:
    """What is new about a certification; None where all is known, be it by now replaced by later dates."""
    held = facts.held(words.code)
    earned_on = words.earned_on if held is None or held.earned_on != words.earned_on else None
    shown = None
    if words.suspends_on:
        shown = PortalDates(words.suspends_on, words.expires_on, sent_on, words.cycle_started_on)
        if held and any(_same(shown, before) for before in held.portal):
            shown = None
    return CredentialNews(words.code, earned_on, shown, held) if earned_on or shown else None


def _same(one: PortalDates, other: PortalDates) -> bool:
    """Whether two statements of portal dates say the same, on whichever days."""
    return (one.suspends_on, one.expires_on, one.cycle_started_on) == (
        other.suspends_on,
        other.expires_on,
        other.cycle_started_on,
    )


def _subject(news: News) -> str:
    """What is imported, for the audit: amounts only."""
    amounts = (
        (len(news.activities), "activity", "activities"),
        (len(news.credentials), "certification", "certifications"),
        (len(news.exams), "exam", "exams"),
    )
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in amounts if count]
    return f"an import of {' and '.join(filter(None, [', '.join(parts[:-1]), parts[-1]]))}"

"""What the bot can do for a member, without Slack: each use case as one call."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from faq.entry import Faq, load
from rules import (
    Dates,
    ExamPass,
    Explanation,
    History,
    Policy,
    PortalDates,
    Reason,
    Standing,
    State,
    Status,
    best_plan,
    cautions_about,
    cautions_about_code,
    check_done,
    check_units,
    explain,
    figures,
    fingerprint,
    lives,
    outlooks,
    renewing,
    standings,
    with_one_more,
)

from .answering import Answering
from .curating import NOBODY, Curating, Curators
from .days import Clock, Days
from .exporting import Exporting
from .folder import ProofFolder, folder_of
from .forecasts import Forecasts
from .forgetting import Forgetting
from .importing import Importing
from .keeping import REMOVE as REMOVE_PROOF
from .keeping import Keeping
from .ledger import (
    ChangedSinceError,
    Kept,
    Ledger,
    LoggedActivity,
    Member,
    PortalAnswer,
    Writer,
)
from .outcomes import (
    ActivitiesMarked,
    ActivityChanged,
    AlreadyNotedError,
    CannotUndoError,
    CredentialChanged,
    Effect,
    EnteredAlreadyError,
    Holdings,
    Home,
    Listing,
    NoSuchActivityError,
    NoSuchExamError,
    NotHeldError,
    NothingToUndoError,
    Overview,
    Planned,
    PortalAgreed,
    ProofDeletedError,
    Reminding,
    RenewalGoneError,
    Timeline,
    Undone,
    coming_dates,
    effects_of,
    urgency,
)
from .previewing import Previewing
from .reminders import Reminders
from .saving import Saving
from .stating import state_credential
from .teams import PeopleOf, Teams, nobody_known
from .upkeep import Upkeep


class Desk:
    """The use cases, over one ledger, one policy and one clock.

    `timezone_of` names a member's time zone (IANA) or None where it cannot be known now; `people_of` tells
    what Slack knows of people; `url` is where the bot can be reached from the web, if it can. Changing calls
    take the transaction they are part of.
    """

    def __init__(
        self,
        ledger: Ledger,
        policy: Policy,
        clock: Clock,
        timezone_of: Callable[[Member], str | None],
        curators: Curators = NOBODY,
        people_of: PeopleOf = nobody_known,
        *,
        url: str | None = None,
    ) -> None:
        self.policy = policy
        self.saving = Saving(ledger, clock, self._replayed)
        self._ledger = ledger
        self._clock = clock
        self._days = Days(ledger, clock, timezone_of, self._moved)
        self.reminders = Reminders(ledger, clock, self._days, self._standings_to_tell)
        self.teams = Teams(ledger, policy, clock, self._standings_to_tell, self.reminders, people_of)
        self.previewing = Previewing(ledger, policy)
        self.forecasts = Forecasts(ledger, policy, self.teams.histories)
        self.keeping = Keeping(ledger, clock, ProofFolder(folder_of(ledger.path)), self._days.zone)
        self.exporting = Exporting(
            ledger, policy, clock, self._days, self._standings, url, self.keeping.content
        )
        self.forgetting = Forgetting(ledger, clock)
        self.importing = Importing(
            ledger, policy, clock, self._days.zone, self._standings, self._settle, self._is_asked
        )
        self._fingerprint = fingerprint(policy)
        self.upkeep = Upkeep(ledger, clock, self._fingerprint, self._restand)
        self.curating = Curating(ledger, clock, lambda: self.faq, curators)
        self.answering = Answering(ledger, policy, clock, lambda: self.faq, self.curating, self.today)

    # Days

    def today(self, who: Member) -> date:
        """The member's own day."""
        return self._days.today(who)

    def knows_today(self, who: Member) -> bool:
        """Whether the member's day is known without asking Slack, for which a form does not wait."""
        return self._days.is_known(who)

    def local_today(self, who: Member) -> date:
        """The member's day as far as it is known without asking Slack."""
        return self._days.local_today(who)

    def day_of(self, who: Member, moment: datetime) -> date:
        """The member's day at a moment, as far as their time zone is known without asking Slack."""
        return moment.astimezone(self._days.zone(who)).date()

    def look_up_zone(self, who: Member) -> bool:
        """Have Slack name the member's time zone, if it was long ago that it did; whether it was asked."""
        return self._days.look_up(who)

    # Looking

    def overview(self, who: Member, today: date) -> Overview:
        """Where the member stands."""
        kept = self._kept(who, today)
        found = kept.standings if kept else self._replayed(who, today)
        if not found:
            return Overview(today, (), len(self._ledger.titles(who)))
        to_enter = kept.to_enter if kept else self._ledger.to_enter(who, today)
        is_asked = _is_over(found) or (kept.is_asked if kept else self.reminders.is_asked(who))
        return Overview(today, _by_urgency(found), 0, to_enter, is_asked=is_asked)

    def reminding(self, who: Member, today: date) -> Reminding:
        """How the member is reminded, and of what."""
        return Reminding(
            today,
            self.reminders.settings(who),
            self.reminders.is_asked(who),
            self._days.zone(who).key,
            _by_urgency(self._standings(who, today)),
            self.reminders.waiting(who),
        )

    def listing(self, who: Member, today: date) -> Listing:
        """The member's activities and what each counts for."""
        facts = self._ledger.facts(who)
        codes: dict[int, dict[Reason, list[str]]] = {one.number: {} for one in facts.activities}
        for standing in standings(facts.history(today), self.policy):
            for credited in standing.activities:
                codes[int(credited.id)].setdefault(credited.reason, []).append(standing.code)
        newest_first = sorted(facts.activities, key=lambda one: (one.done_on, one.number), reverse=True)
        return Listing(today, tuple(newest_first), codes, self.keeping.counts(who))

    def home(self, who: Member, today: date, page: int = 0) -> Home:
        """The member's Home, open at a page (from 0), or at the last where there are fewer."""
        overview, listing = self.overview(who, today), self.listing(who, today)
        numbers = self._ledger.numbers_to_enter(who, today) if overview.to_enter else ()
        found = Home(
            overview,
            listing,
            coming_dates(overview.standings, self.reminders.waiting(who).next, today),
            tuple(one for one in listing.activities if one.number in numbers),
            self._ledger.latest_change(who),
        )
        return replace(found, page=min(max(page, 0), found.pages - 1))

    def holdings(self, who: Member, today: date) -> Holdings:
        """The member's credentials and exams."""
        history = self._ledger.facts(who).history(today)
        found = standings(history, self.policy)
        return Holdings(today, tuple(zip(history.credentials, found, strict=True)), history.exams)

    def reasons(self, who: Member, code: str, today: date) -> Explanation:
        """Why a certification stands where it does.

        Raises NotHeldError.
        """
        history = self._ledger.facts(who).history(today)
        _refuse_unheld([code], history)
        return explain(code, history, self.policy)

    def plan(self, who: Member, codes: Sequence[str], on: date, today: date) -> Planned:
        """What to do from `on` (today or later) to keep the certifications named, or all of them.

        Raises NotHeldError.
        """
        history = self._ledger.facts(who).history(today)
        _refuse_unheld(codes, history)
        chosen = [one.code for one in history.credentials if not codes or one.code in codes]
        found = [one for one in outlooks(history, self.policy, on) if one.standing.code in chosen]
        found.sort(key=lambda one: urgency(one.standing))
        # Of the sets that renew one, the most urgent's is of interest, and the largest: it renews all it can.
        kept = [one.standing for one in found if one.soonest]
        shown = dict.fromkeys(
            one.code for one in (*kept[:1], *sorted(kept, key=lambda one: one.missing)[-1:])
        )
        sets = [
            one._replace(outcomes=tuple(sorted(one.outcomes, key=lambda each: urgency(each.before))))
            for code in shown
            for one in renewing(history, code, self.policy, on)[:1]
        ]
        return Planned(today, on, tuple(found), tuple(sets), best_plan(history, self.policy, chosen, on))

    def timeline(self, who: Member, codes: Sequence[str], today: date) -> Timeline:
        """The certifications named, or all of them, over time.

        Raises NotHeldError.
        """
        history = self._ledger.facts(who).history(today)
        _refuse_unheld(codes, history)
        found = [one for one in lives(history, self.policy) if not codes or one.code in codes]
        return Timeline(today, tuple(sorted(found, key=urgency)))

    def codes(self, who: Member) -> tuple[str, ...]:
        """The certifications' codes that are known: those the policy lists, and the member's own.

        Of a level the policy lists no code for, every number is known; the member's own do not narrow that.
        """
        certifications = self.policy.certifications
        held = (one.code for one in self._ledger.facts(who).credentials)
        return (*certifications.listed, *(code for code in held if not certifications.knows(code)))

    # Questions

    @cached_property
    def faq(self) -> Faq:
        """The curated answers, with the policy's figures; read when the first question comes."""
        return load(figures(self.policy), self.policy.sources)

    def is_new(self, who: Member, key: str, wait_s: float = 1.5) -> bool:
        """Whether this is the first time that Slack delivers what has this key."""
        with self._ledger.write(wait_s) as writer:
            if writer.answer_to(who, key) is not None:
                return False
            writer.keep_answer(who, key, "", self._clock())
            return True

    def is_forgotten(self, who: Member, key: str) -> bool:
        """Whether what came with this key is forgotten: its member had everything deleted since."""
        with self._ledger.write() as writer:
            return writer.answer_to(who, key) is None

    # Activities

    def add_activity(
        self, writer: Writer, who: Member, activity: LoggedActivity, today: date
    ) -> ActivityChanged:
        """Log an activity under the member's next number.

        Raises RefusedError for a day still to come and for units where the policy has a value.
        """
        self._check(activity, today)
        kept = self._kept(who, today)
        before = kept.standings if kept else self._replayed(who, today)
        now = self._clock()
        numbered = activity._replace(number=writer.next_number(who, now))
        change = writer.begin_change(who, "add activity", f"activity {numbered.number}", now)
        after = self._after_one_more(who, numbered, kept) if kept else ()
        writer.add_activity(who, numbered, change)
        if kept and after:
            self._keep(writer, who, after, today, kept.holds_before)
            return ActivityChanged(change, today, effects_of(before, after), (), numbered)
        history, effects = self._settle(writer, who, before, today)
        cautions = cautions_about(numbered.as_fact(), history, self.policy)
        return ActivityChanged(change, today, effects, cautions, numbered)

    def _after_one_more(self, who: Member, activity: LoggedActivity, kept: Kept) -> tuple[Standing, ...]:
        """The kept standings with one more activity, or nothing where only a replay of all facts can tell."""
        title = activity.title.casefold()
        if any(title == other.casefold() for other in self._ledger.titles(who)):
            return ()
        fact = activity.as_fact()
        after = [with_one_more(standing, fact, self.policy) for standing in kept.standings]
        found = tuple(standing for standing in after if standing)
        return found if len(found) == len(after) else ()

    def edit_activity(
        self, writer: Writer, who: Member, activity: LoggedActivity, today: date
    ) -> ActivityChanged:
        """Put a new version in the place of the activity with the same number.

        Raises NoSuchActivityError, and RefusedError as add_activity does.
        """
        was = self.activity(who, activity.number)
        self._check(activity, today)
        before = self._standings(who, today)
        change = writer.begin_change(who, "edit activity", f"activity {was.number}", self._clock())
        writer.end_activity(who, was.number, change)
        writer.add_activity(who, activity, change)
        history, effects = self._settle(writer, who, before, today)
        cautions = cautions_about(activity.as_fact(), history, self.policy)
        return ActivityChanged(change, today, effects, cautions, activity, was)

    def remove_activity(self, writer: Writer, who: Member, number: int, today: date) -> ActivityChanged:
        """Take an activity out of what counts; it stays in the ledger, marked.

        Raises NoSuchActivityError.
        """
        was = self.activity(who, number)
        before = self._standings(who, today)
        change = writer.begin_change(who, "remove activity", f"activity {number}", self._clock())
        writer.end_activity(who, number, change)
        files_gone = self.keeping.remove_all(writer, who, number, change)
        _, effects = self._settle(writer, who, before, today)
        return ActivityChanged(change, today, effects, was=was, files_gone=files_gone)

    def mark_activities(
        self,
        writer: Writer,
        who: Member,
        spans: Sequence[tuple[int, int]],
        today: date,
        *,
        entered: bool,
    ) -> ActivitiesMarked:
        """Mark activities as entered in the portal, or as not after all: spans of numbers, or all (no spans).

        One that the portal rejected is entered again only where it is named. Raises NoSuchActivityError, and
        EnteredAlreadyError where there is none to mark.
        """
        facts = self._ledger.facts(who)
        if entered:
            markable = {State.LOGGED, State.REJECTED} if spans else {State.LOGGED}
        else:
            markable = {State.ENTERED, State.CONFIRMED}
        named = [
            one
            for one in facts.activities
            if not spans or any(first <= one.number <= last for first, last in spans)
        ]
        numbers = {one.number for one in named}
        for first, last in spans:
            if not any(first <= number <= last for number in numbers):
                raise NoSuchActivityError(first)
        state = State.ENTERED if entered else State.LOGGED
        marked = tuple(one._replace(state=state) for one in named if one.state in markable)
        if not marked:
            raise EnteredAlreadyError(entered=entered)
        before = self._standings(who, today)
        subject = f"activity {marked[0].number}" if len(marked) == 1 else f"{len(marked)} activities"
        action = "enter activities" if entered else "unmark activities"
        change = writer.begin_change(who, action, subject, self._clock())
        for one in marked:
            writer.end_activity(who, one.number, change)
            writer.add_activity(who, one, change)
        _, effects = self._settle(writer, who, before, today)
        return ActivitiesMarked(change, today, effects, activities=marked, entered=entered)

    def activity(self, who: Member, number: int) -> LoggedActivity:
        """The member's activity with this number.

        Raises NoSuchActivityError.
        """
        found = self._ledger.facts(who).activity(number)
        if found is None:
            raise NoSuchActivityError(number)
        return found

    # Credentials

    def state_credential(
        self,
        writer: Writer,
        who: Member,
        code: str,
        today: date,
        *,
        earned_on: date | None = None,
        shown: PortalDates | None = None,
    ) -> CredentialChanged:
        """Note that a certification is held: the day it was earned, what the portal shows (R13), or both.

        Earned anew after it had expired, it starts afresh, without the portal dates of before (R11).
        Raises RefusedError for an earned day still to come.
        """
        if earned_on:
            check_done(earned_on, today)
        before = self._standings(who, today)
        held = self._ledger.facts(who).held(code)
        change = writer.begin_change(who, "state certification", code, self._clock())
        anew = state_credential(writer, who, code, held, before, change, earned_on=earned_on, shown=shown)
        changed = self._credential_changed(writer, who, code, change, before, today)
        after = [effect.after for effect in changed.effects if effect.after]
        is_asked = held is not None or self._is_asked(who, after)
        return replace(changed, anew=anew, shown=shown, is_asked=is_asked)

    def remove_credential(self, writer: Writer, who: Member, code: str, today: date) -> CredentialChanged:
        """Stop following a certification; its portal dates go with it, activities and exams stay.

        Raises NotHeldError.
        """
        if self._ledger.facts(who).held(code) is None:
            raise NotHeldError(code)
        before = self._standings(who, today)
        change = writer.begin_change(who, "remove certification", code, self._clock())
        writer.end_credential(who, code, change)
        writer.end_portal_dates(who, code, change)
        return self._credential_changed(writer, who, code, change, before, today)

    def portal_agrees(self, writer: Writer, who: Member, change: int, today: date) -> PortalAgreed:
        """Note that the portal shows what was calculated for the credentials a change renewed (R13).

        Raises RenewalGoneError where none of those renewals is what is computed now.
        """
        asked = writer.questions.answer_portal(who, change, PortalAnswer.SAME)
        before = self._replayed(who, today)
        standing = {one.code: one for one in before}
        agreed = [
            (code, standing[code].cycle)
            for code, renewed_on in asked
            if code in standing
            and standing[code].cycle.dates is Dates.CALCULATED
            and standing[code].renewals[-1].renewed_on == renewed_on
        ]
        if not agreed:
            raise RenewalGoneError
        codes = tuple(code for code, _ in agreed)
        noted = writer.begin_change(who, "confirm dates", " and ".join(codes), self._clock())
        for code, cycle in agreed:
            shown = PortalDates(cycle.suspends_on, cycle.expires_on, today, cycle.started_on)
            writer.add_portal_dates(who, code, shown, noted)
        _, effects = self._settle(writer, who, before, today)
        return PortalAgreed(noted, today, effects, codes=codes)

    def portal_differs(
        self, writer: Writer, who: Member, change: int, answer: PortalAnswer, today: date
    ) -> tuple[Standing, ...]:
        """Note that the portal shows other dates, or none yet: where the credentials asked about stand.

        Raises RenewalGoneError where none of them is held any more.
        """
        codes = {code for code, _ in writer.questions.answer_portal(who, change, answer)}
        found = tuple(one for one in self._standings(who, today) if one.code in codes)
        if not found:
            raise RenewalGoneError
        return found

    def pass_exam(self, writer: Writer, who: Member, exam: ExamPass, today: date) -> CredentialChanged:
        """Note an exam passed (R10).

        Raises RefusedError for a day still to come, AlreadyNotedError for one stated before.
        """
        check_done(exam.passed_on, today)
        if exam in self._ledger.facts(who).exams:
            raise AlreadyNotedError(exam)
        before = self._standings(who, today)
        change = writer.begin_change(who, "state exam", exam.code, self._clock())
        writer.add_exam(who, exam, change)
        return replace(self._credential_changed(writer, who, exam.code, change, before, today), exam=exam)

    def remove_exam(self, writer: Writer, who: Member, exam: ExamPass, today: date) -> CredentialChanged:
        """Take back an exam.

        Raises NoSuchExamError.
        """
        if exam not in self._ledger.facts(who).exams:
            raise NoSuchExamError(exam)
        before = self._standings(who, today)
        change = writer.begin_change(who, "remove exam", exam.code, self._clock())
        writer.end_exam(who, exam, change)
        return replace(self._credential_changed(writer, who, exam.code, change, before, today), exam=exam)

    # Undo

    def undo(self, writer: Writer, who: Member, change: int | None, today: date) -> Undone:
        """Take back the change with this number, or the latest one (None).

        Raises NothingToUndoError, CannotUndoError where a later change touched the same, and
        ProofDeletedError for a file that was taken away long ago.
        """
        found = writer.change(who, change)
        if found is None:
            raise NothingToUndoError
        if found.action == REMOVE_PROOF and not writer.proofs.has_ended_by(who, found.id):
            raise ProofDeletedError
        before = self._standings(who, today)
        try:
            writer.undo(who, found, self._clock())
        except ChangedSinceError as error:
            raise CannotUndoError(found.subject) from error
        _, effects = self._settle(writer, who, before, today)
        return Undone(found.id, today, effects, action=found.action, subject=found.subject)

    # Inside

    def _moved(self, writer: Writer, who: Member) -> None:
        """Tell the member in a new time zone by its clock from now on."""
        today = self._days.local_today(who)
        self.reminders.rezone(writer, who, self._standings_to_tell(who, today), today)

    def _restand(self, writer: Writer, who: Member) -> None:
        """Compute anew where the member stands, and plan what they are to be told of it."""
        today = self._days.local_today(who)
        self._settle(writer, who, (), today)
        self.reminders.replan(writer, who, self._standings(who, today), today)

    def _is_asked(self, who: Member, found: Sequence[Standing]) -> bool:
        """Whether the member has said if they want to be reminded, or there is nothing to be reminded of."""
        return _is_over(found) or self.reminders.is_asked(who)

    def _check(self, activity: LoggedActivity, today: date) -> None:
        check_done(activity.done_on, today)
        check_units(activity.kind, activity.units, activity.done_on, self.policy)

    def _kept(self, who: Member, today: date) -> Kept | None:
        """The member's standings as kept with the last change, if those still hold."""
        kept = self._ledger.kept_standings(who, today)
        return kept if kept and kept.holds_on(today, self._fingerprint) else None

    def _standings(self, who: Member, today: date) -> tuple[Standing, ...]:
        """The member's standings: as kept, or replayed where those no longer hold."""
        kept = self._kept(who, today)
        return kept.standings if kept else self._replayed(who, today)

    def _standings_to_tell(self, who: Member, today: date) -> tuple[Standing, ...]:
        """The same for what the member is to be told: to the west it may be the day before a change again.

        What was known is known then, too: forgotten for a day, it would not be told.
        """
        kept = self._ledger.kept_standings(who, today)
        if kept and kept.holds_somewhere(today, self._fingerprint):
            return kept.standings
        return self._replayed(who, max(today, kept.as_of) if kept else today)

    def _replayed(self, who: Member, today: date) -> tuple[Standing, ...]:
        return standings(self._ledger.facts(who).history(today), self.policy)

    def _settle(
        self, writer: Writer, who: Member, before: tuple[Standing, ...], today: date
    ) -> tuple[History, tuple[Effect, ...]]:
        """Replay after a change, keep where the member stands now, and tell what changed."""
        facts = self._ledger.facts(who)
        history = facts.history(today)
        after = standings(history, self.policy)
        changes_on = (facts.changes_after(today), self.policy.changes_after(today))
        stood = self._ledger.kept_dates(who)
        self._keep(writer, who, after, today, min(filter(None, changes_on), default=None))
        # What is planned belongs to the dates that were kept; `before` may be of a later day.
        if stood != {(one.code, one.cycle.suspends_on, one.last_safe_day) for one in after}:
            self.reminders.replan(writer, who, after, today)
        return history, effects_of(before, after)

    def _keep(
        self,
        writer: Writer,
        who: Member,
        found: tuple[Standing, ...],
        today: date,
        holds_before: date | None,
    ) -> None:
        writer.keep_standings(who, found, policy=self._fingerprint, as_of=today, holds_before=holds_before)

    def _credential_changed(
        self,
        writer: Writer,
        who: Member,
        code: str,
        change: int,
        before: tuple[Standing, ...],
        today: date,
    ) -> CredentialChanged:
        _, effects = self._settle(writer, who, before, today)
        own = tuple(effect for effect in effects if effect.code == code)
        # A standing brings its own warnings, and of what is let go of there is nothing to warn.
        cautions = () if own else tuple(cautions_about_code(code, self.policy))
        return CredentialChanged(change, today, own, cautions, code)


def _is_over(found: Sequence[Standing]) -> bool:
    """Whether nothing is left that could be suspended."""
    return all(one.status is Status.EXPIRED for one in found)


def _by_urgency(found: tuple[Standing, ...]) -> tuple[Standing, ...]:
    """The next date first; what has expired last."""
    return tuple(sorted(found, key=urgency))


def _refuse_unheld(codes: Iterable[str], history: History) -> None:
    held = {one.code for one in history.credentials}
    for code in codes:
        if code not in held:
            raise NotHeldError(code)

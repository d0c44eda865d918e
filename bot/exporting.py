"""What members take with them: their data as files, what the portal needs, their dates as a calendar."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from rules import Policy, Standing, Status, portal_on, standings
from rules.jsonl import standing_as_json

from .days import Clock, Days
from .ledger import (
    Facts,
    Ledger,
    Member,
    Noted,
    Proof,
    ProofState,
    ReminderSettings,
    TeamSettings,
    Writer,
)
from .outcomes import Address, Archive, Calendar, Exported, NoAddressError, NotHeldError, ProofList, urgency
from .packing import archive_of, archives
from .proofs import proof_lists

# What a calendar's private address ends in: more than anybody could try.
TOKEN_BYTES = 32
# Where calendars stand below the bot's own address, and what their names end in.
CALENDARS, CALENDAR_ENDS = "/calendar/", ".ics"

# The columns of the table, by names that `/ce import` knows.
COLUMNS = (
    "kind", "title", "date", "units", "link", "state", "code", "earned on", "suspends on", "expires on",
    "cycle started on",
)  # fmt: skip
# Spreadsheets take a cell that begins with one of these for a formula, also in their wide forms. A space that
# takes no room keeps it text, and `/ce import` drops such spaces, as it does wherever somebody types.
_FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")
_NO_FORMULA = "\u200b"


class Exporting:
    """Files of a member's own data, and the addresses of their calendars.

    `standings_of` tells where a member stands on a day. `url` is where the bot can be reached from the web;
    without it there are no addresses. `content_of` gives a file that proves something, by its hash.
    """

    def __init__(
        self,
        ledger: Ledger,
        policy: Policy,
        clock: Clock,
        days: Days,
        standings_of: Callable[[Member, date], Sequence[Standing]],
        url: str | None = None,
        content_of: Callable[[Member, str], bytes | None] = lambda _who, _digest: None,
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._clock = clock
        self._days = days
        self._standings_of = standings_of
        self._url = url
        self._content_of = content_of

    # Data

    def export(self, who: Member, today: date) -> Exported:
        """All the member told, what the portal needs of it, and what puts it into files."""
        facts = self._ledger.facts(who)
        found = self._replayed(facts, today)
        proofs = proof_lists(facts, found, today, self._policy)
        to_enter = {one.number: one for proof in proofs for one in proof.to_enter}
        return Exported(
            today,
            len(facts.credentials),
            len(facts.activities),
            len(facts.exams),
            tuple(proofs),
            tuple(to_enter[number] for number in sorted(to_enter)),
            max(self._ledger.to_enter(who, today) - len(to_enter), 0),
            tuple(one.code for one in found if one.status is Status.EXPIRED),
            csv=partial(table_of, facts, today, self._policy),
            json=partial(self._json, who, facts, found, today),
            archives=self._archives(who, facts, today),
        )

    def _archives(self, who: Member, facts: Facts, today: date) -> tuple[Archive, ...]:
        """What packs the files that are kept; the first names the activities that have a link alone, too."""
        kept = [one for one in self._files(who) if one.state is ProofState.KEPT]
        proven = {one.number for one in kept}
        links = [one for one in facts.activities if one.link and one.number not in proven]
        return tuple(
            Archive(
                len(packed),
                len({one.activity.number for one in packed}),
                partial(
                    archive_of,
                    packed,
                    links if place == 0 else (),
                    partial(self._content_of, who),
                    today,
                    self._policy,
                    harmless=harmless,
                ),
            )
            for place, packed in enumerate(archives(facts.activities, kept))
        )

    def _files(self, who: Member) -> tuple[Proof, ...]:
        with self._ledger.proofs() as proofs:
            return proofs.of(who)

    def proofs(self, who: Member, code: str | None, today: date) -> tuple[ProofList, ...]:
        """What the portal needs, for one certification or for all.

        Raises NotHeldError.
        """
        facts = self._ledger.facts(who)
        if code and not facts.held(code):
            raise NotHeldError(code)
        found = proof_lists(facts, self._replayed(facts, today), today, self._policy)
        return tuple(one for one in found if code in (None, one.standing.code))

    def _replayed(self, facts: Facts, today: date) -> list[Standing]:
        return sorted(standings(facts.history(today), self._policy), key=urgency)

    def _json(self, who: Member, facts: Facts, found: Sequence[Standing], today: date) -> bytes:
        timezone, _ = self._ledger.timezone(who)
        reminders = self._ledger.reminder_settings(who)
        with self._ledger.teams() as teams:
            joined = teams.of_member(who)
        with self._ledger.forgetting() as kept:
            changes = kept.changes(who)
        document = {
            "as_of": today,
            "policy": {"id": self._policy.id, "verified_on": self._policy.verified_on},
            "member": {"workspace": who.workspace, "id": who.id, "timezone": timezone},
            **_facts_as_json(facts),
            "proofs": [_proof_as_json(one) for one in self._files(who)],
            "standings": [standing_as_json(standing) for standing in found],
            "reminders": _reminders_as_json(reminders) if reminders else None,
            "teams": [_team_as_json(team) for team in joined],
            "changes": [_change_as_json(change) for change in changes],
        }
        text = json.dumps(document, ensure_ascii=False, indent=1, default=date.isoformat)
        return f"{text}\n".encode()

    # Calendar

    def calendar(self, who: Member, today: date) -> Calendar:
        """The member's dates; what has expired has none any more."""
        now = self._clock()
        found = sorted(self._standings_of(who, today), key=urgency)
        with self._ledger.calendars() as calendars:
            change, changed_at = calendars.last_change(who)
        return Calendar(
            who,
            today,
            now,
            tuple(one for one in found if one.status is not Status.EXPIRED),
            tuple(one.code for one in found if one.status is Status.EXPIRED),
            changed_at or now,
            change,
        )

    def address(self, who: Member) -> Address:
        """Whether the member's calendar has an address on the web, or could."""
        with self._ledger.calendars() as calendars:
            return Address(self._url is not None, calendars.made_at(who))

    def make_address(self, writer: Writer, who: Member) -> str:
        """A private address of the member's calendar; the one before leads nowhere from now on.

        It is told this once: only its hash is kept. Raises NoAddressError.
        """
        if self._url is None:
            raise NoAddressError
        token = token_urlsafe(TOKEN_BYTES)
        writer.calendars.keep(who, _hash(token), self._clock())
        return f"{self._url}{CALENDARS}{token}{CALENDAR_ENDS}"

    def revoke_address(self, writer: Writer, who: Member) -> bool:
        """Let the member's address lead nowhere; False where there was none."""
        return writer.calendars.revoke(who)

    def calendar_at(self, token: str) -> Calendar | None:
        """The dates at a private address, on their member's own day; None for one that leads nowhere."""
        with self._ledger.calendars() as calendars:
            who = calendars.owner(_hash(token))
        return self.calendar(who, self._days.local_today(who)) if who else None


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def table_of(facts: Facts, today: date, policy: Policy) -> bytes:
    """The facts as CSV, one row each, as `/ce import` reads them back; marked as UTF-8, for spreadsheets.

    Of what the portal showed it has the latest (R13). A code that the policy does not know is followed by
    the word with which its member said that it is right.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(_rows(facts, today, policy))
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, and that `/ce import` reads back as it was."""
    return f"{_NO_FORMULA}{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def _rows(facts: Facts, today: date, policy: Policy) -> Iterator[dict[str, Any]]:
    def code(said: str) -> str:
        return said if policy.certifications.knows(said) else f"{said} anyway"

    for one in facts.activities:
        yield {
            "kind": one.kind.value,
            "title": harmless(one.title),
            "date": one.done_on,
            "units": one.units,
            "link": one.link,
            "state": one.state.value,
        }
    for held in facts.credentials:
        shown = portal_on(held, today)
        yield {
            "kind": "certification",
            "code": code(held.code),
            "earned on": held.earned_on,
            "suspends on": shown and shown.suspends_on,
            "expires on": shown and shown.expires_on,
            "cycle started on": shown and shown.cycle_started_on,
        }
    for exam in facts.exams:
        yield {"kind": "exam", "code": code(exam.code), "date": exam.passed_on}


def _facts_as_json(facts: Facts) -> dict[str, Any]:
    """The facts in the form of `python -m rules`, with the links beside them."""
    return {
        "credentials": [
            {
                "code": held.code,
                "earned_on": held.earned_on,
                "portal": [
                    {
                        "suspends_on": shown.suspends_on,
                        "expires_on": shown.expires_on,
                        "confirmed_on": shown.confirmed_on,
                        "cycle_started_on": shown.cycle_started_on,
                    }
                    for shown in held.portal
                ],
            }
            for held in facts.credentials
        ],
        "activities": [
            {
                "id": str(one.number),
                "kind": one.kind,
                "done_on": one.done_on,
                "title": one.title,
                "units": one.units,
                "state": one.state,
                "link": one.link,
            }
            for one in facts.activities
        ],
        "exams": [{"code": exam.code, "passed_on": exam.passed_on} for exam in facts.exams],
    }


def _reminders_as_json(settings: ReminderSettings) -> dict[str, Any]:
    return {
        "is_on": settings.is_on,
        "days": settings.days,
        "hour": settings.hour,
        "quiet_weekends": settings.quiet_weekends,
        "may_mention": settings.may_mention,
        "snoozed_until": settings.snoozed_until,
    }


def _proof_as_json(one: Proof) -> dict[str, Any]:
    return {
        "activity": str(one.number),
        "name": one.name,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "state": one.state.value,
        "given_at": one.given_at.isoformat(),
    }


def _team_as_json(team: TeamSettings) -> dict[str, Any]:
    return {"channel": team.channel}


def _change_as_json(change: Noted) -> dict[str, Any]:
    return {**change._asdict(), "at": change.at.isoformat()}

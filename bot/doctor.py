"""`ce-bot doctor`: whether all is well, one finding a line, and what to do where it is not.

It changes nothing: the database is only read, and Slack is only asked whether it knows the tokens.
"""

import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http.client import HTTPException
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from faq.entry import FaqError, load
from rules import Policy, PolicyError, figures, load_policy
from rules.lint import findings as mistakes_in
from rules.policy import shipped_policy

from .copying import missing_in
from .dumping import in_bytes
from .folder import folder_of
from .forgetting import KEEP_DEPARTED
from .installations import opened
from .ledger import Installation, LedgerError
from .ledger.inspection import SQLITE, Inspection, can_be_made, inspect, installations_in, kept_in
from .oauth import INSTALL
from .rounds import CONSOLE
from .scopes import SCOPES
from .sealing import Keys, WrongKeyError
from .settings import (
    APP_TOKEN,
    BOT_TOKEN,
    TOKEN_KEY,
    OAuth,
    Settings,
    SettingsError,
    SlackSettings,
    database_in,
    read_settings,
    variables_here,
)

# Slack's words for a trouble of its own, which says nothing about a token.
NO_ANSWER: Final = ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
SOCKET_MODE: Final = "connections:write"

WAIT_S: Final = 10
# Slack's signatures hold for 5 minutes.
CLOCK_OFF: Final = timedelta(seconds=60)
LITTLE_ROOM, NO_ROOM = 200_000_000, 20_000_000
MUCH_WAITING: Final = 100_000_000
# A round is done every minute, or by cron every hour; what waits for longer than that waits for nobody.
LATE, TOO_LATE = timedelta(minutes=75), timedelta(days=1)
OWNER_ONLY: Final = 0o077
A_ZONE: Final = "Europe/Berlin"

RUN_AGAIN = "Run ce-bot doctor again in a minute."
NOT_CONFIGURED = "not configured."
HOW_TO_CONNECT = "not configured: ce-bot run opens the console (README.md says how to connect Slack)."
TRIED_ANEW = "See the Slack lines and the log; /ce remind on, or a team's changed settings, plan them anew."
REINSTALL = "Paste manifest.yml anew under App Manifest of your app, and reinstall the app."
# Why notices were given up, by Slack's own word for it. These are the members' or the channels' own business.
GONE = {
    "user_disabled": "deactivated members",
    "user_not_found": "members who are gone",
    "users_not_found": "members who are gone",
    "user_not_visible": "members the bot cannot see",
    "cannot_dm_bot": "members who are bots",
    "user_is_bot": "members who are bots",
    "channel_not_found": "channels that are gone",
    "not_in_channel": "channels the bot was removed from",
    "is_archived": "archived channels",
    "is_inactive": "archived channels",
}
SHUT = {
    "account_inactive": "a token that holds no more",
    "invalid_auth": "a token that Slack refuses",
    "not_authed": "a token that Slack refuses",
    "token_expired": "a token that has run out",
    "token_revoked": "a revoked token",
    "missing_scope": "a scope that is missing",
    "unreachable": "Slack out of reach",
    "ratelimited": "Slack asking for patience",
}

Clock = Callable[[], datetime]
MakeClient = Callable[[str, str], WebClient]


class Level(StrEnum):
    """How bad a finding is: nothing, something to see to, something that does not work."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Finding(NamedTuple):
    """One thing looked at: what there is to say of it, and what to do, where there is something to do."""

    name: str
    level: Level
    says: str
    do: str = ""


def as_line(finding: Finding) -> str:
    """A finding as a line for people."""
    return f"{finding.level:<4}  {finding.name}: {' '.join(f'{finding.says} {finding.do}'.split())}"


def as_json(finding: Finding) -> str:
    """A finding as a line for programs."""
    return json.dumps(finding._asdict(), ensure_ascii=False)


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing is bad."""
    return all(finding.level is not Level.BAD for finding in findings)


def a_client(token: str, api_url: str) -> WebClient:
    """A client that asks once and does not wait for long."""
    return WebClient(token=token, base_url=api_url, timeout=WAIT_S, retry_handlers=[])


def findings_here(
    database: str | None, clock: Clock, make_client: MakeClient = a_client
) -> Iterator[Finding]:
    """Look at all that the environment of this process names; a `database` named by the caller wins."""
    yield _versions()
    variables, settings = None, None
    try:
        variables = variables_here()
        settings = read_settings(variables, database)
    except SettingsError as error:
        yield Finding("settings", Level.BAD, str(error))
    else:
        yield _settings(settings)
    if variables is None and database is None:
        yield Finding("database", Level.WARN, "not looked at.", "Mend the settings, which may name it.")
    else:
        yield from about_database(database_in(variables or {}, database), clock())
    yield from about_content(clock())
    yield _time_zones()
    if settings is None:
        yield Finding("slack", Level.WARN, "not asked.", "Mend the settings.")
    elif settings.slack and settings.slack.oauth:
        yield from about_workspaces(settings, settings.slack, settings.slack.oauth, clock, make_client)
    else:
        yield from about_slack(settings.slack, clock, make_client)


def _versions() -> Finding:
    says = f"ce-bot {version('ce-bot')}, Python {platform.python_version()}, SQLite {SQLITE}."
    return Finding("versions", Level.OK, says)


def _settings(settings: Settings) -> Finding:
    slack = settings.slack
    if slack is None:
        return Finding("settings", Level.OK, "no Slack tokens, so this is for the console.")
    if slack.oauth:
        install = f"{settings.url}{INSTALL}"
        says = f"HTTP on {slack.host}:{slack.port}, for all workspaces that install the bot at {install}"
    elif slack.app_token:
        says = "Socket Mode, with a bot token xoxb-… and an app token xapp-…"
    else:
        says = f"HTTP on {slack.host}:{slack.port}, with a bot token xoxb-… and a signing secret"
    return Finding("settings", Level.OK, f"{says}; Slack at {slack.api_url}.")


# The database


def about_database(path: str, now: datetime) -> Iterator[Finding]:
    """Look at a database and at what waits in it."""
    try:
        found = inspect(path, now, unserved=CONSOLE)
    except LedgerError as error:
        yield Finding("database", Level.BAD, str(error))
        return
    if found is None:
        if can_be_made(path):
            yield Finding("database", Level.OK, f"none yet at {path}: ce-bot run makes it.")
        else:
            says = f"none yet at {path}, and this user cannot make one there."
            yield Finding("database", Level.BAD, says, "Name another file, or give ce-bot its folder.")
        return
    yield Finding("database", Level.OK, f"{path}, {in_bytes(found.size)}: {found.contents.told()}.")
    yield _soundness(found)
    yield _migrations(found)
    yield _journal(found)
    yield _room(found)
    yield _permissions(found, path)
    yield _proofs(path)
    yield _reminders(found, now)
    yield _departures(found, now)


def _soundness(found: Inspection) -> Finding:
    restore = "Restore a backup: ce-bot restore FILE --force keeps what is there beside it."
    if found.damage:
        return Finding("soundness", Level.BAD, f"the database is damaged ({found.damage}).", restore)
    if found.astray:
        says = f"rows of {', '.join(found.astray)} refer to rows that are not there."
        return Finding("soundness", Level.BAD, says, restore)
    return Finding("soundness", Level.OK, "quick_check and foreign_key_check find nothing.")


def _migrations(found: Inspection) -> Finding:
    if found.missing:
        says = f"{', '.join(found.missing)} still to come."
        return Finding("migrations", Level.WARN, says, "The next start does it, and so does ce-bot migrate.")
    return Finding("migrations", Level.OK, "up to date.")


def _journal(found: Inspection) -> Finding:
    if found.waiting > MUCH_WAITING:
        says = f"{in_bytes(found.waiting)} of changes wait beside the database for something that reads."
        return Finding("journal", Level.WARN, says, "Start again whatever has the database open.")
    says = "write-ahead log." if found.has_wal else "switches to the write-ahead log with the next start."
    return Finding("journal", Level.OK, says)


def _room(found: Inspection) -> Finding:
    says = f"{in_bytes(found.free)} free on the disk."
    if found.free < NO_ROOM:
        return Finding("room", Level.BAD, says, "Make room: soon nothing can be saved.")
    if found.free < max(LITTLE_ROOM, 2 * found.size):
        return Finding("room", Level.WARN, says, "Make room: a restore takes as much as the database again.")
    return Finding("room", Level.OK, says)


def _permissions(found: Inspection, path: str) -> Finding:
    says = f"{found.mode:03o}"
    if not found.can_write:
        says = f"{says}, and this user may not write to the database or its folder."
        return Finding("permissions", Level.BAD, says, "Give both to the user ce-bot runs as.")
    if found.mode & OWNER_ONLY:
        return Finding("permissions", Level.WARN, f"{says}, so others may read it.", f"chmod 600 {path}")
    return Finding("permissions", Level.OK, f"{says}, for its owner only.")


def _proofs(path: str) -> Finding:
    folder = folder_of(path)
    try:
        there, missing = missing_in(kept_in(path), Path(path))
    except LedgerError:
        return Finding("proofs", Level.WARN, "not looked at.", "Mend the database, which names them.")
    says = f"{there:,} of {there + missing:,} files that prove activities are in {folder} as they were"
    if missing:
        return Finding("proofs", Level.BAD, f"{says}.", "Copy that folder back from the backup.")
    if not folder.exists():
        return Finding("proofs", Level.OK, "no files yet.")
    mode = folder.stat().st_mode & 0o777
    if not os.access(folder, os.W_OK | os.X_OK):
        says = f"this user may not write to {folder}."
        return Finding("proofs", Level.BAD, says, "Give it to the user ce-bot runs as.")
    open_to_others = [one for one in (folder, *folder.rglob("*")) if one.stat().st_mode & OWNER_ONLY]
    if open_to_others:
        says = f"{says}; others may read {open_to_others[0]}."
        return Finding("proofs", Level.WARN, says, f"chmod -R go= {folder}")
    return Finding("proofs", Level.OK, f"{says}, {mode:03o}.")


def _reminders(found: Inspection, now: datetime) -> Finding:
    if found.outbox is None:
        return Finding("reminders", Level.OK, "none yet: they come with the migrations.")
    outbox = found.outbox
    says = [f"{outbox.planned:,} planned"]
    if outbox.last_sent_at:
        says.append(f"last sent {outbox.last_sent_at:%Y-%m-%d %H:%M} UTC")
    do, level = "", Level.OK
    if outbox.parked:
        says.append(f"{sum(outbox.parked.values()):,} given up ({_reasons(outbox.parked)})")
        if outbox.parked.keys() - GONE.keys():
            do, level = TRIED_ANEW, Level.WARN
    late = now - found.late_since if found.late_since else timedelta(0)
    if late > LATE:
        says.append(f"{outbox.due:,} due, the oldest for {_lasting(late)}")
        do = "Nobody sends them: start ce-bot run, or ce-bot remind from cron."
        level = Level.BAD if late > TOO_LATE else Level.WARN
    elif outbox.due:
        says.append(f"{outbox.due:,} due")
    return Finding("reminders", level, f"{', '.join(says)}.", do)


def _reasons(parked: Mapping[str, int]) -> str:
    """Why notices were given up, the most frequent first; reasons that read the same are counted together."""
    counts: dict[str, int] = {}
    for reason, count in parked.items():
        words = GONE.get(reason) or SHUT.get(reason) or f"Slack says {reason}"
        counts[words] = counts.get(words, 0) + count
    most_first = sorted(counts.items(), key=lambda one: -one[1])
    return ", ".join(f"{count:,}: {words}" for words, count in most_first)


def _departures(found: Inspection, now: datetime) -> Finding:
    if not found.departures:
        return Finding("departures", Level.OK, "no workspace has removed the bot.")
    count = len(found.departures)
    delete_on = found.departures[0] + KEEP_DEPARTED
    says = f"{count} {'workspace has' if count == 1 else 'workspaces have'} removed the bot"
    if now > delete_on + TOO_LATE:
        says = f"{says}, and the first was to be deleted on {delete_on:%Y-%m-%d}."
        # Without a token that Slack accepts nothing runs that would delete it.
        todo = "Start ce-bot run or ce-bot remind, which delete it, or do it with ce-bot forget --workspace."
        return Finding("departures", Level.WARN, says, todo)
    return Finding("departures", Level.OK, f"{says}; the first is deleted on {delete_on:%Y-%m-%d}.")


# What is shipped


def about_content(now: datetime) -> Iterator[Finding]:
    """Look at the policy, as old as it is on the day of `now`, and at the answers."""
    try:
        policy = load_policy()
    except PolicyError as error:
        yield Finding("policy", Level.BAD, str(error))
        return
    yield _policy(policy, now)
    try:
        faq = load(figures(policy), policy.sources)
    except FaqError as error:
        yield Finding("answers", Level.BAD, str(error))
        return
    says = f"{len(faq.entries)} entries, {len(faq.not_covered)} topics left to others."
    yield Finding("answers", Level.OK, says)


def _policy(policy: Policy, now: datetime) -> Finding:
    text, name = shipped_policy()
    mistakes = mistakes_in(text, now.date())
    says = f"{policy.id}, compared with its sources on {policy.verified_on}."
    if not mistakes:
        return Finding("policy", Level.OK, says)
    level = Level.WARN if all(mistake.is_warning for mistake in mistakes) else Level.BAD
    told = mistakes[0].told(name)
    more = f" ({len(mistakes) - 1} more: python -m rules lint)" if len(mistakes) > 1 else ""
    return Finding("policy", level, says, f"{told}{more}")


def _time_zones() -> Finding:
    try:
        ZoneInfo(A_ZONE)
    except ZoneInfoNotFoundError:
        says = "their data is missing, so that every day begins and ends by UTC."
        return Finding("time zones", Level.BAD, says, "pip install tzdata")
    return Finding("time zones", Level.OK, f"{len(available_timezones())} known.")


# Slack


class _Answer(NamedTuple):
    """What Slack answered, headers by their names in small letters, when; `error` is its word, or ours."""

    values: Mapping[str, Any]
    headers: Mapping[str, str]
    at: datetime
    error: str = ""


class _UnreachableError(Exception):
    """Slack did not answer, or not as Slack does."""


def about_slack(
    slack: SlackSettings | None, clock: Clock, make_client: MakeClient, *, wait_s: float = WAIT_S
) -> Iterator[Finding]:
    """Ask Slack about the tokens, what they may do, and what time it is; each answer in so many seconds."""
    if slack is None:
        yield Finding("slack", Level.OK, HOW_TO_CONNECT)
        yield Finding("scopes", Level.OK, NOT_CONFIGURED)
        yield Finding(
            "clock", Level.OK, "not checked: Slack's answers tell the time, and it is not configured."
        )
        return
    try:
        answer = _asked(make_client(slack.bot_token or "", slack.api_url), clock, wait_s)
    except _UnreachableError as error:
        yield Finding("slack", Level.BAD, str(error), f"Check the network, and {slack.api_url}.")
        yield Finding("clock", Level.WARN, "not checked: Slack's answers tell the time, and there was none.")
        return
    yield _bot_token(answer)
    if not answer.error:
        yield _scopes(answer)
    if slack.app_token:
        try:
            yield _app_token(_asked(make_client(slack.app_token, slack.api_url), clock, wait_s))
        except _UnreachableError as error:
            yield Finding("socket mode", Level.BAD, str(error), RUN_AGAIN)
    yield _clock(answer)


def about_workspaces(
    settings: Settings,
    slack: SlackSettings,
    oauth: OAuth,
    clock: Clock,
    make_client: MakeClient,
    *,
    wait_s: float = WAIT_S,
) -> Iterator[Finding]:
    """Ask Slack about each workspace's token, and look whether the key opens them all."""
    again = f"Install it there again: {settings.url}{INSTALL}"
    try:
        found = installations_in(settings.database)
    except LedgerError as error:
        yield Finding("workspaces", Level.BAD, str(error))
        return
    if not found:
        yield Finding("workspaces", Level.OK, f"none has installed the bot yet: {settings.url}{INSTALL}.")
    keys = Keys(oauth.keys)
    yield _token_key(found, keys)
    told_time = None
    for one in found:
        name = f"workspace {one.workspace}"
        try:
            tokens = opened(keys, one)
        except WrongKeyError:
            yield Finding(name, Level.BAD, f"{one.name}: {TOKEN_KEY} does not open its token.", again)
            continue
        if one.expires_at and one.expires_at <= clock():
            says = f"{one.name}: its token ended at {one.expires_at:%Y-%m-%d %H:%M} UTC."
            do = f"ce-bot run renews it. Where it runs and does not: {again[0].lower()}{again[1:]}"
            yield Finding(name, Level.WARN, says, do)
            continue
        try:
            answer = _asked(make_client(tokens.access, slack.api_url), clock, wait_s)
        except _UnreachableError as error:
            yield Finding(name, Level.BAD, str(error), f"Check the network, and {slack.api_url}.")
            break  # the others would not be reached either
        told_time = told_time or answer
        yield _workspace(one, answer, again)
    if told_time:
        yield _clock(told_time)
    else:
        says = "not checked: Slack's answers tell the time, and there was none."
        yield Finding("clock", Level.WARN if found else Level.OK, says)


def _token_key(found: Sequence[Installation], keys: Keys) -> Finding:
    shut = older = 0
    for one in found:
        try:
            opened(keys, one)
            older += not keys.is_by_first(one.sealed)
        except WrongKeyError:
            shut += 1
    if shut:
        says = f"{TOKEN_KEY} opens {len(found) - shut} of {len(found)} tokens."
        do = "Put the key the others were kept with behind a comma; where it is lost, install there again."
        return Finding("token key", Level.BAD, says, do)
    if older:
        says = f"{older} of {len(found)} tokens are still under an older key."
        return Finding("token key", Level.WARN, says, "Start ce-bot run once; then the older key can go.")
    return Finding("token key", Level.OK, "set, and opens all tokens.")


def _workspace(one: Installation, answer: _Answer, again: str) -> Finding:
    """What Slack answered to a workspace's token, and what is granted with it."""
    name = f"workspace {one.workspace}"
    if answer.error in NO_ANSWER:
        return Finding(name, Level.WARN, "Slack asks for patience.", RUN_AGAIN)
    if answer.error:
        gone = f"Or, if it is to be without the bot: ce-bot forget --{name}."
        says = f"{one.name}: Slack does not accept its token ({answer.error})."
        return Finding(name, Level.BAD, says, f"{again}. {gone}")
    scopes = _scopes(answer)
    says = f"{answer.values.get('team', '?')}, as {answer.values.get('user', '?')}: {scopes.says}"
    return Finding(name, scopes.level, says, again if scopes.do else "")


def _asked(client: WebClient, clock: Clock, wait_s: float) -> _Answer:
    """What Slack answers to the question whose token this is. Raises _UnreachableError."""
    found: list[_Answer | Exception] = []

    def ask() -> None:
        try:
            answer = client.auth_test()
        except SlackApiError as refused:
            answer = refused.response
        except (SlackClientError, HTTPException, OSError, ValueError) as failed:
            found.append(failed)
            return
        values = answer.data if isinstance(answer.data, dict) else {}
        is_refused, error = not values.get("ok"), str(values.get("error", ""))
        # Slack gives its reasons in one word; what else answers (a proxy) says nothing about a token.
        if is_refused and not error.isidentifier():
            says = f"what answers is not Slack, with status {answer.status_code}."
            found.append(_UnreachableError(says))
            return
        headers = {name.lower(): str(value) for name, value in answer.headers.items()}
        found.append(_Answer(values, headers, clock(), error if is_refused else ""))

    # Looking up a name is not bound by the client's own limit, and a thread that hangs must not hold us.
    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(wait_s)
    if not found:
        raise _UnreachableError(f"no answer from Slack within {wait_s:g} seconds.")
    if isinstance(found[0], Exception):
        if isinstance(found[0], _UnreachableError):
            raise found[0]
        why = getattr(found[0], "reason", None) or type(found[0]).__name__
        raise _UnreachableError(f"Slack cannot be reached ({why}).") from found[0]
    return found[0]


def _bot_token(answer: _Answer) -> Finding:
    if not answer.error:
        team, user = answer.values.get("team", "?"), answer.values.get("user", "?")
        return Finding("slack", Level.OK, f"the bot token is accepted: workspace {team}, as {user}.")
    if answer.error in NO_ANSWER:
        return Finding("slack", Level.WARN, "Slack asks for patience.", RUN_AGAIN)
    says = f"Slack does not accept {BOT_TOKEN} ({answer.error})."
    return Finding("slack", Level.BAD, says, "Copy the bot token anew, from OAuth & Permissions of your app.")


def _scopes(answer: _Answer) -> Finding:
    granted = _granted(answer)
    if granted is None:
        return Finding("scopes", Level.WARN, "not checked: Slack did not say which are granted.")
    missing, unused = sorted(set(SCOPES) - granted), sorted(granted - set(SCOPES))
    if missing:
        return Finding("scopes", Level.BAD, f"{', '.join(missing)} not granted.", REINSTALL)
    if unused:
        return Finding("scopes", Level.WARN, f"{', '.join(unused)} granted and never used.", REINSTALL)
    return Finding("scopes", Level.OK, "those of manifest.yml are granted.")


def _app_token(answer: _Answer) -> Finding:
    do = f"Generate an app-level token with {SOCKET_MODE}, under Basic Information of your app."
    granted = _granted(answer)
    if answer.error in NO_ANSWER:
        return Finding("socket mode", Level.WARN, "Slack asks for patience.", RUN_AGAIN)
    if answer.error:
        return Finding("socket mode", Level.BAD, f"Slack does not accept {APP_TOKEN} ({answer.error}).", do)
    if granted is not None and SOCKET_MODE not in granted:
        return Finding("socket mode", Level.BAD, f"{APP_TOKEN} lacks the scope {SOCKET_MODE}.", do)
    return Finding("socket mode", Level.OK, "the app token is accepted.")


def _granted(answer: _Answer) -> frozenset[str] | None:
    listed = answer.headers.get("x-oauth-scopes")
    if listed is None:
        return None
    return frozenset(scope.strip() for scope in listed.split(",") if scope.strip())


def _clock(answer: _Answer) -> Finding:
    try:
        there = parsedate_to_datetime(answer.headers.get("date", ""))
        off = answer.at - there
    except (ValueError, TypeError):  # no time, or one without its zone
        return Finding("clock", Level.WARN, "not checked: Slack's answer did not say what time it is.")
    if abs(off) <= CLOCK_OFF:
        return Finding("clock", Level.OK, "agrees with Slack's.")
    way = "ahead of" if off > timedelta(0) else "behind"
    says = f"{_lasting(abs(off))} {way} Slack's, and Slack's signatures hold for 5 minutes."
    return Finding("clock", Level.BAD, says, "Set it, by NTP best.")


def _lasting(span: timedelta) -> str:
    """How long something lasts, in the largest unit there are two of."""
    seconds = int(span.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"

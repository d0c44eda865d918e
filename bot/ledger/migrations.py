"""The schema, one migration after another: appended to, never edited.

Days are ISO dates, moments ISO times in UTC, both as text. A fact is never overwritten: `added_by` and
`ended_by` name the changes (rows of `audit`) that brought it in and took it out; NULL means it holds.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("ce-bot")


@migrations()
def m001_facts(db: Database) -> None:
    """Members and their facts, the audit, answered requests, and where everybody stands."""
    db.executescript(
        """
CREATE TABLE members (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    timezone TEXT,
    timezone_checked_at TEXT,
    enrolled_at TEXT NOT NULL,
    last_number INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TEXT NOT NULL,
    undone_by INTEGER REFERENCES audit (id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, member)
) STRICT;
CREATE INDEX audit_of_member ON audit (workspace, member, id);

CREATE TABLE credentials (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    code TEXT NOT NULL,
    earned_on TEXT,
    added_by INTEGER NOT NULL REFERENCES audit (id),
    ended_by INTEGER REFERENCES audit (id),
    PRIMARY KEY (workspace, member, code, added_by),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, member)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX credentials_held ON credentials (workspace, member, code) WHERE ended_by IS NULL;

CREATE TABLE portal_dates (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    code TEXT NOT NULL,
    suspends_on TEXT NOT NULL,
    expires_on TEXT,
    cycle_started_on TEXT,
    confirmed_on TEXT NOT NULL,
    added_by INTEGER NOT NULL REFERENCES audit (id),
    ended_by INTEGER REFERENCES audit (id),
    PRIMARY KEY (workspace, member, code, added_by),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE activities (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('course', 'global_event', 'local_event', 'presentation')),
    done_on TEXT NOT NULL,
    title TEXT NOT NULL,
    units INTEGER CHECK (units > 0),
    state TEXT NOT NULL CHECK (state IN ('logged', 'entered', 'confirmed', 'rejected')),
    link TEXT,
    added_by INTEGER NOT NULL REFERENCES audit (id),
    ended_by INTEGER REFERENCES audit (id),
    PRIMARY KEY (workspace, member, number, added_by),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, member)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX activities_logged ON activities (workspace, member, number) WHERE ended_by IS NULL;

CREATE TABLE exams (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    code TEXT NOT NULL,
    passed_on TEXT NOT NULL,
    added_by INTEGER NOT NULL REFERENCES audit (id),
    ended_by INTEGER REFERENCES audit (id),
    PRIMARY KEY (workspace, member, code, passed_on, added_by),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, member)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX exams_passed ON exams (workspace, member, code, passed_on) WHERE ended_by IS NULL;

CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    key TEXT NOT NULL,
    member TEXT NOT NULL,
    answer TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (workspace, member, key)
) STRICT;

CREATE TABLE standings (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    code TEXT NOT NULL,
    policy TEXT NOT NULL,
    as_of TEXT NOT NULL,
    holds_before TEXT,
    level TEXT NOT NULL,
    started_on TEXT NOT NULL,
    suspends_on TEXT NOT NULL,
    expires_on TEXT NOT NULL,
    last_safe_day TEXT NOT NULL,
    dates TEXT NOT NULL,
    credited INTEGER NOT NULL,
    required INTEGER NOT NULL,
    exam_opens_on TEXT NOT NULL,
    exam_closes_on TEXT NOT NULL,
    courses INTEGER NOT NULL,
    global_events INTEGER NOT NULL,
    local_events INTEGER NOT NULL,
    presentations INTEGER NOT NULL,
    warnings TEXT NOT NULL,
    PRIMARY KEY (workspace, member, code),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX standings_by_suspension ON standings (suspends_on);
"""
    )


@migrations()
def m002_questions(db: Database) -> None:
    """What members were asked: whether to save what makes a date worse, and what the portal shows."""
    db.executescript(
        """
CREATE TABLE pending_changes (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    command TEXT NOT NULL,
    words TEXT NOT NULL,
    typed_on TEXT NOT NULL,
    shown TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    answer TEXT CHECK (answer IN ('saved', 'cancelled', 'asked anew'))
) STRICT;
CREATE INDEX pending_changes_of_member ON pending_changes (workspace, member);

CREATE TABLE portal_questions (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    code TEXT NOT NULL,
    renewed_on TEXT NOT NULL,
    asked_by INTEGER NOT NULL REFERENCES audit (id),
    answer TEXT CHECK (answer IN ('same dates', 'other dates', 'not there yet')),
    PRIMARY KEY (workspace, member, code, renewed_on)
) STRICT, WITHOUT ROWID;
"""
    )


@migrations()
def m003_faq(db: Database) -> None:
    """Where the bot answers by itself, what it was asked, how the answers were liked, phrasings accepted."""
    db.executescript(
        """
CREATE TABLE faq_channels (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    switched_on_at TEXT NOT NULL,
    PRIMARY KEY (workspace, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE faq_threads (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread TEXT NOT NULL,
    question TEXT NOT NULL,
    entry TEXT,
    asked_at TEXT NOT NULL,
    PRIMARY KEY (workspace, channel, thread)
) STRICT, WITHOUT ROWID;
CREATE INDEX faq_threads_by_age ON faq_threads (asked_at);

CREATE TABLE faq_questions (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    question TEXT NOT NULL,
    tier TEXT NOT NULL CHECK (tier IN ('answer', 'suggest', 'none', 'not covered')),
    entry TEXT,
    asked_on TEXT NOT NULL,
    passed_on TEXT,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'phrasing', 'not ours', 'dismissed')),
    settled_with INTEGER,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX faq_questions_by_age ON faq_questions (asked_on);

CREATE TABLE faq_votes (
    workspace TEXT NOT NULL,
    question INTEGER NOT NULL,
    member TEXT NOT NULL,
    helpful INTEGER NOT NULL CHECK (helpful IN (0, 1)),
    PRIMARY KEY (workspace, question, member),
    FOREIGN KEY (workspace, question) REFERENCES faq_questions (workspace, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE faq_phrasings (
    workspace TEXT NOT NULL,
    phrasing TEXT NOT NULL,
    entry TEXT NOT NULL,
    question INTEGER NOT NULL,
    accepted_at TEXT NOT NULL,
    PRIMARY KEY (workspace, phrasing)
) STRICT, WITHOUT ROWID;
"""
    )


@migrations()
def m004_reminders(db: Database) -> None:
    """How members want to be reminded, teams and their members, and what is to be sent when."""
    db.executescript(
        """
CREATE TABLE reminders (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    days TEXT NOT NULL,
    hour INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
    quiet_weekends INTEGER NOT NULL CHECK (quiet_weekends IN (0, 1)),
    may_mention INTEGER NOT NULL CHECK (may_mention IN (0, 1)),
    snoozed_until TEXT,
    PRIMARY KEY (workspace, member),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE teams (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    days TEXT NOT NULL,
    digest_day INTEGER CHECK (digest_day BETWEEN 1 AND 7),
    hour INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
    timezone TEXT NOT NULL,
    started_at TEXT NOT NULL,
    PRIMARY KEY (workspace, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE team_members (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    member TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('invited', 'member', 'lead')),
    name TEXT NOT NULL,
    since_at TEXT NOT NULL,
    PRIMARY KEY (workspace, channel, member),
    FOREIGN KEY (workspace, channel) REFERENCES teams (workspace, channel) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX team_members_by_member ON team_members (workspace, member);

CREATE TABLE team_targets (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    code TEXT NOT NULL,
    target INTEGER NOT NULL CHECK (target > 0),
    PRIMARY KEY (workspace, channel, code),
    FOREIGN KEY (workspace, channel) REFERENCES teams (workspace, channel) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    workspace TEXT NOT NULL,
    addressee TEXT NOT NULL,
    member TEXT NOT NULL,
    code TEXT NOT NULL,
    threshold TEXT NOT NULL,
    suspends_on TEXT NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'sent', 'parked')),
    claimed_by TEXT,
    leased_until TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    settled_at TEXT,
    PRIMARY KEY (workspace, addressee, member, code, threshold, suspends_on)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'planned';
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE state <> 'planned';
CREATE INDEX outbox_of_member ON outbox (workspace, member);
CREATE INDEX standings_until ON standings (holds_before) WHERE holds_before IS NOT NULL;
"""
    )


@migrations()
def m005_files(db: Database) -> None:
    """Files that wait for a yes to be imported, private calendar addresses, workspaces that left."""
    db.executescript(
        """
CREATE TABLE pending_imports (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    day_first INTEGER CHECK (day_first IN (0, 1)),
    asked_at TEXT NOT NULL
) STRICT;
CREATE INDEX pending_imports_of_member ON pending_imports (workspace, member);

CREATE TABLE calendars (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    address_hash TEXT NOT NULL UNIQUE,
    made_at TEXT NOT NULL,
    PRIMARY KEY (workspace, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE departures (
    workspace TEXT NOT NULL PRIMARY KEY,
    left_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
    )


@migrations()
def m006_proofs(db: Database) -> None:
    """Files that prove activities: where each came from, and its hash once it is in the folder."""
    db.executescript(
        """
CREATE TABLE proofs (
    workspace TEXT NOT NULL,
    member TEXT NOT NULL,
    number INTEGER NOT NULL,
    file TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'kept', 'refused')),
    content_hash TEXT CHECK (content_hash IS NOT NULL OR state <> 'kept'),
    reason TEXT NOT NULL DEFAULT '',
    given_at TEXT NOT NULL,
    due_at TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    claimed_by TEXT,
    leased_until TEXT,
    added_by INTEGER NOT NULL REFERENCES audit (id),
    ended_by INTEGER REFERENCES audit (id),
    PRIMARY KEY (workspace, member, number, file, added_by),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, member)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX proofs_attached ON proofs (workspace, member, number, file) WHERE ended_by IS NULL;
CREATE INDEX proofs_due ON proofs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX proofs_ended ON proofs (ended_by) WHERE ended_by IS NOT NULL;
"""
    )


@migrations()
def m007_installations(db: Database) -> None:
    """Which workspaces installed the bot by OAuth, with their sealed tokens, and who began to install."""
    db.executescript(
        """
CREATE TABLE installations (
    workspace TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    bot_user TEXT NOT NULL,
    bot TEXT NOT NULL,
    scopes TEXT NOT NULL,
    sealed TEXT NOT NULL,
    expires_at TEXT,
    installed_at TEXT NOT NULL,
    rotated_by TEXT,
    rotating_until TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE install_states (
    state_hash TEXT NOT NULL PRIMARY KEY,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX install_states_by_age ON install_states (expires_at);
"""
    )

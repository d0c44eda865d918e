"""What to say when something cannot be done: what is wrong, and the next step."""

from ..ledger import (
    Decision,
    LedgerBusyError,
    LedgerDamagedError,
    LedgerError,
    LedgerFullError,
    LedgerReadOnlyError,
)
from ..outcomes import (
    AlreadyNotedError,
    AnsweredAlreadyError,
    CannotUndoError,
    DeskError,
    EnteredAlreadyError,
    FileGoneError,
    NoAddressError,
    NoChannelError,
    NoSuchActivityError,
    NoSuchExamError,
    NoSuchProofError,
    NoSuchQuestionError,
    NotACuratorError,
    NotHeldError,
    NotHeldInTeamError,
    NothingNewError,
    NothingStoredError,
    NothingToUndoError,
    NotYourQuestionError,
    PhrasingRefusedError,
    ProofDeletedError,
    ProofRefusedError,
    ProofThereError,
    QuestionGoneError,
    RenewalGoneError,
    SettledAlreadyError,
    TeamError,
)
from . import forgetting, inbox, membership, proof, words
from .blocks import Reply, commands, escaped, reply

UNEXPECTED = (
    "Something went wrong on my side. Nothing was saved; please try again. If it happens again, tell "
    "whoever runs me this reference: {reference}."
)
NOT_INSTALLED = (
    "I am not installed in this workspace, so nothing was done: please ask whoever manages its apps to "
    "install me."
)
NOT_SENT = "I could not send you {name}; nothing is lost. Please ask for it again in a minute."
NOT_OPENED = "Slack was too slow to open the form. Nothing is lost: please do that once more."
NOT_MADE = (
    "Something went wrong on my side before the form was there. Nothing is lost: please do that once more."
)
NOT_POSTED = (
    "I could not post {name} in {channel}: if I am not in that channel, let me in with `/invite @CE Bot`, "
    "then ask for it again."
)
UNKNOWN_COMMAND = "I do not know the command {word}."
ASK = "/ce ask does coursework need to match the cert?"
ANSWERED = {
    Decision.SAVED: ("You said Save before, and it is saved; nothing more changed.", "/ce undo"),
    Decision.CANCELLED: ("You said Cancel before, so nothing was saved: send the command again.", "/ce list"),
    Decision.ASKED_ANEW: ("I asked that again, because something had changed: answer there.", "/ce status"),
}
QUESTION_FORGOTTEN = "I keep such a question for a day and have this one no more: send the command again."
FILE_GONE = (
    "I do not have that file any more: it is saved, cancelled, replaced by a later one, or older than a day. "
    "Send it again if something is missing in your list."
)
NOTHING_NEW = "All of that is here already; nothing changed."
NOTHING_TO_MARK = {
    True: ("All of that is marked as in the portal already; nothing changed.", "/ce list"),
    False: ("Nothing of that is marked as in the portal; nothing changed.", "/ce list"),
}
NO_ADDRESS = (
    "I cannot be reached from the web here, so your calendar can have no address: ask for the file, and for "
    "a new one after a change."
)
RENEWAL_GONE = (
    "What I calculated has changed since, so nothing was noted: tell me the dates the portal shows."
)
NOT_A_CURATOR = "The inbox is for the team's curators, who look after the answers: ask me a question instead."
QUESTION_GONE = "I keep questions for 90 days and have this one no more: please ask it anew."
NOT_YOUR_QUESTION = "Only who asked that can have it passed on: ask it yourself, and I offer it to you, too."
NO_CHANNEL = "There is no channel of curators to pass questions on to: try other words instead."
SETTLED_ALREADY = "That one is settled already: the inbox shows what waits now."
NOTHING_SAVED = {
    LedgerBusyError: "I am busy for a moment and saved nothing: please send that again.",
    LedgerFullError: "My disk is full, so nothing was saved: please tell whoever runs me to make room.",
    LedgerReadOnlyError: "I cannot write to my database, so nothing was saved: please tell whoever runs me.",
    LedgerDamagedError: (
        "My database is damaged, so nothing was saved: please tell whoever runs me to restore a backup."
    ),
    LedgerError: "I cannot reach my database, so nothing was saved: please tell whoever runs me.",
}


def hint(sentence: str, example: str, *, buttons: tuple[tuple[str, str], ...] = ()) -> Reply:
    """One sentence, a line that works as it stands, and buttons that run a command (label, command)."""
    return reply(escaped(sentence), f"Try: `{_code(example)}`" if example else "", buttons=commands(*buttons))


def unknown_command(word: str, nearest: str | None, example: str) -> Reply:
    """The answer to a word after `/ce` that is no command."""
    lead = UNKNOWN_COMMAND.format(word=f'"{_printable(word)[:40]}"')
    if nearest:
        lead = f"{lead[:-1]}: did you mean {nearest}?"
    return reply(escaped(lead), f"Try: `{_code(example)}`", small=["All commands: `/ce help`"])


def missing(error: DeskError) -> Reply:
    """Something was asked for that there is not."""
    match error:
        case NoSuchActivityError():
            return hint(f"You have no activity {error.number}: the list shows yours.", "/ce list")
        case NotHeldError():
            return hint(f"You do not hold {error.code} here: the list shows what you do.", "/ce cert list")
        case TeamError():
            return hint(*membership.trouble(error))
        case NotHeldInTeamError():
            return hint(
                f"Nobody in this team holds {error.code}, and there is no target for it: leave it out.",
                "/ce team forecast",
            )
        case NoSuchExamError():
            passed = f"{error.exam.code} exam passed on {words.day(error.exam.passed_on)}"
            return hint(f"I know of no {passed}: the list shows those I know.", "/ce cert list")
        case AlreadyNotedError():
            return hint("I have that exam already; nothing changed.", "/ce cert list")
        case NothingToUndoError():
            return hint("There is nothing left to undo here; it may be undone already.", "/ce list")
        case CannotUndoError():
            return hint(
                f"That cannot be undone any more, because {error.subject} was changed again since.",
                "/ce list",
            )
        case AnsweredAlreadyError():
            return hint(*ANSWERED[error.answer])
        case FileGoneError():
            return hint(FILE_GONE, "/ce list")
        case NothingNewError():
            return hint(NOTHING_NEW, "/ce list")
        case NoSuchQuestionError():
            return hint(QUESTION_FORGOTTEN, "/ce list")
        case RenewalGoneError():
            return hint(RENEWAL_GONE, "/ce portal ACP-620 suspends 2026-01-01 expires 2026-04-01")
        case NotACuratorError():
            return hint(NOT_A_CURATOR, ASK)
        case QuestionGoneError():
            return hint(QUESTION_GONE, ASK)
        case NotYourQuestionError():
            return hint(NOT_YOUR_QUESTION, ASK)
        case NoChannelError():
            return hint(NO_CHANNEL, ASK)
        case SettledAlreadyError():
            return hint(SETTLED_ALREADY, f"/ce {inbox.INBOX}")
        case EnteredAlreadyError():
            return hint(*NOTHING_TO_MARK[error.entered])
        case NoAddressError():
            return hint(NO_ADDRESS, "/ce calendar")
        case NothingStoredError():
            return forgetting.nothing()
        case NoSuchProofError():
            return hint(proof.NO_SUCH.format(number=error.number), f"/ce proof {error.number}")
        case ProofThereError():
            return hint(proof.THERE.format(number=error.number), f"/ce proof {error.number}")
        case ProofRefusedError():
            return hint(error.sentence, "/ce proof")
        case ProofDeletedError():
            return hint(proof.DELETED, "/ce proof")
        case PhrasingRefusedError():
            return hint(inbox.refused(error), f"/ce {inbox.INBOX}")
    raise error


def ledger_trouble(error: LedgerError) -> Reply:
    """The database cannot be used now."""
    return reply(next(text for kind, text in NOTHING_SAVED.items() if isinstance(error, kind)))


def not_sent(name: str) -> Reply:
    """A file that was asked for could not be made or sent."""
    return reply(NOT_SENT.format(name=escaped(name)))


def not_posted(name: str, channel: str) -> Reply:
    """A file that a channel was to see could not be made, or not be posted there."""
    return reply(NOT_POSTED.format(name=escaped(name), channel=f"<#{channel}>"))


def not_opened() -> Reply:
    """A form was asked for, and Slack opened none in time."""
    return reply(NOT_OPENED)


def not_made() -> Reply:
    """A form was announced, and could not be made."""
    return reply(NOT_MADE)


def not_installed() -> Reply:
    """Somebody asks in a workspace that has removed the bot."""
    return reply(NOT_INSTALLED)


def unexpected(reference: str) -> Reply:
    """The answer to what nobody foresaw; the reference stands in the log."""
    return reply(UNEXPECTED.format(reference=reference))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _code(text: str) -> str:
    """Text inside backticks: a backtick of its own would end them."""
    return escaped(text.replace("`", "'"))

"""The words after `/ce`: one table from subcommand to what answers it."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from rules import ExamPass, PortalDates, RefusedError

from .. import grammar
from ..desk import Desk
from ..ledger import LedgerError, LoggedActivity, Member, Writer
from ..outcomes import DeskError
from ..views import changes, lists, manual, standing, troubles
from ..views import faq as faq_views
from ..views import words as shown
from ..views.blocks import Reply


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who asks, on which day of theirs, and the words after the subcommand."""

    desk: Desk
    who: Member
    today: date
    words: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The certifications' codes that are known."""
        return self.desk.codes(self.who)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels a code can begin with."""
        return self.desk.policy.levels


Look = Callable[[Asked], Reply]
Do = Callable[[Asked, Writer], Reply]
ReadCert = Callable[[str, date, Collection[str], Collection[str]], grammar.CertWords]


def run(desk: Desk, who: Member, text: str, key: str) -> Reply:
    """Answer the words after `/ce`; what changes something is done once for each `key`."""
    try:
        return _run(desk, who, text, key)
    except LedgerError as error:
        return troubles.ledger_trouble(error)


def _run(desk: Desk, who: Member, text: str, key: str) -> Reply:
    name, words = _subcommand(text)
    look, do = LOOKING.get(name), CHANGING.get(name)
    if not (look or do):
        return _unknown(desk, name, text)
    asked = Asked(desk, who, desk.today(who), words)
    try:
        if look:
            return look(asked)
        assert do
        change = do
        kept = desk.once(who, key, lambda writer: json.dumps(change(asked, writer)))
        return Reply(*json.loads(kept))
    except grammar.AmbiguousWordsError as error:
        buttons = [
            (shown.day(day), f"{name} {again}")
            for day, again in zip(error.readings, error.texts, strict=True)
        ]
        return troubles.hint(error.sentence, error.example, buttons=tuple(buttons))
    except grammar.UnknownCodeError as error:
        sure = [(f"{error.typed[:40]} is right", f"{name} {words} anyway")] if error.plausible else []
        return troubles.hint(error.sentence, error.example, buttons=tuple(sure))
    except grammar.WordsError as error:
        return troubles.hint(error.sentence, error.example)
    except RefusedError as error:
        return troubles.hint(str(error), "/ce help add")
    except DeskError as error:
        return troubles.missing(error)


def answer_question(desk: Desk, question: str) -> Reply:
    """Answer a question, wherever it was asked."""
    if not question.strip():
        return troubles.hint(faq_views.EMPTY, manual.COMMANDS["ask"].examples[0])
    return faq_views.answer(desk.answer(question), desk.faq, desk.policy)


def _subcommand(text: str) -> tuple[str, str]:
    """The subcommand, of one word or two, and the words after it."""
    first, rest = _first_word(text)
    second, after = _first_word(rest)
    pair = f"{first} {second}"
    if pair in LOOKING or pair in CHANGING:
        return pair, after
    # Words after "cert" alone are a certification to add, or a slip of it that must not pass unanswered.
    return ("cert add", rest) if first == "cert" and rest else (first, rest)


def _first_word(text: str) -> tuple[str, str]:
    word, *rest = text.split(maxsplit=1) or ("",)
    name = word.lower().rstrip("?") or word
    return ALIASES.get(name, name), rest[0] if rest else ""


def _unknown(desk: Desk, name: str, text: str) -> Reply:
    if text.rstrip().endswith("?"):
        return answer_question(desk, text)
    nearest = grammar.nearest(name, manual.COMMANDS)
    example = manual.COMMANDS[nearest or "status"].examples[0]
    return troubles.unknown_command(name, nearest, example)


def _show_standing(asked: Asked) -> Reply:
    if "@" in asked.words and asked.words.split("|")[0].strip("<@> ") != asked.who.id:
        return troubles.hint(OTHERS_STATUS, "/ce status")
    return standing.overview(asked.desk.overview(asked.who, asked.today), asked.desk.policy)


def _show_list(asked: Asked) -> Reply:
    return lists.activities(asked.desk.listing(asked.who, asked.today), asked.desk.policy)


def _show_holdings(asked: Asked) -> Reply:
    return lists.holdings(asked.desk.holdings(asked.who, asked.today))


def _show_help(asked: Asked) -> Reply:
    if not asked.words.strip():
        return manual.everything()
    word, _ = _first_word(asked.words)
    known = word if word in manual.COMMANDS else grammar.nearest(word, manual.COMMANDS)
    return manual.about(known) if known else manual.everything()


def _answer_question(asked: Asked) -> Reply:
    return answer_question(asked.desk, asked.words)


def _add(asked: Asked, writer: Writer) -> Reply:
    if not asked.words.strip():
        return manual.about("add")
    words = grammar.read_activity(asked.words, asked.today)
    assert words.kind
    assert words.title
    activity = LoggedActivity(
        0, words.kind, words.done_on or asked.today, words.title, words.units, link=words.link
    )
    done = asked.desk.add_activity(writer, asked.who, activity, asked.today)
    return changes.activity_added(done, asked.desk.policy)


def _edit(asked: Asked, writer: Writer) -> Reply:
    number, words = grammar.read_edit(asked.words, asked.today)
    was = asked.desk.activity(asked.who, number)
    activity = was._replace(
        kind=words.kind or was.kind,
        title=words.title or was.title,
        done_on=words.done_on or was.done_on,
        units=words.units or (was.units if words.kind in (None, was.kind) else None),
        link=words.link or was.link,
    )
    done = asked.desk.edit_activity(writer, asked.who, activity, asked.today)
    return changes.activity_edited(done, asked.desk.policy)


def _remove(asked: Asked, writer: Writer) -> Reply:
    number = grammar.read_number(asked.words, "remove")
    done = asked.desk.remove_activity(writer, asked.who, number, asked.today)
    return changes.activity_removed(done, asked.desk.policy)


def _undo(asked: Asked, writer: Writer) -> Reply:
    if asked.words.strip():
        raise grammar.WordsError(UNDO_ALONE, "/ce list")
    return changes.undone(asked.desk.undo(writer, asked.who, None, asked.today), asked.desk.policy)


def _undo_change(asked: Asked, writer: Writer) -> Reply:
    """What an Undo button sends; the number is the change's, which members never see."""
    change = int(asked.words) if re.fullmatch("[0-9]{1,18}", asked.words) else 0
    return changes.undone(asked.desk.undo(writer, asked.who, change, asked.today), asked.desk.policy)


def _cert_add(asked: Asked, writer: Writer) -> Reply:
    return _state(asked, writer, grammar.read_cert_add)


def _portal(asked: Asked, writer: Writer) -> Reply:
    return _state(asked, writer, grammar.read_portal)


def _state(asked: Asked, writer: Writer, read: ReadCert) -> Reply:
    words = read(asked.words, asked.today, asked.codes, asked.levels)
    shown = (
        PortalDates(words.suspends_on, words.expires_on, asked.today, words.cycle_started_on)
        if words.suspends_on
        else None
    )
    done = asked.desk.state_credential(
        writer, asked.who, words.code, asked.today, earned_on=words.earned_on, shown=shown
    )
    return changes.credential_stated(done, asked.desk.policy)


def _cert_remove(asked: Asked, writer: Writer) -> Reply:
    code = grammar.read_code(asked.words, asked.codes, asked.levels, verb="cert remove")
    return changes.credential_removed(asked.desk.remove_credential(writer, asked.who, code, asked.today))


def _exam(asked: Asked, writer: Writer) -> Reply:
    exam = ExamPass(*grammar.read_exam(asked.words, asked.today, asked.codes, asked.levels))
    done = asked.desk.pass_exam(writer, asked.who, exam, asked.today)
    return changes.exam_stated(done, exam, asked.desk.policy)


def _exam_remove(asked: Asked, writer: Writer) -> Reply:
    exam = ExamPass(
        *grammar.read_exam(asked.words, asked.today, asked.codes, asked.levels, verb="exam remove")
    )
    done = asked.desk.remove_exam(writer, asked.who, exam, asked.today)
    return changes.exam_removed(done, exam, asked.desk.policy)


OTHERS_STATUS = "I show somebody else's status only where you share a team, and I know of none you share."
UNDO_ALONE = (
    "Undo stands alone and takes back your last change, whatever it was; "
    "an activity is taken out by its number with remove."
)
ALIASES: Mapping[str, str] = MappingProxyType(
    {"": "status", "certs": "cert", "log": "add", "delete": "remove", "rm": "remove", "?": "help"}
)
LOOKING: Mapping[str, Look] = MappingProxyType(
    {
        "status": _show_standing,
        "list": _show_list,
        "cert": _show_holdings,
        "cert list": _show_holdings,
        "help": _show_help,
        "ask": _answer_question,
    }
)
CHANGING: Mapping[str, Do] = MappingProxyType(
    {
        "add": _add,
        "edit": _edit,
        "remove": _remove,
        "undo": _undo,
        "undo change": _undo_change,
        "cert add": _cert_add,
        "cert remove": _cert_remove,
        "portal": _portal,
        "exam": _exam,
        "exam remove": _exam_remove,
    }
)

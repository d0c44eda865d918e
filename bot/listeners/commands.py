"""The words after `/ce`: one table from subcommand to what answers it."""

import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from rules import ExamPass, RefusedError

from .. import grammar
from ..deliveries import is_first
from ..desk import Desk
from ..ledger import LedgerError, LoggedActivity, Member, PortalAnswer, Typed, Writer
from ..outcomes import NOWHERE, Changed, DeskError, Place
from ..views import changes, inbox, lists, manual, plans, questions, reasons, standing, troubles
from ..views import faq as faq_views
from ..views import words as shown
from ..views.blocks import Reply
from . import (
    activity_form,
    certification_form,
    exports,
    imports,
    proof,
    remind,
    settings_forms,
    team,
    timeline,
)
from .asked import Asked, Do, Look, Open, Show, Write, kept_reply
from .fields import is_sent

log = logging.getLogger(__name__)

# What the commands of forms begin with.
FORM = "form "

ReadCert = Callable[[str, date, Collection[str], Collection[str]], grammar.CertWords]


def run(desk: Desk, who: Member, text: str, key: str, place: Place = NOWHERE) -> Reply:
    """Answer the words after `/ce`; what changes something is done once for each `key`."""
    try:
        return answer(desk, who, text, key, place)
    except LedgerError as error:
        return troubles.ledger_trouble(error)
    except grammar.AmbiguousWordsError as error:
        name, _ = _subcommand(text)
        buttons = [
            (shown.day(day), f"{name} {again}")
            for day, again in zip(error.readings, error.texts, strict=True)
        ]
        return troubles.hint(error.sentence, error.example, buttons=tuple(buttons))
    except grammar.UnknownCodeError as error:
        name, words = _subcommand(text)
        # What only looks has nothing to show for a code that is not held.
        may_be_new = error.plausible and not _only_looks(name, words)
        sure = [(f"{error.typed[:40]} is right", f"{name} {words} anyway")] if may_be_new else []
        return troubles.hint(error.sentence, error.example, buttons=tuple(sure))
    except grammar.WordsError as error:
        return troubles.hint(error.sentence, error.example)
    except RefusedError as error:
        return troubles.hint(str(error), "/ce help add")
    except DeskError as error:
        return troubles.missing(error)


def answer(desk: Desk, who: Member, text: str, key: str, place: Place = NOWHERE) -> Reply:
    """The same for those who say themselves what is wrong.

    Raises WordsError, RefusedError, DeskError or LedgerError.
    """
    name, words = _subcommand(text)
    if not _is_known(name):
        return _unknown(desk, who, name, text, key, place)
    if name in exports.FORGETTING:  # nothing of it is kept, not even the request
        return exports.FORGETTING[name](desk, who, words)
    today = desk.today(who)
    asked = Asked(desk, who, today, words, today, place, key=key)
    if name in OPENING and (opened := OPENING[name](asked)):
        return opened
    if _only_looks(name, words):
        return _look(asked, name, key)
    if name in WRITING:
        return _write(asked, name, key)
    return _change(asked, name, key)


def opens_form_late(desk: Desk, who: Member, text: str) -> bool:
    """Whether the answer to these words is a form, and Slack must be asked for the member's day first."""
    name, words = _subcommand(text)
    if not (name.startswith(FORM) or name in OPENING) or desk.knows_today(who):
        return False
    if name.startswith(FORM):
        return _only_looks(name, words)
    today = desk.local_today(who)
    asked = Asked(desk, who, today, words, today, NOWHERE)
    try:
        return OPENING[name](asked) is not None
    except (grammar.WordsError, RefusedError, DeskError):
        return False


def _only_looks(name: str, words: str) -> bool:
    """Whether a command changes nothing; a name of two tables looks where it stands alone.

    That of a form opens it, whatever its words begin with, and changes something with what was sent.
    """
    if name not in LOOKING:
        return False
    may_write = is_sent(words) if name.startswith(FORM) else bool(words)
    return not (may_write and (name in WRITING or name in CHANGING))


def _look(asked: Asked, name: str, key: str) -> Reply:
    """Look, as often as it is delivered; files follow the first time only."""
    found = LOOKING[name](asked)
    try:
        is_repeated = found.files and not asked.desk.is_new(asked.who, f"{key} files")
    except LedgerError:
        log.exception("Files are sent although it may be a repeated delivery.")
        is_repeated = False
    return found._replace(files=()) if is_repeated else found


def _write(asked: Asked, name: str, key: str) -> Reply:
    """Write what is no change of facts; what goes out with its answer does so the first time only."""
    if name in team.MEETING:
        asked = replace(asked, people=team.MEETING[name](asked))
    first: list[Reply] = []

    def work(writer: Writer) -> str:
        first.append(WRITING[name](asked, writer))
        kept = first[0].repeated or first[0]
        return json.dumps(kept._replace(files=(), posts=(), repeated=None))

    answer = asked.desk.saving.once(asked.who, key, work)
    return first[0] if first else kept_reply(answer)


def _change(asked: Asked, name: str, key: str) -> Reply:
    """Do what changes something, or ask first where it makes something worse."""
    saving, changing = asked.desk.saving, _Changing(asked)
    if name == SAVE:
        return kept_reply(saving.save(asked.who, key, asked.number, changing))
    return kept_reply(saving.change(asked.who, key, Typed(name, asked.words, asked.typed_on), changing))


@dataclass(frozen=True, slots=True)
class _Changing:
    """The commands of CHANGING, as saving needs them; what it keeps is the reply as JSON."""

    asked: Asked

    def do(self, typed: Typed, writer: Writer) -> Changed:
        return CHANGING[typed.command][0](
            replace(self.asked, words=typed.words, typed_on=typed.typed_on), writer
        )

    def show(self, typed: Typed, changed: Changed) -> str:
        return json.dumps(CHANGING[typed.command][1](changed, self.asked.desk.policy))

    def ask(self, changed: Changed, number: int) -> str:
        return json.dumps(questions.before_saving(changed, number, self.asked.desk.policy))


def answer_question(desk: Desk, who: Member, question: str, place: Place, *, keep: bool = True) -> Reply:
    """Answer a question, wherever it was asked; unless it is not to be kept, without its asker."""
    found = desk.answering.find(who.workspace, question, place)
    if found is None:
        return troubles.hint(faq_views.EMPTY, manual.COMMANDS["ask"].examples[0])
    return faq_views.answer(desk.answering.give(who, found, place, keep=keep), desk.policy)


def _subcommand(text: str) -> tuple[str, str]:
    """The subcommand, of one word or two, and the words after it."""
    first, rest = _first_word(text)
    if rest:
        second, after = _first_word(rest)
        pair = f"{first} {second}"
        if _is_known(pair):
            return pair, after
    if first == "proof" and grammar.is_proof_link(rest):
        return "edit", rest
    # Words after "cert" alone are a certification to add, or a slip of it that must not pass unanswered.
    return ("cert add", rest) if first == "cert" and rest else (first, rest)


def name_of(text: str) -> str:
    """The command that some words are, as figures may name it: one of ours, or none that is known."""
    name, _ = _subcommand(text)
    return (name or "status") if _is_known(name) else "unknown"


def _is_known(name: str) -> bool:
    return name in KNOWN


def _first_word(text: str) -> tuple[str, str]:
    word, *rest = text.split(maxsplit=1) or ("",)
    name = word.lower().rstrip("?") or word
    return ALIASES.get(name, name), rest[0] if rest else ""


def _unknown(desk: Desk, who: Member, name: str, text: str, key: str, place: Place) -> Reply:
    if text.rstrip().endswith("?"):
        return _answer_command(desk, who, text, key, place)
    nearest = grammar.nearest(name, manual.COMMANDS)
    example = manual.COMMANDS[nearest or "status"].examples[0]
    return troubles.unknown_command(name, nearest, example)


def _show_standing(asked: Asked) -> Reply:
    other = grammar.read_whose(asked.words)
    if other and other != asked.who.id:
        return team.show_status_of(asked, other)
    return standing.overview(asked.desk.overview(asked.who, asked.today), asked.desk.policy)


def _show_list(asked: Asked) -> Reply:
    return lists.activities(asked.desk.listing(asked.who, asked.today), asked.desk.policy)


def _show_holdings(asked: Asked) -> Reply:
    return lists.holdings(asked.desk.holdings(asked.who, asked.today))


def _show_reasons(asked: Asked) -> Reply:
    code, whole = grammar.read_why(asked.words, asked.codes, asked.levels)
    if code is None:
        overview = asked.desk.overview(asked.who, asked.today)
        if len(overview.standings) != 1:
            return reasons.which(overview)
        code = overview.standings[0].code
    found = asked.desk.reasons(asked.who, code, asked.today)
    return reasons.reasons(found, asked.desk.policy, whole=whole)


def _show_plan(asked: Asked) -> Reply:
    words = grammar.read_plan(asked.words, asked.today, asked.codes, asked.levels)
    found = asked.desk.plan(asked.who, words.codes, words.on or asked.today, asked.today)
    return plans.plan(found, asked.desk.policy)


def _show_help(asked: Asked) -> Reply:
    if not asked.words.strip():
        return manual.everything()
    word, _ = _first_word(asked.words)
    known = word if word in manual.COMMANDS else grammar.nearest(word, manual.COMMANDS)
    return manual.about(known) if known else manual.everything()


def _answer_question(asked: Asked) -> Reply:
    return _answer_command(asked.desk, asked.who, asked.words, asked.key, asked.place)


def _answer_command(desk: Desk, who: Member, question: str, key: str, place: Place) -> Reply:
    """Answer a question that came by a command, which is kept the first time it is delivered."""
    keep = not key or is_first(desk, who.workspace, f"{key} asked")
    return answer_question(desk, who, question, place, keep=keep)


def _show_switch(asked: Asked) -> Reply:
    if asked.words:
        return _answer_question(asked)
    if not asked.place.is_shared:
        return faq_views.only_in_channels()
    on = asked.desk.answering.is_on(asked.who.workspace, asked.place.channel)
    return faq_views.switched(on=on, changed=False)


def _switch_on(asked: Asked, writer: Writer) -> Reply:
    return _switch(asked, writer, on=True)


def _switch_off(asked: Asked, writer: Writer) -> Reply:
    return _switch(asked, writer, on=False)


def _switch(asked: Asked, writer: Writer, *, on: bool) -> Reply:
    if not asked.place.is_shared:
        return faq_views.only_in_channels()
    changed = asked.desk.answering.switch(writer, asked.who.workspace, asked.place.channel, on=on)
    return faq_views.switched(on=on, changed=changed)


def _add(asked: Asked, writer: Writer) -> Changed:
    words = grammar.read_activity(asked.words, asked.typed_on)
    assert words.kind
    assert words.title
    activity = LoggedActivity(
        0, words.kind, words.done_on or asked.typed_on, words.title, words.units, link=words.link
    )
    return asked.desk.add_activity(writer, asked.who, activity, asked.today)


def _edit(asked: Asked, writer: Writer) -> Changed:
    number, words = grammar.read_edit(asked.words, asked.typed_on)
    was = asked.desk.activity(asked.who, number)
    activity = was._replace(
        kind=words.kind or was.kind,
        title=words.title or was.title,
        done_on=words.done_on or was.done_on,
        units=words.units or (was.units if words.kind in (None, was.kind) else None),
        link=words.link or was.link,
    )
    return asked.desk.edit_activity(writer, asked.who, activity, asked.today)


def _remove(asked: Asked, writer: Writer) -> Changed:
    number = grammar.read_number(asked.words, "remove")
    return asked.desk.remove_activity(writer, asked.who, number, asked.today)


def _undo(asked: Asked, writer: Writer) -> Changed:
    if asked.words.strip():
        raise grammar.WordsError(UNDO_ALONE, "/ce list")
    return asked.desk.undo(writer, asked.who, None, asked.today)


def _undo_change(asked: Asked, writer: Writer) -> Changed:
    return asked.desk.undo(writer, asked.who, asked.number, asked.today)


def _cert_add(asked: Asked, writer: Writer) -> Changed:
    return _state(asked, writer, grammar.read_cert_add)


def _portal(asked: Asked, writer: Writer) -> Changed:
    return _state(asked, writer, grammar.read_portal)


def _state(asked: Asked, writer: Writer, read: ReadCert) -> Changed:
    words = read(asked.words, asked.typed_on, asked.codes, asked.levels)
    shown = certification_form.portal_dates(words, asked.typed_on)
    return asked.desk.state_credential(
        writer, asked.who, words.code, asked.today, earned_on=words.earned_on, shown=shown
    )


def _cert_remove(asked: Asked, writer: Writer) -> Changed:
    code = grammar.read_code(asked.words, asked.codes, asked.levels, verb="cert remove")
    return asked.desk.remove_credential(writer, asked.who, code, asked.today)


def _exam(asked: Asked, writer: Writer) -> Changed:
    exam = grammar.read_exam(asked.words, asked.typed_on, asked.codes, asked.levels)
    return asked.desk.pass_exam(writer, asked.who, ExamPass(*exam), asked.today)


def _exam_remove(asked: Asked, writer: Writer) -> Changed:
    exam = grammar.read_exam(asked.words, asked.typed_on, asked.codes, asked.levels, verb="exam remove")
    return asked.desk.remove_exam(writer, asked.who, ExamPass(*exam), asked.today)


def _portal_agrees(asked: Asked, writer: Writer) -> Changed:
    return asked.desk.portal_agrees(writer, asked.who, asked.number, asked.today)


def _portal_differs(asked: Asked, writer: Writer) -> Reply:
    found = asked.desk.portal_differs(writer, asked.who, asked.number, PortalAnswer.OTHER, asked.today)
    told = questions.portal_differs(found)
    if len(found) != 1:
        return told
    form = certification_form.open_portal(replace(asked, words=questions.stated_words(found[0])))
    return told._replace(modal=form.modal, repeated=told)


def _portal_not_yet(asked: Asked, writer: Writer) -> Reply:
    number = asked.number
    found = asked.desk.portal_differs(writer, asked.who, number, PortalAnswer.NOT_YET, asked.today)
    return questions.portal_not_yet(found, number, asked.desk.policy)


def _show_inbox(asked: Asked) -> Reply:
    return inbox.inbox(asked.desk.curating.inbox(asked.who))


def _show_phrasings(asked: Asked) -> Reply:
    return inbox.phrasings(asked.desk.curating.phrasings(asked.who))


def _show_entries(asked: Asked) -> Reply:
    return inbox.entries(asked.desk.curating.cluster(asked.who, asked.number))


def _show_draft(asked: Asked) -> Reply:
    cluster = asked.desk.curating.cluster(asked.who, asked.number)
    return inbox.draft(cluster, asked.today, asked.desk.policy)


def _ask_consent(asked: Asked) -> Reply:
    number, asker = _number_and_rest(asked)
    found = asked.desk.curating.to_pass_on(asked.who, number.number, asker)
    return inbox.consent(found, asker)


def _keep_question(_asked: Asked) -> Reply:
    return inbox.kept()


def _found_helpful(asked: Asked, writer: Writer) -> Reply:
    vote = asked.desk.curating.vote(writer, asked.who, asked.number, helpful=True)
    return inbox.voted(vote, helpful=True)


def _found_unhelpful(asked: Asked, writer: Writer) -> Reply:
    vote = asked.desk.curating.vote(writer, asked.who, asked.number, helpful=False)
    return inbox.voted(vote, helpful=False)


def _none_fits(asked: Asked, writer: Writer) -> Reply:
    number, asker = _number_and_rest(asked)
    curating = asked.desk.curating
    curating.vote(writer, asked.who, number.number, helpful=False)
    may_pass = curating.channel is not None and asker == asked.who.id
    return inbox.none_fits(number.number, asker, passable=may_pass)


def _take_as_phrasing(asked: Asked, writer: Writer) -> Reply:
    number, slug = _number_and_rest(asked)
    return inbox.accepted(asked.desk.curating.accept(writer, asked.who, number.number, slug))


def _refer(asked: Asked, writer: Writer) -> Reply:
    return inbox.referred(asked.desk.curating.refer(writer, asked.who, asked.number))


def _dismiss(asked: Asked, writer: Writer) -> Reply:
    return inbox.dismissed(asked.desk.curating.dismiss(writer, asked.who, asked.number))


def _reopen(asked: Asked, writer: Writer) -> Reply:
    return inbox.reopened(asked.desk.curating.reopen(writer, asked.who, asked.number))


def _number_and_rest(asked: Asked) -> tuple[Asked, str]:
    """The request with its first word alone, which is a number, and what a button sends after it."""
    number, _, rest = asked.words.partition(" ")
    return replace(asked, words=number), rest


def _cancel(asked: Asked, writer: Writer) -> Reply:
    imports.forget_cancelled(asked, writer, asked.desk.saving.cancel(writer, asked.who, asked.number))
    return questions.cancelled()


UNDO_ALONE = (
    "Undo stands alone and takes back your last change, whatever it was; "
    "an activity is taken out by its number with remove."
)
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "": "status",
        "certs": "cert",
        "log": "add",
        "delete": "remove",
        "rm": "remove",
        "?": "help",
        "reminders": "remind",
        "reminder": "remind",
        "entered": "done",
        "ics": "calendar",
        "forget": "forget-me",
        "forgetme": "forget-me",
    }
)
# Commands that open a form where their words are only the beginning.
OPENING: Mapping[str, Open] = MappingProxyType(
    {**activity_form.OPENING, **certification_form.OPENING, **settings_forms.OPENING, **proof.OPENING}
)
LOOKING: Mapping[str, Look] = MappingProxyType(
    {
        "status": _show_standing,
        "list": _show_list,
        "cert": _show_holdings,
        "cert list": _show_holdings,
        "help": _show_help,
        "ask": _answer_question,
        "faq": _show_switch,
        "why": _show_reasons,
        "plan": _show_plan,
        inbox.INBOX: _show_inbox,
        inbox.PHRASINGS: _show_phrasings,
        inbox.ENTRIES: _show_entries,
        inbox.DRAFT: _show_draft,
        inbox.PASS: _ask_consent,
        inbox.KEEP: _keep_question,
        **activity_form.LOOKING,
        **certification_form.LOOKING,
        **settings_forms.LOOKING,
        **timeline.LOOKING,
        **remind.LOOKING,
        **team.LOOKING,
        **imports.LOOKING,
        **exports.LOOKING,
        **proof.LOOKING,
    }
)
SAVE = questions.SAVE
# What is written besides facts: answers to questions, votes, and what curators make of questions.
WRITING: Mapping[str, Write] = MappingProxyType(
    {
        questions.CANCEL: _cancel,
        questions.OTHER_DATES: _portal_differs,
        questions.NOT_YET: _portal_not_yet,
        inbox.HELPFUL: _found_helpful,
        inbox.UNHELPFUL: _found_unhelpful,
        inbox.NONE: _none_fits,
        inbox.TAKE: _take_as_phrasing,
        inbox.NOT_OURS: _refer,
        inbox.DISMISS: _dismiss,
        inbox.REOPEN: _reopen,
        "faq on": _switch_on,
        "faq off": _switch_off,
        **remind.WRITING,
        **team.WRITING,
        **imports.WRITING,
        **exports.WRITING,
    }
)
CHANGING: Mapping[str, tuple[Do, Show]] = MappingProxyType(
    {
        "add": (_add, changes.activity_added),
        "edit": (_edit, changes.activity_edited),
        "remove": (_remove, changes.activity_removed),
        "undo": (_undo, changes.undone),
        "undo change": (_undo_change, changes.undone),
        "cert add": (_cert_add, changes.credential_stated),
        "cert remove": (_cert_remove, changes.credential_removed),
        "portal": (_portal, changes.credential_stated),
        questions.SAME_DATES: (_portal_agrees, changes.portal_agreed),
        "exam": (_exam, changes.exam_stated),
        "exam remove": (_exam_remove, changes.exam_removed),
        **activity_form.CHANGING,
        **imports.CHANGING,
        **exports.CHANGING,
        **proof.CHANGING,
    }
)
KNOWN = frozenset((SAVE, *LOOKING, *WRITING, *CHANGING, *exports.FORGETTING))

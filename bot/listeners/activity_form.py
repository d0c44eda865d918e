"""The form in which an activity is logged or edited: opened, shown anew while it is filled in, and saved."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from rules import Kind, RefusedError, check_done, check_units

from .. import grammar
from ..grammar import ActivityWords
from ..ledger import LoggedActivity, Writer
from ..outcomes import ActivityChanged, OfferedFile
from ..sharing import offered
from ..signatures import ENDINGS
from ..views import activity_form as views
from ..views import changes
from ..views.blocks import Reply, View
from .asked import Asked, Do, Look, Open, Show
from .fields import NOT_SENT_BY_A_FORM, Fields, FieldsError, Form, files_carried, sent

TITLE_MISSING = "Say what it was, in a few words, such as Jira Automation."
WRONG_UNITS = f"CE units are a whole number from 1 to {grammar.MOST_UNITS}, or empty."
WRONG_LINK = "A link begins with https:// and has no blanks: copy it from your browser's address line."
LINK_TOO_LONG = f"This link has more than {views.LINK_MOST} characters: add a picture of the page instead."
KIND_MISSING = "Choose what kind of activity it was."
DAY_MISSING = "Pick the day on which it was done."
NOTHING_DIFFERENT = "Nothing is different yet: change something here, or press Cancel."

_LINK = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)
# What a message cannot carry inside a link, the way addresses write it.
_IN_LINKS = str.maketrans({"<": "%3C", ">": "%3E", "|": "%7C", '"': "%22"})
_OF_FILES = ("id", "name", "mimetype", "size")
_OF_ACTIVITIES = frozenset(("number", "kind", "title", "done_on", "units", "link", "files"))


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a form was sent with: the activity, and the files that are to prove it from now on."""

    activity: LoggedActivity
    files: tuple[OfferedFile, ...]


# Opened


def open_new(asked: Asked, said: ActivityWords, shared: Sequence[OfferedFile] = ()) -> Reply:
    """The form for a new activity, with what is known of it already."""
    draft = views.Draft(said, said.done_on or asked.today, shared=tuple(shared))
    return views.opened(draft, _preview(asked, draft), ENDINGS, asked.desk.policy)


def _open_add(asked: Asked) -> Reply:
    """Open it with what was said; words that say all are in it, too."""
    try:
        return open_new(asked, grammar.read_activity(asked.words, asked.typed_on))
    except grammar.UnfinishedError as error:
        return open_new(asked, error.said)


def _open_edit(asked: Asked) -> Reply:
    return _open_number(asked, grammar.read_number(asked.words, "edit"))


def _open_number(asked: Asked, number: int) -> Reply:
    kept = asked.desk.keeping.of(asked.who).get(number, ())
    draft = views.draft_of(asked.desk.activity(asked.who, number), kept)
    return views.opened(draft, _preview(asked, draft), ENDINGS, asked.desk.policy)


def _begin_add(asked: Asked) -> Reply | None:
    try:
        grammar.read_activity(asked.words, asked.typed_on)
    except grammar.UnfinishedError as error:
        return open_new(asked, error.said)
    except grammar.WordsError:
        return None
    return None


def _begin_edit(asked: Asked) -> Reply | None:
    try:
        grammar.read_edit(asked.words, asked.typed_on)
    except grammar.UnfinishedError as error:
        return _open_number(asked, error.said)
    except grammar.WordsError:
        return None
    return None


# While it is filled in


def _show_again(asked: Asked, fields: Fields) -> View:
    draft = _draft(asked, fields)
    return views.form(draft, _preview(asked, draft), ENDINGS, asked.desk.policy)


def _draft(asked: Asked, fields: Fields) -> views.Draft:
    """What is filled in so far; what could not be saved yet is left to the end."""
    number = int(fields.about.get("number", 0))
    day = fields.day(views.DAY) or asked.today
    units = fields.text(views.UNITS)
    said = ActivityWords(
        kind=_kind(fields),
        title=fields.text(views.TITLE),
        done_on=day,
        units=grammar.units_of(units) if units else None,
        link=fields.text(views.LINK),
    )
    kept = asked.desk.keeping.of(asked.who).get(number, ()) if number else ()
    return views.Draft(said, day, number, views.shared_in(fields.about), kept)


def _preview(asked: Asked, draft: views.Draft) -> views.Preview:
    """What saving the draft would do, as far as it is filled in, or why it cannot be saved."""
    said, policy = draft.said, asked.desk.policy
    if said.kind is None:
        return None
    units = said.units if views.has_units(said.kind, draft.done_on, policy) else None
    title = said.title or views.nameless(said.kind, policy)
    activity = LoggedActivity(draft.number, said.kind, draft.done_on, title, units)
    if draft.number:
        activity = activity._replace(state=asked.desk.activity(asked.who, draft.number).state)
    wrong: dict[str, str] = {}
    _refuse_unfit(asked, said.kind, draft.done_on, units, wrong)
    if wrong:
        return " ".join(wrong.values())
    return asked.desk.previewing.activity(asked.who, activity, asked.today)


# Sent


def _command_of_add(asked: Asked, fields: Fields) -> str:
    return f"{views.ADD} {_words(asked, fields, 0)}"


def _command_of_edit(asked: Asked, fields: Fields) -> str:
    return f"{views.EDIT} {_words(asked, fields, int(fields.about['number']))}"


def _words(asked: Asked, fields: Fields, number: int) -> str:
    """What was filled in, as JSON. Raises FieldsError with all that is wrong."""
    wrong: dict[str, str] = {}
    kind, day = _kind(fields), fields.day(views.DAY)
    title, units, link = _title(fields, wrong), _units(fields, wrong), _link(fields, wrong)
    files = _files(asked, fields, wrong)
    if kind is None:
        wrong[views.KIND] = KIND_MISSING
    if day is None:
        wrong[views.DAY] = DAY_MISSING
    else:
        _refuse_unfit(asked, kind, day, units, wrong)
    if wrong or kind is None or day is None or title is None:
        raise FieldsError(wrong)
    said = {
        **({"number": number} if number else {}),
        "kind": kind.value,
        "title": title,
        "done_on": day.isoformat(),
        "units": units,
        "link": link,
        "files": [dict(zip(_OF_FILES, one, strict=True)) for one in files],
    }
    return json.dumps(said, ensure_ascii=False)


def _kind(fields: Fields) -> Kind | None:
    chosen = fields.choice(views.KIND)
    return Kind(chosen) if chosen else None


def _title(fields: Fields, wrong: dict[str, str]) -> str | None:
    try:
        title = grammar.title_of(fields.text(views.TITLE) or "")
    except grammar.WordsError as error:
        wrong[views.TITLE] = error.sentence
        return None
    if title is None:
        wrong[views.TITLE] = TITLE_MISSING
    return title


def _units(fields: Fields, wrong: dict[str, str]) -> int | None:
    typed = fields.text(views.UNITS)
    units = grammar.units_of(typed) if typed else None
    if typed and units is None:
        wrong[views.UNITS] = WRONG_UNITS
    return units


def _link(fields: Fields, wrong: dict[str, str]) -> str | None:
    typed = fields.text(views.LINK)
    try:
        return _link_of(typed) if typed else None
    except ValueError as error:
        wrong[views.LINK] = str(error)
        return None


def _link_of(typed: str) -> str:
    """The address of proof, as a message can carry it. Raises ValueError with a sentence."""
    if not _LINK.fullmatch(typed):
        raise ValueError(WRONG_LINK)
    link = typed.translate(_IN_LINKS)
    if len(link) > views.LINK_MOST:
        raise ValueError(LINK_TOO_LONG)
    return link


def _files(asked: Asked, fields: Fields, wrong: dict[str, str]) -> list[OfferedFile]:
    """The files to prove it, those of the message first; one given in both places counts once."""
    ticked = fields.choices(views.SHARED)
    given = {
        views.SHARED: [one for one in views.shared_in(fields.about) if one.id in ticked],
        views.FILES: [offered(one) for one in fields.files(views.FILES)],
    }
    for name, files in given.items():
        refused = [sentence for file in files if (sentence := asked.desk.keeping.check(file))]
        if refused:
            wrong[name] = " ".join(refused)
    return list({file.id: file for files in given.values() for file in files}.values())


def _refuse_unfit(
    asked: Asked, kind: Kind | None, day: date, units: int | None, wrong: dict[str, str]
) -> None:
    """Say at its field what the rules do not take (R5, R16)."""
    try:
        check_done(day, asked.today)
    except RefusedError as error:
        wrong[views.DAY] = str(error)
    try:
        if kind:
            check_units(kind, units, day, asked.desk.policy)
    except RefusedError as error:
        wrong[views.UNITS] = str(error)


# Saved


def _add(asked: Asked, writer: Writer) -> ActivityChanged:
    found = _sent(asked, views.EXAMPLE)
    changed = asked.desk.add_activity(writer, asked.who, found.activity, asked.today)
    return _with_files(asked, writer, changed, found.files)


def _edit(asked: Asked, writer: Writer) -> ActivityChanged:
    found = _sent(asked, "/ce list")
    was = asked.desk.activity(asked.who, found.activity.number)
    activity = found.activity._replace(state=was.state)
    if activity == was and not found.files:
        raise grammar.WordsError(NOTHING_DIFFERENT, "/ce list")
    changed = asked.desk.edit_activity(writer, asked.who, activity, asked.today)
    return _with_files(asked, writer, changed, found.files)


def _with_files(
    asked: Asked, writer: Writer, changed: ActivityChanged, files: Sequence[OfferedFile]
) -> ActivityChanged:
    assert changed.activity
    number = changed.activity.number
    new = [one for one in files if asked.desk.keeping.attach(writer, asked.who, number, one, changed.change)]
    return replace(changed, proofs=tuple(file.name for file in new))


def _sent(asked: Asked, example: str) -> _Sent:
    """What the form was sent with, as it comes back in words; raises WordsError for what no form has sent."""
    said = sent(asked.words, example)
    try:
        if not said.keys() <= _OF_ACTIVITIES:
            raise ValueError
        title = grammar.title_of(grammar.cleaned(_text(said["title"])))
        units, link, done_on = said.get("units"), said.get("link"), said.get("done_on")
        if title is None or not (units is None or grammar.units_of(str(units)) == units):
            raise ValueError
        activity = LoggedActivity(
            _whole(said.get("number", 0)),
            Kind(said["kind"]),
            date.fromisoformat(done_on) if done_on is not None else asked.typed_on,
            title,
            units,
            link=None if link is None else _link_of(grammar.cleaned(_text(link))),
        )
        files = files_carried(said)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, grammar.WordsError):
            raise
        raise grammar.WordsError(NOT_SENT_BY_A_FORM, example) from error
    return _Sent(activity, files)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value


LOOKING: Mapping[str, Look] = MappingProxyType({views.ADD: _open_add, views.EDIT: _open_edit})
OPENING: Mapping[str, Open] = MappingProxyType({"add": _begin_add, "edit": _begin_edit})
CHANGING: Mapping[str, tuple[Do, Show]] = MappingProxyType(
    {views.ADD: (_add, changes.activity_added), views.EDIT: (_edit, changes.activity_edited)}
)
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "add": Form(_command_of_add, views.TITLE, _show_again),
        "edit": Form(_command_of_edit, views.TITLE, _show_again),
    }
)

"""`/ce proof`: what proves an activity, its files, and the form that adds some."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from .. import grammar
from ..ledger import Writer
from ..outcomes import Changed, OfferedFile
from ..sharing import offered
from ..views import proof as views
from ..views.blocks import Reply
from . import activity_form
from .asked import Asked, Do, Look, Open, Show
from .fields import Fields, FieldsError, Form, files_carried, sent

EXAMPLE = "/ce proof"
LONGEST_NUMBER = 18
NO_FILES = "Add a picture or a PDF, or close the form."
NOT_WHOLE = (
    "That is what a button sends, and it is incomplete: press it once more, or drop the file here again."
)


# Commands


def _show(asked: Asked) -> Reply:
    number = grammar.read_proof_number(asked.words)
    if number is None:
        return views.how()
    return views.proof(asked.desk.keeping.about(asked.who, number), asked.desk.policy)


def _open_form(asked: Asked) -> Reply:
    number = grammar.read_proof_number(asked.words)
    if number is None:
        return views.how()
    return views.add_form(asked.desk.activity(asked.who, number), asked.desk.policy, asked.place.channel)


def _send(asked: Asked) -> Reply:
    number, file = _number_and_file(asked.words)
    found = asked.desk.keeping.proof(asked.who, number, file)
    return views.sent(found, partial(asked.desk.keeping.content, asked.who, found.sha256 or ""))


def _leave_alone(_asked: Asked) -> Reply:
    return views.left_alone()


def _add(asked: Asked, writer: Writer) -> Changed:
    said = sent(asked.words, EXAMPLE)
    number, files = said.get("number"), files_in(said)
    if type(number) is not int or not 0 <= number < 10**LONGEST_NUMBER or not files:
        raise grammar.WordsError(NOT_WHOLE, EXAMPLE)
    return asked.desk.keeping.add(writer, asked.who, number, files, asked.today)


def _remove(asked: Asked, writer: Writer) -> Changed:
    number, file = _number_and_file(asked.words)
    return asked.desk.keeping.remove(writer, asked.who, number, file, asked.today)


def _number_and_file(words: str) -> tuple[int, str]:
    """What a button sends: the number of an activity, and Slack's id of a file."""
    number, _, file = words.partition(" ")
    if not number.isascii() or not number.isdigit() or len(number) > LONGEST_NUMBER:
        raise grammar.WordsError(NOT_WHOLE, EXAMPLE)
    return int(number), file


def _open_log(asked: Asked) -> Reply:
    return activity_form.open_new(asked, grammar.NOTHING_SAID, files_in(sent(asked.words, EXAMPLE)))


# Files in words


def files_in(said: Mapping[str, Any]) -> tuple[OfferedFile, ...]:
    """The files that the words of a command carry, as `views.as_words` made them.

    Raises WordsError for what it has not made.
    """
    try:
        files = files_carried(said)
    except ValueError as error:
        raise grammar.WordsError(NOT_WHOLE, EXAMPLE) from error
    if len(files) > views.FILES_MOST:
        raise grammar.WordsError(NOT_WHOLE, EXAMPLE)
    return files


# The form


def _command(asked: Asked, fields: Fields) -> str:
    files = [offered(file) for file in fields.files(views.FILES)]
    if not files:
        raise FieldsError({views.FILES: NO_FILES})
    for file in files:
        if refused := asked.desk.keeping.check(file):
            raise FieldsError({views.FILES: refused})
    return views.add_command(int(fields.about.get("number") or 0), files)


LOOKING: Mapping[str, Look] = MappingProxyType(
    {
        "proof": _show,
        views.FORM: _open_form,
        views.SHOW: _send,
        views.NEW_WITH: _open_log,
        views.NO: _leave_alone,
    }
)
OPENING: Mapping[str, Open] = MappingProxyType({views.NEW_WITH: _open_log})
CHANGING: Mapping[str, tuple[Do, Show]] = MappingProxyType(
    {
        views.FORM: (_add, views.changed),
        views.TAKE: (_add, views.changed),
        views.REMOVE: (_remove, views.changed),
    }
)
FORMS: Mapping[str, Form] = MappingProxyType({views.NAME: Form(_command, views.FILES)})

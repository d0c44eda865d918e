"""`/ce import`, files dropped into the direct message, and the buttons below what was read of them."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from .. import grammar
from ..courier import Courier
from ..desk import Desk
from ..downloads import TOO_LARGE, NotFetchedError
from ..ledger import LedgerError, Member, Typed, Writer
from ..outcomes import Changed, FileGoneError, Place
from ..sharing import offered
from ..sheets import MOST_BYTES, NO_TABLE, WORKBOOK, Format, SheetError, format_of, text_in
from ..views import changes, troubles
from ..views import imports as views
from ..views.blocks import Reply
from .asked import Asked, Do, Look, Show, Write, kept_reply

Read = grammar.Sheet | grammar.UndecidedOrderError


# Words after the command, and buttons


def _show_how(_asked: Asked) -> Reply:
    return views.how()


def _read_pasted(asked: Asked, writer: Writer) -> Reply:
    text = grammar.pasted(asked.words)
    return _propose(asked, writer, "", text, _read(asked, text))


def _read_day_first(asked: Asked, writer: Writer) -> Reply:
    return _read_again(asked, writer, day_first=True)


def _read_month_first(asked: Asked, writer: Writer) -> Reply:
    return _read_again(asked, writer, day_first=False)


def _read_again(asked: Asked, writer: Writer, *, day_first: bool) -> Reply:
    importing = asked.desk.importing
    pending = importing.waiting(writer, asked.who, asked.number)._replace(day_first=day_first)
    importing.set_order(writer, asked.who, pending.number, day_first=day_first)
    then = replace(asked, typed_on=importing.sent_on(asked.who, pending))
    sheet = _sheet(then, pending.content, day_first=day_first)
    return _answer(then, writer, pending.name, sheet, pending.number)


def _save(asked: Asked, writer: Writer) -> Changed:
    importing = asked.desk.importing
    pending = importing.waiting(writer, asked.who, asked.number)
    then = replace(asked, typed_on=importing.sent_on(asked.who, pending))
    try:
        sheet = _sheet(then, pending.content, day_first=pending.day_first)
    except grammar.UndecidedOrderError:  # there is no button to save it yet
        raise FileGoneError from None
    saved = importing.save(writer, asked.who, pending, sheet, asked.today)
    importing.forget(writer, asked.who)
    return saved


def _cancel(asked: Asked, writer: Writer) -> Reply:
    asked.desk.importing.waiting(writer, asked.who, asked.number)
    asked.desk.importing.forget(writer, asked.who)
    return views.cancelled()


def forget_cancelled(asked: Asked, writer: Writer, typed: Typed) -> None:
    """Delete the file that a cancelled command was to save, unless another has taken its place."""
    if typed.command == views.SAVE:
        with suppress(FileGoneError):
            _cancel(replace(asked, words=typed.words), writer)


def _sheet(asked: Asked, text: str, *, day_first: bool | None = None) -> grammar.Sheet:
    policy = asked.desk.policy
    return grammar.read_sheet(text, asked.typed_on, asked.codes, asked.levels, policy, day_first=day_first)


def _read(asked: Asked, text: str) -> Read:
    """A table as it says by itself how it is to be read, or what it leaves open."""
    try:
        return _sheet(asked, text)
    except grammar.UndecidedOrderError as error:
        return error


def _propose(asked: Asked, writer: Writer, name: str, text: str, read: Read) -> Reply:
    """Keep a table until its member answers, and ask."""
    number = asked.desk.importing.keep(writer, asked.who, name, text)
    if isinstance(read, grammar.UndecidedOrderError):
        return views.which_order(name, read, number)
    return _answer(asked, writer, name, read, number)


def _answer(asked: Asked, writer: Writer, name: str, sheet: grammar.Sheet, number: int) -> Reply:
    """What was read of a table that is kept, which ends here where there is nothing to say yes to."""
    importing = asked.desk.importing
    if sheet.faulty:
        importing.forget(writer, asked.who)
        return views.faults(name, sheet)
    news = importing.news(asked.who, sheet, asked.typed_on)
    if news.count:
        return views.preview(name, sheet, news, number, asked.desk.policy)
    importing.forget(writer, asked.who)
    return views.nothing_new(name, sheet, news)


# Files


def is_dropped(event: Mapping[str, Any]) -> bool:
    """Whether a message is about its file: a table, something like it, or a file without a word."""
    formats = [_format(file) for file in event.get("files") or ()]
    said = (event.get("text") or "").strip()
    return bool(formats) and (not said or any(one is not Format.OTHER for one in formats))


def read_dropped(
    desk: Desk, courier: Courier, who: Member, place: Place, event: Mapping[str, Any], key: str
) -> None:
    """Read the file of a message, once for each `key`, and answer in the message that says so meanwhile."""
    try:
        if not desk.is_new(who, key):
            return
    except LedgerError as error:
        courier.post(who.workspace, place.channel, troubles.ledger_trouble(error))
        return
    files = event["files"]
    refused = {Format.WORKBOOK: WORKBOOK, Format.OTHER: NO_TABLE}.get(_format(files[0]))
    name = offered(files[0]).name
    if len(files) > 1:
        courier.post(who.workspace, place.channel, views.one_at_a_time())
    elif refused:
        courier.post(who.workspace, place.channel, views.refused(name, refused))
    else:
        courier.post_then_update(
            who.workspace,
            place.channel,
            views.reading(name),
            lambda: _from_slack(desk, courier, who, place, files[0], key),
            views.not_read(name),
        )


def _from_slack(
    desk: Desk, courier: Courier, who: Member, place: Place, file: Mapping[str, Any], key: str
) -> Reply:
    try:
        if "url_private_download" not in file:
            file = courier.file_info(who.workspace, file["id"])
        if (file.get("size") or 0) > MOST_BYTES:
            raise NotFetchedError(TOO_LARGE.format(megabytes=MOST_BYTES // 1_000_000))
        content = courier.read_file(who.workspace, file.get("url_private_download") or "", MOST_BYTES)
    except NotFetchedError as error:
        return views.not_here(offered(file).name, error.reason)
    return read_file(desk, who, place, offered(file).name, content, key)


def read_file(desk: Desk, who: Member, place: Place, name: str, content: bytes, key: str) -> Reply:
    """What a file says, kept until its member answers; once for each `key`, that of its message."""
    try:
        # Whoever had everything deleted while Slack handed it over must not be known again by it.
        if desk.is_forgotten(who, key):
            return views.cancelled()
        today = desk.today(who)
        asked = Asked(desk, who, today, "", today, place)
        text = text_in(content)
        read = _read(asked, text)
        answer = desk.saving.once(
            who, f"{key} read", lambda writer: json.dumps(_propose(asked, writer, name, text, read))
        )
    except (SheetError, grammar.WordsError) as error:
        return views.refused(name, error.sentence)
    except LedgerError as error:
        return troubles.ledger_trouble(error)
    return kept_reply(answer)


def _format(file: Mapping[str, Any]) -> Format:
    """What a file seems to be; one that Slack says nothing of may be a table."""
    name = offered(file).name
    is_text = str(file.get("mimetype") or "text/").startswith("text/")
    return Format.TABLE if is_text and not PurePath(name).suffix else format_of(name)


LOOKING: Mapping[str, Look] = MappingProxyType({"import": _show_how})
WRITING: Mapping[str, Write] = MappingProxyType(
    {
        "import": _read_pasted,
        views.DAY_FIRST: _read_day_first,
        views.MONTH_FIRST: _read_month_first,
        views.CANCEL: _cancel,
    }
)
CHANGING: Mapping[str, tuple[Do, Show]] = MappingProxyType({views.SAVE: (_save, changes.imported)})

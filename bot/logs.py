"""The log: what happened and where, without names, titles or tokens.

The message of an exception may quote what people typed, so it stays out: an exception is shown by its type,
its place, and what is known to be harmless about it. Others' libraries may put anything into their lines, so
of theirs only the beginning is kept.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

TEXT, JSON = "text", "json"
FORMS = (TEXT, JSON)

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OURS = ("bot", "rules", "faq")
# Ours by name, written to by libraries.
_LENT = ("bot.bolt", "bot.socket_mode.link")
_HIDDEN = "***"
# Tokens by how they look; addresses that let whoever knows them in.
_SECRETS = re.compile(
    r"xox[a-z]*[-.][\w.-]+|xapp-[\w-]+|(?<=[Bb]earer )[\w.~+/=-]+|(?<=/calendar/)[\w-]+(?=\.ics)"
    r"|(?<=hooks\.slack\.com/)[\w/.-]+"
    r"|(?i:(?<=secret=)|(?<=token=)|(?<=code=)|(?<=state=)|(?<=ticket=))[^&\s\"']+"
)
# Where a line of somebody else's begins to quote: a colon, a bracket, a quotation mark, the end of the line.
_QUOTES = re.compile(r"[:({\[<'\"\n]")
_CODE = re.compile(r"[a-zA-Z_]{1,60}")
# They say what they send and get at DEBUG, and every reconnection at INFO.
_TALKATIVE = ("slack_sdk", "slack_bolt", "websocket", "urllib3", "asyncio", "matplotlib", "PIL")
_CHAIN_MOST = 5


class Discreet:
    """Takes out of a line what must not stand in it, whoever writes it.

    `secrets` are hidden by their value; exceptions of the `speaking` classes keep their sentence.
    """

    def __init__(self, secrets: Collection[str] = (), speaking: tuple[type[BaseException], ...] = ()) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        self._speaking = speaking

    def copy(self, record: logging.LogRecord) -> logging.LogRecord:
        """The line as it may be written; others who log it see it as it was."""
        said = record.getMessage()
        if record.name.partition(".")[0] not in _OURS or record.name.startswith(_LENT):
            said = _QUOTES.split(said, maxsplit=1)[0].rstrip()
        found = logging.makeLogRecord(record.__dict__)
        found.msg, found.args = self._masked(said), None
        error = record.exc_info[1] if record.exc_info else None
        found.exc_info = found.exc_text = found.stack_info = None
        lines = lines_of(error, self._speaking) if error else []
        found.errors = [self._masked(line) for line in lines]
        return found

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _SECRETS.sub(_HIDDEN, text)


def lines_of(error: BaseException, speaking: tuple[type[BaseException], ...] = ()) -> list[str]:
    """An exception and those behind it, the first cause last: types and places, without their messages.

    Those of the `speaking` classes say only what may be read by everybody, so their sentence is kept.
    """
    return [_line_of(one, speaking) for one in _chain(error)]


def _chain(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(_CHAIN_MOST):
        if found is None:
            return
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _line_of(error: BaseException, speaking: tuple[type[BaseException], ...]) -> str:
    places = [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    told = str(error) if isinstance(error, speaking) else _told_by(error)
    what = f"{type(error).__name__} ({told})" if told else type(error).__name__
    return f"{what} at {' > '.join(places[-6:])}" if places else what


def _told_by(error: BaseException) -> str:
    """What an exception tells by itself in words that are nobody's: the system's, SQLite's and Slack's."""
    if isinstance(error, OSError):
        return error.strerror or ""
    code = getattr(error, "sqlite_errorname", None)
    if code is None:
        response: Any = getattr(error, "response", None)
        code = response.get("error") if hasattr(response, "get") else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _short(path: str) -> str:
    """The end of a path, which tells the module and not where it was installed."""
    return "/".join(path.replace("\\", "/").rsplit("/", 2)[-2:])


class _Text(logging.Formatter):
    """A line for people, an exception below it."""

    def __init__(self, discreet: Discreet) -> None:
        super().__init__(_LINE)
        self._discreet = discreet

    def format(self, record: logging.LogRecord) -> str:
        found = self._discreet.copy(record)
        return "\n  ".join([super().format(found), *found.__dict__["errors"]])


class _Json(JsonFormatter):
    """One JSON object a line."""

    def __init__(self, discreet: Discreet) -> None:
        usual = logging.makeLogRecord({}).__dict__
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="time",
            reserved_attrs=(*usual, "errors", "asctime", "message"),
        )
        self._discreet = discreet

    def format(self, record: logging.LogRecord) -> str:
        return super().format(self._discreet.copy(record))

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        if errors := record.__dict__["errors"]:
            log_data["errors"] = errors


class _Counting(logging.Handler):
    """Tells somebody of each line from warnings upwards."""

    def __init__(self, note: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        self._note(record.levelname)


def set_up(
    form: str = TEXT,
    *,
    level: int = logging.INFO,
    secrets: Collection[str] = (),
    speaking: tuple[type[BaseException], ...] = (),
    stream: TextIO | None = None,
    note: Callable[[str], None] | None = None,
) -> None:
    """Write the log as text or JSON, on standard error unless told otherwise, in the place of what there was.

    `note` is told the level of each line from warnings upwards. Exceptions that nobody catches in a thread
    are logged like all others.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    discreet = Discreet(secrets, speaking)
    handler.setFormatter(_Json(discreet) if form == JSON else _Text(discreet))
    _replace_handlers([handler, *([_Counting(note)] if note else [])])
    logging.getLogger().setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = _log_uncaught


def _replace_handlers(handlers: Iterable[logging.Handler]) -> None:
    root = logging.getLogger()
    for old in [one for one in root.handlers if type(one).__module__ in (__name__, "logging")]:
        root.removeHandler(old)
    for new in handlers:
        root.addHandler(new)


def _log_uncaught(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        logging.getLogger(__name__).critical("A thread ended by an error.", exc_info=args.exc_value)

"""What Slack sends reaches Bolt here, by whichever way it came, and what became of it is counted."""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt import App, BoltRequest, BoltResponse

from .front import KIND, Environ, StartResponse
from .metrics import Metrics
from .shapes import kind_of

log = logging.getLogger(__name__)

# A slash command has some fifteen fields, everything else one.
FIELDS_MOST = 100
_TYPE = re.compile(
    r"application/(?P<form>json|x-www-form-urlencoded)\s*(?:;\s*charset=\"?utf-?8\"?\s*)?", re.IGNORECASE
)


class NotSlacksError(ValueError):
    """A body is not what Slack sends, although it signed it; `status` says so."""

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status


class Receiver:
    """Bolt behind a look at the shape of what it is given; `command_of` names the command of some words.

    It is a WSGI app for signed bodies, which the front has read; Socket Mode calls `dispatch`.
    """

    def __init__(self, app: App, metrics: Metrics, command_of: Callable[[str], str]) -> None:
        self._app = app
        self._metrics = metrics
        self._command_of = command_of

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Bolt's answer, or 400 for what has not the shape of a request of Slack's."""
        return self._answered(req.body, kind_of(req.body))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            body = read(environ["wsgi.input"].read(), str(environ.get("CONTENT_TYPE") or ""))
        except NotSlacksError as error:
            environ[KIND] = "malformed"
            log.warning("A signed request cannot be read and was answered with %s.", error.status)
            response = BoltResponse(status=error.status, body="")
        else:
            kind = kind_of(body)
            environ[KIND] = kind or "malformed"
            response = self._answered(body, kind)
        content = response.body.encode()
        headers = [(name, value) for name, values in response.headers.items() for value in values]
        start_response(
            f"{response.status} {HTTPStatus(response.status).phrase}",
            [*headers, ("content-length", str(len(content)))],
        )
        return [content]

    def _answered(self, body: Mapping[str, Any], kind: str | None) -> BoltResponse:
        if kind is None:
            log.warning("A request of Slack's has not the shape that it has, and was answered with 400.")
            return BoltResponse(status=400, body="")
        start = perf_counter()
        try:
            # It is parsed, and known to be Slack's: Bolt takes it as Socket Mode hands it over.
            response = self._app.dispatch(BoltRequest(mode="socket_mode", body=dict(body)))
        except Exception:  # listeners' own errors never come here: Bolt could not take the request apart
            log.exception("A request of Slack's could not be taken apart, and was answered with 400.")
            response = BoltResponse(status=400, body="")
        self._metrics.answered(kind, response.status, perf_counter() - start)
        for words in _words_in(body, kind):
            self._metrics.ran(self._command_of(words))
        return response


def read(body: bytes, content_type: str) -> Mapping[str, Any]:
    """What a signed body says, as Slack writes it: JSON, a form, or JSON in a form's field.

    Raises NotSlacksError.
    """
    found = _TYPE.fullmatch(content_type.strip())
    if not found:
        raise NotSlacksError(415)
    try:
        text = body.decode()
        if found["form"].lower() == "x-www-form-urlencoded":
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MOST))
            if "command" in form or "payload" not in form:
                return form
            text = form["payload"]
        read: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotSlacksError(400) from error
    if not isinstance(read, dict):
        raise NotSlacksError(400)
    return read


def _words_in(body: Mapping[str, Any], kind: str) -> Iterable[str]:
    """The words after `/ce` that were typed, or that a button stands for."""
    if kind == "command":
        return (body.get("text") or "",)
    if kind == "block_actions":
        return (
            one["value"] for one in body["actions"] if one["action_id"].startswith("ce:") and one.get("value")
        )
    return ()

"""The Bolt app: what each request finds in its context, what it is answered with, what happens to errors."""

import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_sdk import WebClient

from . import listeners
from .courier import Courier
from .desk import Desk
from .views.troubles import unexpected

log = logging.getLogger(__name__)


def build_app(desk: Desk, courier: Courier, client: WebClient, *, signing_secret: str | None = None) -> App:
    """The app over one desk and one courier; `signing_secret` is needed where requests come by HTTP.

    Bolt answers once a listener has returned: its other way polls every 10 ms. The token is checked here,
    once, so that no request waits for it; BoltError says that Slack refused it.
    """
    app = App(
        client=client,
        signing_secret=signing_secret,
        request_verification_enabled=signing_secret is not None,
        ssl_check_enabled=False,
        process_before_response=True,
    )

    def provide(context: BoltContext, next: Callable[[], Any]) -> None:  # noqa: A002 - Bolt's name
        context["desk"] = desk
        context["courier"] = courier
        next()

    app.use(provide)
    listeners.register(app)
    app.error(_answer_error)
    return app


def _answer_error(error: Exception, request: BoltRequest) -> BoltResponse:
    """The full story to the log, one sentence with its reference to the member."""
    reference = secrets.token_hex(4)
    log.error("Request failed, reference %s.", reference, exc_info=error)
    if "command" not in request.body:
        return BoltResponse(status=200, body="")
    reply = unexpected(reference)
    body = {"text": reply.text, "blocks": reply.blocks, "response_type": "ephemeral"}
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": ["application/json;charset=utf-8"]}
    )

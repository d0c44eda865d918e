"""The Bolt app: what each request finds in its context, what it is answered with, what happens to errors."""

import json
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware
from slack_sdk import WebClient

from . import listeners
from .courier import Courier
from .desk import Desk
from .ledger import Member
from .views import modals
from .views.troubles import unexpected

log = logging.getLogger(__name__)

# The events by which Slack says that a workspace has removed the bot.
LAST_WORDS = ("app_uninstalled", "tokens_revoked")


def build_app(desk: Desk, courier: Courier, client: WebClient, *, signing_secret: str | None = None) -> App:
    """The app over one desk and one courier; `signing_secret` is needed where requests come by HTTP.

    Bolt answers once a listener has returned: its other way polls every 10 ms. The token is checked here,
    once, so that no request waits for it; BoltError says that Slack refused it.
    """
    # Bolt warns of the token in the environment, although the client was given it.
    bolt_log = logging.getLogger("bot.bolt")
    bolt_log.setLevel(logging.ERROR)
    app = App(
        logger=bolt_log,
        client=client,
        signing_secret=signing_secret,
        request_verification_enabled=signing_secret is not None,
        ssl_check_enabled=False,
        process_before_response=True,
    )

    app.use(_Provide(desk=desk, courier=courier))
    listeners.register(app)
    app.error(_honest(courier))
    return app


class _Provide(Middleware):
    """Puts what listeners ask for by name into each request's context."""

    def __init__(self, desk: Desk, courier: Courier) -> None:
        self._desk = desk
        self._provided = {"desk": desk, "courier": courier}

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002
        next: Callable[[], BoltResponse],  # noqa: A002
    ) -> BoltResponse:
        req.context.update(self._provided)
        self._note_sign_of_life(req)
        return next()

    def _note_sign_of_life(self, req: BoltRequest) -> None:
        """A workspace whose requests come has the bot, unless they say that it was removed."""
        said = (req.body.get("event") or {}).get("type")
        if req.context.team_id and said not in LAST_WORDS:
            sent_at = req.body.get("event_time")
            at = datetime.fromtimestamp(sent_at, UTC) if isinstance(sent_at, int) else None
            self._desk.forgetting.see(req.context.team_id, at)


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": ["application/json;charset=utf-8"]}
    )


def _honest(courier: Courier) -> Callable[..., BoltResponse]:
    """What answers an error nobody foresaw: all of it to the log, one sentence to the member."""

    def answer(error: Exception, request: BoltRequest) -> BoltResponse:
        reference = secrets.token_hex(4)
        log.error("Request failed, reference %s.", reference, exc_info=error)
        reply = unexpected(reference)
        body = request.body
        if "command" in body:
            return _json({"text": reply.text, "blocks": reply.blocks, "response_type": "ephemeral"})
        if body.get("type") == "view_submission":  # what was filled in stays below
            return _json({"response_action": "push", "view": modals.of_reply(reply)})
        if "response_url" in body:
            courier.respond(body["response_url"], reply, replace=False)
        elif "trigger_id" in body:
            who = Member(body["team"]["id"], body["user"]["id"])
            in_modal = (body.get("view") or {}).get("type") == "modal"
            courier.open_view(who, body["trigger_id"], modals.of_reply(reply), push=in_modal)
        return BoltResponse(status=200, body="")

    return answer

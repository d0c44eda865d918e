"""The Bolt app: what each request finds in its context, what it is answered with, what happens to errors."""

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_bolt.context import BoltContext
from slack_bolt.middleware import Middleware
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from . import listeners
from .clients import NoTokenError
from .courier import Courier
from .deliveries import LAST_WORDS, is_repeated
from .desk import Desk
from .fetching import Fetching
from .homes import Homes
from .ledger import Member
from .views import modals
from .views.troubles import not_installed, unexpected

log = logging.getLogger(__name__)


def build_app(
    desk: Desk,
    courier: Courier,
    client: WebClient,
    *,
    signing_secret: str | None = None,
    authorize: Callable[..., AuthorizeResult] | None = None,
    identity: Mapping[str, Any] | None = None,
) -> App:
    """The app over one desk and one courier; `signing_secret` is needed where requests come by HTTP.

    Bolt answers once a listener has returned: its other way polls every 10 ms. `authorize` knows who the bot
    is in each of many workspaces. Without it there is the one of the client's token, whose `identity` (what
    auth.test says of it) is asked for here unless given, so that no request waits for it.
    """
    of_many = authorize is not None
    # Bolt warns of the token in the environment, although the client was given it.
    bolt_log = logging.getLogger("bot.bolt")
    bolt_log.setLevel(logging.ERROR)
    app = App(
        logger=bolt_log,
        client=client,
        # Said in any case: left to itself Bolt takes credentials it finds in the environment for its own way.
        authorize=authorize or _OneWorkspace(client.token, identity or client.auth_test()),
        signing_secret=signing_secret,
        request_verification_enabled=signing_secret is not None,
        ssl_check_enabled=False,
        process_before_response=True,
    )

    homes = Homes(desk, courier)
    desk.saving.watch(homes.publish)
    desk.saving.watch(Fetching(desk, courier).soon)
    app.use(_Provide(desk=desk, courier=courier, homes=homes, sees=not of_many))
    listeners.register(app)
    app.error(_honest(courier))
    return app


class _OneWorkspace(Authorize):
    """Who the bot is in the workspace of its one token, as Slack said at the start."""

    def __init__(self, token: str | None, found: Mapping[str, Any] | SlackResponse) -> None:
        self._token = token
        self._found = found

    def __call__(
        self,
        *,
        context: BoltContext,  # noqa: ARG002
        enterprise_id: str | None,  # noqa: ARG002
        team_id: str | None,  # noqa: ARG002
        user_id: str | None,
        **_actor: str | None,
    ) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=self._found.get("enterprise_id"),
            team_id=self._found.get("team_id"),
            bot_user_id=self._found.get("user_id"),
            bot_id=self._found.get("bot_id"),
            bot_token=self._token,
            user_id=user_id,
        )


class _Provide(Middleware):
    """Puts what listeners ask for by name into each request's context; what came before, it ends here."""

    def __init__(self, desk: Desk, courier: Courier, homes: Homes, *, sees: bool) -> None:
        self._desk = desk
        self._sees = sees
        self._provided = {"desk": desk, "courier": courier, "homes": homes}

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002
        next: Callable[[], BoltResponse],  # noqa: A002
    ) -> BoltResponse:
        req.context.update(self._provided)
        if req.context.team_id:
            _name_its_own(req.context.team_id, req.body)
        if self._sees:  # where workspaces install the bot, that alone says who has come back
            self._note_sign_of_life(req)
        if is_repeated(self._desk, req.context.team_id, req.body):
            return BoltResponse(status=200, body="")
        return next()

    def _note_sign_of_life(self, req: BoltRequest) -> None:
        """A workspace whose requests come has the bot, unless they say that it was removed."""
        said = (req.body.get("event") or {}).get("type")
        if req.context.team_id and said not in LAST_WORDS:
            sent_at = req.body.get("event_time")
            at = datetime.fromtimestamp(sent_at, UTC) if isinstance(sent_at, int) else None
            self._desk.forgetting.see(req.context.team_id, at)


def _name_its_own(workspace: str, body: dict[str, Any]) -> None:
    """Have a request name the workspace whose bot it is for: in what is shared Slack may name the others'."""
    if "team_id" in body:
        body["team_id"] = workspace
    if body.get("team"):
        body["team"] = {**body["team"], "id": workspace}


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": ["application/json;charset=utf-8"]}
    )


def _honest(courier: Courier) -> Callable[..., BoltResponse]:
    """What answers an error nobody foresaw: all of it to the log, one sentence to the member."""

    def answer(error: Exception, request: BoltRequest) -> BoltResponse:
        if isinstance(error, NoTokenError):
            log.warning("A request came from a workspace that has no bot.")
            reply = not_installed()
        else:
            reference = secrets.token_hex(4)
            log.error("Request failed, reference %s.", reference, exc_info=error)
            reply = unexpected(reference)
        body = request.body
        if (body.get("event") or {}).get("type") in LAST_WORDS and not isinstance(error, NoTokenError):
            return BoltResponse(status=500, body="")  # Slack says it again
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

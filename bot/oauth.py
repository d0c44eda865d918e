"""How a workspace gets the bot: two pages for a browser, and what Slack is asked between them."""

import html
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_bolt.context import BoltContext
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation, InstallationStore
from slack_sdk.oauth.state_store import OAuthStateStore

from .clients import NoTokenError, direct_client
from .days import Clock
from .installations import STATE_HOLDS, Granted, Installations, Refresh, RefusedError, Tokens
from .ledger import LedgerBusyError, LedgerError
from .scopes import SCOPES
from .workspaces import NOT_DONE, ManyWorkspaces, why

log = logging.getLogger(__name__)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
COOKIE = "ce-bot-install"
# Slack sends some 300 characters back.
QUERY_MOST, COOKIES_MOST = 2_000, 8_000
# Slack's answer is kept however busy the database is: asked this often, for 1.5 s each.
TRIES_TO_KEEP = 3
_TEAM = re.compile("T[A-Z0-9]{1,20}")

# What is said to whoever installs: a headline, and what to do next. {again} becomes a link.
INSTALLED = (
    "CE Bot is in {name}.",
    "Go back to Slack and type /ce help. To be of use in a channel, it has to be invited: /invite @CE Bot.",
)
CANCELLED = (
    "Nothing was installed.",
    "You said no in Slack, and that is fine. If it was a mistake: {again}.",
)
NOT_HERE = (
    "Please begin again.",
    "This page takes whom Slack sends back within 10 minutes, in the same browser, once: {again}.",
)
NOT_SLACK = (
    "Slack did not go through with it.",
    "Nothing was installed. Please try once more: {again}. If it happens again, tell whoever runs the bot.",
)
WHOLE_ORG = (
    "Please install it in one workspace.",
    "This bot is not made for a whole organization, so nothing was installed: {again} with a workspace.",
)
NOT_KEPT = (
    "Something is wrong on our side.",
    "The bot could not take down that it was installed. Please try once more in a minute: {again}.",
)
AGAIN = "begin again"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.6 system-ui, sans-serif; margin: 15vh auto 0; max-width: 34rem; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
</body>
</html>
"""
_HEADERS = {
    "content-type": ["text/html; charset=utf-8"],
    "cache-control": ["no-store"],
    "content-security-policy": ["default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"],
    "referrer-policy": ["no-referrer"],
    "x-content-type-options": ["nosniff"],
}
_STATUS = {
    200: "200 OK",
    302: "302 Found",
    400: "400 Bad Request",
    502: "502 Bad Gateway",
    503: "503 Service Unavailable",
}

Page = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class SlackApp:
    """The app that workspaces install: its credentials, where Slack is, and where the bot."""

    client_id: str
    client_secret: str = field(repr=False)
    api_url: str
    url: str

    @property
    def install_url(self) -> str:
        """Where installing begins."""
        return self.url + INSTALL

    @property
    def redirect_url(self) -> str:
        """Where Slack sends people back to: always the same, whatever a request says."""
        return self.url + REDIRECT


class _NotInstalledError(Exception):
    """Installing ends here; `said` is what to say, under which HTTP `status`."""

    def __init__(self, said: tuple[str, str], status: int) -> None:
        super().__init__(said[0])
        self.said = said
        self.status = status


def refresher(app: SlackApp, clock: Clock, client: WebClient | None = None) -> Refresh:
    """What asks Slack for the tokens that follow on a refresh token, once."""
    asked = client or direct_client(None, app.api_url)

    def refresh(token: str) -> Granted:
        try:
            answer = asked.oauth_v2_access(
                client_id=app.client_id,
                client_secret=app.client_secret,
                grant_type="refresh_token",
                refresh_token=token,
            )
        except NOT_DONE as error:
            raise RefusedError(why(error)) from None  # what was asked with is in the trace of neither
        granted = _granted(answer.data, clock())
        if granted is None:
            raise RefusedError("no_bot_token")
        return granted

    return refresh


def _granted(data: Any, now: datetime) -> Granted | None:
    """The tokens in an answer of Slack's; None where it gave none for a bot."""
    found = data if isinstance(data, dict) else {}
    access, refresh, seconds = (found.get(name) for name in ("access_token", "refresh_token", "expires_in"))
    if found.get("token_type") != "bot" or not isinstance(access, str) or not access:
        return None
    ends = isinstance(seconds, int) and seconds > 0
    expires_at = datetime.fromtimestamp(int(now.timestamp()) + int(seconds or 0), UTC) if ends else None
    return Granted(Tokens(access, refresh if isinstance(refresh, str) else None), expires_at)


class Authorized(Authorize):
    """Bolt's question who the bot is in the workspace of a request, answered without asking Slack."""

    def __init__(self, workspaces: ManyWorkspaces) -> None:
        self._workspaces = workspaces

    def __call__(
        self,
        *,
        context: BoltContext,  # noqa: ARG002
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_actor: str | None,
    ) -> AuthorizeResult:
        """Who the bot is there. Raises NoTokenError where it is not installed."""
        installed = self._workspaces.installed(team_id) if team_id else None
        if installed is None:
            raise NoTokenError
        found = installed.found
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.bot_user,
            bot_id=found.bot,
            bot_token=installed.tokens.access,
            bot_scopes=found.scopes,
            user_id=user_id,
        )


class _States(OAuthStateStore):
    """Bolt's place for states, in the ledger."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    def issue(self, *_: Any, **__: Any) -> str:
        return self._installations.issue_state()

    def consume(self, state: str) -> bool:
        return self._installations.consume_state(state)


class _Cookies(OAuthStateUtils):
    """Bolt's cookie, which ties a state to the browser it was given to; only Slack's way back brings it."""

    def __init__(self, *, by_tls: bool) -> None:
        super().__init__(cookie_name=COOKIE, expiration_seconds=int(STATE_HOLDS.total_seconds()))
        self._ends = f"HttpOnly; SameSite=Lax; Path=/{'; Secure' if by_tls else ''}"

    def build_set_cookie_for_new_state(self, state: str) -> str:
        return f"{self.cookie_name}={state}; Max-Age={self.expiration_seconds}; {self._ends}"

    def build_set_cookie_for_deletion(self) -> str:
        return f"{self.cookie_name}=; Max-Age=0; {self._ends}"


class Installing(OAuthFlow):
    """Bolt's way through OAuth, with states and installations in the ledger, and pages of our own."""

    def __init__(
        self, app: SlackApp, installations: Installations, clock: Clock, client: WebClient | None = None
    ) -> None:
        settings = OAuthSettings(
            client_id=app.client_id,
            client_secret=app.client_secret,
            scopes=SCOPES,
            user_scopes=(),
            redirect_uri=app.redirect_url,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            install_page_rendering_enabled=False,
            callback_options=CallbackOptions(self._succeed, self._fail),
            authorization_url=f"{app.api_url.removesuffix('/').removesuffix('/api')}/oauth/v2/authorize",
            installation_store=InstallationStore(),
            state_store=_States(installations),
        )
        settings.state_utils = _Cookies(by_tls=app.url.startswith("https:"))
        bolt_log = logging.getLogger("bot.bolt.oauth")
        bolt_log.setLevel(logging.ERROR)
        asked = client or direct_client(None, app.api_url)
        super().__init__(client=asked, logger=bolt_log, settings=settings)
        self._app = app
        self._installations = installations
        self._clock = clock

    def build_authorize_url(self, state: str, request: BoltRequest) -> str:
        """Where Slack asks the person; a request may say no more than the workspace to begin with."""
        asked = {
            "client_id": self._app.client_id,
            "scope": ",".join(SCOPES),
            "redirect_uri": self._app.redirect_url,
            "state": state,
        }
        team = (request.query.get("team") or [""])[0]
        if _TEAM.fullmatch(team):
            asked["team"] = team
        return f"{self.settings.authorization_url}?{urlencode(asked)}"

    def run_installation(self, code: str) -> Installation:
        """Exchange Slack's code for a token, and ask Slack whose it is. Raises _NotInstalledError."""
        try:
            answer = self.client.oauth_v2_access(
                code=code,
                client_id=self._app.client_id,
                client_secret=self._app.client_secret,
                redirect_uri=self._app.redirect_url,
            )
        except NOT_DONE as error:
            log.warning("Slack did not accept the code of an installation: %s.", why(error))
            raise _NotInstalledError(NOT_SLACK, 502) from None
        data = answer.data if isinstance(answer.data, dict) else {}
        if data.get("is_enterprise_install"):
            raise _NotInstalledError(WHOLE_ORG, 400)
        now, team = self._clock(), data.get("team") or {}
        granted = _granted(data, now)
        if granted is None or not _TEAM.fullmatch(str(team.get("id"))):
            log.warning("Slack's answer to an installation names no bot's token, or no workspace.")
            raise _NotInstalledError(NOT_SLACK, 502)
        try:
            who = self.client.auth_test(token=granted.tokens.access)
        except NOT_DONE as error:
            log.warning("Slack does not accept the token of an installation: %s.", why(error))
            raise _NotInstalledError(NOT_SLACK, 502) from None
        if who.get("team_id") != team["id"]:
            log.warning("The token of an installation belongs to another workspace.")
            raise _NotInstalledError(NOT_SLACK, 502)
        return Installation(
            user_id="",
            team_id=team["id"],
            team_name=str(team.get("name") or who.get("team") or team["id"]),
            bot_token=granted.tokens.access,
            bot_refresh_token=granted.tokens.refresh,
            bot_token_expires_at=int(granted.expires_at.timestamp()) if granted.expires_at else None,
            bot_user_id=str(data.get("bot_user_id") or who.get("user_id") or ""),
            bot_id=str(who.get("bot_id") or ""),
            bot_scopes=str(data.get("scope") or ""),
            # By Slack's own clock, which also dates what it says of an uninstall.
            installed_at=(_date_in(answer.headers) or now).timestamp(),
        )

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:  # noqa: ARG002
        """Keep it. Raises LedgerError."""
        ends = installation.bot_token_expires_at
        keep = partial(
            self._installations.keep,
            Granted(
                Tokens(str(installation.bot_token), installation.bot_refresh_token),
                datetime.fromtimestamp(ends, UTC) if ends else None,
            ),
            workspace=str(installation.team_id),
            name=str(installation.team_name),
            bot_user=str(installation.bot_user_id),
            bot=str(installation.bot_id),
            scopes=tuple(scope for scope in installation.bot_scopes or () if scope),
            at=datetime.fromtimestamp(installation.installed_at or 0.0, UTC),
        )
        for _ in range(TRIES_TO_KEEP - 1):
            try:
                keep()
                break
            except LedgerBusyError:
                log.warning("The database is busy while an installation is to be kept; trying again.")
        else:
            keep()
        log.info("Workspace %s installed the bot.", installation.team_id)

    def answer(self, path: str, query: str, cookies: str) -> BoltResponse:
        """The page for a browser that begins, or that Slack sends back."""
        request = BoltRequest(body="", query=query, headers={"cookie": cookies})
        try:
            return self.handle_installation(request) if path == INSTALL else self.handle_callback(request)
        except _NotInstalledError as refused:
            return self._page(refused.said, refused.status)
        except LedgerError as error:
            log.error("An installation could not be kept.", exc_info=error)
            return self._page(NOT_KEPT, 503)

    def _succeed(self, args: SuccessArgs) -> BoltResponse:
        return self._page(INSTALLED, 200, name=args.installation.team_name or "")

    def _fail(self, args: FailureArgs) -> BoltResponse:
        if args.reason == "access_denied":
            return self._page(CANCELLED, 200)
        if args.reason in ("invalid_browser", "invalid_state"):
            return self._page(NOT_HERE, 400)
        return self._page(NOT_SLACK, 400)

    def _page(self, said: tuple[str, str], status: int, name: str = "") -> BoltResponse:
        title, text = (html.escape(part) for part in said)
        again = f'<a href="{html.escape(self._app.install_url)}">{AGAIN}</a>'
        page = _PAGE.format(title=title.format(name=html.escape(name)), text=text.format(again=again))
        cookie = self.settings.state_utils.build_set_cookie_for_deletion()
        return BoltResponse(status=status, body=page, headers={**_HEADERS, "set-cookie": [cookie]})


def pages(flow: Installing) -> Mapping[str, Page]:
    """The two pages by their paths, for the HTTP server."""
    return {path: partial(_serve, flow, path) for path in (INSTALL, REDIRECT)}


def _serve(
    flow: Installing, path: str, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    if environ.get("REQUEST_METHOD") != "GET":
        start_response("405 Method Not Allowed", [("allow", "GET"), ("content-length", "0")])
        return [b""]
    query, cookies = environ.get("QUERY_STRING") or "", environ.get("HTTP_COOKIE") or ""
    if len(query) > QUERY_MOST or len(cookies) > COOKIES_MOST:
        start_response("414 URI Too Long", [("content-length", "0")])
        return [b""]
    answer = flow.answer(path, query, cookies)
    content = answer.body.encode()
    headers = [(name, value) for name, values in {**_HEADERS, **answer.headers}.items() for value in values]
    start_response(_STATUS[answer.status], [*headers, ("content-length", str(len(content)))])
    return [content]


def _date_in(headers: Any) -> datetime | None:
    """The moment at which an answer was sent; None where it does not say."""
    found = {str(name).lower(): value for name, value in dict(headers or {}).items()}.get("date", "")
    try:
        sent_at = parsedate_to_datetime(found[0] if isinstance(found, list) else str(found))
    except (ValueError, TypeError, IndexError):
        return None
    return sent_at if sent_at.tzinfo else None

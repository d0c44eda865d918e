"""Installing in a browser: who may, what is kept of it, and the pages that say how it went."""

import base64
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.installations import (
    ROTATE_BEFORE,
    TRY_AGAIN_AFTER,
    Granted,
    Installations,
    RefusedError,
    Tokens,
)
from bot.ledger import Ledger, Writer
from bot.oauth import COOKIE, INSTALL, QUERY_MOST, REDIRECT, Installing, SlackApp, pages, refresher
from bot.scopes import SCOPES
from bot.sealing import Keys, WrongKeyError

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
URL = "https://ce-bot.example.com"
APP = SlackApp("1.2", "client-secret", "https://slack.com/api/", URL)
TOKEN, REFRESH = "xoxb-very-secret", "xoxe-1-very-secret"
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
EVIL = '<script>alert("x")</script>'


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class SlackApi(WebClient):
    """Slack's part of installing: what it grants for a code, and whose a token is."""

    def __init__(self) -> None:
        super().__init__(base_url=APP.api_url)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.headers_sent = {"Date": format_datetime(NOW, usegmt=True)}
        self.trouble: Exception | None = None
        self.grant: dict[str, Any] = {
            "ok": True,
            "access_token": TOKEN,
            "token_type": "bot",
            "scope": "chat:write,commands",
            "bot_user_id": "UBOT",
            "app_id": "A1",
            "team": {"id": "T1", "name": "Acme"},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "U1"},
        }
        self.who: dict[str, Any] = {"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "BBOT"}

    def api_call(self, api_method: str, **request: Any) -> SlackResponse:
        self.calls.append((api_method, request))
        if self.trouble:
            raise self.trouble
        data = {"oauth.v2.access": self.grant, "auth.test": self.who}[api_method]
        return SlackResponse(
            client=self, http_verb="POST", api_url=api_method, req_args={}, data=data,
            headers=self.headers_sent, status_code=200,
        ).validate()  # fmt: skip


class Impatient(Ledger):
    """One that does not wait until others have written."""

    def write(self, wait_s: float = 0.01) -> AbstractContextManager[Writer]:
        return super().write(wait_s)


class Page:
    """What a browser was answered."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status.partition(" ")[0])
        self.headers = dict(headers)
        self.text = body.decode()

    @property
    def title(self) -> str:
        found = re.search("<h1>(.*)</h1>", self.text)
        return found[1] if found else ""


class Browser:
    """Somebody's browser: it keeps the cookie, and sends it back."""

    def __init__(self, flow: Installing) -> None:
        self._pages = pages(flow)
        self.cookies = ""

    def get(self, path: str, query: str = "", method: str = "GET", **headers: str) -> Page:
        answered: list[Any] = []
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": self.cookies,
            **headers,
        }  # fmt: skip
        body = b"".join(self._pages[path](environ, lambda *given: answered.extend(given)))
        page = Page(answered[0], answered[1], body)
        cookie = page.headers.get("set-cookie")
        if cookie:
            self.cookies = "" if "Max-Age=0" in cookie else f"other=1; {cookie.partition(';')[0]}"
        return page

    def begin(self, query: str = "") -> dict[str, str]:
        """What Slack is sent along, at the address where it asks."""
        page = self.get(INSTALL, query)
        assert page.status == 302
        self.went_to = page.headers["location"]
        return {name: value for name, (value,) in parse_qs(urlsplit(self.went_to).query).items()}

    def come_back(self, **query: str) -> Page:
        return self.get(REDIRECT, urlencode(query))

    def install(self) -> Page:
        return self.come_back(code="code-1", state=self.begin()["state"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def installations(ledger: Ledger, clock: Clock) -> Installations:
    return Installations(ledger, Keys([KEY]), clock)


@pytest.fixture
def slack() -> SlackApi:
    return SlackApi()


@pytest.fixture
def browser(installations: Installations, clock: Clock, slack: SlackApi) -> Browser:
    return Browser(Installing(APP, installations, clock, slack))


@pytest.fixture(autouse=True)
def _nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert "secret" not in caplog.text
    assert "code-1" not in caplog.text


def file_of(ledger: Ledger) -> bytes:
    """All that stands in the database's files."""
    with closing(sqlite3.connect(ledger.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(ledger.path).read_bytes()


def keep(installations: Installations, workspace: str = "T1", expires_at: datetime | None = None) -> None:
    installations.keep(
        Granted(Tokens(TOKEN, REFRESH), expires_at),
        workspace=workspace, name="Acme", bot_user="UBOT", bot="BBOT", scopes=("commands",), at=NOW,
    )  # fmt: skip


# There and back


def test_slack_is_asked_for_the_scopes_of_the_manifest_and_sends_back_to_the_bot(browser: Browser) -> None:
    asked = browser.begin()
    assert browser.went_to.startswith("https://slack.com/oauth/v2/authorize?")
    assert asked.pop("state")
    assert asked == {
        "client_id": "1.2",
        "scope": ",".join(SCOPES),
        "redirect_uri": "https://ce-bot.example.com/slack/oauth_redirect",
    }


def test_who_agrees_in_slack_has_installed_the_bot(
    browser: Browser, installations: Installations, slack: SlackApi
) -> None:
    page = browser.install()
    assert (page.status, page.title) == (200, "CE Bot is in Acme.")
    assert "/ce help" in page.text
    installed = installations.of("T1")
    assert installed
    assert installed.tokens == Tokens(TOKEN)
    found = installed.found
    assert (found.name, found.bot_user, found.bot) == ("Acme", "UBOT", "BBOT")
    assert (found.scopes, found.expires_at) == (("chat:write", "commands"), None)
    (_, exchange), (_, whose) = slack.calls
    assert exchange["data"] == {"code": "code-1", "redirect_uri": URL + REDIRECT}
    assert exchange["auth"] == {"client_id": "1.2", "client_secret": "client-secret"}
    assert "auth.test" in [name for name, _ in slack.calls]
    assert whose


def test_with_token_rotation_the_end_and_the_refresh_token_are_kept(
    browser: Browser, installations: Installations, slack: SlackApi
) -> None:
    slack.grant |= {"expires_in": 43200, "refresh_token": REFRESH}
    assert browser.install().status == 200
    installed = installations.of("T1")
    assert installed
    assert installed.tokens == Tokens(TOKEN, REFRESH)
    assert installed.found.expires_at == NOW + timedelta(hours=12)


@pytest.mark.parametrize(
    ("headers", "at"),
    [
        ({"Date": "Mon, 23 Nov 2026 09:31:05 GMT"}, NOW + timedelta(seconds=65)),
        ({"date": ["Mon, 23 Nov 2026 09:31:05 GMT"]}, NOW + timedelta(seconds=65)),
        ({}, NOW),
        ({"Date": "yesterday"}, NOW),
    ],
)
def test_when_it_was_installed_is_told_by_slacks_clock(
    browser: Browser, installations: Installations, slack: SlackApi, headers: dict[str, str], at: datetime
) -> None:
    slack.headers_sent = headers
    browser.install()
    installed = installations.of("T1")
    assert installed
    assert installed.found.installed_at == at


def test_a_workspace_to_begin_with_is_passed_on_and_nothing_else(browser: Browser) -> None:
    assert browser.begin("team=T0123ABCD")["team"] == "T0123ABCD"
    for query in ("team=T1%26redirect_uri%3Dhttps://evil.example", "team=x", "redirect_uri=https://evil.example",
                  "state=mine&scope=admin&client_id=9"):  # fmt: skip
        asked = browser.begin(query)
        assert "team" not in asked
        assert asked["redirect_uri"] == URL + REDIRECT
        assert asked["client_id"] == "1.2"
        assert asked["state"] != "mine"
        assert "evil" not in browser.went_to


def test_a_request_that_names_another_host_is_sent_to_the_same_place(browser: Browser) -> None:
    page = browser.get(INSTALL, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    assert "evil" not in page.headers["location"]


# The state


def test_a_state_serves_once(browser: Browser, slack: SlackApi) -> None:
    state, cookies = browser.begin()["state"], browser.cookies
    assert browser.come_back(code="code-1", state=state).status == 200
    calls = len(slack.calls)
    browser.cookies = cookies
    page = browser.come_back(code="code-1", state=state)
    assert (page.status, page.title) == (400, "Please begin again.")
    assert len(slack.calls) == calls


@pytest.mark.parametrize(("seconds", "status"), [(599, 200), (600, 400), (3600, 400)])
def test_a_state_serves_for_ten_minutes(browser: Browser, clock: Clock, seconds: int, status: int) -> None:
    state = browser.begin()["state"]
    clock.now += timedelta(seconds=seconds)
    assert browser.come_back(code="code-1", state=state).status == status


def test_a_state_serves_in_its_own_browser_only(
    browser: Browser, installations: Installations, clock: Clock, slack: SlackApi
) -> None:
    victim = Browser(Installing(APP, installations, clock, slack))
    state = browser.begin()["state"]
    assert victim.come_back(code="code-1", state=state).title == "Please begin again."
    victim.begin()
    assert victim.come_back(code="code-1", state=state).title == "Please begin again."
    assert slack.calls == []
    assert browser.come_back(code="code-1", state=state).status == 200  # it was not used up


@pytest.mark.parametrize(
    "query", ["", "code=code-1", "state=", "code=code-1&state=made-up", "code=code-1&state=%00%ff"]
)
def test_a_made_up_state_leads_nowhere(browser: Browser, slack: SlackApi, query: str) -> None:
    browser.begin()
    assert browser.get(REDIRECT, query).status == 400
    browser.cookies = f"{COOKIE}=made-up"
    assert browser.get(REDIRECT, query).status == 400
    assert slack.calls == []


def test_the_file_holds_no_state_as_it_is_sent(browser: Browser, ledger: Ledger) -> None:
    state = browser.begin()["state"]
    assert state.encode() not in file_of(ledger)


def test_the_cookie_is_for_this_site_alone_and_goes_with_the_installation(
    browser: Browser, installations: Installations, clock: Clock
) -> None:
    cookie = browser.get(INSTALL).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    assert "Max-Age=0" in browser.install().headers["set-cookie"]
    local = Installing(
        SlackApp("1.2", "s", "http://127.0.0.1:9/api/", "http://127.0.0.1:8"), installations, clock
    )
    page = Browser(local).get(INSTALL)
    assert "Secure" not in page.headers["set-cookie"]
    assert page.headers["location"].startswith("http://127.0.0.1:9/oauth/v2/authorize?")


# What goes wrong


def test_who_says_no_in_slack_is_told_kindly(browser: Browser, slack: SlackApi) -> None:
    state = browser.begin()["state"]
    page = browser.come_back(error="access_denied", state=state)
    assert (page.status, page.title) == (200, "Nothing was installed.")
    assert f'href="{URL}/slack/install"' in page.text
    assert slack.calls == []


@pytest.mark.parametrize(
    "changed",
    [
        {"ok": False, "error": "invalid_code"},
        {"ok": False, "error": EVIL},
        {"access_token": None},
        {"token_type": "user"},
        {"team": None},
        {"team": {"id": "T2", "name": "Another"}},
        {"team": {"id": EVIL, "name": "x"}},
    ],
)
def test_what_slack_does_not_grant_is_not_kept(
    browser: Browser, slack: SlackApi, installations: Installations, changed: dict[str, Any]
) -> None:
    slack.grant |= changed
    page = browser.install()
    assert (page.status, page.title) == (502, "Slack did not go through with it.")
    assert EVIL not in page.text
    assert installations.check_keys() == (0, 0)


@pytest.mark.parametrize("trouble", [URLError("down"), TimeoutError(), ValueError("x")])
def test_without_slack_nothing_is_installed(browser: Browser, slack: SlackApi, trouble: Exception) -> None:
    slack.trouble = trouble
    assert browser.install().status == 502


def test_a_whole_organization_is_refused_in_a_sentence(
    browser: Browser, slack: SlackApi, installations: Installations
) -> None:
    slack.grant |= {"is_enterprise_install": True, "team": None, "enterprise": {"id": "E1", "name": "Org"}}
    page = browser.install()
    assert (page.status, page.title) == (400, "Please install it in one workspace.")
    assert installations.check_keys() == (0, 0)


def test_an_installation_that_cannot_be_kept_is_said_so(
    ledger: Ledger, clock: Clock, slack: SlackApi
) -> None:
    browser = Browser(
        Installing(APP, Installations(Impatient(ledger.path), Keys([KEY]), clock), clock, slack)
    )
    state = browser.begin()["state"]
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        page = browser.come_back(code="code-1", state=state)
        assert (page.status, page.title) == (503, "Something is wrong on our side.")
        assert f'href="{URL}/slack/install"' in page.text
        assert browser.get(INSTALL).status == 503
    assert slack.calls == []
    assert browser.install().status == 200


def test_what_comes_from_slack_is_escaped(browser: Browser, slack: SlackApi) -> None:
    slack.grant["team"] = {"id": "T1", "name": f"{EVIL} {{again}} & Söhne"}
    page = browser.install()
    assert page.title == "CE Bot is in &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; {again} &amp; Söhne."


@pytest.mark.parametrize("error", [EVIL, "server_error", ""])
def test_an_error_in_the_address_is_not_shown(browser: Browser, error: str) -> None:
    page = browser.come_back(error=error)
    assert page.status == 400
    assert "<script" not in page.text
    assert "server_error" not in page.text


@pytest.mark.parametrize("path", [INSTALL, REDIRECT])
def test_only_get_is_answered_and_only_so_much(browser: Browser, path: str) -> None:
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", ""):
        page = browser.get(path, method=method)
        assert (page.status, page.headers["allow"]) == (405, "GET")
    assert browser.get(path, "x" * (QUERY_MOST + 1)).status == 414
    browser.cookies = "x" * 10_000
    assert browser.get(path).status == 414


def test_pages_are_kept_by_nobody_and_load_nothing(browser: Browser) -> None:
    for page in (browser.get(INSTALL), browser.install(), browser.come_back(error="access_denied")):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in page.headers["content-security-policy"]


# Keys


def test_the_file_holds_no_token_that_can_be_read(browser: Browser, slack: SlackApi, ledger: Ledger) -> None:
    slack.grant |= {"expires_in": 43200, "refresh_token": REFRESH}
    browser.install()
    content = file_of(ledger)
    assert b"Acme" in content
    for secret in (b"secret", base64.b64encode(TOKEN.encode()), TOKEN.encode("utf-16-le")):
        assert secret not in content


def test_another_key_opens_nothing(ledger: Ledger, installations: Installations, clock: Clock) -> None:
    keep(installations)
    other = Installations(ledger, Keys([OTHER_KEY]), clock)
    assert other.of("T1") is None
    assert other.check_keys() == (1, 1)
    assert installations.check_keys() == (1, 0)


def test_what_an_older_key_sealed_is_put_under_the_first(
    ledger: Ledger, installations: Installations, clock: Clock
) -> None:
    keep(installations)
    both = Installations(ledger, Keys([OTHER_KEY, KEY]), clock)
    assert both.of("T1")
    assert both.check_keys() == (1, 0)
    installed = Installations(ledger, Keys([OTHER_KEY]), clock).of("T1")
    assert installed
    assert installed.tokens == Tokens(TOKEN, REFRESH)
    assert installations.of("T1") is None  # the older key can go


def test_tokens_in_another_workspaces_row_open_nothing(ledger: Ledger, installations: Installations) -> None:
    keep(installations, "T1")
    keep(installations, "T2")
    with closing(sqlite3.connect(ledger.path)) as db, db:
        db.execute(
            "UPDATE installations SET sealed = (SELECT sealed FROM installations WHERE workspace = 'T1')"
        )
    assert installations.of("T1")
    assert installations.of("T2") is None


def test_what_was_changed_in_the_file_opens_nothing() -> None:
    keys = Keys([KEY])
    sealed = keys.seal("text")
    assert keys.open(sealed) == "text"
    assert keys.seal("text") != sealed
    for wrong in (sealed[:-5] + "AAAA=", sealed[:20], "", "é", "x" * 10):
        with pytest.raises(WrongKeyError):
            keys.open(wrong)
        assert not keys.is_by_first(wrong)


def test_what_has_tokens_does_not_show_them(installations: Installations) -> None:
    keep(installations)
    installed = installations.of("T1")
    assert "secret" not in repr(installed)
    assert "secret" not in repr(APP)
    assert "secret" not in repr(Granted(Tokens(TOKEN, REFRESH), None))


# Rotation


@pytest.mark.parametrize(
    ("left", "is_due", "has_ended"),
    [
        (None, False, False),
        (ROTATE_BEFORE + timedelta(seconds=1), False, False),
        (ROTATE_BEFORE, True, False),
        (timedelta(seconds=1), True, False),
        (timedelta(0), True, True),
    ],
)
def test_a_token_is_rotated_before_its_end(
    installations: Installations, left: timedelta | None, is_due: bool, has_ended: bool
) -> None:
    keep(installations, expires_at=None if left is None else NOW + left)
    installed = installations.of("T1")
    assert installed
    assert (installations.is_due(installed.found), installations.has_ended(installed.found)) == (
        is_due,
        has_ended,
    )


def test_new_tokens_are_kept_and_a_token_without_another_stays(installations: Installations) -> None:
    keep(installations)
    seen = installations.of("T1")
    assert seen
    asked: list[str] = []

    def refresh(token: str) -> Granted:
        asked.append(token)
        return Granted(Tokens("xoxb-secret-2", "xoxe-secret-2"), NOW + timedelta(hours=12))

    assert installations.rotate(seen, refresh)
    assert installations.rotate(seen, refresh)  # somebody has, that is
    assert asked == [REFRESH]
    now = installations.of("T1")
    assert now
    assert now.tokens == Tokens("xoxb-secret-2", "xoxe-secret-2")
    assert not installations.rotate(now._replace(tokens=Tokens(TOKEN)), refresh)


def test_what_slack_does_not_renew_is_tried_again_later(
    installations: Installations, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    keep(installations)
    seen = installations.of("T1")
    assert seen
    asked = []

    def refresh(_: str) -> Granted:
        asked.append(clock.now)
        raise RefusedError("invalid_refresh_token")

    for minutes in (0, 1, 4):
        clock.now = NOW + timedelta(minutes=minutes)
        assert not installations.rotate(seen, refresh)
    clock.now = NOW + TRY_AGAIN_AFTER
    assert not installations.rotate(seen, refresh)
    assert asked == [NOW, NOW + TRY_AGAIN_AFTER]
    assert "invalid_refresh_token" in caplog.text


def test_what_comes_too_late_is_not_kept(ledger: Ledger, installations: Installations) -> None:
    keep(installations)
    seen = installations.of("T1")
    assert seen

    def refresh_while_it_leaves(_: str) -> Granted:
        with ledger.write() as writer:
            assert writer.installations.end("T1", NOW + timedelta(hours=1), NOW)
        return Granted(Tokens("xoxb-secret-2"), None)

    installations.rotate(seen, refresh_while_it_leaves)
    assert installations.of("T1") is None


def test_what_slack_gave_is_not_lost_while_the_database_is_busy(ledger: Ledger, clock: Clock) -> None:
    installations = Installations(Impatient(ledger.path), Keys([KEY]), clock)
    keep(installations)
    seen = installations.of("T1")
    assert seen
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:

        def refresh(_: str) -> Granted:
            other.execute("BEGIN IMMEDIATE")
            return Granted(Tokens("xoxb-secret-2"), None)

        with pytest.raises(Exception, match=r"locked|busy"):
            installations.rotate(seen, refresh)
        other.execute("ROLLBACK")
    assert installations.rotate(seen, lambda _: pytest.fail("the refresh token is spent"))
    now = installations.of("T1")
    assert now
    assert now.tokens.access == "xoxb-secret-2"


def test_slack_is_asked_for_new_tokens_as_the_app(clock: Clock, slack: SlackApi) -> None:
    slack.grant |= {"expires_in": 43200, "refresh_token": "xoxe-secret-2"}
    granted = refresher(APP, clock, slack)(REFRESH)
    assert granted == Granted(Tokens(TOKEN, "xoxe-secret-2"), NOW + timedelta(hours=12))
    ((method, call),) = slack.calls
    assert (method, call["data"]) == (
        "oauth.v2.access",
        {"grant_type": "refresh_token", "refresh_token": REFRESH},
    )
    slack.grant |= {"token_type": "user"}
    with pytest.raises(RefusedError, match="no_bot_token"):
        refresher(APP, clock, slack)(REFRESH)
    slack.grant = {"ok": False, "error": "invalid_refresh_token"}
    with pytest.raises(RefusedError, match=r"^invalid_refresh_token$"):
        refresher(APP, clock, slack)(REFRESH)
    slack.trouble = URLError("down")
    with pytest.raises(RefusedError, match=r"^unreachable$"):
        refresher(APP, clock, slack)(REFRESH)

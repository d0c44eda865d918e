"""What the bot is told by the environment and by `.env`, checked before anything starts."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DATABASE = "data/ce-bot.db"
SLACK_API = "https://slack.com/api/"

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
CLIENT_ID, CLIENT_SECRET, TOKEN_KEY = "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "CE_BOT_TOKEN_KEY"
CURATORS, CURATORS_CHANNEL = "CE_BOT_CURATORS", "CE_BOT_CURATORS_CHANNEL"
URL = "CE_BOT_URL"
METRICS_PORT, LOG = "CE_BOT_METRICS_PORT", "CE_BOT_LOG"
LOG_FORMS = ("text", "json")
NO_SLACK = f"Reminders are sent by Slack: set {BOT_TOKEN} and {APP_TOKEN} as for ce-bot run."
MEMBER_ID = re.compile("[UW][A-Z0-9]+")
_CHANNEL = re.compile("[CG][A-Z0-9]+")
# A host by its name and perhaps a port: no path, nothing to sign in with, nothing after a ? or #. Without
# TLS only this machine, to itself.
_URL = re.compile(
    r"(?P<url>(?:https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"|http://(?:localhost|127\.0\.0\.1))(?::(?P<port>[0-9]{1,5}))?)/?",
    re.IGNORECASE,
)
_CLIENT_ID = re.compile(r"[0-9]{1,30}\.[0-9]{1,30}")
KEY_BYTES = 32
_PREFIX = {BOT_TOKEN: "xoxb-", APP_TOKEN: "xapp-"}
_WHERE = {
    BOT_TOKEN: "the bot token, under OAuth & Permissions of your app",
    APP_TOKEN: "the app-level token, under Basic Information of your app",
    SIGNING_SECRET: "the signing secret, under Basic Information of your app",
    CLIENT_ID: "the client ID, under Basic Information of your app",
    CLIENT_SECRET: "the client secret, under Basic Information of your app",
    TOKEN_KEY: "what openssl rand -base64 32 prints",
    URL: "the address at which the bot can be reached from the web, such as https://ce-bot.example.com",
}


class SettingsError(ValueError):
    """A setting is missing or wrong; the message is one sentence that names the variable."""


class SlackRefusedError(Exception):
    """Slack does not let the bot in, or cannot be reached; the message names what to check."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """How workspaces install the bot: as which app, and under which keys their tokens are kept.

    The first key seals, and all of them open.
    """

    client_id: str
    client_secret: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How to reach Slack: with an app token by Socket Mode, else by HTTP with the signing secret.

    With a bot token there is one workspace; without, as many as install the bot by `oauth`.
    """

    bot_token: str | None = field(repr=False)
    app_token: str | None = field(repr=False)
    signing_secret: str | None = field(repr=False)
    api_url: str
    host: str
    port: int
    oauth: OAuth | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; `slack` is None where no Slack variable is set.

    `curators` are the ids of those who look after the answers, None where nothing is said of them;
    `curators_channel` is the id of the channel that questions are passed on to. `url` is where the bot can be
    reached from the web, without a slash at its end.
    """

    database: str
    slack: SlackSettings | None
    curators: frozenset[str] | None = None
    curators_channel: str | None = None
    url: str | None = None
    metrics_port: int | None = None
    log: str = LOG_FORMS[0]


def settings_here(database: str | None = None) -> Settings:
    """The settings of this process: its environment, then `.env` in the current folder.

    Raises SettingsError.
    """
    return read_settings(variables_here(), database)


def variables_here() -> dict[str, str]:
    """What the environment of this process says, and `.env` in the current folder where it is silent.

    Raises SettingsError.
    """
    from dotenv import dotenv_values

    try:
        found = dotenv_values(".env")
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(".env cannot be read: save it as UTF-8 text that this user may read.") from error
    from_file = {name: value for name, value in found.items() if value}
    return {**from_file, **os.environ}


def database_in(variables: Mapping[str, str], database: str | None = None) -> str:
    """The database that the variables name, or the usual one; a `database` named by the caller wins."""
    return database or variables.get("CE_BOT_DB", "").strip() or DATABASE


def read_settings(variables: Mapping[str, str], database: str | None = None) -> Settings:
    """The settings in `variables`; a `database` named by the caller wins.

    Raises SettingsError for half a configuration, a token or key of the wrong kind, a port that is none, and
    curators or their channel not given by Slack's ids.
    """
    values = {name: value.strip() for name, value in variables.items() if value.strip()}
    return Settings(
        database_in(values, database),
        _slack(values),
        _curators(values),
        _curators_channel(values),
        _url(values),
        _port(values, METRICS_PORT) if METRICS_PORT in values else None,
        _log(values),
    )


def _port(values: Mapping[str, str], name: str, usual: str = "") -> int:
    port = values.get(name, usual)
    if not port.isascii() or not port.isdigit() or len(port) > 5 or not 0 < int(port) < 65536:
        raise SettingsError(f"{name} is {port!r}: it takes a port from 1 to 65535.")
    return int(port)


def _log(values: Mapping[str, str]) -> str:
    form = values.get(LOG, LOG_FORMS[0]).lower()
    if form not in LOG_FORMS:
        raise SettingsError(f"{LOG} is {_shown(values[LOG])}: it takes {' or '.join(LOG_FORMS)}.")
    return form


def _curators(values: Mapping[str, str]) -> frozenset[str] | None:
    if CURATORS not in values:
        return None
    ids = [part.strip() for part in values[CURATORS].split(",") if part.strip()]
    wrong = next((part for part in ids if not MEMBER_ID.fullmatch(part)), None)
    if wrong or not ids:
        raise SettingsError(
            f"{CURATORS} is wrong at {_shown(wrong or values[CURATORS])}: it takes member ids such as "
            "U0123ABCD (in a profile, Copy member ID), separated by commas."
        )
    return frozenset(ids)


def _curators_channel(values: Mapping[str, str]) -> str | None:
    channel = values.get(CURATORS_CHANNEL)
    if channel and not _CHANNEL.fullmatch(channel):
        raise SettingsError(
            f"{CURATORS_CHANNEL} is {_shown(channel)}: it takes a channel id such as C0123ABCD "
            "(at the end of the channel's details)."
        )
    return channel


def _shown(value: str) -> str:
    """A wrong value as it may be shown: a token that came into the wrong line stays a secret."""
    return "a token" if value.startswith(("xox", "xapp-")) else repr(value)


def _url(values: Mapping[str, str]) -> str | None:
    if URL not in values:
        return None
    found = _URL.fullmatch(values[URL])
    if not found or int(found["port"] or 443) > 65535:
        raise SettingsError(
            f"{URL} will not do: it takes the address at which the bot can be reached from the web, such as "
            "https://ce-bot.example.com, with https and without a path."
        )
    return found["url"].lower()


def _slack(values: Mapping[str, str]) -> SlackSettings | None:
    if not values.keys() & {BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, CLIENT_ID, CLIENT_SECRET, TOKEN_KEY}:
        return None
    for name, prefix in _PREFIX.items():
        if name in values and not values[name].startswith(prefix):
            raise SettingsError(
                f"{name} is not a token of the right kind: it begins with {prefix} ({_WHERE[name]})."
            )
    if values.get(SIGNING_SECRET, "").startswith(("xoxb-", "xoxp-", "xapp-")):
        raise SettingsError(f"{SIGNING_SECRET} holds a token: it takes {_WHERE[SIGNING_SECRET]}.")
    oauth = _oauth(values)
    if oauth is None and BOT_TOKEN not in values:
        raise SettingsError(f"{BOT_TOKEN} is missing: set it to {_WHERE[BOT_TOKEN]}.")
    if APP_TOKEN not in values and SIGNING_SECRET not in values:
        raise SettingsError(
            f"{APP_TOKEN} is missing: set it to {_WHERE[APP_TOKEN]}, or set {SIGNING_SECRET} to run by HTTP."
        )
    port = _port(values, "CE_BOT_PORT", "3000")
    return SlackSettings(
        bot_token=values.get(BOT_TOKEN),
        app_token=values.get(APP_TOKEN),
        signing_secret=values.get(SIGNING_SECRET),
        api_url=values.get("SLACK_API_URL", SLACK_API).rstrip("/") + "/",
        host=values.get("CE_BOT_HOST", "127.0.0.1"),
        port=port,
        oauth=oauth,
    )


def _oauth(values: Mapping[str, str]) -> OAuth | None:
    """How workspaces install the bot; None where it is for the one of its token."""
    first = next((name for name in (CLIENT_ID, CLIENT_SECRET, TOKEN_KEY) if name in values), None)
    if first is None:
        return None
    if BOT_TOKEN in values:
        raise SettingsError(f"{BOT_TOKEN} is for one workspace and {first} for many: leave one of them out.")
    if APP_TOKEN in values:
        raise SettingsError(
            f"{APP_TOKEN} is for Socket Mode and {first} for many workspaces, which takes HTTP: leave one of "
            "them out."
        )
    for name in (CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, TOKEN_KEY, URL):
        if name not in values:
            raise SettingsError(f"{name} is missing, which many workspaces take: set it to {_WHERE[name]}.")
    if not _CLIENT_ID.fullmatch(values[CLIENT_ID]):
        raise SettingsError(f"{CLIENT_ID} will not do: it takes {_WHERE[CLIENT_ID]}, digits with a dot.")
    if values[CLIENT_SECRET].startswith(("xox", "xapp-")):
        raise SettingsError(f"{CLIENT_SECRET} holds a token: it takes {_WHERE[CLIENT_SECRET]}.")
    keys = [_key(part) for part in values[TOKEN_KEY].split(",") if part.strip()]
    if not keys or not all(keys):
        raise SettingsError(
            f"{TOKEN_KEY} will not do: it takes {_WHERE[TOKEN_KEY]}, and after a comma older ones that "
            "are still to be read with."
        )
    return OAuth(values[CLIENT_ID], values[CLIENT_SECRET], tuple(key for key in keys if key))


def _key(text: str) -> bytes | None:
    """The 32 bytes written so, in base64 of either kind; None for what is none."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None

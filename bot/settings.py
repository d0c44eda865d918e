"""What the bot is told by the environment and by `.env`, checked before anything starts."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DATABASE = "data/ce-bot.db"
SLACK_API = "https://slack.com/api/"

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
CURATORS, CURATORS_CHANNEL = "CE_BOT_CURATORS", "CE_BOT_CURATORS_CHANNEL"
URL = "CE_BOT_URL"
NO_SLACK = f"Reminders are sent by Slack: set {BOT_TOKEN} and {APP_TOKEN} as for ce-bot run."
MEMBER_ID = re.compile("[UW][A-Z0-9]+")
_CHANNEL = re.compile("[CG][A-Z0-9]+")
# A host by its name and perhaps a port: no path, nothing to sign in with, nothing after a ? or #.
_URL = re.compile(
    r"(?P<url>https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?::(?P<port>[0-9]{1,5}))?)/?",
    re.IGNORECASE,
)
_PREFIX = {BOT_TOKEN: "xoxb-", APP_TOKEN: "xapp-"}
_WHERE = {
    BOT_TOKEN: "the bot token, under OAuth & Permissions of your app",
    APP_TOKEN: "the app-level token, under Basic Information of your app",
    SIGNING_SECRET: "the signing secret, under Basic Information of your app",
}


class SettingsError(ValueError):
    """A setting is missing or wrong; the message is one sentence that names the variable."""


class SlackRefusedError(Exception):
    """Slack does not let the bot in, or cannot be reached; the message names what to check."""


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How to reach Slack: with an app token by Socket Mode, else by HTTP with the signing secret."""

    bot_token: str = field(repr=False)
    app_token: str | None = field(repr=False)
    signing_secret: str | None = field(repr=False)
    api_url: str
    host: str
    port: int


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

    Raises SettingsError for half a configuration, a token of the wrong kind, a port that is none, and
    curators or their channel not given by Slack's ids.
    """
    values = {name: value.strip() for name, value in variables.items() if value.strip()}
    return Settings(
        database_in(values, database),
        _slack(values),
        _curators(values),
        _curators_channel(values),
        _url(values),
    )


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
    if not values.keys() & {BOT_TOKEN, APP_TOKEN, SIGNING_SECRET}:
        return None
    for name, prefix in _PREFIX.items():
        if name in values and not values[name].startswith(prefix):
            raise SettingsError(
                f"{name} is not a token of the right kind: it begins with {prefix} ({_WHERE[name]})."
            )
    if values.get(SIGNING_SECRET, "").startswith(("xoxb-", "xoxp-", "xapp-")):
        raise SettingsError(f"{SIGNING_SECRET} holds a token: it takes {_WHERE[SIGNING_SECRET]}.")
    if BOT_TOKEN not in values:
        raise SettingsError(f"{BOT_TOKEN} is missing: set it to {_WHERE[BOT_TOKEN]}.")
    if APP_TOKEN not in values and SIGNING_SECRET not in values:
        raise SettingsError(
            f"{APP_TOKEN} is missing: set it to {_WHERE[APP_TOKEN]}, or set {SIGNING_SECRET} to run by HTTP."
        )
    port = values.get("CE_BOT_PORT", "3000")
    if not port.isascii() or not port.isdigit() or len(port) > 5 or not 0 < int(port) < 65536:
        raise SettingsError(f"CE_BOT_PORT is {port!r}: it takes a port from 1 to 65535.")
    return SlackSettings(
        bot_token=values[BOT_TOKEN],
        app_token=values.get(APP_TOKEN),
        signing_secret=values.get(SIGNING_SECRET),
        api_url=values.get("SLACK_API_URL", SLACK_API).rstrip("/") + "/",
        host=values.get("CE_BOT_HOST", "127.0.0.1"),
        port=int(port),
    )

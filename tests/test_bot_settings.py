"""What the environment and `.env` say, read before anything starts: good settings, or one sentence."""

import base64
import os
import re
from pathlib import Path

import pytest

from bot.settings import DATABASE, SLACK_API, Settings, SettingsError, read_settings, settings_here

BOT = {"SLACK_BOT_TOKEN": "xoxb-1-secret"}
APP = {"SLACK_APP_TOKEN": "xapp-1-secret"}
SIGNING = {"SLACK_SIGNING_SECRET": "0123secret"}
OURS = ("SLACK_", "CE_BOT_")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An empty folder and an environment without any of our variables."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    return monkeypatch


# What is set


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"PATH": "/bin", "CE_BOT_PORT": "3001", "CE_BOT_HOST": "0.0.0.0"},
        {"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "  ", "SLACK_SIGNING_SECRET": "\t"},
        {"SLACK_API_URL": "http://127.0.0.1:3000/api/"},
    ],
)
def test_without_slack_variables_there_is_no_slack(variables: dict[str, str]) -> None:
    assert read_settings(variables) == Settings(DATABASE, None)


@pytest.mark.parametrize(
    ("variables", "app_token", "signing_secret"),
    [
        ({**BOT, **APP}, "xapp-1-secret", None),
        ({**BOT, **SIGNING}, None, "0123secret"),
        ({**BOT, **APP, **SIGNING}, "xapp-1-secret", "0123secret"),
        ({**BOT, **SIGNING, "SLACK_APP_TOKEN": " "}, None, "0123secret"),
        ({"SLACK_BOT_TOKEN": " xoxb-1-secret\n", **APP}, "xapp-1-secret", None),
    ],
)
def test_a_bot_token_and_one_way_to_connect_are_enough(
    variables: dict[str, str], app_token: str | None, signing_secret: str | None
) -> None:
    slack = read_settings(variables).slack
    assert slack
    assert (slack.bot_token, slack.app_token, slack.signing_secret) == (
        "xoxb-1-secret",
        app_token,
        signing_secret,
    )
    assert (slack.api_url, slack.host, slack.port) == (SLACK_API, "127.0.0.1", 3000)


def test_host_port_and_address_of_slack_can_be_set() -> None:
    slack = read_settings(
        {
            **BOT,
            **APP,
            "CE_BOT_HOST": "0.0.0.0",
            "CE_BOT_PORT": "8080",
            "SLACK_API_URL": "http://127.0.0.1:3001/api",
        }
    ).slack
    assert slack
    assert (slack.host, slack.port, slack.api_url) == ("0.0.0.0", 8080, "http://127.0.0.1:3001/api/")


@pytest.mark.parametrize(
    ("variables", "named", "database"),
    [
        ({}, None, DATABASE),
        ({"CE_BOT_DB": ""}, None, DATABASE),
        ({"CE_BOT_DB": "a.db"}, None, "a.db"),
        ({"CE_BOT_DB": "a.db"}, "b.db", "b.db"),
        ({}, "b.db", "b.db"),
    ],
)
def test_a_database_named_by_the_caller_wins(
    variables: dict[str, str], named: str | None, database: str
) -> None:
    assert read_settings(variables, named).database == database


# What is wrong


@pytest.mark.parametrize(
    ("variables", "variable"),
    [
        (BOT, "SLACK_APP_TOKEN"),
        (APP, "SLACK_BOT_TOKEN"),
        (SIGNING, "SLACK_BOT_TOKEN"),
        ({**APP, **SIGNING}, "SLACK_BOT_TOKEN"),
        ({**BOT, "SLACK_APP_TOKEN": " "}, "SLACK_APP_TOKEN"),
        ({**APP, "SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xapp-1-secret", **APP}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxp-1-secret", **APP}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "secret"}, "SLACK_BOT_TOKEN"),
        ({**BOT, "SLACK_APP_TOKEN": "xoxb-1-secret"}, "SLACK_APP_TOKEN"),
        ({**BOT, "SLACK_APP_TOKEN": "secret", **SIGNING}, "SLACK_APP_TOKEN"),
        ({**BOT, "SLACK_SIGNING_SECRET": "xapp-1-secret"}, "SLACK_SIGNING_SECRET"),
        ({**BOT, **APP, "SLACK_SIGNING_SECRET": "xoxb-1-secret"}, "SLACK_SIGNING_SECRET"),
    ],
)
def test_half_a_configuration_and_a_token_of_the_wrong_kind_are_one_sentence_naming_the_variable(
    variables: dict[str, str], variable: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(variables)
    message = str(caught.value)
    assert message.startswith(f"{variable} ")
    assert message.endswith(".")
    assert "\n" not in message
    assert len(re.findall(r"[.!?](?:\s|$)", message)) == 1
    assert "secret" not in message.replace("signing secret", "").replace("SLACK_SIGNING_SECRET", "")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "3000.0", "http", "３０００", "0x50", "9" * 5000])
def test_what_is_no_port_is_one_sentence(port: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({**BOT, **APP, "CE_BOT_PORT": port})
    assert str(caught.value).startswith("CE_BOT_PORT ")


@pytest.mark.parametrize(("port", "number"), [("1", 1), ("65535", 65535), (" 8080 ", 8080), ("", 3000)])
def test_what_is_a_port_is_taken(port: str, number: int) -> None:
    slack = read_settings({**BOT, **APP, "CE_BOT_PORT": port}).slack
    assert slack
    assert slack.port == number


def test_settings_shown_in_a_log_show_no_secret() -> None:
    settings = read_settings({**BOT, **APP, **SIGNING})
    assert "secret" not in repr(settings)
    assert "secret" not in str(settings.slack)


# Many workspaces


KEY = base64.b64encode(bytes(range(250, 256)) + b"k" * 26).decode()
OAUTH = {
    "SLACK_CLIENT_ID": "1234.5678",
    "SLACK_CLIENT_SECRET": "hush",
    **SIGNING,
    "CE_BOT_URL": "https://ce-bot.example.com",
    "CE_BOT_TOKEN_KEY": KEY,
}


def test_many_workspaces_take_an_app_a_key_and_an_address() -> None:
    found = read_settings(OAUTH)
    assert found.slack
    assert (found.slack.bot_token, found.slack.app_token) == (None, None)
    oauth = found.slack.oauth
    assert oauth
    assert (oauth.client_id, oauth.client_secret) == ("1234.5678", "hush")
    assert [len(key) for key in oauth.keys] == [32]
    for secret in ("hush", KEY, "0123secret", repr(oauth.keys[0])):
        assert secret not in repr(found)
    assert read_settings({**BOT, **SIGNING}).slack.oauth is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (KEY, 1),
        (KEY.rstrip("="), 1),
        (base64.urlsafe_b64encode(b"\xff" * 32).decode(), 1),
        (base64.b64encode(b"\xff" * 32).decode(), 1),
        (f"{KEY},{KEY}", 2),
        (f" {KEY} , {KEY} ,", 2),
    ],
)
def test_keys_are_taken_in_either_base64_and_the_first_is_the_first(text: str, keys: int) -> None:
    slack = read_settings({**OAUTH, "CE_BOT_TOKEN_KEY": text}).slack
    assert slack
    assert slack.oauth
    assert len(slack.oauth.keys) == keys


def one_sentence(variables: dict[str, str], variable: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(variables)
    message = str(caught.value)
    assert message.startswith(f"{variable} ")
    assert message.endswith(".")
    assert "\n" not in message
    assert len(re.findall(r"[.!?](?:\s|$)", message)) == 1
    for secret in ("hush", "0123secret", KEY[:20], "xoxb-1-secret", "c2Vjcm"):
        assert secret not in message
    return message


@pytest.mark.parametrize("name", OAUTH)
def test_half_of_what_many_workspaces_take_is_one_sentence(name: str) -> None:
    assert "missing" in one_sentence({key: value for key, value in OAUTH.items() if key != name}, name)


@pytest.mark.parametrize(("more", "name"), [(BOT, "SLACK_BOT_TOKEN"), (APP, "SLACK_APP_TOKEN")])
@pytest.mark.parametrize("first", ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "CE_BOT_TOKEN_KEY"])
def test_one_workspace_and_many_at_once_is_one_sentence(more: dict[str, str], name: str, first: str) -> None:
    assert first in one_sentence({**more, **SIGNING, first: OAUTH[first]}, name)
    one_sentence({**OAUTH, **more}, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CE_BOT_TOKEN_KEY", "c2VjcmV0"),
        ("CE_BOT_TOKEN_KEY", "x" * 44),
        ("CE_BOT_TOKEN_KEY", f"{KEY};{KEY}"),
        ("CE_BOT_TOKEN_KEY", f"{KEY},c2VjcmV0"),
        ("CE_BOT_TOKEN_KEY", base64.b64encode(b"k" * 31).decode()),
        ("CE_BOT_TOKEN_KEY", base64.b64encode(b"k" * 33).decode()),
        ("CE_BOT_TOKEN_KEY", ","),
        ("CE_BOT_TOKEN_KEY", "ключ"),
        ("SLACK_CLIENT_ID", "A0123ABCD"),
        ("SLACK_CLIENT_ID", "1234"),
        ("SLACK_CLIENT_ID", "xoxb-1-secret"),
        ("SLACK_CLIENT_SECRET", "xoxb-1-secret"),
        ("SLACK_SIGNING_SECRET", "xoxb-1-secret"),
        ("CE_BOT_URL", "http://ce-bot.example.com"),
    ],
)
def test_what_is_wrong_with_many_workspaces_is_one_sentence(name: str, text: str) -> None:
    one_sentence({**OAUTH, name: text}, name)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost", "http://localhost"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://localhost.example.com", None),
        ("http://127.0.0.1.example.com", None),
        ("http://127.0.0.2", None),
        ("http://localhost@evil.example", None),
    ],
)
def test_without_tls_the_bot_is_reached_on_this_machine_alone(text: str, url: str | None) -> None:
    if url:
        assert read_settings({"CE_BOT_URL": text}).url == url
    else:
        one_sentence({"CE_BOT_URL": text}, "CE_BOT_URL")


# Where it is said


def test_settings_are_read_from_a_file_in_the_current_folder(here: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        '# tokens\nSLACK_BOT_TOKEN="xoxb-file"\nexport SLACK_APP_TOKEN=xapp-file\nCE_BOT_DB=file.db\n\nODD\n',
        "utf-8",
    )
    found = settings_here()
    assert found.slack
    assert (found.slack.bot_token, found.slack.app_token, found.database) == (
        "xoxb-file",
        "xapp-file",
        "file.db",
    )
    assert settings_here("named.db").database == "named.db"


def test_the_environment_wins_over_the_file(here: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SLACK_BOT_TOKEN=xoxb-file\nSLACK_APP_TOKEN=xapp-file\n", "utf-8")
    here.setenv("SLACK_BOT_TOKEN", "xoxb-environment")
    found = settings_here().slack
    assert found
    assert (found.bot_token, found.app_token) == ("xoxb-environment", "xapp-file")


def test_an_empty_value_in_the_file_is_unset(here: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SLACK_BOT_TOKEN=\nSLACK_APP_TOKEN=''\nSLACK_SIGNING_SECRET= \n", "utf-8")
    assert settings_here().slack is None


def test_an_empty_value_in_the_environment_switches_off_what_the_file_says(here: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SLACK_BOT_TOKEN=xoxb-file\nSLACK_APP_TOKEN=xapp-file\n", "utf-8")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        here.setenv(name, "")
    assert settings_here().slack is None


def test_without_file_and_environment_there_is_only_a_database(here: pytest.MonkeyPatch) -> None:
    assert settings_here() == Settings(DATABASE, None)


# Curators


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("U0123ABCD", {"U0123ABCD"}),
        (" U0123ABCD , W0456EFGH ", {"U0123ABCD", "W0456EFGH"}),
        ("U1,U1,", {"U1"}),
        ("", None),
        ("  ", None),
    ],
)
def test_curators_are_member_ids_separated_by_commas(text: str, members: set[str] | None) -> None:
    assert read_settings({"CE_BOT_CURATORS": text}).curators == members


@pytest.mark.parametrize(
    "text", ["alice", "@alice", "u0123", "U0123ABCD W0456EFGH", "U0123ABCD;W0456EFGH", "C0123ABCD", "U", ",,"]
)
def test_what_is_no_member_id_is_one_sentence(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"CE_BOT_CURATORS": text})
    message = str(caught.value)
    assert message.startswith("CE_BOT_CURATORS ")
    assert message.endswith(".")
    assert len(re.findall(r"[.!?](?:\s|$)", message)) == 1


@pytest.mark.parametrize("name", ["CE_BOT_CURATORS", "CE_BOT_CURATORS_CHANNEL", "CE_BOT_URL"])
@pytest.mark.parametrize("text", ["xoxb-1-secret", "xapp-1-secret", "xoxp-secret"])
def test_a_token_in_the_wrong_line_stays_a_secret(name: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: text})
    assert "secret" not in str(caught.value)


def test_what_is_to_sign_in_with_in_an_address_stays_a_secret() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"CE_BOT_URL": "https://me:secret@ce-bot.example.com"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("text", "channel"), [("C0123ABCD", "C0123ABCD"), (" G0123 ", "G0123"), ("", None)])
def test_the_curators_channel_is_a_channel_id(text: str, channel: str | None) -> None:
    assert read_settings({"CE_BOT_CURATORS_CHANNEL": text}).curators_channel == channel


@pytest.mark.parametrize("text", ["#curators", "curators", "U0123ABCD", "D0123ABCD", "C1,C2", "c0123"])
def test_what_is_no_channel_id_is_one_sentence(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"CE_BOT_CURATORS_CHANNEL": text})
    message = str(caught.value)
    assert message.startswith("CE_BOT_CURATORS_CHANNEL ")
    assert len(re.findall(r"[.!?](?:\s|$)", message)) == 1

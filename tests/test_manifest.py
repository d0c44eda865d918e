"""manifest.yml asks for what the code uses, and for nothing else."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from slack_sdk import WebClient

from bot.listeners.places import SHARED
from bot.views.assistant import PROMPTS
from bot.views.blocks import Prompt

ROOT = Path(__file__).parent.parent

# What Slack asks for, which its schema does not know; None: no scope.
SCOPE_OF_EVENT = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "tokens_revoked": None,
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}
SCOPE_OF_METHOD = {
    "apps.connections.open": None,  # it takes the app's token, not the bot's
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "auth.test": None,
    "chat.getPermalink": None,
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "files.info": "files:read",  # and to fetch what a file holds
    "conversations.open": "im:write",
    "files.upload.v2": "files:write",
    "oauth.v2.access": None,
    "users.info": "users:read",
    "views.open": None,
    "views.publish": None,
    "views.push": None,
    "views.update": None,
}

# What Slack sends only to apps that were set up with assistant_view, which it takes from no new one.
OF_OLDER_APPS = {"assistant_thread_started"}

# Bolt's words for what reaches the bot through Slack's one setting "interactivity".
INTERACTIVE = {"action", "block_action", "view", "view_submission", "global_shortcut", "message_shortcut"}


@pytest.fixture(scope="module")
def manifest() -> dict:
    return YAML(typ="safe").load(ROOT / "manifest.yml")


@pytest.fixture(scope="module")
def code() -> list[ast.AST]:
    """Every node of the bot's code."""
    return [
        node
        for file in sorted((ROOT / "bot").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    ]


def listeners(code: list[ast.AST]) -> Iterator[tuple[str, str]]:
    """("command", "/ce") for each `app.command("/ce")`, also where the name is a constant of a module."""
    constants = {
        target.id: node.value.value
        for node in code
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in code:
        match node:
            case ast.Call(func=ast.Attribute(attr=kind, value=app), args=[first, *_]) if ast.unparse(
                app
            ).endswith("app"):
                match first:
                    case ast.Constant(value=str(name)):
                        yield kind, name
                    case ast.Name(id=name) | ast.Attribute(attr=name) if name in constants:
                        yield kind, str(constants[name])
                    case _:
                        yield kind, ast.unparse(first)


def methods(code: list[ast.AST]) -> set[str]:
    """The Web API methods called: `client.chat_postMessage`, `client.api_call("chat.postMessage")`, `say`."""
    called = set()
    for node in code:
        match node:
            case ast.Attribute(attr=name) if "_" in name.strip("_") and callable(
                getattr(WebClient, name, None)
            ):
                called.add(name.replace("_", "."))
            case ast.Call(func=ast.Attribute(attr="api_call"), args=[ast.Constant(value=name), *_]):
                called.add(name)
            case ast.Call(func=ast.Name(id="say")):
                called.add("chat.postMessage")
    return called - {"api.call"}


def test_slack_accepts_the_manifest(manifest):
    schema = json.loads((ROOT / "tests/manifest.schema.json").read_text(encoding="utf-8"))
    problems = [
        f"{error.json_path}: {error.message}" for error in Draft7Validator(schema).iter_errors(manifest)
    ]
    assert problems == []


def test_every_command_answered_is_in_the_manifest_and_no_other(manifest, code):
    answered = {name for kind, name in listeners(code) if kind == "command"}
    assert {entry["command"] for entry in manifest["features"]["slash_commands"]} == answered


def test_every_shortcut_answered_is_in_the_manifest_and_no_other(manifest, code):
    answered = {
        (kind.removesuffix("_shortcut"), name)
        for kind, name in listeners(code)
        if kind in ("global_shortcut", "message_shortcut")
    }
    assert {(one["type"], one["callback_id"]) for one in manifest["features"]["shortcuts"]} == answered


def test_every_event_answered_is_subscribed_to_and_no_other(manifest, code):
    answered = {name for kind, name in listeners(code) if kind == "event"}
    answered |= {"message" for kind, _ in listeners(code) if kind == "message"}
    # The code sees one event "message"; the manifest says from where: message.im, message.channels.
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in subscribed} == answered - OF_OLDER_APPS


def test_the_pane_suggests_the_same_questions_before_the_bot_does(manifest):
    suggested = [Prompt(**prompt) for prompt in manifest["features"]["agent_view"]["suggested_prompts"]]
    assert tuple(suggested) == PROMPTS
    assert len(suggested) <= 4


def test_home_is_shown_where_its_opening_is_answered(manifest):
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    home = manifest["features"]["app_home"]
    assert home["home_tab_enabled"] is ("app_home_opened" in subscribed)
    assert home["messages_tab_enabled"]


def test_messages_come_from_where_they_are_answered_and_from_nowhere_else(manifest):
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    places = {f"message.{kind}s" for kind in SHARED} | {"message.im"}
    assert {event for event in subscribed if event.startswith("message.")} == places


def test_interactivity_is_on_where_buttons_are_answered(manifest, code):
    answered = any(kind in INTERACTIVE for kind, _ in listeners(code))
    assert manifest["settings"]["interactivity"]["is_enabled"] is answered


def test_every_scope_is_needed_and_none_is_missing(manifest, code):
    needed = {SCOPE_OF_EVENT[event] for event in manifest["settings"]["event_subscriptions"]["bot_events"]}
    needed |= {SCOPE_OF_METHOD[method] for method in methods(code)}
    needed |= {"commands"} if manifest["features"]["slash_commands"] else set()
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed - {None}

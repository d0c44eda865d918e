"""Files that follow an answer: where they go, what is said of them, what happens where there are none."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from conftest import ALICE
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.clients import OneToken
from bot.console import at_once
from bot.courier import ALT_TEXT_MOST, FILE_WORKERS, Courier
from bot.pictures import PictureError
from bot.views.blocks import File, NotMadeError, reply


class Client(WebClient):
    """Stands in for Slack's Web API: keeps files and messages, and refuses files if told to."""

    def __init__(self, refusal: str = "") -> None:
        super().__init__(token="xoxb-test")
        self.refusal = refusal
        self.files: list[dict[str, Any]] = []
        self.messages: list[tuple[str, str]] = []

    def api_call(self, api_method: str, **request: Any) -> Any:
        values = {**(request.get("params") or {}), **(request.get("json") or {})}
        if api_method == "conversations.open":
            return {"channel": {"id": f"D{values['users']}"}}
        assert api_method == "chat.postMessage"
        self.messages.append((values["channel"], values["text"]))
        return {"ok": True}

    def files_upload_v2(self, **values: Any) -> Any:
        if self.refusal:
            raise SlackApiError("refused", {"ok": False, "error": self.refusal})
        self.files.append(values)
        return {"ok": True}


def raising(error: Exception) -> Callable[[], bytes]:
    def make() -> bytes:
        raise error

    return make


def sent(*files: File, client: Client | None = None) -> Client:
    client = client or Client()
    Courier(OneToken(client), submit=at_once).send_files(files, ALICE, "C1")
    return client


@pytest.mark.parametrize(("is_private", "channel"), [(True, "DUALICE"), (False, "C1")])
def test_a_file_goes_to_its_member_or_to_the_channel(is_private: bool, channel: str) -> None:
    (file,) = sent(File("x.png", "A picture.", lambda: b"content", is_private)).files
    assert file == {
        "channel": channel,
        "filename": "x.png",
        "content": b"content",
        "title": "x.png",
        "alt_txt": "A picture.",
        "initial_comment": "A picture.",
    }


def test_what_is_said_of_a_file_may_be_known_only_once_it_is_made() -> None:
    done: list[str] = []

    def make() -> bytes:
        done.append("made")
        return b""

    (file,) = sent(File("x.png", lambda: f"It was {done[0]}.", make)).files
    assert file["alt_txt"] == file["initial_comment"] == "It was made."


@pytest.mark.parametrize("length", [ALT_TEXT_MOST, ALT_TEXT_MOST + 1])
def test_a_description_is_no_longer_than_slack_takes_and_the_message_has_all_of_it(length: int) -> None:
    (file,) = sent(File("x.png", "d" * length, lambda: b"")).files
    assert len(file["alt_txt"]) == ALT_TEXT_MOST
    assert len(file["initial_comment"]) == length


def test_a_file_that_cannot_be_made_is_said_to_be_missing() -> None:
    client = sent(File("x.png", "", raising(PictureError("no"))), File("y.png", "", lambda: b"y"))
    assert [file["filename"] for file in client.files] == ["y.png"]
    ((to, text),) = client.messages
    assert to == "UALICE"
    assert text.startswith("I could not send you x.png")


def test_a_channel_that_refuses_a_file_is_named_with_what_helps() -> None:
    client = sent(File("x.png", "", lambda: b"", is_private=False), client=Client("not_in_channel"))
    ((to, text),) = client.messages
    assert to == "UALICE"
    assert text == (
        "I could not post x.png in <#C1>: if I am not in that channel, let me in with `/invite @CE Bot`, "
        "then ask for it again."
    )


def test_where_there_turns_out_to_be_no_file_its_member_is_told_why() -> None:
    file = File("x.png", "", raising(NotMadeError(reply("There is no team here."))), is_private=False)
    assert sent(file).messages == [("UALICE", "There is no team here.")]


def test_slow_files_hold_up_nothing_else() -> None:
    client, go_on, answered = Client(), threading.Event(), threading.Event()

    def slow() -> bytes:
        assert go_on.wait(20)
        return b""

    courier = Courier(OneToken(client), send=lambda *_: answered.set())
    courier.send_files([File("x.png", "", slow)] * (FILE_WORKERS + 2), ALICE, "C1")
    courier.respond("https://hooks.example/1", reply("text"), replace=True)
    assert answered.wait(20)
    assert client.files == []
    go_on.set()
    courier.close()
    assert len(client.files) == FILE_WORKERS + 2, "what was taken on is finished"


def test_files_can_be_given_to_others_than_messages() -> None:
    client, works = Client(), []

    def keep(work: Callable[[], Any]) -> "Future[Any]":
        works.append(work)
        return Future()

    Courier(OneToken(client), submit=at_once, submit_file=keep).send_files(
        [File("x", "", lambda: b"")], ALICE, "C1"
    )
    assert client.files == []
    works[0]()
    assert len(client.files) == 1

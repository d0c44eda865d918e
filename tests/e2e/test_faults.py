"""What goes wrong between Slack and the bot: members get their answers, and each of them once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.local_slack import ANNA, TEAM, Bot, LocalSlack, ago, until
from e2e.proxy import FAILED, RESET, Proxy, rate_limited, slow

MODES = ["socket", "http"]
QUESTION = "does coursework need to match the cert?"
AGAIN_WITHIN_S = 10


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def slack(mode: str, tmp_path: Path) -> LocalSlack:
    """One that does not run yet."""
    return LocalSlack(mode, tmp_path)


@pytest.fixture
def bot(slack: LocalSlack, proxy: Proxy, tmp_path: Path) -> Iterator[Bot]:
    """The bot; what stands between it and Slack is there first, by `proxy`."""
    with Bot(slack, tmp_path).running() as bot:
        yield bot


def ask(slack: LocalSlack) -> str:
    """Ask in the direct message, whose channel this gives."""
    return slack.say(ANNA, QUESTION, channel=ANNA).channel


@pytest.mark.usefixtures("bot")
def test_a_message_that_slack_asked_to_wait_with_comes_later(slack: LocalSlack, proxy: Proxy) -> None:
    proxy.fail("chat.postMessage", rate_limited("1"))
    channel = ask(slack)
    until("the answer", lambda: slack.answers(channel))
    first, second, *more = [at for name, at in proxy.calls if name == "chat.postMessage"]
    assert second - first >= 1
    assert more == []


@pytest.mark.parametrize("fault", [FAILED, RESET], ids=["failed", "reset"])
@pytest.mark.usefixtures("bot")
def test_a_message_that_slack_may_have_taken_is_not_sent_again(
    slack: LocalSlack, proxy: Proxy, fault: object
) -> None:
    proxy.fail("chat.postMessage", fault)
    channel = ask(slack)
    until("sent", lambda: proxy.calls_of("chat.postMessage") == 1)
    slack.say(ANNA, "status", channel=ANNA)
    until("the next answer", lambda: slack.answers(channel))
    assert proxy.calls_of("chat.postMessage") == 2


@pytest.mark.usefixtures("bot")
def test_whoever_waited_too_long_for_a_form_is_told(slack: LocalSlack, proxy: Proxy, mode: str) -> None:
    slack.command(ANNA, f"cert add ACP-620 earned {ago(200)}")
    if mode == "http":
        proxy.fail("views.open", slow(3.2))
    else:  # by Socket Mode nobody but Slack sees when a trigger was given
        proxy._used.clear()
        proxy._triggers = _Long()
    before = len(slack.messages(TEAM))
    slack.command(ANNA, "add")
    told = until("told", lambda: slack.messages(TEAM)[before:])
    assert ["too slow to open the form" in each.text for each in told] == [True]


class _Long(dict[str, float]):
    """Every trigger was given long ago."""

    def get(self, key: str, default: float | None = None) -> float:  # type: ignore[override]
        return time.monotonic() - 60


@pytest.mark.parametrize("mode", ["http"], indirect=True)
@pytest.mark.usefixtures("bot")
def test_what_is_delivered_twice_at_once_and_again_is_done_and_answered_once(
    slack: LocalSlack, proxy: Proxy
) -> None:
    slack.command(ANNA, f"cert add ACP-620 earned {ago(200)}")
    proxy.copies = 3
    added = slack.command(ANNA, f'add course "Boards" {ago(100)}')
    assert "Boards" in proxy.deliver_again("command")
    assert "Boards" in added.text
    listed = slack.command(ANNA, "list").text
    assert '1 · course "Boards"' in listed
    assert "2 · course" not in listed
    channel = ask(slack)
    until("the answer", lambda: slack.answers(channel))
    for number in (1, 2, 3):
        proxy.deliver_again("message", number)
    proxy.copies = 1
    slack.say(ANNA, "status", channel=ANNA)
    until("the status", lambda: len(slack.answers(channel)) > 1)
    assert ["ACP-620" in each.text for each in slack.answers(channel)] == [False, True]


@pytest.mark.parametrize("mode", ["http"], indirect=True)
@pytest.mark.usefixtures("bot")
def test_a_click_delivered_often_is_answered_once(slack: LocalSlack, proxy: Proxy) -> None:
    channel = ask(slack)
    (card,) = until("the answer", lambda: slack.answers(channel))
    proxy.copies = 3
    slack.click(ANNA, card, "Helpful")
    proxy.deliver_again("block_actions")
    proxy.copies = 1
    slack.say(ANNA, "status", channel=ANNA)
    until("all that comes", lambda: len(slack.answers(channel)) >= 3)
    assert len(slack.answers(channel)) == 3  # the card, thanks for the vote, and where Anna stands


@pytest.mark.parametrize("mode", ["socket"], indirect=True)
@pytest.mark.usefixtures("bot")
def test_a_connection_that_is_reset_is_back_soon(slack: LocalSlack, proxy: Proxy) -> None:
    proxy.fail("apps.connections.open", rate_limited("soon"), FAILED, RESET)
    began = time.monotonic()
    assert proxy.reset_sockets() == 1
    until("connected again", lambda: proxy.calls_of("apps.connections.open") == 5 and proxy._tunnels)
    assert slack.command(ANNA, "help").text
    assert time.monotonic() - began < AGAIN_WITHIN_S

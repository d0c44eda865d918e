"""Each test has a Slack and a bot of its own, and runs once for each way Slack reaches the bot.

What Slack would not have taken of all that the bot sent fails it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.local_slack import Bot, LocalSlack
from e2e.proxy import Proxy


@pytest.fixture(params=["socket", "http"])
def slack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalSlack]:
    with LocalSlack(request.param, tmp_path).running() as slack:
        yield slack
        assert slack.refused() == []


@pytest.fixture
def bot(slack: LocalSlack, tmp_path: Path) -> Iterator[Bot]:
    with Bot(slack, tmp_path).running() as bot:
        yield bot


@pytest.fixture
def proxy(slack: LocalSlack) -> Iterator[Proxy]:
    """What stands between a bot and a Slack that does not run yet; it passes on only what Slack takes."""
    with Proxy(slack).running() as proxy, slack.running():
        yield proxy
    assert proxy.refused == []

"""What whoever watches the bot is told of it, whichever way Slack reaches it."""

from e2e.local_slack import ANNA, TEAM, Bot, LocalSlack, until


def test_health_and_figures_are_told_by_the_bot_as_it_runs(slack: LocalSlack, bot: Bot) -> None:
    slack.command(ANNA, "cert add ACP-620 earned 2024-01-01")
    slack.command(ANNA, 'add course "My secret hobby" yesterday')
    slack.command(ANNA, "status")
    slack.say(ANNA, "does coursework need to match the cert?", ANNA)
    until("the question is answered", lambda: 'ce_bot_faq_answers_total{tier="answer"} 1.0' in figures(bot))
    assert bot.watched("/healthz") == (200, '{"status": "ok"}')
    until("the bot is ready", lambda: bot.watched("/readyz") == (200, '{"status": "ok"}'))
    found = figures(bot)
    for line in (
        'ce_bot_requests_total{kind="command",status="200"} 3.0',
        'ce_bot_commands_total{command="cert add"} 1.0',
        'ce_bot_commands_total{command="add"} 1.0',
        'ce_bot_commands_total{command="status"} 1.0',
        'ce_bot_log_records_total{level="error"} 0.0',
        'ce_bot_slack_calls_total{method="auth.test",outcome="ok"}',
    ):
        assert line in found, found
    assert ("ce_bot_socket_connected 1.0" in found) is (slack.mode == "socket")
    for word in ("secret", ANNA, TEAM, "xox", "xapp"):
        assert word not in found


def figures(bot: Bot) -> str:
    status, found = bot.watched("/metrics")
    assert status == 200
    return found

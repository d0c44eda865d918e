"""ce-bot: the Slack side."""

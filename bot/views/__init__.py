"""Values turned into what Slack shows; no input or output here."""

"""The Slack app: thin listeners, pure builders of blocks."""

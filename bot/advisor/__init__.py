"""From a question to an answer. Pure: no Slack, no network, no clock, no database."""

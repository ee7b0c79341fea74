"""Runs the Slack app: by Socket Mode or HTTP, with health checks, until told to stop."""

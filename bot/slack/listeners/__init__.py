"""Listeners: each takes what Slack sends apart, asks the office, and posts what a builder made."""

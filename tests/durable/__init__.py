"""Tests of `bot.durable`."""

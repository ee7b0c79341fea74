"""The clients of Slack's Web API and of a `response_url`: both wait as long as Slack asks."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.http_retry import default_retry_handlers
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from bot.settings import Settings

_RETRIES = 3
"""Times that a call is made again after 429, each after as long as Slack asks for."""


def make_client(settings: Settings) -> WebClient:
    """A client with the bot's token. The default one gives up at the first 429."""
    token = settings.slack_bot_token
    client = WebClient(
        token=token.get_secret_value() if token else None, base_url=settings.slack_api_url
    )
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_RETRIES))
    return client


def way_back(response_url: str) -> WebhookClient:
    """A client for a `response_url`, which waits after 429 like the other."""
    patient = RateLimitErrorRetryHandler(max_retry_count=_RETRIES)
    return WebhookClient(response_url, retry_handlers=[*default_retry_handlers(), patient])

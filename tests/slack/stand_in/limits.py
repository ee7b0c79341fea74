"""Slack's published limits, each with the page that states it. The only place for the numbers."""

from __future__ import annotations

from .rules import DOCS

BLOCKS = f"{DOCS}/reference/block-kit/blocks"
ELEMENTS = f"{DOCS}/reference/block-kit/block-elements"
OBJECTS = f"{DOCS}/reference/block-kit/composition-objects"
METHODS = f"{DOCS}/reference/methods"

BLOCKS_IN = {"message": 50, "modal": 100, "home": 100}
"""Blocks a surface takes (https://docs.slack.dev/reference/block-kit/blocks)."""

ID = 255
"""block_id, action_id, callback_id, external_id."""

SECTION_TEXT, SECTION_FIELDS, FIELD_TEXT = 3000, 10, 2000
HEADER_TEXT = 150
CONTEXT_ELEMENTS, ACTIONS_ELEMENTS, CONTEXT_ACTIONS_ELEMENTS = 10, 25, 5
TEXT_OBJECT = 3000
MARKDOWN_TOTAL = 12_000
"""All markdown blocks of one payload (https://docs.slack.dev/reference/block-kit/blocks/markdown-block)."""

RENDERED_TOTAL = 13_200
"""Measured, not documented: above it Slack answers msg_blocks_too_long
(https://github.com/slackapi/bolt-js/issues/2509, https://github.com/metabase/metabase/pull/79908)."""

MESSAGE_TEXT, MESSAGE_TEXT_ADVISED = 40_000, 4_000
"""`text` is cut at 40 000 and advised to stay within 4 000
(https://docs.slack.dev/reference/methods/chat.postMessage)."""

URL, IMAGE_ALT, IMAGE_TITLE = 3000, 2000, 2000
BUTTON_TEXT, BUTTON_VALUE, ACCESSIBILITY_LABEL = 75, 2000, 75
OPTION_TEXT, OPTION_VALUE, OPTION_DESCRIPTION = 75, 150, 75
SELECT_OPTIONS, OPTION_GROUPS, GROUP_LABEL = 100, 100, 75
OVERFLOW_OPTIONS, CHOICE_OPTIONS = 5, 10
PLACEHOLDER = 150
INPUT_LABEL, INPUT_HINT, PLAIN_INPUT = 2000, 2000, 3000
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
VIEW_TITLE, PRIVATE_METADATA, VIEW_BYTES = 24, 3000, 250_000
MODAL_STACK = 3
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 100, 20, 10_000
DATA_TABLE_ROWS = (2, 101)
CARD_TITLE, CARD_SUBTITLE, CARD_BODY, CAROUSEL_CARDS, CONTAINER_CHILDREN = 150, 150, 200, 10, 10
CHART_TITLE = 50
LOADING_MESSAGES, PROMPTS = 10, 4
METADATA_BYTES = 8_000

TIERS = {
    "apps.connections.open": 1,
    **dict.fromkeys(("chat.update", "chat.delete", "conversations.info"), 50),
    **dict.fromkeys(("views.open", "views.push", "views.update", "views.publish"), 100),
    **dict.fromkeys(("chat.postEphemeral", "users.info"), 100),
}
"""Calls a minute of a method, as its page states its tier
(https://docs.slack.dev/apis/web-api/rate-limits)."""

ACK_SECONDS = 3.0
"""https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response"""
TRIGGER_SECONDS = 3.0
"""https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses"""
RESPONSE_URL_USES, RESPONSE_URL_SECONDS = 5, 30 * 60
"""https://docs.slack.dev/interactivity/handling-user-interaction#message_responses"""
STATUS_SECONDS = 120.0
"""https://docs.slack.dev/reference/methods/assistant.threads.setStatus"""
SOCKETS = 10
"""https://docs.slack.dev/apis/events-api/using-socket-mode"""

"""The renderer behind docs/screens: it knows everything that the app can send."""

from __future__ import annotations

import ast
import html
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
from hypothesis import given, settings
from slack_sdk.models.blocks import (
    Block,
    BlockElement,
    InputInteractiveElement,
    InteractiveElement,
)

from bot.slack import blocks as builders
from bot.slack.blocks.fallback import plain_blocks
from bot.slack.blocks.kit import as_dicts
from bot.slack.blocks.reply import Words, reply
from bot.store.records import Assessment
from knowledge.content import load_checklist, load_phrases
from knowledge.wording import load_reply_wording
from tests.slack.answers import assessments
from tools.screens.blocks import BLOCKS, blocks
from tools.screens.elements import ELEMENTS, Shown
from tools.screens.markup import mrkdwn
from tools.screens.names import Names
from tools.screens.rich_text import PARTS

MODULES = [
    import_module(found.name)
    for found in pkgutil.iter_modules(builders.__path__, f"{builders.__name__}.")
]
KNOWN = {*BLOCKS, *ELEMENTS, *PARTS, "mrkdwn", "plain_text", "raw_text"}
VIEWS = {"modal", "home"}
GENERAL = {Block, BlockElement, InteractiveElement, InputInteractiveElement}
SHOWN = Shown(Names(lambda key: key, 0.0))
WORDS = Words(load_checklist(), load_phrases(), load_reply_wording())


def sent_by(module: ModuleType) -> Iterator[str]:
    """The types of the SDK's classes that a builder uses, and those that it writes itself."""
    for used in vars(module).values():
        named = inspect.isclass(used) and issubclass(used, (Block, BlockElement))
        if named and used not in GENERAL and used.__module__.startswith("slack_sdk"):
            yield str(getattr(used, "type", ""))
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "type":
                    assert isinstance(value, ast.Constant), "a type that cannot be read here"
                    yield str(value.value)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.split(".")[-1])
def test_every_type_that_a_builder_names_can_be_drawn(module: ModuleType) -> None:
    assert set(sent_by(module)) <= KNOWN | VIEWS


def test_the_builders_name_the_types_that_replies_and_forms_consist_of() -> None:
    named = {one for module in MODULES for one in sent_by(module)}
    assert {"section", "context", "actions", "input", "table", "container", "citation"} <= named
    assert {"button", "static_select", "radio_buttons", "feedback_buttons"} <= named


@given(assessments())
@settings(max_examples=25, deadline=None)
def test_any_reply_whatever_is_drawn_and_so_is_its_fallback(kept: Assessment) -> None:
    sent = as_dicts(reply(kept, WORDS).blocks)
    assert blocks(sent, SHOWN)
    assert blocks(plain_blocks(sent), SHOWN)


def test_mrkdwn_is_drawn_as_slack_reads_it() -> None:
    said = "*b* _i_ ~s~ `*c*` <https://x.dev/?a=1&amp;b|a &lt;b&gt;> <@U1> 2*3*4 snake_case_name"
    drawn = mrkdwn(said, SHOWN.names)
    assert "<b>b</b> <i>i</i> <s>s</s> <code>*c*</code>" in drawn
    assert f'<a href="{html.escape("https://x.dev/?a=1&b")}">a &lt;b&gt;</a>' in drawn
    assert ">@U1</span> 2*3*4 snake_case_name" in drawn
    assert mrkdwn("&gt; quoted\nnot", SHOWN.names).count("<blockquote>") == 1


def test_what_people_write_cannot_become_markup_of_the_page() -> None:
    assert "<script" not in mrkdwn("&lt;script&gt;alert(1)&lt;/script&gt;", SHOWN.names)

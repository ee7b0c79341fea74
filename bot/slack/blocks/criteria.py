"""The 14 criteria as inputs of a form, in groups that people think in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    HeaderBlock,
    InputBlock,
    Option,
    StaticSelectElement,
)

from bot.advisor.answer import CheckState
from bot.slack.blocks.kit import context
from knowledge.checklist import Checklist
from knowledge.model import Criterion, State
from knowledge.wording import FormWording

States = Mapping[Criterion, CheckState]


def criteria(
    checklist: Checklist,
    wording: FormWording,
    states: States,
    action: str,
    *,
    live: bool = False,
    note: str = "",
) -> Iterator[Block]:
    """A title for each group and a select for each criterion, "don't know" first.

    `states` are chosen already. With `live`, Slack reports each change at once. `note`, in mrkdwn,
    stands below every title, so that it is never off a small screen.
    """
    options = {
        state: Option(value=state, label=label)
        for state, label in (("unknown", wording.unknown), ("yes", wording.yes), ("no", wording.no))
    }
    for group, title in wording.groups.items():
        yield HeaderBlock(text=title, block_id=f"group:{group}")
        if note:
            yield context(note, block_id=f"note:{group}")
        for item in checklist.items:
            if item.group == group:
                yield InputBlock(
                    block_id=item.id.value,
                    label=item.question,
                    dispatch_action=live or None,
                    element=StaticSelectElement(
                        action_id=action,
                        options=list(options.values()),
                        initial_option=options[states.get(item.id, "unknown")],
                    ),
                )


def shown(view: Mapping[str, Any]) -> dict[Criterion, CheckState]:
    """The states that a form was opened with."""
    found = {}
    for block in view["blocks"]:
        if block["type"] == "input" and block["block_id"] in set(Criterion):
            found[Criterion(block["block_id"])] = block["element"]["initial_option"]["value"]
    return found


def filled(view: Mapping[str, Any]) -> dict[Criterion, CheckState]:
    """The states that a form has now."""
    values = view["state"]["values"]
    found = {}
    for name in set(Criterion) & values.keys():
        (chosen,) = values[name].values()
        option = chosen.get("selected_option") or {"value": "unknown"}
        found[Criterion(name)] = option["value"]
    return found


def typed(view: Mapping[str, Any], block: str, action: str) -> str:
    """What was typed into a field of a form; empty where nothing was."""
    return str(view["state"]["values"][block][action].get("value") or "")


def answered(before: States, now: States) -> dict[Criterion, State]:
    """The answers that differ from `before`, and are yes or no."""
    return {
        criterion: state
        for criterion, state in now.items()
        if state != "unknown" and state != before.get(criterion, "unknown")
    }


def withdrawn(before: States, now: States) -> frozenset[Criterion]:
    """The criteria that were known and now are said not to be."""
    return frozenset(
        criterion
        for criterion, state in now.items()
        if state == "unknown" and before.get(criterion, "unknown") != "unknown"
    )

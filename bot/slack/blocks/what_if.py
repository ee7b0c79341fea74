"""The form behind "What if…": answers set otherwise, and the verdict that would follow."""

from __future__ import annotations

from slack_sdk.models.views import View as Modal

from bot.advisor.ring import Verdict
from bot.slack.blocks.criteria import criteria
from bot.slack.blocks.kit import context, escape, one_line, section
from bot.slack.ids import Action, View
from bot.slack.way import Way
from bot.store.records import Assessment
from knowledge.checklist import Checklist
from knowledge.phrases import Phrases
from knowledge.wording import load_form_wording, load_reply_wording

_HEADLINE = 700


def what_if(
    kept: Assessment,
    checklist: Checklist,
    phrases: Phrases,
    way: Way,
    supposed: Verdict | None = None,
) -> Modal:
    """`supposed` is the verdict on the answers as they are set now; None where none is changed."""
    wording = load_form_wording()
    states = {check.criterion: check.state for check in kept.answer.checklist}
    then = _then(kept, phrases, supposed) if supposed else ""
    return Modal(
        type="modal",
        callback_id=View.WHAT_IF,
        private_metadata=str(way),
        title=wording.what_if_title,
        submit=wording.apply,
        close=wording.close,
        blocks=[
            context(escape(wording.what_if_hint)),
            section(_verdicts(kept, phrases, supposed), "verdict"),
            *criteria(checklist, wording, states, Action.SUPPOSE, live=True, note=then),
        ],
    )


def _verdicts(kept: Assessment, phrases: Phrases, supposed: Verdict | None) -> str:
    wording, marks, ring = load_form_wording(), load_reply_wording().rings, kept.answer.ring
    assert ring is not None
    now = wording.now.format(
        mark=marks[ring],
        verdict=one_line(kept.answer.headline, _HEADLINE),
        confidence=_confidence(kept.answer.confidence, phrases),
    )
    return f"{now}\n{_then(kept, phrases, supposed) if supposed else escape(wording.same)}"


def _then(kept: Assessment, phrases: Phrases, supposed: Verdict) -> str:
    headlines = phrases.headlines.leaving if kept.answer.leaving else phrases.headlines.rings
    return load_form_wording().then.format(
        mark=load_reply_wording().rings[supposed.ring],
        verdict=escape(headlines[supposed.ring]),
        confidence=_confidence(supposed.confidence, phrases),
    )


def _confidence(share: float, phrases: Phrases) -> str:
    return escape(phrases.labels.confidence.format(percent=min(round(share * 100), 99)))

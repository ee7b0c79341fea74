"""A strict stand-in for Slack, against which the real Bolt app and slack_sdk run end to end.

    with SlackStandIn(manifest=manifest) as slack:
        ada = slack.add_user("ada", is_admin=True)
        general = slack.add_channel("general", ada)
        start_the_app(**slack.env())                    # or slack.use_http(url_of_the_app)
        slack.wait_connected()
        asked = ada.mentions_bot(general, "should we use Rust for the parser?")
        answer = slack.wait_for(lambda: slack.replies(asked))[0]
        ada.clicks(answer, "fact", "cpu_bound:yes")
        assert slack.complaints == []

*Slack*: `SlackStandIn` (addresses: `api_url`, `env()`; building: `add_user`, `add_channel`,
`add_team`, `dm`; delivery: `use_http`, `redeliver`, `redeliver_unacked`, `deliver_twice`,
`sockets.ask_to_leave/drop/close/fall_silent`, `http.post/verify_url`; installing:
`authorize_code`, `uninstall`, `revoke_tokens`; other bots: `other_bot_writes`).

*People*: `Person` (`mentions_bot`, `writes`, `writes_dm`, `shares_file`, `edits`, `deletes`,
`slash`, `clicks`, `uses_message_shortcut`, `uses_global_shortcut`, `submits`, `closes`,
`opens_home`, `opens_agent_pane`, `invites_bot`). What a person cannot do raises `NotPossible`.

*Faults*: `slack.faults.add("chat.postMessage", rate_limited(2), server_error(), hang(), …)`,
`slack.faults.refused_blocks.add("table")`, `slack.limiter.turn_on(per_second=1, burst=5)`,
`slack.limiter.turn_on_tiers()`.

*Afterwards*: `messages`, `thread`, `replies`, `ephemerals`, `home`, `modal`, `modals`,
`form_errors`, `calls`, `envelopes`, `pings`, `status`, `prompts`, `complaints`; `wait_for` and
`settle`; `expecting(rule)` and `forgive(rule)` for tests that break a rule on purpose.
`slack.clock.advance` makes triggers and response URLs age without waiting. `close_at_once(handler)`
ends Bolt's SocketModeHandler, whose own `close` takes a second and may hang.

Needs `websockets` (the test extra). The rules and their numbers stand in `limits.py`, each with
its page of https://docs.slack.dev; the types of block in `blocks.py` and `elements.py`.
"""

from __future__ import annotations

from .app import SlackApp
from .clock import Clock
from .closing import close_at_once
from .envelopes import Envelope
from .faults import Fault, cut, garbage, hang, rate_limited, refusal, reset, server_error
from .http_mode import HttpAnswer
from .people import Person
from .rules import Call, Complaint, NotPossible, Ping, SlackError
from .standin import SlackStandIn
from .workspace import Channel, File, Installation, Member, Message, Team, View, Workspace

__all__ = [
    "Call",
    "Channel",
    "Clock",
    "Complaint",
    "Envelope",
    "Fault",
    "File",
    "HttpAnswer",
    "Installation",
    "Member",
    "Message",
    "NotPossible",
    "Person",
    "Ping",
    "SlackApp",
    "SlackError",
    "SlackStandIn",
    "Team",
    "View",
    "Workspace",
    "close_at_once",
    "cut",
    "garbage",
    "hang",
    "rate_limited",
    "refusal",
    "reset",
    "server_error",
]

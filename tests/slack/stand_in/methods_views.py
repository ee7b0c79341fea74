"""views.*: modals and Homes (https://docs.slack.dev/surfaces/modals)."""

from __future__ import annotations

import json
import secrets

from . import limits
from .inspection import fill_ids, inspect_view, refuse
from .rules import DOCS, SlackError
from .web_api import Request, method
from .workspace import Json, View

MODALS = f"{DOCS}/surfaces/modals"


def checked_view(request: Request, *surfaces: str) -> Json:
    """The `view` argument, refused where Slack refuses it, with what Slack adds to it."""
    given = request.args.get("view")
    if isinstance(given, str):
        given = json.loads(given)
    return complete_view(request, given, *surfaces)


def complete_view(request: Request, given: object, *surfaces: str) -> Json:
    """Check a view from the app and fill in ids, state and hash."""
    if len(json.dumps(given)) > limits.VIEW_BYTES:
        raise SlackError("view_too_large", doc=request.doc)
    seen = inspect_view(given, surfaces)
    if seen.problems:
        refuse(seen.problems, "invalid_arguments")
    request.approve(seen)
    assert isinstance(given, dict)
    install, slack = request.install, request.slack
    external = given.get("external_id")
    if external and any(v.data.get("external_id") == external for v in slack.world.views.values()):
        raise SlackError("duplicate_external_id", external, doc=request.doc)
    return {
        "team_id": install.team.id,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        "previous_view_id": None,
        **given,
        "blocks": fill_ids(given["blocks"]),
        "state": {"values": {}},
        "hash": make_hash(request),
        "app_id": slack.app.id,
        "app_installed_team_id": install.team.id,
        "bot_id": install.bot.bot_id,
    }


def make_hash(request: Request) -> str:
    return f"{int(request.slack.clock.now())}.{secrets.token_hex(4)}"


@method("views.open", required=("trigger_id", "view"))
def open_view(request: Request) -> Json:
    data = checked_view(request, "modal")
    trigger = request.slack.interactions.exchange(request.arg("trigger_id"))
    view = request.slack.world.push_view(trigger.user, data, fresh=True)
    return {"view": view.data}


@method("views.push", required=("trigger_id", "view"))
def push_view(request: Request) -> Json:
    data = checked_view(request, "modal")
    trigger = request.slack.interactions.exchange(request.arg("trigger_id"))
    stack = request.slack.world.modals.get(trigger.user, [])
    if trigger.view is None or not any(v.id == trigger.view for v in stack):
        raise SlackError("not_found", "the trigger is not from an open modal", doc=request.doc)
    if len(stack) >= limits.MODAL_STACK:
        raise SlackError("push_limit_reached", "3 views at most", doc=request.doc)
    return {"view": request.slack.world.push_view(trigger.user, data, fresh=False).data}


def _shown(request: Request) -> View:
    views = request.slack.world.views
    wanted, external = request.arg("view_id"), request.arg("external_id")
    if external:
        found = next((v for v in views.values() if v.data.get("external_id") == external), None)
    else:
        found = views.get(wanted)
    if found is None or found not in request.slack.world.modals.get(found.user, []):
        raise SlackError("not_found", f"no open view {wanted or external}", doc=request.doc)
    return found


@method("views.update", required=("view",))
def update_view(request: Request) -> Json:
    """A `hash` that is no longer the view's own answers hash_conflict
    (https://docs.slack.dev/surfaces/modals#handling_race_conditions)."""
    view = _shown(request)
    if request.arg("hash") and request.arg("hash") != view.data["hash"]:
        raise SlackError("hash_conflict", "the view changed since", doc=request.doc)
    old_external, view.data["external_id"] = view.data["external_id"], ""
    try:
        data = checked_view(request, "modal")
    except SlackError:
        view.data["external_id"] = old_external
        raise
    replace_view(view, data)
    return {"view": view.data}


def replace_view(view: View, data: Json) -> None:
    """Put new content into a view; ids stay, and so do values of inputs with the same ids."""
    kept = {k: view.data[k] for k in ("id", "root_view_id", "previous_view_id")}
    ids = {b["block_id"] for b in data["blocks"]}
    values = {k: v for k, v in view.data["state"]["values"].items() if k in ids}
    view.data = {**data, **kept, "state": {"values": values}}


@method("views.publish", required=("user_id", "view"))
def publish_view(request: Request) -> Json:
    """https://docs.slack.dev/surfaces/app-home"""
    user, homes = request.arg("user_id"), request.slack.world.homes
    if user not in request.slack.world.members:
        raise SlackError("user_not_found", user, doc=request.doc)
    if not request.slack.app.home:
        raise SlackError("not_enabled", "the Home tab is off in the manifest", doc=request.doc)
    old = homes.get(user)
    if old is not None and request.arg("hash") and request.arg("hash") != old.data["hash"]:
        raise SlackError("hash_conflict", "the Home changed since", doc=request.doc)
    data = checked_view(request, "home")
    if old is not None:
        data["id"] = data["root_view_id"] = old.id
    else:
        data["id"] = data["root_view_id"] = request.slack.world.make_id("V")
    homes[user] = View(data["id"], data, user)
    request.slack.world.views[data["id"]] = homes[user]
    return {"view": data}

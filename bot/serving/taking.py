"""What Bolt answers to a request, except that it acknowledges events too readily."""

from __future__ import annotations

from slack_bolt import App, BoltRequest, BoltResponse


def take(app: App, request: BoltRequest) -> BoltResponse:
    """Hand a request to the app.

    Where Bolt cannot tell whose it is, because Slack fails when asked, it answers 200 and drops it;
    an event is refused then, so that Slack sends it again.
    """
    answer = app.dispatch(request)
    dropped = answer.status == 200 and request.context.authorize_result is None
    if dropped and request.body.get("type") == "event_callback":
        return BoltResponse(status=503, body="")
    return answer

"""files.*: an upload in three steps (https://docs.slack.dev/messaging/working-with-files)."""

from __future__ import annotations

import json

from .methods_chat import may_post, signed
from .rules import SlackError
from .web_api import Request, method
from .workspace import File, Json


@method("files.getUploadURLExternal", scopes=("files:write",), required=("filename", "length"))
def upload_url(request: Request) -> Json:
    length = int(request.arg("length"))
    if length <= 0:
        raise SlackError("invalid_arguments", "length must be positive", doc=request.doc)
    world = request.slack.world
    file = File(world.make_id("F"), request.arg("filename"), length)
    world.files[file.id] = file
    return {"upload_url": f"{request.slack.base_url}/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", scopes=("files:write",), required=("files",))
def complete(request: Request) -> Json:
    wanted = request.args["files"]
    wanted = json.loads(wanted) if isinstance(wanted, str) else wanted
    files = [request.slack.world.files.get(w.get("id", "")) for w in wanted]
    found = [f for f in files if f is not None]
    if len(found) < len(wanted) or any(f.content is None for f in found):
        raise SlackError("file_not_found", "not uploaded", doc=request.doc)
    for file, given in zip(found, wanted, strict=True):
        file.title, file.complete = given.get("title") or file.name, True
    if request.arg("channel_id"):
        channel = request.channel("channel_id")
        may_post(request, channel)
        data: Json = {
            **signed(request),
            "text": request.arg("initial_comment"),
            "files": [file_json(f) for f in found],
        }
        if request.arg("thread_ts"):
            data["thread_ts"] = request.arg("thread_ts")
        message = request.slack.world.post(channel, data)
        request.slack.after_bot_post(message, data.get("thread_ts"))
        for file in found:
            file.shared_in.append(channel.id)
    return {"files": [{"id": f.id, "title": f.title} for f in found]}


def file_json(file: File) -> Json:
    """https://docs.slack.dev/reference/objects/file-object"""
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "size": file.length,
        "filetype": file.name.rpartition(".")[2],
        "mode": "hosted",
        "url_private": f"https://files.slack.com/files-pri/{file.id}/{file.name}",
    }

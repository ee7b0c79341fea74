"""The jobs that lie on the disk: written, counted, looked up and deleted."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dbos import DBOSClient, Serializer
from dbos import error as dbos_error
from sqlalchemy import Connection, Engine

from bot.durable.job import Job

NAME = "rust-or-not"
QUEUE = "posts"
VERSION = "1"
"""Of the steps of a job. DBOS resumes only jobs of its own version: raise it with care."""

_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_UNFINISHED = ["ENQUEUED", "PENDING"]
_PAGE = 500


class _Plain(Serializer):
    """JSON where DBOS takes pickle: what lies in a database must not be able to run."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=lambda other: type(other).__name__)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "json"


PLAIN = _Plain()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job that is not done; `process` has it in hand, where one has."""

    lane: str
    key: str
    process: str | None


class Ledger:
    """Over a database that DBOS has migrated. Safe to share between threads.

    With `waits` what it does lasts until a database that is away is back; else it raises.
    """

    def __init__(self, engine: Engine, *, waits: bool = True) -> None:
        self._client = DBOSClient(
            system_database_engine=engine,
            application_name=NAME,
            serializer=PLAIN,
            retry_connection_errors=waits,
        )

    def prepare(self, at_once: int, poll_seconds: float) -> None:
        """Say how jobs are taken up: one of each lane, so many in all, in each process."""
        self._client.register_queue(
            QUEUE,
            partition_concurrency=1,
            worker_concurrency=at_once,
            polling_interval_sec=poll_seconds,
            on_conflict="always_update",
        )

    def write(self, connection: Connection, job: Job) -> bool:
        """Add a job to a transaction; False where one with its key is there."""
        try:
            self._client.enqueue_in_transaction(
                connection,
                {
                    "workflow_name": NAME,
                    "queue_name": QUEUE,
                    "workflow_id": job.key,
                    "workflow_id_reuse_policy": "reject",
                    "queue_partition_key": job.lane,
                    "priority": job.order,
                    "authenticated_user": job.owner,
                    "app_version": VERSION,
                },
                job.lane,
                job.body,
            )
        except dbos_error.DBOSWorkflowIDInUseError:
            return False
        return True

    def steps(self, key: str) -> list[str]:
        """The names of the steps of a job that are kept, in order."""
        return [
            step["function_name"]
            for step in self._client.list_workflow_steps(key, load_output=False)
        ]

    def jobs(self, key: str | None = None) -> list[Unfinished]:
        """Each job that is not done; the one with a key, where one is given."""
        found = self._client.list_workflows(
            workflow_ids=None if key is None else [key],
            queue_name=QUEUE,
            status=_UNFINISHED,
            load_input=False,
            load_output=False,
        )
        return [
            Unfinished(
                one.queue_partition_key or "",
                one.workflow_id,
                one.executor_id if one.status == "PENDING" else None,
            )
            for one in found
        ]

    def put_back(self, key: str, processes: Collection[str]) -> bool:
        """Let a job that one of these processes had in hand be taken up again; whether it was.

        From then on what they do for it is not kept any more. DBOS offers this to its conductor, a
        service, and to a process for its own jobs only.
        """
        return self._client._sys_db.reenqueue_for_recovery(key, list(processes), QUEUE)

    def forget_before(self, moment: float) -> int:
        """Delete what was finished before `moment`, in seconds since 1970. Returns how many jobs.

        A job that is put again after that is done again.
        """
        gone, before = 0, datetime.fromtimestamp(moment, UTC).isoformat()
        while True:
            found = self._client.list_workflows(
                status=_OVER,
                completed_before=before,
                limit=_PAGE,
                load_input=False,
                load_output=False,
            )
            if not found:
                return gone
            self._client.delete_workflows([one.workflow_id for one in found])
            gone += len(found)

    def forget(self, prefix: str, owner: str | None = None) -> list[tuple[str, str]]:
        """Delete every job whose key begins so; of one owner, only what is done.

        Returns lane and key of each.
        """
        found = self._client.list_workflows(
            workflow_id_prefix=prefix,
            user=owner,
            status=None if owner is None else _OVER,
            load_input=False,
            load_output=False,
        )
        self._client.delete_workflows([one.workflow_id for one in found])
        return [(one.queue_partition_key or "", one.workflow_id) for one in found]

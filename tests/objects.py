"""An object store in S3's own protocol, over HTTP on loopback: moto's server, and `s3fs` for it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

_WHO = {
    "AWS_ACCESS_KEY_ID": "someone",
    "AWS_SECRET_ACCESS_KEY": "nothing-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class ObjectStore:
    """A server of the tests' own. `environment` is how a process finds it, as it would another."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.environment = {**_WHO, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
        self._numbers = itertools.count(1)

    def bucket(self) -> str:
        """The address of a new, empty bucket."""
        name = f"bucket-{next(self._numbers)}"
        client = boto3.client(
            "s3",
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=_WHO["AWS_DEFAULT_REGION"],
            aws_access_key_id=_WHO["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=_WHO["AWS_SECRET_ACCESS_KEY"],
        )
        client.create_bucket(Bucket=name)
        client.close()
        return f"s3://{name}"

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """This process's environment leads to it."""
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def close(self) -> None:
        self._server.stop()

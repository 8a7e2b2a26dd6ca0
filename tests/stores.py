"""The stores that tests may use: a directory, the S3 server of `make s3`, and moto, an S3 that locks little."""

from __future__ import annotations

import http.client
import json
import os
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from paloverde.archive.store import Grade, Store, Tamper, make_bucket, open_store, open_tamper
from paloverde.archive.store.s3 import connect

ROOT = Path(__file__).parents[1]
TEST_BUCKETS = "paloverde-test-"  # those of earlier runs are removed once their locks have ended
NO_SERVER = "no S3 server that enforces locks is running (make s3 starts one)"


def find_s3() -> dict[str, str] | None:
    """Address and keys of the S3 server that `make s3` started (or PALOVERDE_TEST_S3 names), where it answers."""
    path = Path(os.environ.get("PALOVERDE_TEST_S3") or ROOT / ".s3" / "s3.json")
    if not path.is_file():
        return None
    access: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    try:
        urllib.request.urlopen(access["endpoint"], timeout=5).close()
    except urllib.error.HTTPError:
        return access  # it answers, if only to refuse a stranger
    except OSError:
        return None
    return access


@dataclass(frozen=True)
class Place:
    """Where a store is, in the words of `open_store`; a bucket of its own for each."""

    name: str
    url: str
    keys: dict[str, str] = field(default_factory=dict, repr=False)

    def store(self, mode: Grade = Grade.GOVERNANCE) -> Store:
        return open_store(self.url, **self.keys, mode=mode)

    def tamper(self, mode: Grade = Grade.GOVERNANCE) -> Tamper:
        return open_tamper(self.url, **self.keys, mode=mode)

    def behind(self, endpoint: str) -> Place:
        """The same bucket, reached through another address."""
        return Place(self.name, self.url, self.keys | {"endpoint": endpoint})


@contextmanager
def bucket_at(name: str, access: dict[str, str]) -> Iterator[Place]:
    """A bucket with Object Lock for one test run; what no lock holds is removed afterwards."""
    keys = {part: access[part] for part in ("endpoint", "access_key", "secret_key")}
    client = connect(
        keys["endpoint"], region=None, access_key=keys["access_key"], secret_key=keys["secret_key"]
    )
    old = datetime.now(UTC) - timedelta(minutes=30)
    for found in client.list_buckets()["Buckets"]:
        if found["Name"].startswith(TEST_BUCKETS) and found["CreationDate"] < old:
            empty(client, found["Name"])
    bucket = f"{TEST_BUCKETS}{uuid.uuid4().hex[:12]}"
    place = Place(name, f"s3://{bucket}", keys)
    make_bucket(place.url, **keys)
    yield place
    empty(client, bucket)


def empty(client: Any, bucket: str) -> None:
    """Take a test's bucket off; one that is gone already is as good."""
    with suppress(client.exceptions.NoSuchBucket):
        _empty(client, bucket)


def _empty(client: Any, bucket: str) -> None:
    errors = client.exceptions.ClientError
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
            which = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
            try:
                if "Size" in version:  # no mark of a deletion
                    client.put_object_legal_hold(**which, LegalHold={"Status": "OFF"})
                client.delete_object(**which, BypassGovernanceRetention=True)
            except errors:
                continue  # still under a COMPLIANCE lock of some seconds: the bucket stays, nearly empty
    try:
        client.delete_bucket(Bucket=bucket)
    except errors:
        return


# A fault: takes the server's answer (status, headers, body) and gives another one, or None to hang up.
Answer = tuple[int, list[tuple[str, str]], bytes]
Fault = Callable[[Answer], Answer | None]


@contextmanager
def faulty_way(target: str, faults: dict[str, list[Fault]]) -> Iterator[str]:
    """An HTTP proxy on loopback before an S3 server. `faults[method]` are used up, one per request."""
    to = urlsplit(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for the acknowledgment of its head

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            onward = http.client.HTTPConnection(to.hostname or "", to.port, timeout=30)
            onward.request(self.command, self.path, body, headers)
            reply = onward.getresponse()
            answer: Answer | None = (reply.status, reply.getheaders(), reply.read())
            onward.close()
            waiting = faults.get(self.command, [])
            if waiting:
                answer = waiting.pop(0)(answer)
            self.answer(answer)

        def answer(self, answer: Answer | None) -> None:
            self.close_connection = True
            if answer is None:
                return
            status, headers, body = answer
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(body)))
            else:
                self.send_header(
                    "Content-Length", {n.lower(): v for n, v in headers}.get("content-length", "0")
                )
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward  # noqa: N815  the names that http.server asks for

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lose_answer(_: Answer) -> None:
    """The server has done its work and its answer never arrives."""


def busy(_: Answer) -> Answer:
    body = b"<Error><Code>SlowDown</Code><Message>slow down</Message></Error>"
    return 503, [("Content-Type", "application/xml")], body


def flip_one_bit(answer: Answer) -> Answer:
    status, headers, body = answer
    return status, headers, bytes([body[0] ^ 1]) + body[1:]


def cut_short(answer: Answer) -> Answer:
    status, headers, body = answer
    return status, headers, body[:-1]

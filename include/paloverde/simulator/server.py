"""Serves the simulated sites on one loopback port.

Plain threads of the standard library: what is sent is exactly what `wire.encode` made, so that bodies can be
cut short, chunked by hand, or never sent at all.
"""

from __future__ import annotations

import argparse
import ipaddress
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from paloverde.simulator import control, truth
from paloverde.simulator.city import City
from paloverde.simulator.control import Desk
from paloverde.simulator.sites import SERVED, SITES, build
from paloverde.simulator.wire import Ask, Reply, encode

PACIFIC = ZoneInfo("America/Los_Angeles")
LOOPBACK = "127.0.0.1"
LARGEST_BODY = 10_000_000


class Server(ThreadingHTTPServer):
    """One port, one thread for each connection, one lock around the city."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], desk: Desk) -> None:
        super().__init__(address, Handler)
        self.desk = desk
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is its own business; anything else is printed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the city, and writes exact bytes."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name of the method it replaces
        """Nothing is logged: addresses hold tokens."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        length = int(self.headers.get("Content-Length", "0") or "0")
        body = self.rfile.read(length) if 0 < length <= LARGEST_BODY else b""
        prefix, _, rest = parts.path.lstrip("/").partition("/")
        headers = {name.lower(): value for name, value in self.headers.items()}
        root = f"http://{headers.get('host') or self._own_address()}"
        ask = Ask(self.command, f"/{rest}", query, headers, f"{root}/{prefix}", body, parts.query)
        with self.server.lock:
            reply = self._answer(prefix, ask, body)
        self._write(reply, ask)

    def _own_address(self) -> str:
        return f"{LOOPBACK}:{self.server.server_address[1]}"

    def _answer(self, prefix: str, ask: Ask, body: bytes) -> Reply:
        desk = self.server.desk
        desk.requests[prefix] = desk.requests.get(prefix, 0) + 1
        if prefix in SERVED:
            return desk.switchboard.answer(desk.city, SERVED[prefix], ask)
        if prefix != "_sim":
            return Reply(404, {"error": f"Nothing is served under /{prefix}; see /_sim/."})
        if not ipaddress.ip_address(self.client_address[0]).is_loopback:
            return Reply(403, {"error": "The simulator can be controlled only from its own machine."})
        return control.answer(desk, ask.method, ask.path, ask.query, body)

    def _write(self, reply: Reply, ask: Ask) -> None:
        if reply.delay:
            time.sleep(reply.delay)
        if reply.drop:
            self._hang_up()
            return
        encoded = encode(reply, ask)
        self.send_response_only(encoded.status)
        self.send_header("Date", self.date_time_string(int(self.server.desk.city.clock.now().timestamp())))
        for name, value in encoded.headers:
            self.send_header(name, value)
        if "Content-Type" not in reply.headers:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        self.end_headers()
        for chunk in encoded.chunks:
            self.wfile.write(chunk)
        self.wfile.flush()
        if encoded.hang_up:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class RunningSites:
    """The sites while they are up. `desk` reaches into the city from the same process."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.desk = server.desk
        self.port = int(server.server_address[1])
        self.url = f"http://{LOOPBACK}:{self.port}"

    @property
    def city(self) -> City:
        return self.desk.city

    def accounts(self) -> list[dict[str, Any]]:
        return truth.accounts(self.city)


@contextmanager
def start(city: City, port: int = 0) -> Iterator[RunningSites]:
    """Serves the city from a thread of this process until the block ends."""
    server = Server((LOOPBACK, port), Desk.over(city))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="simulated sites", daemon=True)
    thread.start()
    try:
        yield RunningSites(server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def accounts(city: City) -> list[dict[str, Any]]:
    """The demo accounts with their tokens."""
    return truth.accounts(city)


def main(argv: Sequence[str] | None = None) -> int:
    """Serves from the shell: `python -m paloverde.simulator.server`."""
    parser = argparse.ArgumentParser(description="Serves a simulated city's sites on loopback.")
    add_options(parser)
    return serve(parser.parse_args(argv))


def serve(options: argparse.Namespace) -> int:
    """Serves until Ctrl-C or SIGTERM."""
    moment, running = _moment(options.day)
    city = build(options.seed, moment, scale=options.scale, running=running)
    try:
        server = Server((LOOPBACK, options.port), Desk.over(city))
    except OSError as reason:
        print(
            f"Port {options.port} cannot be used ({reason.strerror}); choose another with --port.",
            file=sys.stderr,
        )
        return 1
    url = f"http://{LOOPBACK}:{server.server_address[1]}"
    try:
        for how in (signal.SIGTERM, signal.SIGINT):  # started in the background, it would not hear Ctrl-C
            signal.signal(how, _stop)
        print(welcome(city, url), flush=True)
        server.serve_forever(0.1)
    except KeyboardInterrupt:
        print("The sites are closed.", flush=True)
    finally:
        server.server_close()
    return 0


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    parser.add_argument("--port", type=int, default=8070, help="0 takes any free port (default 8070)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed and day give the same city")
    parser.add_argument(
        "--scale", type=_scale, default=1.0, help="1 is about 900 records a site, 100 about 90,000"
    )
    parser.add_argument(
        "--day",
        type=date.fromisoformat,
        help="the clock stands at 10 p.m. Pacific of this day; else it follows the wall",
    )


def _scale(text: str) -> float:
    scale = float(text)
    if not 0.05 <= scale <= 1000:
        raise argparse.ArgumentTypeError("the scale lies between 0.05 and 1000")
    return scale


def _moment(day: date | None) -> tuple[datetime, bool]:
    if day is None:
        return datetime.now(UTC).replace(second=0, microsecond=0), True
    return datetime.combine(day, time_of_day(22), PACIFIC).astimezone(UTC), False


def welcome(city: City, url: str) -> str:
    """What is said when the sites open: where they are, what they hold, how to archive them."""
    now = city.clock.now().astimezone(PACIFIC)
    lines = [
        f"The simulated city of seed {city.seed} is open at {url}. Its clock: {now:%Y-%m-%d %H:%M} Pacific."
    ]
    for account in truth.accounts(city):
        presence, site = city.presences[account["platform"]], SITES[account["platform"]]
        example = site.example.format(url=url, token=account["token"], account=account["native_id"])
        counts = (
            f"{len(presence.posts)} posts, {len(presence.comments)} comments, "
            f"{len(presence.conversations)} conversations, {len(presence.followers)} followers"
        )
        lines.append(f"  {site.title}: {account['slug']}, {counts}")
        lines.append(f"    curl --compressed {example if example.startswith('-') else shlex.quote(example)}")
    lines.append(f"  Accounts and tokens: curl {url}/_sim/accounts    Everything else: curl {url}/_sim/")
    return "\n".join([*lines, *_how_to_archive(city, url), "Stop with Ctrl-C."])


def _how_to_archive(city: City, url: str) -> Iterator[str]:
    """What leads the command line to these sites, for a shell to take as it stands."""
    if not city.clock.running:
        yield "A night here is refused, since this clock stands still. To archive this city, leave out --day."
        return
    yield "To archive this city, in another shell:"
    yield f"  export {' '.join(f'PALOVERDE_{name.upper()}_API={url}/{name}' for name in SITES)}"
    yield f"  export PALOVERDE_TOKEN_API={url}/tokens"
    yield "  export PALOVERDE_ALLOW_LOOPBACK_SITES=true PALOVERDE_AGENCY_NAME='City of Palma Ria'"
    yield '  export PALOVERDE_HOME="$PWD/.paloverde/palma-ria"'
    for account in truth.accounts(city):
        slug, token = account["slug"], shlex.quote(account["token"])
        about = f"--platform {account['platform']} --id {account['native_id']} --handle {account['handle']}"
        yield f"  paloverde accounts add {slug} {about}"
        yield f"  printf %s {token} | paloverde accounts token {slug}"
    yield "  paloverde archive"


if __name__ == "__main__":
    sys.exit(main())

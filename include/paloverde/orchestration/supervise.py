"""Keeps programs running on one machine, and leaves nothing behind when it stops. supervisord does the work.

Each part runs in a `tether`. A part that dies is started again; when the parts are stopped, or this process
dies however it dies, every part and all that it started ends. The control socket is a file that only its
owner opens.
"""

from __future__ import annotations

import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

from paloverde.errors import Unreachable
from paloverde.orchestration.tether import AT_ONCE, follow_parent

_LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes on Linux, 104 on macOS
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STOP_SECONDS = 45  # more than a tether needs for killing a stubborn program

_CONFIG = """\
[supervisord]
nodaemon=true
silent=true
logfile={folder}/supervisord.log
pidfile={folder}/supervisord.pid
childlogdir={folder}

[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """
[program:{name}]
command={command}
priority={priority}
autorestart=true
startsecs=3
startretries=1000
killasgroup=true
stopwaitsecs={stop_seconds}
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=3
"""


@dataclass(frozen=True)
class Part:
    """One program to keep running; one that has nothing to lose is ended `at_once`, not asked to end."""

    name: str
    command: Sequence[str]
    at_once: bool = False


class Supervised:
    """Parts that run while this context is open.

    `folder` takes the configuration and one log per part. `environ` is the environment of the parts.
    """

    def __init__(self, folder: Path, parts: Sequence[Part], environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.parts = tuple(parts)
        self._environ = dict(environ)
        self._socket_folder: tempfile.TemporaryDirectory[str] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        configuration = self.folder / "supervisord.conf"
        configuration.write_text(self._configuration(), encoding="utf-8")
        with (self.folder / "supervisord.err").open("wb") as said:
            self._daemon = subprocess.Popen(  # noqa: S603 - this interpreter, our configuration
                [sys.executable, "-m", "paloverde.orchestration.supervise", str(configuration)],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,  # Ctrl-C reaches this process alone, which then stops the parts
            )
        try:
            self._wait_for_socket()
        except BaseException:  # Ctrl-C too: nobody else would stop what has just been started
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def log(self, name: str) -> Path:
        """The log of a part."""
        return self.folder / f"{name}.log"

    def tail(self, name: str, lines: int = 15) -> str:
        """The end of a part's log, for a person who must find out what went wrong."""
        try:
            return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return f"({self.log(name)} was never written)"

    def pids(self) -> dict[str, int]:
        """The process id of each part's tether; 0 where the part is not up at this moment."""
        return {info["name"]: info["pid"] for info in self._ask("supervisor.getAllProcessInfo")}

    def states(self) -> dict[str, str]:
        """RUNNING, STARTING, BACKOFF, FATAL, ... for each part, in supervisord's words."""
        return {info["name"]: info["statename"] for info in self._ask("supervisor.getAllProcessInfo")}

    def stop(self) -> None:
        """Stop every part and wait until nothing of it is left."""
        if self._daemon is not None:
            self._daemon.terminate()
            try:
                self._daemon.wait(_STOP_SECONDS + 15)
            except subprocess.TimeoutExpired:
                self._daemon.kill()  # the tethers notice, and end their programs
                self._daemon.wait()
            self._daemon = None
        if self._socket_folder is not None:
            self._socket_folder.cleanup()
            self._socket_folder = None

    def _configuration(self) -> str:
        text = _CONFIG.format(folder=_literal(self.folder), socket=_literal(self._socket))
        for priority, part in enumerate(self.parts):
            how = [AT_ONCE] if part.at_once else []
            command = [sys.executable, "-m", "paloverde.orchestration.tether", *how, *part.command]
            text += _PROGRAM.format(
                name=part.name,
                command=_literal(shlex.join(command)),
                priority=priority,
                log=_literal(self.log(part.name)),
                stop_seconds=_STOP_SECONDS,
            )
        return text

    @property
    def _socket(self) -> Path:
        near = self.folder / "supervisord.sock"
        if len(os.fsencode(near)) <= _LONGEST_SOCKET_PATH:
            return near
        if self._socket_folder is None:
            self._socket_folder = tempfile.TemporaryDirectory(prefix="paloverde-")
        return Path(self._socket_folder.name) / "supervisord.sock"

    def _wait_for_socket(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self._daemon is not None and self._daemon.poll() is not None:
                break
            with suppress(OSError, http.client.HTTPException):
                self._ask("supervisor.getState")
                return
            time.sleep(0.05)
        said = (self.folder / "supervisord.err").read_text(errors="replace").strip()
        raise Unreachable(f"supervisord did not start: {said or 'it said nothing'}; see {self.folder}.")

    def _ask(self, method: str) -> Any:
        with xmlrpc.client.ServerProxy("http://localhost", transport=_Socket(self._socket)) as server:
            return server.__getattr__(method)()


class _Socket(xmlrpc.client.Transport):
    """XML-RPC over a socket file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _Connection(str(host), self._path)
        self._connection = host, connection  # what Transport.close() closes
        return connection


class _Connection(http.client.HTTPConnection):
    def __init__(self, host: str, path: Path) -> None:
        super().__init__(host, timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        try:
            self.sock.connect(str(self._path))
        except OSError:
            self.sock.close()
            raise


def stop_on_signals() -> None:
    """Make SIGTERM and a closed terminal end this process as Ctrl-C does: through every open `with`.

    SIGINT is named too: a shell starts programs in the background with Ctrl-C ignored.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in _STOP_SIGNALS:
        signal.signal(number, end)


def stop_undisturbed() -> None:
    """From here on this process is ending in order: a second Ctrl-C must not leave half of it behind."""
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _literal(value: object) -> str:
    """Text as supervisord's configuration takes it, where % begins an expansion."""
    return str(value).replace("%", "%%")


def _become_supervisord(configuration: str) -> None:
    follow_parent()
    os.execv(sys.executable, [sys.executable, "-m", "supervisor.supervisord", "-c", configuration])  # noqa: S606


if __name__ == "__main__":
    _become_supervisord(sys.argv[1])

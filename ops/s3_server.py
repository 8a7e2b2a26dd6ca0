#!/usr/bin/env python3
"""A real S3 server with Object Lock on one Debian or Ubuntu machine: Ceph's gateway, no Docker, no root.

    python3 ops/s3_server.py install start     put the packages there, start the server
    python3 ops/s3_server.py status | stop

Everything lies in one directory (`--home`, default `.s3`) and listens on 127.0.0.1 only:

    s3.json      endpoint, access_key, secret_key, bucket; readable by its owner only
    pids.json    the processes that `stop` may end, with their start times, so that no stranger is hit
    cluster/     configuration, data and logs of one monitor, one disk (a sparse file), one gateway
    packages/    the programs, where they could not be installed on the machine itself

Started as root, the server runs as the user `nobody`. It uses no configuration in /etc/ceph, no service
unit and no default port, so another Ceph on the machine is left alone. It is for tests, demonstrations
and trials: one copy on one disk is not an archive.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import json
import os
import platform
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from s3_packages import CannotServeError, Home, environment, install, missing_programs, plugin_paths, say

DAEMONS = ("mon", "osd", "rgw")  # in the order of starting; stopping goes the other way
BUCKET = "paloverde"
DISK_BYTES = 8 * 1024**3  # the size of the sparse file; it takes only what is written
TEST_KEYS = ("paloverde-test", "paloverde-test-2")  # the names of the keys that SSE-KMS is tried with
FREE_BYTES = 1 * 1024**3  # what the first start wants to find free


@contextmanager
def one_at_a_time(home: Home) -> Iterator[None]:
    """Two people typing `start` together must not build two servers in one directory."""
    try:
        home.path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotServeError(
            f"{home.path} cannot be made ({error.strerror}); set another --home."
        ) from error
    if home.path.stat().st_uid != os.geteuid():
        raise CannotServeError(
            f"{home.path} belongs to another user; run this as that user or set another --home."
        )
    with (home.path / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# --- the cluster --------------------------------------------------------------------------------


def unprivileged() -> dict[str, Any]:
    """Arguments of `subprocess` that step down from root; nothing where we are not root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def run(home: Home, *command: str, patience: float = 90) -> str:
    """Run one of Ceph's tools in the cluster's folder, as the unprivileged user."""
    try:
        done = subprocess.run(
            command, cwd=home.cluster, env=environment(home), capture_output=True, text=True, check=False,
            timeout=patience, **unprivileged(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise CannotServeError(
            f"{command[0]} gave no answer in {patience:.0f} s; see {home.cluster}/log."
        ) from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise CannotServeError(f"{command[0]} failed ({last}); see {home.cluster}/log.")
    return str(done.stdout)


def test_keys(home: Home) -> str:
    """Keys for SSE-KMS, made once. They lie beside the data: encryption can be tried with them, no more."""
    path = home.path / "test-kms-keys"
    if not path.exists():
        write_private(path, {name: base64.b64encode(os.urandom(32)).decode() for name in TEST_KEYS})
    return " ".join(f"{name}={key}" for name, key in json.loads(path.read_text()).items())


def configuration(home: Home, fsid: str, mon_port: int, rgw_port: int) -> str:
    """One monitor, one disk, one gateway, on loopback, with little memory.

    Without keys there is no encryption between them (`ms ... mode = crc`); the gateway would insist on it.
    Paths are relative to the cluster's folder: a server started by root reaches them even where the
    unprivileged user could not walk down from `/`, and socket paths stay below the limit of 107 bytes.
    """
    lines = f"""
        fsid = {fsid}
        mon host = [v2:127.0.0.1:{mon_port}/0]
        ms bind ipv6 = false
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        public network = 127.0.0.0/8
        auth cluster required = none
        auth service required = none
        auth client required = none
        ms mon client mode = crc
        ms cluster mode = crc
        ms service mode = crc
        ms client mode = crc
        keyring = keyring
        mon data = mon
        osd data = osd
        rgw data = rgw
        run dir = run
        crash dir = run
        admin socket = run/$name.asok
        log file = log/$name.log
        mon cluster log file = log/cluster.log
        log to stderr = false
        err to stderr = true
        log max recent = 100
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 4
        osd pool default pgp num = 4
        osd pool default pg autoscale mode = off
        rgw rados pool pg num min = 4
        mon allow pool size one = true
        mon max pg per osd = 1000
        osd crush chooseleaf type = 0
        osd class update on start = false
        osd objectstore = bluestore
        bluestore block path = disk
        bluestore block size = {DISK_BYTES}
        bluestore cache autotune = false
        bluestore cache size = 67108864
        osd memory target autotune = false
        osd op num shards = 2
        osd op num threads per shard = 2
        osd max object name len = 1024
        rgw frontends = beast endpoint=127.0.0.1:{rgw_port} tcp_nodelay=1
        rgw thread pool size = 64
        rgw cache lru size = 2000
        rgw enable usage log = false
        rgw crypt require ssl = false
        rgw crypt s3 kms backend = testing
        rgw crypt s3 kms encryption keys = {test_keys(home)}
        """
    return "[global]\n" + "".join(
        f"{line.strip()}\n" for line in [*lines.split("\n"), *plugin_paths(home)] if line.strip()
    )


def free_port(preferred: int = 0) -> int:
    """A free port on loopback: the preferred one where it is free."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CannotServeError("No free port was found on 127.0.0.1; close some programs and try again.")


def prepare(home: Home) -> str:
    """Make the cluster's folder with an empty monitor and an empty disk, once; returns the cluster's id."""
    fsid_file = home.cluster / "fsid"
    if fsid_file.exists():
        return fsid_file.read_text().strip()
    if shutil.disk_usage(home.path).free < FREE_BYTES:
        raise CannotServeError(
            f"The disk of {home.path} has less than 1 GB free; make room or set another --home."
        )
    say("making the monitor and the disk (once)")
    shutil.rmtree(home.cluster, ignore_errors=True)  # an earlier start that never got as far as the id
    home.cluster.mkdir(mode=0o700)
    for name in ("mon", "osd", "rgw", "run", "log"):
        (home.cluster / name).mkdir()
    (home.cluster / "keyring").touch()
    give_away(home)
    fsid, disk = str(uuid.uuid4()), str(uuid.uuid4())
    configure(home, fsid, rgw_port=0)
    run(home, "ceph-mon", "-c", "ceph.conf", "-i", "a", "--mkfs", "--monmap", "monmap")
    start_daemon(home, "mon")
    say("registering the disk with the monitor")
    run(home, "ceph", "-c", "ceph.conf", "--connect-timeout", "30", "osd", "new", disk)
    run(home, "ceph-osd", "-c", "ceph.conf", "-i", "0", "--mkfs", "--osd-uuid", disk)
    fsid_file.write_text(fsid)
    return fsid


def give_away(home: Home) -> None:
    """Root hands the cluster's folder to the unprivileged user."""
    if person := unprivileged():
        for path in (home.cluster, *home.cluster.rglob("*")):
            os.chown(path, person["user"], person["group"])


def configure(home: Home, fsid: str, rgw_port: int) -> None:
    """Write the configuration and the monitor's map with ports that are free now."""
    mon_port = free_port()
    (home.cluster / "ceph.conf").write_text(configuration(home, fsid, mon_port, rgw_port))
    address = f"[v2:127.0.0.1:{mon_port}]"
    run(home, "monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", address, "monmap")


# --- the processes ------------------------------------------------------------------------------


def born(pid: int) -> str | None:
    """When a process started, in clock ticks since boot (proc(5), field 22); None where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def recorded(home: Home) -> dict[str, list[Any]]:
    """Name of the daemon -> [pid, start time], as written by `start`."""
    return json.loads(home.pids.read_text()) if home.pids.exists() else {}


def alive(home: Home, name: str) -> int | None:
    """The pid of our daemon where it still runs; a stranger that got the same number does not count."""
    pid, start = recorded(home).get(name, [0, ""])
    return pid if pid and born(pid) == start else None


COMMANDS = {
    "mon": ("ceph-mon", "-f", "-c", "ceph.conf", "-i", "a"),
    "osd": ("ceph-osd", "-f", "-c", "ceph.conf", "-i", "0"),
    "rgw": ("radosgw", "-f", "-c", "ceph.conf", "-n", "client.rgw"),
}


def start_daemon(home: Home, name: str) -> None:
    with (home.path / f"{name}.out").open("ab") as out:
        process = subprocess.Popen(
            COMMANDS[name], cwd=home.cluster, env=environment(home), stdin=subprocess.DEVNULL, stdout=out,
            stderr=out, start_new_session=True, **unprivileged(),
        )  # fmt: skip
    write_private(home.pids, recorded(home) | {name: [process.pid, born(process.pid)]})


def write_private(path: Path, value: object) -> None:
    """Write JSON that only its owner may read, whole or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(value, handle, indent=2)
        handle.write("\n")
    beside.replace(path)


def wait_until(happens: Callable[[], bool], what: str, home: Home, patience: float = 120) -> None:
    until = time.monotonic() + patience
    while not happens():
        if time.monotonic() > until:
            raise CannotServeError(f"{what} did not come up in {patience:.0f} s; see {home.cluster}/log.")
        time.sleep(0.1)


def answers(endpoint: str) -> bool:
    """Whether an S3 server answers over HTTP: its answer to a stranger is a 200 or a 403 in XML."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(endpoint, timeout=5) as reply:
            return b"ListAllMyBucketsResult" in reply.read(2000)
    except urllib.error.HTTPError as refused:
        return refused.code == 403
    except OSError:
        return False


def access(home: Home) -> dict[str, str]:
    return json.loads(home.access.read_text()) if home.access.exists() else {}


# --- what can be asked of it --------------------------------------------------------------------


def running(home: Home) -> bool:
    return all(alive(home, name) for name in DAEMONS) and answers(
        access(home).get("endpoint", "http://127.0.0.1:1/")
    )


def start(home: Home, port: int) -> None:
    """Start what does not run; data and locks of earlier runs are there again."""
    if running(home):
        say(f"already running at {access(home)['endpoint']}")
        return
    if missing := missing_programs(home):
        raise CannotServeError(f"{', '.join(missing)} not found; run `python3 {sys.argv[0]} install` first.")
    begun = time.monotonic()
    stop_daemons(home)  # what is left of a server that lost one of its parts
    fsid = prepare(home)
    stop_daemons(home)
    last = int(access(home).get("endpoint", ":0").rpartition(":")[2].strip("/"))
    rgw_port = free_port(port or last)
    if port and rgw_port != port:
        raise CannotServeError(f"Port {port} is taken; choose another --port, or 0 for any free one.")
    configure(home, fsid, rgw_port)
    run(home, "ceph-mon", "-c", "ceph.conf", "-i", "a", "--inject-monmap", "monmap")
    for name in ("mon", "osd"):
        say(f"starting the {'monitor' if name == 'mon' else 'disk'}")
        start_daemon(home, name)
    keys = keep_keys(home)
    say("starting the gateway")
    start_daemon(home, "rgw")
    endpoint = f"http://127.0.0.1:{rgw_port}"
    wait_until(lambda: answers(endpoint) or dead(home), "The gateway", home)
    write_private(home.access, {"endpoint": endpoint, **keys, "bucket": BUCKET})
    say(f"running at {endpoint} after {time.monotonic() - begun:.1f} s; its keys are in {home.access}")


def dead(home: Home) -> bool:
    for name in DAEMONS:
        if not alive(home, name):
            raise CannotServeError(f"The {name} process ended by itself; see {home.path}/{name}.out.")
    return False


def keep_keys(home: Home) -> dict[str, str]:
    """The user's keys: made by the server at the first start, kept afterwards."""
    kept = access(home)
    if kept:
        return {name: kept[name] for name in ("access_key", "secret_key")}
    say("making the user and its keys (once)")
    admin = ("radosgw-admin", "-c", "ceph.conf", "-n", "client.rgw")
    try:
        answer = run(
            home, *admin, "user", "create", "--uid=paloverde", "--display-name=Paloverde", "--max-buckets=0"
        )
    except CannotServeError:  # it was made by a start that was cut off before it could write the keys down
        answer = run(home, *admin, "user", "info", "--uid=paloverde")
    pair = json.loads(answer)["keys"][0]
    return {"access_key": pair["access_key"], "secret_key": pair["secret_key"]}


def stop_daemons(home: Home, patience: float = 30) -> list[str]:
    """End our own processes, gently first, in reverse order; returns their names."""
    ended = []
    for name in reversed(DAEMONS):
        pid = alive(home, name)
        if pid is None:
            continue
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + patience
        while alive(home, name):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        ended.append(name)
    home.pids.unlink(missing_ok=True)
    return ended


def stop(home: Home) -> None:
    ended = stop_daemons(home)
    say("stopped; its data stays in " + str(home.cluster) if ended else "was not running")


def status(home: Home) -> bool:
    if missing_programs(home):
        say("not installed")
        return False
    for name in DAEMONS:
        pid = alive(home, name)
        say(f"{name}: " + (f"runs as process {pid}, {memory(pid)} MB" if pid else "does not run"))
    well = running(home)
    say(f"answers at {access(home)['endpoint']}" if well else "does not answer")
    return well


def memory(pid: int) -> int:
    """The resident memory of a process in MB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("action", nargs="+", choices=("install", "start", "stop", "status"))
    parser.add_argument("--home", default=".s3", type=Path, help="the server's directory (default .s3)")
    parser.add_argument(
        "--port", default=0, type=int, help="the gateway's port; 0 is any free one, then kept"
    )
    options = parser.parse_args(arguments)
    home = Home(options.home.resolve())
    if platform.system() != "Linux":
        say("this server runs on Linux only; point Paloverde at another S3 server")
        return 1
    try:
        with one_at_a_time(home):
            return max([do(home, action, options.port) for action in options.action])
    except CannotServeError as reason:
        say(str(reason))
        return 1


def do(home: Home, action: str, port: int) -> int:
    """Carry out one action; the exit code is 3 for a server that does not run."""
    if action == "status":
        return 0 if status(home) else 3
    if action == "start":
        start(home, port)
    else:
        {"install": install, "stop": stop}[action](home)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

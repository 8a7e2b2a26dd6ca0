"""The programs of the S3 server: Ceph's packages, installed on the machine or unpacked into our directory."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("radosgw", "ceph-mon", "ceph-osd", "ceph-common")
PROGRAMS = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "monmaptool")


class CannotServeError(Exception):
    """One sentence for a person: what is wrong and what to do."""


def say(text: str) -> None:
    print(f"s3: {text}", flush=True)


@dataclass(frozen=True)
class Home:
    """The one directory of a server."""

    path: Path

    @property
    def cluster(self) -> Path:
        return self.path / "cluster"

    @property
    def packages(self) -> Path:
        return self.path / "packages"

    @property
    def access(self) -> Path:
        return self.path / "s3.json"

    @property
    def pids(self) -> Path:
        return self.path / "pids.json"


def environment(home: Home) -> dict[str, str]:
    """The variables that the programs run with: unpacked ones need to be told where their libraries are."""
    values = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    if home.packages.is_dir():
        usr = home.packages / "usr"
        libraries = [p.parent for p in usr.glob("lib/*/librados.so.2")] + [usr / "lib/ceph"]
        libraries += [p for p in usr.glob("lib/*/ceph") if p.is_dir()]
        values["PATH"] = f"{usr}/bin:{usr}/sbin:" + values["PATH"]
        values["LD_LIBRARY_PATH"] = ":".join(map(str, libraries))
        values["PYTHONPATH"] = str(usr / "lib/python3/dist-packages")
    return values


def missing_programs(home: Home) -> list[str]:
    path = environment(home)["PATH"]
    return [name for name in PROGRAMS if not shutil.which(name, path=path)]


def install(home: Home) -> None:
    """Put the Ceph packages there: on the machine where we may, else unpacked into our own directory."""
    if not missing_programs(home):
        say("the programs are already here")
        return
    if not shutil.which("apt-get"):
        raise CannotServeError(
            "This machine has no apt-get, so the S3 server cannot be installed here; use Debian 12 or Ubuntu"
            " 22.04 (or newer), or point Paloverde at another S3 server."
        )
    prefix = root_prefix()
    if prefix is None:
        unpack(home)
    else:
        install_on_machine(prefix)
    if missing := missing_programs(home):
        raise CannotServeError(
            f"After the installation {', '.join(missing)} is missing; run apt-get by hand."
        )


def root_prefix() -> list[str] | None:
    """What to write before apt-get to be root; None where we may not."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install_on_machine(prefix: list[str]) -> None:
    say(f"installing {', '.join(PACKAGES)} with apt-get (about 60 packages; another apt-get is waited for)")
    # RUNLEVEL=1 keeps the packages' own service units from being started.
    apt = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "RUNLEVEL=1",
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=900",
    ]
    wanted = [*apt, "install", "-y", "-q", "--no-install-recommends", *PACKAGES]
    first = subprocess.run(wanted, capture_output=True, text=True, check=False)
    if first.returncode == 0:
        return
    say("the package lists are old or absent: fetching them")
    wait_for_apt([*apt, "update", "-q"])
    wait_for_apt(wanted)


def wait_for_apt(command: list[str], patience: float = 900) -> str:
    """Run apt-get; where another one holds its lock, wait for it to end."""
    until = time.monotonic() + patience
    while True:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout
        if "ould not get lock" not in done.stderr or time.monotonic() > until:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise CannotServeError(
                f"apt-get did not get the packages ({last}); check the network, try again."
            )
        time.sleep(3)


def unpack(home: Home) -> None:
    """Without root: download the packages that are not installed and unpack them into our directory."""
    say("no root here: downloading the packages and unpacking them into " + str(home.packages))
    apt_home, debs = home.path / "apt", home.path / "debs"
    for folder in (apt_home / "lists/partial", apt_home / "cache/archives/partial", debs):
        folder.mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", "-o", f"Dir::State::Lists={apt_home}/lists", "-o", f"Dir::Cache={apt_home}/cache"]
    wait_for_apt([*apt, "update", "-q"])
    plan = wait_for_apt(
        [*apt, "install", "-s", "-o", "Debug::NoLocking=1", "--no-install-recommends", *PACKAGES]
    )
    names = [f"{m[1]}={m[2]}" for m in re.finditer(r"^Inst (\S+) (?:\[\S+\] )?\((\S+) ", plan, re.MULTILINE)]
    fetched = subprocess.run(
        [*apt, "download", "-q", *names], cwd=debs, capture_output=True, text=True, check=False
    )
    if fetched.returncode != 0:
        raise CannotServeError("The packages could not be downloaded; check the network and run this again.")
    say(f"unpacking {len(names)} packages")
    for deb in sorted(debs.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(deb), str(home.packages)], check=True, capture_output=True)
    shutil.rmtree(debs)


def plugin_paths(home: Home) -> list[str]:
    """Where unpacked programs find their plug-ins; installed ones know."""
    found = []
    for name, pattern in (
        ("osd class dir", "rados-classes"),
        ("erasure code dir", "ceph/erasure-code"),
        ("plugin dir", "ceph"),
    ):
        found += [f"{name} = {p}" for p in sorted((home.packages / "usr/lib").glob(f"*/{pattern}"))[:1]]
    return found

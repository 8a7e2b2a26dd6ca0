"""`paloverde demo`: a city's night on this machine, from an empty folder to a verified bundle.

With `--check` nothing waits for a person: every step is asserted through what anybody can use (Airflow's REST
API, the store, the command line), and the exit status tells. Nothing leaves the machine.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paloverde.archive.seal import Role as Kept
from paloverde.errors import PaloverdeError, PersonNeeded
from paloverde.installation import open_installation
from paloverde.orchestration import airflow_parts
from paloverde.orchestration.airflow_rest import Airflow
from paloverde.orchestration.people import Role
from paloverde.orchestration.sites import pools
from paloverde.orchestration.staging import (
    LOOPBACK,
    SignIn,
    Sites,
    Teller,
    choose_store,
    free_port,
    move_in,
    sites_part,
    wait_until,
)
from paloverde.orchestration.supervise import Supervised, stop_on_signals
from paloverde.records import add_calendar_years, archive_day
from paloverde.settings import load

QUESTION = "street NEAR/5 sweeping"
_MARK = "made-by-paloverde-demo"
_BOOT_SECONDS = 240.0
_NIGHT_SECONDS = 300.0


@dataclass(frozen=True)
class Stage:
    """Everything that is set up: where, with which settings, who, and Airflow as IT sees it."""

    home: Path
    city: Mapping[str, str]
    sites: Sites
    accounts: list[dict[str, Any]]
    sign_ins: Mapping[Role, SignIn]
    airflow: Airflow
    tell: Teller

    @property
    def it(self) -> Airflow:
        return self.airflow.signed_in(self.sign_ins[Role.IT].username, self.sign_ins[Role.IT].password)

    @property
    def clerk(self) -> Airflow:
        return self.airflow.signed_in(self.sign_ins[Role.CLERK].username, self.sign_ins[Role.CLERK].password)


def run(*, check: bool, home: Path) -> int:
    """Play the night in `home`, which is emptied first. Exit status: 0, or 1 when something did not hold."""
    stop_on_signals()
    tell = Teller()
    with ExitStack() as everything:
        try:
            stage = _set_up(home.absolute(), everything, tell)
            _play(stage)
            if not check:
                _invite(stage)
        except KeyboardInterrupt:
            tell("Stopping ...")
            return 1 if check else 0
        except PaloverdeError as error:
            tell(f"It did not work: {error}")
            return 1
        tell("Every step held. Stopping ...")
        return 0


def _set_up(home: Path, everything: ExitStack, tell: Teller) -> Stage:
    project = airflow_parts.project_folder()
    everything.enter_context(_alone_in(home))
    _empty(home)
    store = choose_store(project, home, os.environ)
    sites_port = free_port()
    sites_up = everything.enter_context(
        Supervised(home / "sites", [sites_part(sites_port)], _bare_environment())
    )
    sites = Sites(sites_port)
    city = {"PALOVERDE_HOME": str(home), **store, **sites.settings()}
    tell(open_installation(load(city)).promise())
    sites.wait(sites_up)
    accounts = sites.accounts()
    tell(f"Simulated sites are up at {sites.url}: {', '.join(account['slug'] for account in accounts)}.")
    airflow_home = home / "airflow"
    sign_ins = move_in(home, airflow_home, city, accounts)
    port = free_port(8080)
    environ = airflow_parts.environment(airflow_home, project, port, city)
    airflow = Airflow(f"http://{LOOPBACK}:{port}")
    _boot(airflow, environ, home, everything, tell)
    return Stage(home, city, sites, accounts, sign_ins, airflow, tell)


def _boot(
    airflow: Airflow, environ: Mapping[str, str], home: Path, everything: ExitStack, tell: Teller
) -> None:
    tell("Making Airflow's database ...")
    airflow_parts.migrate(environ, home / "migrate.log")
    tell("Starting Airflow ...")
    parts = everything.enter_context(Supervised(home / "parts", airflow_parts.parts(), environ))
    wait_until(lambda: not airflow.healthy(), _BOOT_SECONDS, lambda: _not_up(airflow, parts))
    airflow.send("GET", "/execution/health")  # the first call builds the API that tasks use; it takes seconds
    tell(f"Airflow is up at {airflow.address}.")


def _not_up(airflow: Airflow, parts: Supervised) -> str:
    tails = "\n".join(f"--- {part.name}\n{parts.tail(part.name)}" for part in parts.parts)
    return f"Airflow did not come up within {_BOOT_SECONDS:.0f} seconds: {airflow.healthy()} is missing.\n{tails}"


def _play(stage: Stage) -> None:
    it = stage.it
    _prepare_airflow(it)
    _show_who_may_what(stage)
    _first_night(stage, it)
    removed = _something_is_removed(stage)
    _second_night(stage, it)
    _removals_are_held(stage, removed)
    _search_and_bundle(stage)
    _no_token_leaked(stage)


def _prepare_airflow(it: Airflow) -> None:
    ours = ("nightly_archive", "records_request")
    wait_until(
        lambda: set(ours) <= {dag["dag_id"] for dag in it.get("/dags")["dags"]},
        60,
        lambda: f"Airflow did not read the DAGs: {it.get('/importErrors')['import_errors']}",
    )
    for pool in pools():
        it.post("/pools", pool)
    for dag in ours:
        it.patch(f"/dags/{dag}", {"is_paused": False})


def _show_who_may_what(stage: Stage) -> None:
    stranger, clerk = stage.airflow, stage.clerk
    trigger = {"logical_date": None}
    refusals = {
        "a stranger reading the DAGs": (stranger.status("GET", "/api/v2/dags"), 401),
        "a stranger on the archive's page": (stranger.status("GET", "/paloverde/about"), 401),
        "the clerk starting a night": (
            clerk.status("POST", "/api/v2/dags/nightly_archive/dagRuns", trigger),
            403,
        ),
        "the clerk reading connections": (clerk.status("GET", "/api/v2/connections"), 403),
    }
    for what, (status, expected) in refusals.items():
        _hold(status == expected, f"{what} got {status}, not {expected}")
    stage.tell(f"Refused, as it must be: {', '.join(refusals)}.")


def _first_night(stage: Stage, it: Airflow) -> None:
    """Airflow starts the night that was due by itself, as soon as the DAG is switched on."""
    runs = "/dags/nightly_archive/dagRuns"
    wait_until(
        lambda: bool(it.get(runs)["dag_runs"]),
        60,
        lambda: "Airflow's scheduler did not start the night that was due.",
    )
    run_id = it.get(runs)["dag_runs"][0]["dag_run_id"]
    stage.tell(f"Airflow's schedule has started the night {run_id}.")
    _watch(stage, it, "nightly_archive", run_id)
    nights = {night.account: night for night in open_installation(load(stage.city)).last_nights()}
    for account in stage.accounts:
        _hold(account["slug"] in nights, f"no sealed night of {account['slug']}")
    told = ", ".join(f"{slug} for {night.day}" for slug, night in nights.items())
    stage.tell(f"Sealed: {told}.")


def _something_is_removed(stage: Stage) -> list[str]:
    """The City hides a comment on one site, a resident deletes one on the other: the ids of both."""
    slugs = {account["platform"]: account["slug"] for account in stage.accounts}
    hidden = stage.sites.happen({"site": slugs["facebook"], "do": "hide", "item": "latest comment"})
    deleted = stage.sites.happen(
        {"site": slugs["x"], "do": "delete", "item": "latest comment", "by": "author"}
    )
    stage.tell(
        f"On Facebook the City hides comment {hidden['id']}; on X a resident deletes reply {deleted['id']}."
    )
    return [hidden["id"], deleted["id"]]


def _second_night(stage: Stage, it: Airflow) -> None:
    today = archive_day(datetime.now(UTC)).isoformat()
    body = {"dag_run_id": "second-night", "logical_date": None, "conf": {"archive_day": today}}
    it.post("/dags/nightly_archive/dagRuns", body)
    stage.tell(f"A second night is started through Airflow's API, for {today}.")
    _watch(stage, it, "nightly_archive", "second-night")


def _removals_are_held(stage: Stage, expected: list[str]) -> None:
    """Each removed item has one object of its own, locked until two calendar years after its removal."""
    city = open_installation(load(stage.city))
    found = {}
    for sealed in city.archive.parts(Kept.REMOVED):
        (row,) = city.archive.table(sealed.part, ["native_id", "cause", "removed_at"]).to_pylist()
        until = city.vault.store.standing(sealed.part.stored).locked_until
        two_years = add_calendar_years(archive_day(row["removed_at"]), 2)
        _hold(
            until is not None and archive_day(until) >= two_years,
            f"{sealed.part.key} is locked until {until}, not two calendar years",
        )
        found[row["native_id"]] = f"{row['cause']}, held until {until:%d %B %Y}"
    missed = [item for item in expected if item not in found]
    _hold(not missed, f"removed and not found: {', '.join(missed)}; found were {found or 'none'}")
    for item in expected:
        stage.tell(f"The removal of {item} is found; cause: {found[item]}.")


def _search_and_bundle(stage: Stage) -> None:
    answer = _paloverde(stage, "search", QUESTION, "--json")
    records = [json.loads(line) for line in answer.splitlines() if line.strip()]
    _hold(bool(records), f"the search for {QUESTION!r} found nothing")
    stage.tell(f"`paloverde search '{QUESTION}'` finds {len(records)} records.")
    bundle = stage.home / "bundle.zip"
    _paloverde(stage, "bundle", QUESTION, "--output", str(bundle))
    said = _paloverde(stage, "verify", str(bundle)).strip().splitlines()
    stage.tell(f"The sealed bundle {bundle} is verified: {said[-1] if said else 'whole'}")


def _no_token_leaked(stage: Stage) -> None:
    """No token of an account is in any log, nor in Airflow's database."""
    tokens = [account["token"].encode() for account in stage.accounts]
    files = [*stage.home.rglob("*.log"), *(stage.home / "airflow").glob("airflow.db*")]
    leaks = [str(file) for file in files if any(token in file.read_bytes() for token in tokens)]
    _hold(not leaks, f"a token is readable in {', '.join(leaks)}")
    stage.tell(f"No account's token is in any of {len(files)} logs and Airflow's database.")


def _watch(stage: Stage, airflow: Airflow, dag_id: str, run_id: str) -> None:
    began = time.monotonic()
    state = airflow.wait_for_run(dag_id, run_id, _NIGHT_SECONDS, lambda told: stage.tell(f"  {told}"))
    if state != "success":
        failed = [task for task in airflow.tasks(dag_id, run_id) if task["state"] == "failed"]
        raise PersonNeeded(
            "\n".join([f"The run {run_id} ended as {state}.", *map(_end_of_log(stage), failed)])
        )
    stage.tell(f"The run {run_id} took {time.monotonic() - began:.1f} seconds.")


def _end_of_log(stage: Stage) -> Any:
    def read(task: Mapping[str, Any]) -> str:
        name = f"{task['task_id']} {task['rendered_map_index'] or ''}".strip()
        logs = sorted(
            stage.home.glob(
                f"airflow/logs/dag_id={task['dag_id']}/run_id=*/task_id={task['task_id']}/**/*.log"
            )
        )
        end = logs[-1].read_text(errors="replace").splitlines()[-6:] if logs else ["(it has no log)"]
        return f"--- {name}\n" + "\n".join(line[:600] for line in end)

    return read


def _paloverde(stage: Stage, *words: str) -> str:
    """The command line's standard output; what it says on failure is raised."""
    done = subprocess.run(  # noqa: S603 - this interpreter, our own module
        [sys.executable, "-m", "paloverde.cli", *words],
        env=_bare_environment() | stage.city,
        capture_output=True,
        text=True,
        timeout=_NIGHT_SECONDS,
        check=False,
    )
    _hold(
        done.returncode == 0,
        f"`paloverde {words[0]}` ended with {done.returncode}: {done.stderr.strip()[-800:]}",
    )
    return done.stdout


def _invite(stage: Stage) -> None:
    clerk, it = stage.sign_ins[Role.CLERK], stage.sign_ins[Role.IT]
    print(
        f"""
Open {stage.airflow.address} and sign in:
  as IT:         {it.username}     password {it.password}
  as the clerk:  {clerk.username}  password {clerk.password}

What to click:
  Dags > nightly_archive > Grid: one row per step and account; `report` says what became of each.
  About this archive (in the menu): what the store promises, the last night of each account.
  As the clerk, Dags > records_request > Trigger: the form of a records request.

Everything is in {stage.home}. Ctrl-C stops all of it.""",
        flush=True,
    )
    while True:
        time.sleep(3600)


@contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    """Keep a second demo out of the same folder."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PersonNeeded(f"A demo is running in {home} already: stop it with Ctrl-C first.") from None
        yield


def _empty(home: Path) -> None:
    """Make `home` an empty folder; only one that an earlier demo made is emptied."""
    if home.exists():
        if any(home.iterdir()) and not (home / _MARK).exists():
            raise PersonNeeded(f"{home} is not a folder of an earlier demo: name another, or move it away.")
        shutil.rmtree(home)
    home.mkdir(parents=True, mode=0o700)
    (home / _MARK).touch()


def _bare_environment() -> dict[str, str]:
    """This process's environment, without settings of another Airflow or city."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PALOVERDE_"))
    }
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept


def _hold(condition: bool, otherwise: str) -> None:
    if not condition:
        raise PersonNeeded(f"This should hold and does not: {otherwise}.")

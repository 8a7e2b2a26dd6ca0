"""`paloverde demo`: a city's night on this machine, from an empty folder to a verified bundle.

With `--check` nothing waits for a person: every step is asserted through what anybody can use (Airflow's REST
API, the store, the command line), and the exit status tells. Nothing leaves the machine.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from paloverde.errors import PaloverdeError, PersonNeeded
from paloverde.installation import open_installation
from paloverde.orchestration import airflow_parts
from paloverde.orchestration.airflow_rest import STARTED_BY, Airflow, mark_of
from paloverde.orchestration.desk_story import DESK, HOLD, UNDER_WAY
from paloverde.orchestration.stage import Stage
from paloverde.orchestration.staging import (
    LOOPBACK,
    Sites,
    Teller,
    choose_store,
    emptied,
    free_port,
    move_in,
    sites_part,
    wait_until,
)
from paloverde.orchestration.story import QUESTION, REQUEST, play
from paloverde.orchestration.supervise import Supervised, stop_on_signals, stop_undisturbed
from paloverde.settings import load

_BOOT_SECONDS = 240.0
_PORT = 8080


def run(*, check: bool, home: Path) -> int:
    """Play the night in `home`, which is emptied first. Exit status: 0, or 1 when something did not hold."""
    stop_on_signals()
    tell = Teller()
    with ExitStack() as everything:
        try:
            stage = _set_up(home.absolute(), everything, tell)
            play(stage)
            if not check:
                _invite(stage)
        except KeyboardInterrupt:
            tell("Stopping; this takes some seconds ...")
            return 1 if check else 0
        except PaloverdeError as error:
            tell(f"It did not work: {error}")
            return 1
        finally:
            stop_undisturbed()
        tell("Every step held. Stopping ...")
        return 0


def _set_up(home: Path, everything: ExitStack, tell: Teller) -> Stage:
    project = airflow_parts.project_folder()
    everything.enter_context(emptied(home))
    store = choose_store(project, home, os.environ)
    sites_port = free_port()
    sites_up = everything.enter_context(
        Supervised(home / "sites", [sites_part(sites_port)], airflow_parts.bare_environment())
    )
    sites = Sites(sites_port)
    city = {"PALOVERDE_HOME": str(home), **store, **sites.settings()}
    city |= {
        "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
        "PALOVERDE_RECORDS_OFFICE": "City Clerk, 1 Plaza, Palma Ria, clerk@palmaria.example",
        "PALOVERDE_ARCHIVE_LOCATION": "City Hall, 1 Plaza, Palma Ria",
        "PALOVERDE_DELIVERY_ADDRESS": f"http://{LOOPBACK}:{free_port(airflow_parts.DELIVERY_PORT)}",
    }
    tell(open_installation(load(city)).promise())
    if store.get("PALOVERDE_STORE", "").startswith("s3://"):
        tell("What a demo writes there stays locked for two years, long after the demo is over.")
    sites.wait(sites_up)
    accounts = sites.accounts()
    tell(f"Simulated sites are up at {sites.url}: {', '.join(account['slug'] for account in accounts)}.")
    sign_ins = move_in(home, city, accounts)
    airflow = _boot(home, project, city, everything, tell)
    return Stage(home, city, sites, accounts, sign_ins, airflow, tell)


def _boot(home: Path, project: Path, city: Mapping[str, str], everything: ExitStack, tell: Teller) -> Airflow:
    """Airflow, up and known to be ours; at a second port where another program takes the first meanwhile."""
    tell("Making Airflow's database ...")
    secret, airflow_home = secrets.token_hex(32), home / "airflow"
    for port in (free_port(_PORT), free_port()):
        environ = airflow_parts.environment(airflow_home, project, port, {**city, STARTED_BY: secret})
        airflow_parts.migrate(environ, home / "migrate.log")
        if port != _PORT:
            tell(f"Port {_PORT} is taken by another program, so Airflow's pages will be at port {port}.")
        airflow = Airflow(f"http://{LOOPBACK}:{port}", mark_of(secret))
        programs = [*airflow_parts.parts(), *airflow_parts.delivery_parts(city)]
        if start(airflow, Supervised(home / "parts", programs, environ), everything, tell):
            return airflow
    raise PersonNeeded(
        f"Other programs took port {_PORT} and another one while Airflow started; nothing was sent to them. "
        "Start the demo again."
    )


def start(airflow: Airflow, parts: Supervised, everything: ExitStack, tell: Teller) -> bool:
    """Start Airflow's parts and wait until all are up; False, and all stopped, where its port is another's.

    Nobody may hold the port for Airflow until it listens, so that somebody else can come first. Raises
    Unreachable where it does not come up.
    """
    tell("Starting Airflow ...")
    with ExitStack() as ours:
        ours.enter_context(parts)
        wait_until(
            lambda: airflow.is_anothers() or not airflow.healthy(),
            _BOOT_SECONDS,
            lambda: _not_up(airflow, parts),
        )
        if airflow.is_anothers():
            tell(f"Another program has come to {airflow.address} first; Airflow is stopped.")
            return False
        everything.enter_context(ours.pop_all())
    airflow.send("GET", "/execution/health")  # the first call builds the API that tasks use; it takes seconds
    tell(f"Airflow is up at {airflow.address}.")
    return True


def _not_up(airflow: Airflow, parts: Supervised) -> str:
    tails = "\n".join(f"--- {part.name}\n{parts.tail(part.name)}" for part in parts.parts)
    missing = airflow.healthy() or "nothing"
    return f"Airflow did not come up within {_BOOT_SECONDS:.0f} seconds: {missing} is missing.\n{tails}"


def _invite(stage: Stage) -> None:
    airflow, desk = stage.airflow.address, f"{stage.airflow.address}{DESK}"
    who = "\n".join(
        f"  {role.value.replace('_', ' '):<15} {one.username:<15} {one.password}"
        for role, one in stage.sign_ins.items()
    )
    print(
        f"""
Open the desk, and sign in there as one of these:
  {desk}

  role            username        password
{who}

At the desk, in Airflow's menu under Records (what a role may not do is not in its menu):
  as the clerk            Today has the request {UNDER_WAY}, under way; Requests has {REQUEST}, answered.
                          Search finds words; try {QUESTION}.
  as Public Affairs       Removed content has what was hidden and deleted, and by whom if that is known.
  as counsel              Holds has {HOLD}; Ledger has everything that anybody did, and its proofs.
  as IT                   Accounts has the nights, the gaps, and when each access ends.
In Airflow itself, {airflow}:
  Dags > nightly_archive  On the left a column for each night, a row for each step. The square of `report`,
                          then Logs: what became of each account.
  Dags > records_request  As the clerk: Trigger is a form that searches for a request.

On the command line, with PALOVERDE_HOME={stage.home}: `paloverde request show {REQUEST}`.
Links that `paloverde deliver link` gives out open at {stage.city["PALOVERDE_DELIVERY_ADDRESS"]}.

Everything is in {stage.home}. Ctrl-C stops all of it.""",
        flush=True,
    )
    while True:
        time.sleep(3600)

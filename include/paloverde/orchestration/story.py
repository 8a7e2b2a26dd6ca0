"""What the demo shows, step by step; each step asserts what it shows, and says so with the time it took."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from paloverde.archive.seal import Role as Kept
from paloverde.archive.vault import end_of
from paloverde.desk.people import Role
from paloverde.errors import PersonNeeded
from paloverde.installation import open_installation
from paloverde.orchestration.airflow_rest import Airflow
from paloverde.orchestration.desk_story import leave_work, show_desk
from paloverde.orchestration.sites import pools
from paloverde.orchestration.stage import Stage, must
from paloverde.orchestration.staging import wait_until
from paloverde.records import add_calendar_years, archive_day
from paloverde.settings import load
from paloverde.wording import some

QUESTION = "street NEAR/5 sweeping"
REQUEST = "PRA-2026-0042"
_SAID = "Is the well water safe"  # nobody says so in the simulated city
_NIGHT_SECONDS = 300.0


def play(stage: Stage) -> None:
    """The whole story.

    Raises PersonNeeded with what should hold and does not, Unreachable where something takes too long.
    """
    it = stage.signed_in(Role.IT)
    _prepare_airflow(it)
    _show_who_may_what(stage)
    _first_night(stage, it)
    removed = _something_is_removed(stage)
    _between_nights(stage, it)
    _second_night(stage, it)
    _removals_are_held(stage, removed)
    _search(stage)
    _clerk_answers_a_request(stage)
    leave_work(stage)
    show_desk(stage, REQUEST, removed)
    _no_token_leaked(stage)


def _prepare_airflow(it: Airflow) -> None:
    ours = ("nightly_archive", "records_request", "recent_sweep", "account_health")
    wait_until(
        lambda: set(ours) <= {dag["dag_id"] for dag in it.get("/dags")["dags"]},
        60,
        lambda: f"Airflow did not read the DAGs: {it.get('/importErrors')['import_errors']}",
    )
    for pool in pools():
        it.post("/pools", pool)
    for dag in ours[:2]:
        it.patch(f"/dags/{dag}", {"is_paused": False})


def _show_who_may_what(stage: Stage) -> None:
    stranger, clerk = stage.airflow, stage.signed_in(Role.CLERK)
    trigger = {"logical_date": None}
    refusals = {
        "a stranger reading the DAGs": (stranger.status("GET", "/api/v2/dags"), 401),
        "a stranger at the desk": (stranger.status("GET", "/paloverde/"), 401),
        "the clerk starting a night": (
            clerk.status("POST", "/api/v2/dags/nightly_archive/dagRuns", trigger),
            403,
        ),
        "the clerk reading connections": (clerk.status("GET", "/api/v2/connections"), 403),
    }
    for what, (status, expected) in refusals.items():
        must(status == expected, f"{what} got {status}, not {expected}")
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
        must(account["slug"] in nights, f"no sealed night of {account['slug']}")
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


def _between_nights(stage: Stage, it: Airflow) -> None:
    """Every token is proven, and a comment that comes between two nights is kept minutes later."""
    it.patch("/dags/account_health", {"is_paused": False})
    _run(stage, it, "account_health", "every-token")
    (slug,) = (account["slug"] for account in stage.accounts if account["platform"] == "instagram")
    event = {"site": slug, "do": "comment", "on": "latest post", "text": f"{_SAID} on Cactus Lane?"}
    said = stage.sites.happen(event)
    it.patch("/dags/recent_sweep", {"is_paused": False})
    _run(stage, it, "recent_sweep", "a-sweep")
    found = stage.paloverde("search", f'"{_SAID}"', "--json")
    must(said["id"] in found, f"comment {said['id']} is not archived by the sweep")
    stage.tell(f"Between two nights somebody comments on Instagram; a sweep keeps comment {said['id']}.")
    measured = open_installation(load(stage.city)).latency(slug)
    if measured is not None:
        stage.tell(f"Measured on {slug}: {measured.sentence()}.")


def _run(stage: Stage, airflow: Airflow, dag_id: str, run_id: str) -> None:
    airflow.post(f"/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None, "conf": {}})
    _watch(stage, airflow, dag_id, run_id)


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
        columns = ["native_id", "cause", "removed_at", "retain_until"]
        (row,) = city.archive.table(sealed.part, columns).to_pylist()
        until = city.vault.store.standing(sealed.part.stored).locked_until
        kept, two_years = row["retain_until"], add_calendar_years(archive_day(row["removed_at"]), 2)
        must(kept >= two_years, f"{sealed.part.key} is held until {kept}, not two calendar years")
        must(
            until is not None and until >= end_of(kept),
            f"{sealed.part.key} is locked until {until}, not to the end of {kept}",
        )
        found[row["native_id"]] = f"{row['cause']}, held until {kept:%d %B %Y}"
    missed = [item for item in expected if item not in found]
    must(not missed, f"removed and not found: {', '.join(missed)}; found were {found or 'none'}")
    for item in expected:
        stage.tell(f"The removal of {item} is found; cause: {found[item]}.")


def _search(stage: Stage) -> None:
    answer = stage.paloverde("search", QUESTION, "--json")
    records = [json.loads(line) for line in answer.splitlines() if line.strip()]
    must(bool(records), f"the search for {QUESTION!r} found nothing")
    stage.tell(f"`paloverde search '{QUESTION}'` finds {some(len(records), 'record')}.")


def _clerk_answers_a_request(stage: Stage) -> None:
    """From the counter to a sealed response: taken in, searched by the form, reviewed, signed, verified."""
    today = archive_day(datetime.now(UTC))
    asked = ("--channel", "counter", "--on", str(today), "--text", "All about street sweeping")
    said = stage.acts(Role.CLERK, "request", "receive", "--number", REQUEST, *asked)
    stage.tell(" ".join(said.splitlines()[:3]))
    _clerk_fills_in_the_form(stage)
    stage.acts(Role.CLERK, "review", "gather", REQUEST)
    records = len(open_installation(load(stage.city)).reviews.get(REQUEST).versions)
    must(records > 0, f"nothing is under review for {REQUEST}")
    stage.acts(Role.CLERK, "review", "decide", REQUEST, "undecided", "--verdict", "responsive")
    left = stage.acts(Role.COUNSEL, "review", "suggest", REQUEST, "--unanswered").splitlines()[-1]
    seen = [] if left.startswith("0 ") else ["--all-seen", left.split()[0]]
    stage.acts(Role.COUNSEL, "review", "sign", REQUEST, *seen)
    available = f"{today + timedelta(days=1)}T14:00"
    letter = ("--signer", "City Clerk", "--title", "City Clerk", "--reasons", "They are public records")
    disc = ("--available", available, "--way", "disc", "--where", "the Clerk's counter", "--by", "post")
    stage.acts(Role.CLERK, "letter", "send", REQUEST, "full", *letter, *disc)
    stage.tell(f"The clerk decides on {records} records, the city attorney signs, and the letter goes out.")
    response = stage.home / "bundles" / f"{REQUEST}-response.zip"
    stage.acts(Role.CLERK, "bundle", "--request", REQUEST, "--out", str(response), "--by-name")
    checked = stage.paloverde("verify", str(response)).partition("\n")[0]
    stage.tell(f"The response is sealed and verified: {response.name}. {checked}")


def _clerk_fills_in_the_form(stage: Stage) -> None:
    clerk = stage.signed_in(Role.CLERK)
    conf = {"request_number": REQUEST, "words": QUESTION}
    body = {"dag_run_id": REQUEST, "logical_date": None, "conf": conf}
    clerk.post("/dags/records_request/dagRuns", body)
    stage.tell(f"The clerk searches for {REQUEST}, through Airflow.")
    _watch(stage, clerk, "records_request", REQUEST)
    searches = open_installation(load(stage.city)).requests.get(REQUEST).searches
    must(
        len(searches) == 1,
        f"{REQUEST} has {some(len(searches), 'search', 'searches')} in its file, not the form's one",
    )


def _no_token_leaked(stage: Stage) -> None:
    """No token of an account is in any log of ours, nor in a database; the sites' own log may hold it."""
    told = ("access_token", "refresh_token", "client_secret")
    grants = [account["grant"] for account in stage.accounts]
    tokens = [grant[name].encode() for grant in grants for name in told if name in grant]
    logs = [log for part in ("airflow", "parts") for log in (stage.home / part).rglob("*.log")]
    files = [*logs, *stage.home.glob("airflow/airflow.db*"), *stage.home.glob("paloverde.db*")]
    leaks = [str(file) for file in files if any(token in file.read_bytes() for token in tokens)]
    must(not leaks, f"a token is readable in {', '.join(leaks)}")
    stage.tell(f"No account's token is in any of {some(len(files), 'log')} and databases.")


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

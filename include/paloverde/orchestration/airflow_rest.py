"""Airflow's public API (v2), as the demo uses it: sign in, see whether all is well, start and watch runs."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from paloverde.errors import PersonNeeded, Unreachable

_DONE = ("success", "failed")


class Airflow:
    """One signed-in person at one Airflow. `address` is where its UI is."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address = address
        self._token = token

    def signed_in(self, username: str, password: str) -> Airflow:
        """The same Airflow, as that person."""
        answer = self.send("POST", "/auth/token", {"username": username, "password": password})
        return Airflow(self.address, answer["access_token"])

    def get(self, path: str) -> Any:
        return self.send("GET", f"/api/v2{path}")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self.send("POST", f"/api/v2{path}", body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return self.send("PATCH", f"/api/v2{path}", body)

    def status(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> int:
        """The HTTP status that a call gets; for showing that something is refused."""
        try:
            with self._open(method, path, body) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON.

        Raises PersonNeeded where Airflow refuses, Unreachable where it does not answer.
        """
        try:
            with self._open(method, path, body) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(2000).decode(errors="replace")
            raise PersonNeeded(f"Airflow answered {error.code} to {method} {path}: {said}") from None
        except OSError as error:
            raise Unreachable(f"Airflow at {self.address} does not answer ({error}).") from error

    def healthy(self) -> str:
        """An empty text when every part is up, else what is missing."""
        try:
            health = self.get("/monitor/health")
        except (Unreachable, PersonNeeded):
            return "the web server"
        needed = ("metadatabase", "scheduler", "dag_processor")
        missing = [part for part in needed if health[part]["status"] != "healthy"]
        return ", ".join(missing)

    def wait_for_run(self, dag_id: str, run_id: str, seconds: float, tell: Callable[[str], None]) -> str:
        """Wait until a run ends, telling its progress; its last state.

        Raises Unreachable when it takes too long.
        """
        run = f"/dags/{dag_id}/dagRuns/{run_id}"
        deadline = time.monotonic() + seconds
        told = ""
        while time.monotonic() < deadline:
            state = str(self.get(run)["state"])
            progress = self._progress(run)
            if progress != told:
                tell(progress)
                told = progress
            if state in _DONE:
                return state
            time.sleep(0.5)
        raise Unreachable(f"The run {run_id} of {dag_id} did not end within {seconds:.0f} seconds: {told}.")

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The tasks of a run, as Airflow knows them."""
        answer = self.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=1000")
        return list(answer["task_instances"])

    def _progress(self, run: str) -> str:
        tasks = self.get(f"{run}/taskInstances?limit=1000")["task_instances"]
        states = Counter(str(task["state"] or "waiting") for task in tasks)
        return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "starting"

    def _open(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        return _DIRECT.open(request, timeout=60)


# A proxy that the environment names is for the internet, not for this machine.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

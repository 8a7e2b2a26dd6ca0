"""Airflow's public API (v2), as the demo uses it: sign in, see whether all is well, start and watch runs.

Whoever starts an Airflow may put a secret into its environment (`STARTED_BY`). The desk
then answers with a mark that follows from the secret, so that no sign-in goes to somebody else's Airflow.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from paloverde.errors import PersonNeeded, Unreachable

STARTED_BY = "AIRFLOW__PALOVERDE__STARTED_BY"  # in the environment of Airflow's parts, where anybody asks
MARK = "Paloverde-Started-By"  # the header of the answer
_PAGE = "/paloverde/"  # of ours; it answers strangers too, with a refusal
_DONE = ("success", "failed")
_SECONDS = 180  # that one answer may take: the first one loads half of Airflow, on a busy machine for minutes


def mark_of(secret: str) -> str:
    """What an Airflow with this secret in its environment shows; it does not tell the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Airflow:
    """One signed-in person at one Airflow. `address` is where its UI is; its `mark` shows that it is ours."""

    def __init__(self, address: str, mark: str, token: str = "") -> None:
        self.address = address
        self._mark, self._token = mark, token

    def signed_in(self, username: str, password: str) -> Airflow:
        """The same Airflow, as that person.

        Nothing of the sign-in is sent where another program answers at the address (PersonNeeded), or nobody.
        """
        shown = self._shown_mark()
        if shown is None:
            raise Unreachable(f"Airflow at {self.address} does not answer.")
        if shown != self._mark:
            raise PersonNeeded(
                f"Another program answers at {self.address}, and the sign-in was not sent to it: find out "
                "which one has that port, end it or this one, then start again."
            )
        answer = self.send("POST", "/auth/token", {"username": username, "password": password})
        return Airflow(self.address, self._mark, answer["access_token"])

    def is_anothers(self) -> bool:
        """Whether somebody answers at the address and is not the Airflow that we started."""
        return self._shown_mark() not in (None, self._mark)

    def _shown_mark(self) -> str | None:
        """The mark of whoever answers, "" where it shows none; None where nobody answers."""
        request = urllib.request.Request(self.address + _PAGE)  # noqa: S310 - our own loopback address
        try:
            with _DIRECT.open(request, timeout=_SECONDS) as answer:
                return str(answer.headers.get(MARK, ""))
        except urllib.error.HTTPError as error:
            with error:
                return str(error.headers.get(MARK, ""))
        except http.client.HTTPException:
            return ""  # it speaks something else than HTTP
        except OSError:
            return None

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

    def page(self, path: str) -> str:
        """A page as it is sent to a browser; raises as `send` does."""
        return self._answer("GET", path).decode()

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON.

        Raises PersonNeeded where Airflow refuses, Unreachable where it does not answer.
        """
        return json.loads(self._answer(method, path, body))

    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        try:
            with self._open(method, path, body) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(2000).decode(errors="replace")
            raise PersonNeeded(f"Airflow answered {error.code} to {method} {path}: {said}") from None
        except OSError as error:
            raise Unreachable(f"Airflow at {self.address} does not answer ({error}).") from error

    def healthy(self) -> str:
        """An empty text when every part of our Airflow is up, else what is missing."""
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
        return _DIRECT.open(request, timeout=_SECONDS)


# A proxy that the environment names is for the internet, not for this machine.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

"""What the demo leaves for whoever looks at the desk afterwards: something that waits in each area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import unescape

from paloverde.desk.people import Role
from paloverde.orchestration.stage import Stage, must
from paloverde.records import archive_day
from paloverde.wording import some

UNDER_WAY = "PRA-2026-0043"
HOLD = "LIT-2026-01"
_GONE = "removed:yes"
_ROOT = "/paloverde"
DESK = f"/plugin/records{_ROOT}/"  # in Airflow's frame, as its menu leads there


def leave_work(stage: Stage) -> None:
    """A request that is not answered yet, a hold that counsel orders, and a head of the ledger."""
    came = archive_day(datetime.now(UTC)) - timedelta(days=8)  # of ten: it stands on today's page
    asked = ("--channel", "email", "--on", str(came), "--text", "Comments that are not shown any more")
    stage.acts(Role.CLERK, "request", "receive", "--number", UNDER_WAY, *asked)
    stage.acts(Role.CLERK, "request", "search", UNDER_WAY, _GONE)
    matter = ("--matter", "Well water on Cactus Lane", "--trigger", "claim", "--words", "water")
    stage.acts(Role.COUNSEL, "hold", "issue", HOLD, *matter)
    stage.paloverde("ledger", "publish")
    stage.tell(f"Left for you at the desk: the request {UNDER_WAY} under way, and the hold {HOLD}.")


def show_desk(stage: Stage, answered: str, removed: Sequence[str]) -> None:
    """The clerk opens a page of each area, and it shows what there is: also the items that were removed."""
    clerk = stage.signed_in(Role.CLERK)
    shown = {
        "/": [UNDER_WAY],
        f"/search?q={_GONE}": [f"id={item}" for item in removed],
        "/requests": [answered, UNDER_WAY],
        f"/requests/{UNDER_WAY}": ["Comments that are not shown any more"],
        "/removed": ["removals"],
        "/holds": [HOLD, UNDER_WAY],
        "/disposition": [],
        "/accounts": [account["slug"] for account in stage.accounts],
        "/ledger/heads": [stage.city["PALOVERDE_LOG_ORIGIN"]],
        "/help": [],
    }
    for path, words in shown.items():
        page = unescape(clerk.page(f"{_ROOT}{path}"))
        missing = [word for word in words if word not in page]
        must(not missing, f"the desk's page {path} does not show {', '.join(missing)}")
    stage.tell(f"The desk shows it to the clerk, on {some(len(shown), 'page')}, in Airflow's frame.")

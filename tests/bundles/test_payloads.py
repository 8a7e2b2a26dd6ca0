"""What tells of the archive's own files is left out where something of the same run is kept back."""

from __future__ import annotations

from datetime import UTC, date, datetime

from paloverde.bundles.payloads import unplaced
from paloverde.requests.redaction import Redaction, Released
from paloverde.requests.review import Verdict
from paloverde.search.hits import Hit

NIGHT = datetime(2026, 3, 2, 9, tzinfo=UTC)
REDACTION = Redaction(where="text", code="EX-PRIV", label="name", statute="Gov. Code 7927.705")


def released(number: int, run: int, *, redacted: bool = False) -> Released:
    hit = Hit(
        account="facebook-palmaria",
        date=date(2026, 3, 2),
        platform="facebook",
        kind="comment",
        native_id=str(number),
        version_sha256=f"{number:064x}",
        observed_at=NIGHT,
        payload_sha256=f"{number:064x}",
        exchange_key="exchanges/one",
        part=f"records/{run}",
        row=number,
        sequence=run,
    )
    redactions = (REDACTION,) if redacted else ()
    return Released(control=f"PRA-{number}", hit=hit, verdict=Verdict.RESPONSIVE, redactions=redactions)


def test_only_records_of_a_run_in_which_something_is_redacted_lose_their_place() -> None:
    records = [released(1, 1), released(2, 2, redacted=True), released(3, 2), released(4, 3)]

    found = unplaced(records)

    assert [(one.hit.part, one.hit.row, one.hit.exchange_key) for one in found] == [
        ("records/1", 1, "exchanges/one"), ("", -1, None), ("", -1, None), ("records/3", 4, "exchanges/one"),
    ]  # fmt: skip
    assert [one.control for one in found] == [one.control for one in records]

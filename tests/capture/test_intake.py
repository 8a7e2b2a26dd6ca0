"""From records to files: every row leads to the answer that it was read from, however full a batch is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from paloverde.archive.exchanges import read_exchange
from paloverde.archive.parquet import from_parquet
from paloverde.archive.seal import Role
from paloverde.capture.intake import BATCH_ROWS, Intake
from paloverde.capture.media import MediaKeeper
from paloverde.capture.spool import Spool
from paloverde.platforms.conversation import Found
from paloverde.platforms.exchange import Exchange
from paloverde.records import Kind, Record
from plaza import ACCOUNT
from plazacity import City

DAY = date(2026, 11, 20)


def answer(number: int) -> Exchange:
    now = datetime.now(UTC)
    return Exchange(f"https://site.example/{number}", (), 200, "OK", (), f"answer {number};".encode(), now)


def record(number: int, native_id: str) -> Record:
    payload = f"answer {number};".encode()
    return Record(platform="plaza", kind=Kind.POST, native_id=native_id, payload=payload)


def test_what_one_answer_gave_in_pieces_leads_to_it_though_its_batch_is_full(city: City) -> None:
    with Spool() as spool:
        intake = Intake(ACCOUNT, DAY, city.vault, spool, MediaKeeper(lambda _: b"", spool))
        for number in range(3):
            intake.exchange(answer(number))
            intake.found(Found([record(number, f"{number}-{n}") for n in range(BATCH_ROWS)], stream="posts"))
            intake.found(Found([record(number, f"{number}-last")], stream="posts"))
        intake.close_batch()
        parts = spool.store(city.vault.store, city.vault.locked_until(DAY))
    exchanges = {part.key: city.vault.store.get(part.stored) for part in parts if part.role is Role.EXCHANGES}
    records = [part for part in parts if part.role is Role.RECORDS]
    assert (len(exchanges), len(records)) == (3, 3)
    for part in records:
        table = from_parquet(city.vault.store.get(part.stored), where=part.key)
        assert table.num_rows == BATCH_ROWS + 1
        for row in table.slice(BATCH_ROWS - 1).to_pylist():
            assert read_exchange(exchanges[row["exchange_key"]], row["exchange_offset"])[1] == row["raw"]

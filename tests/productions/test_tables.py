"""The same fields for spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from documents import HOSTILE, NOON, PRODUCTION, document, filed, hostile, volume
from loadfiles import member

from paloverde.productions.document import Document
from paloverde.productions.fields import FIELDS, entry
from paloverde.productions.formats.tables import Tables
from paloverde.productions.volume import Parts


def tabled(folder: Path, documents: list[Document]) -> Path:
    with volume(folder) as opened:
        tables = Tables(opened)
        for one in documents:
            tables.add(filed(opened, one))
        tables.close()
    return folder / "VOL001.zip"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tabled(tmp_path_factory.mktemp("tables"), hostile())


def test_json_says_every_word_as_it_is(written: Path) -> None:
    rows = [json.loads(line) for line in member(written, ".jsonl").splitlines()]
    assert [row["BODYTEXT"] for row in rows] == list(HOSTILE)
    assert [row["REQUESTNO"] for row in rows] == [[text, "2"] for text in HOSTILE]
    assert rows[0]["DATEPOSTED"] == "2026-11-22T20:00:00Z"


def test_parquet_says_every_word_as_it_is_and_types_the_rest(written: Path) -> None:
    table = pq.read_table(io.BytesIO(member(written, ".parquet")), page_checksum_verification=True)
    assert table.column_names == [field.name for field in FIELDS]
    assert table["BODYTEXT"].to_pylist() == list(HOSTILE)
    assert table["DATEPOSTED"][0].as_py() == NOON
    assert table["FILESIZE"][0].as_py() == 64
    assert table["REDACTED"].to_pylist() == [False] * len(HOSTILE)


def test_a_spreadsheet_runs_nothing_and_loses_nothing(written: Path) -> None:
    body = member(written, ".csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body, newline="")))
    told = [row["BODYTEXT"] for row in rows]
    assert not any(text.lstrip(" \n\"'")[:1] in {*"=+-@\t"} and text[:1] != "'" for text in told)
    assert [text.removeprefix("'").replace("␀", "\0") for text in told] == [
        text.removeprefix("'") for text in HOSTILE
    ]
    assert body.count("\r\n") >= len(HOSTILE) + 1


def test_a_volume_without_documents_has_tables_without_rows(tmp_path: Path) -> None:
    empty = tabled(tmp_path, [])
    assert pq.read_table(io.BytesIO(member(empty, ".parquet"))).num_rows == 0
    assert member(empty, ".jsonl") == b""


def test_many_documents_are_all_there(tmp_path: Path) -> None:
    many = [document(number, f"number {number}") for number in range(1, 5_003)]
    with volume(tmp_path) as opened:
        tables = Tables(opened)
        for one in many:
            tables.add(entry(one, Parts(), PRODUCTION))
        tables.close()
    table = pq.read_table(io.BytesIO(member(tmp_path / "VOL001.zip", ".parquet")))
    assert table["BEGBATES"].to_pylist() == [one.begin for one in many]

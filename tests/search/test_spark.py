"""The same question on Spark, in local mode: its answer is that of a scan.

Left out where PySpark or Java is not installed (the dependency group `spark` and a Java of 17 or later).
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from archives import make_archive, record, removed
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.errors import BadQuestion, UnknownAccount
from paloverde.search.answer import search
from paloverde.search.elsewhere import plan_of, search_elsewhere
from paloverde.search.spark import Spark
from search.index.randomly import City, random_question, random_scope

JAVA = os.environ.get("JAVA_HOME") or shutil.which("java")
QUESTIONS = int(os.environ.get("AGREEMENT_QUESTIONS", "5"))
ASKED = (
    '"street sweeping" OR park~ w/5 pool',
    "removed:no from:2026-02-10 NOT (poster:rosa has:picture)",
    "(*gate OR 公園 OR =café) NOT removed:yes",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not JAVA, reason="Java is not installed here"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the gateway's socket to the Java process
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed here")
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "Asia/Tokyo",  # the answer must not depend on it
        "spark.sql.files.ignoreCorruptFiles": "true",  # nor be shortened by a cluster's own settings
        "spark.sql.files.ignoreMissingFiles": "true",
    }
    builder = sql.SparkSession.builder.master("local[2]").appName("paloverde tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYSPARK_PYTHON", sys.executable)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


def on(session: Any, archive: Archive) -> Spark:
    return Spark(session, at=f"file://{archive.store.root}")  # type: ignore[attr-defined]


@pytest.mark.timeout(600)
def test_the_answer_is_that_of_a_scan_whatever_is_asked(tmp_path: Path, session: Any) -> None:
    chance = random.Random(3)
    city = City(tmp_path, chance)
    city.grow(3, 30)
    city.take_out(city.parts("records")[1], keeping=True)
    city.take_out(city.parts("removed")[0], keeping=False)
    spark, last = on(session, city.archive), max(seal.sequence for seal in city.archive.seals())
    found = 0
    for question in [*ASKED, *(random_question(chance) for _ in range(QUESTIONS))]:
        scope = random_scope(chance, last)
        try:
            scanned = search(city.archive, question, **scope)  # type: ignore[arg-type]
        except (BadQuestion, UnknownAccount):
            continue
        found += scanned.counts.hits
        assert search_elsewhere(city.archive, spark, question, **scope) == scanned, f"{question!r} {scope}"
    assert found > QUESTIONS


def test_the_answer_can_stay_on_the_cluster(tmp_path: Path, session: Any) -> None:
    rows = [record("1", "Street sweeping"), record("2", "sweeping the street"), record("3", "The pool")]
    archive = make_archive(tmp_path, records=rows, removed=[removed(rows[0])])
    frame = on(session, archive).versions(plan_of(archive, '"street sweeping" removed:yes'))
    said = [(row.native_id, row.text, row.is_removed, row.file.split("/")[-4]) for row in frame.collect()]
    assert sorted(said, key=str) == [
        ("1", "Street sweeping", True, "records"),
        ("1", "Street sweeping", True, "removed"),
    ]


def test_a_damaged_file_ends_the_search(tmp_path: Path, session: Any) -> None:
    """One bit of what was said, even where a cluster is told to pass over what it cannot read."""
    rows = [record(str(number), f"The word number {number} is pool") for number in range(200)]
    archive = make_archive(tmp_path, records=rows)
    path = Path(place(archive))
    group = pq.ParquetFile(path).metadata.row_group(0)
    text = next(group.column(n) for n in range(group.num_columns) if group.column(n).path_in_schema == "text")
    body = bytearray(path.read_bytes())
    body[text.data_page_offset + text.total_compressed_size - 20] ^= 1
    path.chmod(0o644)
    path.write_bytes(body)
    with pytest.raises(Exception, match=r"(?i)checksum|corrupt|CRC"):
        search_elsewhere(archive, on(session, archive), "street")


def test_a_file_that_is_gone_ends_the_search(tmp_path: Path, session: Any) -> None:
    archive = make_archive(tmp_path, records=[record("1", "pool")])
    Path(place(archive)).unlink()
    with pytest.raises(Exception, match=r"PATH_NOT_FOUND|does not exist"):
        search_elsewhere(archive, on(session, archive), "street")


def place(archive: Archive) -> str:
    return plan_of(archive, "*").files(Role.RECORDS, str(archive.store.root))[0]  # type: ignore[attr-defined]

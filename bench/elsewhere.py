"""The same question by index, by scan and on Spark in local mode: processor seconds, and equal answers.

    python bench/elsewhere.py [--records 200000]

Needs PySpark (dependency group `spark`) and Java. Spark's seconds are those of a session that is warm: its
start, about half a minute of processor, is told apart.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from pyspark.sql import SparkSession

from corpus import corpus
from paloverde.archive.reader import Archive
from paloverde.search.answer import Answer, search
from paloverde.search.elsewhere import plan_of, search_elsewhere
from paloverde.search.index.asking import Asking
from paloverde.search.index.opening import open_index
from paloverde.search.index.upkeep import refresh
from paloverde.search.spark import Spark

QUESTIONS = (
    '"street sweeping"',
    "pothole~ w/5 road",
    "*gate poster:b* removed:no",
    "palm NOT (desert OR has:picture)",
    "公園",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=200_000)
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), parser.parse_args().records)


def compare(folder: Path, records: int) -> None:
    archive = corpus(folder / "city", records, seed=5)
    refresh(archive, folder / "index", processes=2)
    index = open_index(folder / "index")
    assert index is not None
    asking = Asking(archive, index)
    started = processor()
    spark = Spark(_session(folder), at=f"file://{folder / 'city' / 'store'}")
    search_elsewhere(archive, spark, "nothing w/2 here")
    print(f"{records:,} records; Spark started and warmed in {processor() - started:.0f} cpu-s")
    ways: dict[str, Callable[[str], Answer]] = {
        "index": lambda question: search(archive, question, index=asking),
        "scan": lambda question: search(archive, question),
        "Spark": lambda question: search_elsewhere(archive, spark, question),
    }
    for question in QUESTIONS:
        took, answers = {}, []
        for name, ask in ways.items():
            before = processor()
            answers.append(ask(question))
            took[name] = processor() - before
        if any(one.hits != answers[0].hits for one in answers):
            raise SystemExit(f"{question}: the answers differ")
        hits, rows = answers[0].counts.hits, _candidates(archive, spark, question)
        told = ", ".join(f"{name} {seconds:.1f} cpu-s" for name, seconds in took.items())
        print(f"{question}: {hits:,} hits of {rows:,} candidates; {told}")


def processor() -> float:
    """Seconds of processor of this process and of all that it started."""
    here = psutil.Process()
    times = [one.cpu_times() for one in (here, *here.children(recursive=True))]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


def _candidates(archive: Archive, spark: Spark, question: str) -> int:
    return int(spark.candidates(plan_of(archive, question)).count())


def _session(folder: Path) -> Any:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.local.dir", str(folder))
        .getOrCreate()
    )


if __name__ == "__main__":
    main()

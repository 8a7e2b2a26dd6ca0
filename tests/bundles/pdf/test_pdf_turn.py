"""No two threads call PDFium at once: the desk builds two things beside each other."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pikepdf
import pytest

from paloverde.bundles.leak_finder import Needle
from paloverde.bundles.leaks import Search
from paloverde.bundles.pdf import pages_of
from paloverde.bundles.pdf.turn import PDFIUM


def counted(file: Path) -> None:
    assert pages_of(file) == 1


def looked_into(file: Path) -> None:
    search = Search([Needle("PRA-2026-0001-000001", "Quillon Verstappeling")])
    search.look("data/03_media/one.pdf", io.BytesIO(file.read_bytes()))
    assert not search.unread


@pytest.mark.parametrize("work", [counted, looked_into])
def test_one_waits_for_the_other(tmp_path: Path, work: Callable[[Path], None]) -> None:
    file, done = tmp_path / "one.pdf", list[bool]()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(file)

    def beside() -> None:
        work(file)
        done.append(True)

    thread = Thread(target=beside, daemon=True)
    with PDFIUM:
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(20)
    assert done == [True]

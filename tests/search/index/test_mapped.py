"""Files of the index are read where they are touched, and ahead where that is asked for."""

from __future__ import annotations

import ctypes
import mmap
import os
import time
from pathlib import Path

import numpy as np
import pytest

from paloverde.search.index.mapped import ahead, ahead_for, mapped

PAGES = 512
PAGE = mmap.PAGESIZE


def test_it_gives_what_stands_in_the_file(tmp_path: Path) -> None:
    path, numbers = a_file(tmp_path)
    whole = mapped(path).view("<u4")

    assert np.array_equal(whole, numbers)
    for first, after in ((0, len(whole)), (1, 2), (5, 5), (1023, 70_001), (len(whole) - 3, len(whole))):
        assert np.array_equal(ahead(whole[first:after]), numbers[first:after])
        assert np.array_equal(ahead_for(whole[first:after], 1_000), numbers[first:after])


def test_what_lies_in_no_file_stays_as_it_is() -> None:
    for array in (np.arange(9_000), np.arange(9_000)[5:], np.frombuffer(bytes(9_000), np.uint8), np.empty(0)):
        assert ahead(array) is array


def test_a_page_is_read_without_those_around_it(tmp_path: Path) -> None:
    path, numbers = forgotten(tmp_path)
    whole = mapped(path).view("<u4")
    middle = len(whole) // 2

    assert whole[middle] == numbers[middle]
    assert in_memory(path) < 32  # a machine that is left to itself reads as many at least


def test_what_is_asked_for_comes_by_itself(tmp_path: Path) -> None:
    path, _ = forgotten(tmp_path)
    whole = mapped(path).view("<u4")
    ahead_for(whole, 2)
    assert in_memory(path) == 0  # two places are not worth the whole

    ahead(whole[len(whole) // 4 : -len(whole) // 4])

    end = time.monotonic() + 10
    while in_memory(path) < PAGES // 2 and time.monotonic() < end:
        time.sleep(0.01)
    assert PAGES // 2 <= in_memory(path) < PAGES


def a_file(folder: Path) -> tuple[Path, np.ndarray[tuple[int], np.dtype[np.uint32]]]:
    path, numbers = folder / "numbers.bin", np.arange(PAGES * PAGE // 4, dtype="<u4")
    path.write_bytes(numbers.tobytes())
    return path, numbers


def forgotten(folder: Path) -> tuple[Path, np.ndarray[tuple[int], np.dtype[np.uint32]]]:
    """A file that the machine no longer has in memory."""
    path, numbers = a_file(folder)
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)
    if in_memory(path):
        pytest.skip("this file system keeps its files in memory")
    return path, numbers


def in_memory(path: Path) -> int:
    """How many pages of a file the machine has in memory; to ask for it reads none."""
    whole = np.memmap(path, np.uint8, "r")
    told = (ctypes.c_ubyte * PAGES)()
    address = ctypes.c_void_p(whole.ctypes.data)
    assert ctypes.CDLL(None).mincore(address, ctypes.c_size_t(len(whole)), told) == 0
    return sum(page & 1 for page in told)

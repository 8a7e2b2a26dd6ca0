"""Patience with an end: something that takes longer is stopped, and it is told that it took longer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class TooLong(Exception):
    """It was stopped after that many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@contextmanager
def at_most(seconds: float, stop: Callable[[], None]) -> Iterator[None]:
    """`stop` is called from another thread when the time is up; the error that follows becomes `TooLong`."""
    over = threading.Event()

    def end() -> None:
        over.set()
        stop()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield
    except Exception as error:
        if over.is_set():
            raise TooLong(seconds) from error
        raise
    finally:
        timer.cancel()

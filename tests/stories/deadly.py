"""A command that dies as a power cut kills it, at a line that it would print:

python tests/stories/deadly.py BEGINNING-OF-THE-LINE production build …
"""

from __future__ import annotations

import io
import os
import signal
import sys

from paloverde.cli import main


class Deadly(io.StringIO):
    """An output at which its process dies."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = line

    def write(self, text: str) -> int:
        if text.startswith(self._line):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().write(text)


if __name__ == "__main__":
    sys.stdout = Deadly(sys.argv[1])
    sys.exit(main(sys.argv[2:]))

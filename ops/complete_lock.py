"""Completes lock files for older pips: beside `name[extra]==1.0` they want the bare `name==1.0` too.

Without it pip 23.2 (the one of Python 3.11) meets `name>=0.9` of some package, finds only the line with the
extra, and says that not all requirements are pinned. `make lock` runs this.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)\[[^\]]+\]"  # name[extra]
    r"(?P<rest>==[^\n]*\\\n(?:    --hash[^\n]*\n)+)",  # ==1.0 and its hashes
    re.MULTILINE,
)


def completed(lock: str) -> str:
    """The lock with a bare line for every line that has extras."""
    missing = [
        match["name"] + match["rest"]
        for match in _PINNED.finditer(lock)
        if not re.search(rf"^{re.escape(match['name'])}==", lock, re.MULTILINE)
    ]
    return lock + "".join(missing)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(completed(path.read_text(encoding="utf-8")), encoding="utf-8")

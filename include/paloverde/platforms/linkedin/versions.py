"""Until when a version of LinkedIn's API answers.

"Each versioned API release is supported for one year": https://learn.microsoft.com/linkedin/marketing/versioning
A version that is no longer served gets HTTP 426 with the code NONEXISTENT_VERSION.
"""

from __future__ import annotations

import re
from datetime import date

_VERSION = re.compile(r"(20[0-9]{2})(0[1-9]|1[0-2])")

# Last days that LinkedIn itself has named. Every other one is worked out.
STATED = {"202508": date(2026, 8, 17)}
# Others tell of a version (202409) that died on the 15th; the earlier day leaves time to act.
_DAY = 15


def version_dies(version: str) -> date:
    """The day from which a version (YYYYMM) is no longer served. Raises `ValueError` where it is none.

    A day that is not in `STATED` is expected and not promised: LinkedIn names each one only months ahead.
    """
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is no version of LinkedIn's API; those are written as 202608.")
    return STATED.get(version) or date(int(found[1]) + 1, int(found[2]), _DAY)

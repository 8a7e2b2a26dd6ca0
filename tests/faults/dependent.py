"""A night that depends on something that may be missing; `faults.test_dependencies` starts it and judges it.

    python -m faults.dependent HOME ADDRESS

One night of the site `plaza` at that address. The last line it prints is what came of it, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from paloverde.errors import PaloverdeError
from paloverde.records import archive_day
from plaza import PlazaSite
from plazacity import City

Told = dict[str, str | list[str]]


def night(city: City) -> Told:
    """How the night ended, in the words that a person reads."""
    try:
        report, trouble = city.night(archive_day(datetime.now(UTC)))
    except PaloverdeError as error:
        return {"raised": type(error).__name__, "words": str(error), "gaps": []}
    words = str(trouble) if trouble else report.sentence()
    return {"raised": type(trouble).__name__ if trouble else "", "words": words, "gaps": report.gaps}


def main(arguments: Sequence[str]) -> Told:
    home, address = arguments
    site = PlazaSite()  # it runs in the process that started this one
    site.url = address
    return night(City(Path(home), site))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))

"""Paloverde: a city's own archive of its social media, run by Apache Airflow.

import paloverde

with paloverde.open_archive() as archive:
    answer = archive.search('street NEAR/5 sweeping in:"last fiscal year"')
    answer.to_pandas()
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["__version__", "open_archive"]

__version__ = "0.1.0"

# Where what this package offers stands. It is imported when it is first asked for (PEP 562), as `cli.py` does
# with commands: `import paloverde`, which every module and DAG does, stays free of Arrow and the database.
_OFFERED = {"open_archive": "installation.reading"}


def __getattr__(name: str) -> Any:
    if name not in _OFFERED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_OFFERED[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_OFFERED])

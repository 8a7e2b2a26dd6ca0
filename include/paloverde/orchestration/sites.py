"""The sites as Airflow sees them: a task group and a pool for each.

A pool belongs to a task, not to one of its mapped copies, so each site has its own tasks. The pool's slots
are how many of a site's accounts are asked at the same time. Airflow starts no task whose pool is missing:

    python -m paloverde.orchestration.sites > pools.json && airflow pools import pools.json
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from paloverde.orchestration.cities import City, served
from paloverde.platforms import PLATFORMS as _SITES

# Task ids are made of these names: keep them.
PLATFORMS: tuple[str, ...] = tuple(_SITES)

ACCOUNTS_AT_A_TIME = 2


def pool_of(platform: str, city: City) -> str:
    """The name of a site's pool; each city has its own, so that none waits behind another's quota."""
    return f"{city}.site_{platform}" if city else f"site_{platform}"


def pools(cities: Iterable[City] | None = None) -> list[dict[str, Any]]:
    """Every pool that the DAGs of these cities need, or of all, for Airflow's API (`POST /api/v2/pools`)."""
    return [
        {
            "name": pool_of(platform, city),
            "slots": ACCOUNTS_AT_A_TIME,
            "description": f"How many accounts of {platform} are asked at the same time.",
            "include_deferred": False,
        }
        for city in (served() if cities is None else cities)
        for platform in PLATFORMS
    ]


def as_file() -> str:
    """The same, as `airflow pools import` takes them."""
    return json.dumps({pool.pop("name"): pool for pool in pools()}, indent=2)


if __name__ == "__main__":
    print(as_file())

"""A small Page on hand-made Graph answers, with switches for what may go wrong."""

from __future__ import annotations

from typing import Any

from paloverde.records import Account
from platforms.graph_site import GraphSite, error

PAGE = "104000000000001"
ACCOUNT = Account("facebook-cityofsaltbrook", "facebook", PAGE, "CityOfSaltbrook")
FORBIDDEN = error(200, "(#200) Requires pages_messaging permission", status=403)


def post(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"{PAGE}_{number}",
        "created_time": "2026-11-20T18:00:00+0000",
        "message": f"Street sweeping, week {number}",
        "from": {"id": PAGE, "name": "City of Saltbrook"},
        "is_hidden": False,
        "is_published": True,
        **members,
    }


def comment(number: int, on: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": f"{on}_{number}",
        "created_time": "2026-11-20T19:00:00+0000",
        "message": f"¿Cuándo vienen? {number}",
        "from": {"id": f"77{number}", "name": "Inés Baroja"},
        "is_hidden": False,
        **members,
    }


def message(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"m_{number}",
        "created_time": f"2026-11-20T{number % 24:02d}:00:00+0000",
        "from": {"id": "7701", "name": "Inés Baroja"},
        "to": {"data": [{"id": PAGE, "name": "City of Saltbrook"}]},
        "message": f"Question {number}",
        **members,
    }


class Site(GraphSite):
    """The Page of a city."""

    unknown = error(803, "(#803) Some of the aliases you requested do not exist", status=404)

    def __init__(self) -> None:
        super().__init__(
            **{
                "me": {"id": PAGE, "name": "City of Saltbrook"},
                PAGE: {
                    "id": PAGE,
                    "name": "City of Saltbrook",
                    "about": "A city",
                    "followers_count": 812,
                    "fan_count": 790,
                },
            }
        )

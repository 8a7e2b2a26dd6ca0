"""A small Instagram account on hand-made Graph answers, with switches for what may go wrong."""

from __future__ import annotations

from typing import Any

from paloverde.records import Account
from platforms.graph_site import GraphSite, error

PAGE = "104000000000001"
GRAM = "17841400000000001"
ACCOUNT = Account("instagram-cityofsaltbrook", "instagram", GRAM, "cityofsaltbrook")
ME = {"id": PAGE, "instagram_business_account": {"id": GRAM, "username": "cityofsaltbrook"}}
FORBIDDEN = error(10, "(#10) Application does not have permission for this action", status=403)


def post(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"179{number:014d}",
        "timestamp": "2026-11-20T18:00:00+0000",
        "caption": f"Street sweeping, week {number}",
        "username": "cityofsaltbrook",
        "owner": {"id": GRAM, "username": "cityofsaltbrook"},
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "media_url": f"https://scontent.cdninstagram.com/{number}.jpg?oh=1",
        "comments_count": 0,
        **members,
    }


def comment(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"180{number:014d}",
        "timestamp": "2026-11-20T19:00:00+0000",
        "text": f"¿Cuándo vienen? {number}",
        "username": f"ines{number}",
        "from": {"id": f"77{number}", "username": f"ines{number}"},
        "hidden": False,
        **members,
    }


def message(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"aWdfZAG1faXRlbT{number}",
        "created_time": f"2026-11-20T{number % 24:02d}:00:00+0000",
        "from": {"id": "7701", "username": "ines1"},
        "to": {"data": [{"id": GRAM, "username": "cityofsaltbrook"}]},
        "message": f"Question {number}",
        **members,
    }


class Site(GraphSite):
    """The Instagram account of a city."""

    def __init__(self) -> None:
        super().__init__(
            **{
                "me": ME,
                GRAM: {
                    "id": GRAM,
                    "username": "cityofsaltbrook",
                    "name": "City of Saltbrook",
                    "biography": "A city by the lake",
                    "followers_count": 812,
                },
            }
        )

    def posts(self, *posts: dict[str, Any]) -> None:
        self.lists[f"{GRAM}/media"] = list(posts)

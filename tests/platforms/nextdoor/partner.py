"""A small agency on hand-made Nextdoor answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from paloverde.platforms.conversation import Answer, Request
from paloverde.platforms.nextdoor import NEXTDOOR
from paloverde.records import Account
from platforms.talk import Heard, drive

PROFILE = "kQ3-agency_profile"
ACCOUNT = Account("nextdoor-cityofsaltbrook", "nextdoor", PROFILE, "cityofsaltbrook")
AGENCY = {
    "id": PROFILE,
    "is_agency_profile": "true",
    "agency_name": "City of Saltbrook",
    "agency_state": "CA",
}
PRIVATE = {"id": "private", "first_name": "Wren", "last_name": "T.", "is_neighbor_profile": "true"}
BIG = 2**53 + 1


def good(value: Any) -> Answer:
    return Answer(200, {}, json.dumps(value, ensure_ascii=False).encode())


def error(status: int, word: str, said: str = "no") -> Answer:
    return Answer(status, {}, json.dumps({"error": word, "error_description": said}).encode())


def comment(number: int, parent: int | None = None, **members: Any) -> dict[str, Any]:
    made = {
        "id": number,
        "body": f"¿Cuándo? {number}",
        "creation_date_epoch_seconds": 1_763_600_000 + number % 1000,
    }
    return {**made, "parent_comment_id": parent, **members}


def post(number: int, *comments: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "author_id": 4711,
        "body": f"Street sweeping, week {number}",
        "title": "Sweeping",
        "url": f"https://nextdoor.com/p/{number}",
        "creation_date_epoch_seconds": 1_763_500_000 + number,
        "comments": list(comments),
        "reactions": [],
        "media": [],
        **members,
    }


class Partner:
    """Answers by path; `posts` is what the profile has said."""

    def __init__(self, *posts: dict[str, Any]) -> None:
        self.posts = list(posts)
        self.declared: int | None = len(posts)
        self.answers: dict[str, Callable[[Request], Answer]] = {}

    def __call__(self, request: Request) -> Answer:
        if request.path in self.answers:
            return self.answers[request.path](request)
        if request.path == "/me/profiles":
            return good({"primary_profile_id": "private", "profile_list": [PRIVATE, AGENCY]})
        assert request.path == "/post"
        assert dict(request.params) == {"secure_profile_id": PROFILE}
        count = {} if self.declared is None else {"posts_length": self.declared}
        return good({"posts": self.posts, **count})


def night(site: Partner) -> Heard:
    return drive(NEXTDOOR, NEXTDOOR.night(ACCOUNT, None), site)

"""The same wire bytes for everybody: gzip pages of 100 posts as X sends them, of invented people.

The words are those of the API before version 2.167: twarc knows no others.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator

_TEXT = """
the street sweeping starts monday on route council library park water summer heat permit road closed until
noon please move your car thank you city hall meeting agenda vote budget trail dog pool open free event calle
barrido lunes gracias ciudad parque agua verano reunión biblioteca abierto perro familia
"""
_WORDS = _TEXT.split()
PAGE = 100


def pages(records: int, seed: int = 7) -> Iterator[bytes]:
    """Gzip bodies of `records` posts in all, deterministic by seed."""
    chance = random.Random(seed)
    total = (records + PAGE - 1) // PAGE
    for number in range(total):
        count = min(PAGE, records - number * PAGE)
        yield gzip.compress(
            json.dumps(_page(number, count, total, chance), ensure_ascii=False).encode(), 6, mtime=0
        )


def _page(number: int, count: int, total: int, chance: random.Random) -> dict[str, object]:
    users = [
        {
            "id": str(10**18 + number * 60 + n),
            "name": f"Resident {n}",
            "username": f"resident{number}_{n}",
            "verified": False,
        }
        for n in range(60)
    ]
    meta: dict[str, object] = {"result_count": count, "newest_id": "1", "oldest_id": "0"}
    if number + 1 < total:
        meta["next_token"] = f"token{number + 1:09}"
    return {
        "data": [_post(number * PAGE + n, users, chance) for n in range(count)],
        "includes": {"users": users},
        "meta": meta,
    }


def _post(n: int, users: list[dict[str, object]], chance: random.Random) -> dict[str, object]:
    id_ = str(1_990_000_000_000_000_000 + n * 4099)
    words = " ".join(chance.choices(_WORDS, k=28))
    second = n % 60
    post: dict[str, object] = {
        "id": id_,
        "text": f"{words} 🌵 https://t.co/{n:08x}",
        "author_id": users[n % 60]["id"],
        "created_at": f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}T{n % 24:02}:{second:02}:{second:02}.000Z",
        "conversation_id": id_,
        "edit_history_tweet_ids": [id_],
        "lang": "en",
        "public_metrics": {
            "retweet_count": n % 9,
            "reply_count": n % 7,
            "like_count": n % 101,
            "quote_count": 0,
        },
        "possibly_sensitive": False,
        "reply_settings": "everyone",
    }
    if n % 3 == 0:
        post["referenced_tweets"] = [{"type": "replied_to", "id": str(int(id_) - 4099)}]
    return post

"""The same wire bytes for everybody: gzip pages of 100 posts of invented people, as X answers a night.

Each post carries the fields that `platforms/x/questions.py` asks for: entities, edit controls, metrics, the
post that it answers, its author with profile and numbers. No pictures: no peer fetches them. The words are
those of the API before version 2.167: twarc knows no others.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from typing import Any

_TEXT = """
the street sweeping starts monday on route council library park water summer heat permit road closed until
noon please move your car thank you city hall meeting agenda vote budget trail dog pool open free event calle
barrido lunes gracias ciudad parque agua verano reunión biblioteca abierto perro familia
"""
WORDS = _TEXT.split()
PAGE = 100


def pages(records: int, seed: int = 7, first: int = 0) -> Iterator[bytes]:
    """Gzip bodies of `records` posts in all, deterministic by seed; `first` is the number of the first page.

    So other posts follow on those of the pages before it.
    """
    chance = random.Random(seed)
    total = first + (records + PAGE - 1) // PAGE
    for number in range(first, total):
        count = min(PAGE, records - (number - first) * PAGE)
        body = json.dumps(_page(number, count, total, chance), ensure_ascii=False, separators=(",", ":"))
        yield gzip.compress(body.encode(), 6, mtime=0)


def _page(number: int, count: int, total: int, chance: random.Random) -> dict[str, Any]:
    users = [_user(number * 60 + n) for n in range(60)]
    posts = [_post(number * PAGE + n, users, chance) for n in range(count)]
    answered = [post["referenced_tweets"][0]["id"] for post in posts if "referenced_tweets" in post]
    meta: dict[str, Any] = {"result_count": count, "newest_id": posts[0]["id"], "oldest_id": posts[-1]["id"]}
    if number + 1 < total:
        meta["next_token"] = f"token{number + 1:09}"
    return {
        "data": posts,
        "includes": {
            "users": users,
            "tweets": [{**_post(int(id_) % 10**6, users, chance), "id": id_} for id_ in answered],
        },
        "meta": meta,
    }


def _user(n: int) -> dict[str, Any]:
    return {
        "id": str(10**18 + n),
        "name": f"Resident {n}",
        "username": f"resident_{n}",
        "created_at": "2015-03-08T17:22:01.000Z",
        "description": "Desert gardener, two dogs, likes the early trail. Opinions are my own. 🌵",
        "location": "Palma Ria",
        "profile_image_url": f"https://pbs.example/profile_images/{n}/me_normal.jpg",
        "protected": False,
        "public_metrics": {
            "followers_count": n % 900,
            "following_count": 77,
            "tweet_count": 1234,
            "listed_count": 1,
        },
        "verified": False,
    }


def _post(n: int, users: list[dict[str, Any]], chance: random.Random) -> dict[str, Any]:
    id_, author, other = str(1_990_000_000_000_000_000 + n * 4099), users[n % 60], users[(n + 7) % 60]
    link, second = f"https://t.co/{n:08x}", n % 60
    posted = f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}T{n % 24:02}:{second:02}:{second:02}.000Z"
    post: dict[str, Any] = {
        "id": id_,
        "text": f"@{other['username']} {' '.join(chance.choices(WORDS, k=28))} 🌵 #PalmaRia {link}",
        "author_id": author["id"],
        "created_at": posted,
        "conversation_id": id_,
        "display_text_range": [0, 199],
        "edit_controls": {"edits_remaining": 5, "is_edit_eligible": True, "editable_until": posted},
        "edit_history_tweet_ids": [id_],
        "entities": {
            "mentions": [{"start": 0, "end": 12, "username": other["username"], "id": other["id"]}],
            "hashtags": [{"start": 180, "end": 189, "tag": "PalmaRia"}],
            "urls": [
                {
                    "start": 190,
                    "end": 213,
                    "url": link,
                    "expanded_url": f"https://city.example/news/{n}",
                    "display_url": f"city.example/news/{n}",
                    "status": 200,
                    "title": "News of the City",
                }
            ],
        },
        "lang": "en",
        "possibly_sensitive": False,
        "public_metrics": {
            "retweet_count": n % 9,
            "reply_count": n % 7,
            "like_count": n % 101,
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": n % 5000,
        },
        "reply_settings": "everyone",
    }
    if n % 3 == 0:
        post["referenced_tweets"] = [{"type": "replied_to", "id": str(int(id_) - 4099)}]
        post["in_reply_to_user_id"] = other["id"]
    return post

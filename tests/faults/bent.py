"""Corruption as S3 lets it be played from outside: versions taken out, versions that read wrong, names laid over.

A locked version cannot be damaged through S3, and this is what the lock is for. What can be done: a specially
privileged user takes a version out under a GOVERNANCE lock; a proxy turns a bit in every answer that carries a
certain version, which is how damage on the server's disk looks to a reader; other bytes or a delete marker are laid
over a name, which must harm nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from faults.city import FaultyCity
from faults.corruption import live
from faults.httpproxy import Proxy, proxy_to
from faults.places import fresh_bucket, fresh_home
from faults.results import Progress, Result
from stores import Place

WAYS = ("taken out", "reads wrong", "laid over", "delete marker")
HARMLESS = ("laid over", "delete marker")
AT_ONCE = 6


def play(access: dict[str, str], proxy: Proxy, seed: int, done: Counter[str]) -> list[str]:
    """One archive in a bucket with a second copy in a directory, damaged in a few places; what went wrong."""
    rng = Random(f"bent/{seed}")
    with fresh_home() as home, fresh_bucket(access) as place:
        city = FaultyCity(
            home, place, None, seed=seed, more={"PALOVERDE_SECOND_STORE": f"file://{home / 'second'}"}
        )
        try:
            live(city)
            city.installation.copies.copy()
            return _damage(city, place, proxy, rng, done)
        finally:
            proxy.bend([])
            city.close()


def _damage(city: FaultyCity, place: Place, proxy: Proxy, rng: Random, done: Counter[str]) -> list[str]:
    assert city.mirror is not None
    city.mirror.refresh()
    before = {key: Path(city.home / "mirror" / key).read_bytes() for key in city.mirror.versions}
    copied = [key for key in sorted(before) if (city.home / "second" / key).is_file()]
    chosen = {key: rng.choice(WAYS) for key in rng.sample(copied, min(AT_ONCE, len(copied)))}
    versions = {key: next(iter(city.mirror.versions[key])) for key in chosen}
    client: Any = city.mirror.client
    bucket = place.url.removeprefix("s3://")
    for key, way in chosen.items():
        done[way] += 1
        if way == "taken out":
            client.delete_object(
                Bucket=bucket, Key=key, VersionId=versions[key], BypassGovernanceRetention=True
            )
        elif way == "laid over":
            client.put_object(Bucket=bucket, Key=key, Body=b"other bytes")
        elif way == "delete marker":
            client.delete_object(Bucket=bucket, Key=key)
    proxy.bend([versions[key] for key, way in chosen.items() if way == "reads wrong"])
    city.place = place.behind(proxy.endpoint)
    city.reopen()
    copies = city.installation.copies
    said = " ".join(copies.check().damaged)
    wrong = [
        f"{way} of {key}: not found" for key, way in chosen.items() if way not in HARMLESS and key not in said
    ]
    wrong += [
        f"{way} of {key}: called damaged" for key, way in chosen.items() if way in HARMLESS and key in said
    ]
    repair = copies.repair()
    wrong += [f"lost: {key}" for key in repair.lost]
    after = copies.check()
    wrong += [f"not whole after the repair: {words}" for words in (*after.damaged, *after.database)]
    wrong += [
        f"reads otherwise: {one.key}"
        for one in _kept(city)
        if city.installation.vault.store.get(one) != before[one.key]
    ]
    return wrong


def _kept(city: FaultyCity) -> list[Any]:
    """Every object that a seal names, as it is named there."""
    return [part.stored for seal in city.installation.archive.seals() for part in seal.run.parts]


def long_form(access: dict[str, str], progress: Progress, *, seconds: float, wanted: int = 300) -> Result:
    """So many corruptions of objects in buckets, where the time allows."""
    begun, done, breaks, seed = time.monotonic(), Counter[str](), list[str](), 0
    with proxy_to(access["endpoint"]) as proxy:
        while done.total() < wanted and (not seed or time.monotonic() < begun + seconds):
            seed += 1
            breaks += [f"seed {seed}: {words}" for words in play(access, proxy, seed, done)]
            progress(f"corruption on S3: {done.total():,} of {wanted:,}, {len(breaks)} broken")
    total = done.total()
    note = (
        "What lies under a GOVERNANCE lock was taken out by a user with the right to do so; under a COMPLIANCE "
        "lock the server refuses that to everybody."
    )
    return Result("corruption S3", "Corruption of objects, as S3 lets it be played from outside", total,
                  max(0, total - len(breaks)), time.monotonic() - begun, breaks, dict(sorted(done.items())),
                  [note], whole=total >= wanted)  # fmt: skip

"""The mirror of a bucket, by which the audit of the S3 runs judges, against the server itself."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from faults.mirror import BucketEvidence, mirror_of
from faults.places import fresh_bucket
from simcity.evidence import media_key
from stores import NO_SERVER, find_s3

pytestmark = pytest.mark.s3


def test_a_lock_that_was_made_longer_after_it_was_read_is_seen(tmp_path: Path) -> None:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    now, sha256 = datetime.now(UTC).replace(microsecond=0), hashlib.sha256(b"a picture").hexdigest()
    with fresh_bucket(access) as place:
        store, mirror = place.store(), mirror_of(place, tmp_path)
        stored = store.put(media_key(sha256), b"a picture", locked_until=now + timedelta(minutes=5))
        evidence = BucketEvidence(mirror, tmp_path, lambda *_: None)
        mirror.refresh()
        assert evidence.media_lock(sha256) == now + timedelta(minutes=5)
        store.extend(stored, now + timedelta(minutes=9))
        assert evidence.media_lock(sha256) == now + timedelta(minutes=9)

"""Users of a real S3 server, one for each role, under the policy that `paloverde store policy` prints."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from paloverde.archive.store.roles import Role, bucket_policy
from paloverde.archive.store.s3 import connect
from stores import ROOT, Place, bucket_at


@contextmanager
def users_of_the_roles(access: dict[str, str]) -> Iterator[dict[str, Place]]:
    """A bucket under the printed policy, and places that are entered as each role's user, and as its owner."""
    names = {role: f"t{uuid.uuid4().hex[:8]}-{role}" for role in Role}
    with bucket_at("s3", access) as owner:
        places = {"owner": owner}
        try:
            for role, uid in names.items():
                made = json.loads(_administer("user", "create", f"--uid={uid}", f"--display-name={uid}"))
                keys = {part: made["keys"][0][part] for part in ("access_key", "secret_key")}
                places[role] = Place(role, owner.url, owner.keys | keys)
            bucket = owner.url.removeprefix("s3://")
            policy = bucket_policy(bucket, {role: f"arn:aws:iam:::user/{uid}" for role, uid in names.items()})
            connect(region=None, **owner.keys).put_bucket_policy(Bucket=bucket, Policy=policy)
            yield places
        finally:
            for role, uid in names.items():
                if role in places:
                    _administer("user", "rm", f"--uid={uid}")


def _administer(*words: str) -> str:
    """Ceph's own tool, in the folder of the server that `make s3` started."""
    cluster = Path(os.environ.get("PALOVERDE_TEST_S3") or ROOT / ".s3" / "s3.json").parent / "cluster"
    if shutil.which("radosgw-admin") is None or not os.access(cluster, os.R_OK):
        pytest.skip("users of this S3 server cannot be made from here")
    command = ["radosgw-admin", "-c", "ceph.conf", "-n", "client.rgw", "--admin-socket=", *words]
    return subprocess.run(command, cwd=cluster, capture_output=True, text=True, check=True).stdout

"""What is loaded to open a store: boto3 only for a bucket."""

from __future__ import annotations

import subprocess
import sys

import pytest

OPENED = """
import sys
import paloverde.commands.search
from paloverde.archive.store import open_store

open_store({url!r}, access_key="key", secret_key="secret")
print("boto3" in sys.modules)
"""


@pytest.mark.parametrize(("url", "loaded"), [("file:///nowhere/at/all", "False"), ("s3://bucket", "True")])
def test_boto3_is_loaded_for_a_bucket_alone(url: str, loaded: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", OPENED.format(url=url)], capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == loaded

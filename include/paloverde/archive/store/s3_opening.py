"""Opening a bucket in each of the ways that `paloverde.archive.store` offers. That loads this by its name."""

from __future__ import annotations

import secrets

from paloverde.archive.store.encryption import encryption_of
from paloverde.archive.store.interface import Grade
from paloverde.archive.store.s3 import S3Store, connect, make_bucket
from paloverde.archive.store.s3_destroyer import S3Destroyer
from paloverde.archive.store.s3_tamper import S3Tamper

PROBE_PATIENCE = 5.0  # seconds: the probe asks what a store does, not what it may do later


class Bucket:
    """A bucket by its name, where its server is, and the keys to it; see `s3.connect`."""

    def __init__(
        self,
        name: str,
        endpoint: str | None,
        region: str | None,
        access_key: str | None,
        secret_key: str | None,
    ) -> None:
        self.name, self.endpoint, self.region, self.access_key = name, endpoint, region, access_key
        self.client = connect(endpoint, region=region, access_key=access_key, secret_key=secret_key)

    def store(self, mode: Grade, encryption: str | None = None) -> S3Store:
        return S3Store(self.client, self.name, mode, encryption=encryption_of(encryption))

    def tamper(self, mode: Grade, encryption: str | None = None) -> S3Tamper:
        stranger = connect(
            self.endpoint,
            region=self.region,
            access_key=self.access_key or "stranger",
            secret_key=secrets.token_hex(20),
        )
        asked = encryption_of(encryption)
        store = S3Store(self.client, self.name, mode, patience=PROBE_PATIENCE, encryption=asked)
        return S3Tamper(store, stranger)

    def destroyer(self, mode: Grade, encryption: str | None = None) -> S3Destroyer:
        return S3Destroyer(self.store(mode, encryption))

    def make(self) -> bool:
        return make_bucket(self.client, self.name)

"""An unlocked bucket for what can be made again; see `paloverde.archive.store.shelf`."""

from __future__ import annotations

from paloverde.archive.store.s3 import checksums, connect, plainly
from paloverde.errors import BadSetting


class S3Shelf:
    """One `put_object` per file. A bucket that locks by itself is refused: nothing there could be renewed."""

    def __init__(
        self,
        bucket: str,
        endpoint: str | None,
        region: str | None,
        access_key: str | None,
        secret_key: str | None,
    ) -> None:
        self._client = connect(endpoint, region=region, access_key=access_key, secret_key=secret_key)
        self._bucket = bucket
        self._server = f"S3 bucket {bucket} at {self._client.meta.endpoint_url}"

    @property
    def address(self) -> str:
        return f"s3://{self._bucket}"

    def write(self, key: str, body: bytes) -> None:
        with plainly(self._server):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, **checksums(body))
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        if head.get("ObjectLockMode"):
            raise BadSetting(
                f"{self._server} locks what is put there, and what can be made again is not to be locked: "
                "use a bucket without Object Lock."
            )

    def read(self, key: str) -> bytes | None:
        with plainly(self._server):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except self._client.exceptions.NoSuchKey:
                return None
            return answer["Body"].read()

"""How the Iceberg library reads sealed files and writes metadata: through the store, and onto the shelf."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from paloverde.archive.reader import SealedPart
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.store.shelf import Shelf


class LakeFiles(FileIO):
    """Sealed files are read as the seals name them, their hashes checked. Nothing else is read, or deleted.

    `at` is the store's address as other programs name it.
    """

    def __init__(self, store: Store, at: str, shelf: Shelf) -> None:
        super().__init__()
        self._store, self._at, self._shelf = store, at, shelf
        self._sealed: dict[str, Stored] = {}

    def named(self, parts: Iterable[SealedPart]) -> list[str]:
        """The addresses of these sealed files, which alone can be read from now on."""
        self._sealed = {self.address(part.part.key): part.part.stored for part in parts}
        return list(self._sealed)

    def address(self, key: str) -> str:
        """How other programs name a sealed file."""
        return f"{self._at}/{key}"

    def new_input(self, location: str) -> InputFile:
        sealed = self._sealed.get(location)
        if sealed is not None:
            return _Kept(location, self._store.get(sealed))
        return _Kept(location, self._shelf.read(self._key(location)))

    def new_output(self, location: str) -> OutputFile:
        return _Written(location, self._shelf, self._key(location))

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Left alone: old metadata holds no content, and whoever reads it now may still need it."""

    def _key(self, location: str) -> str:
        return location.removeprefix(f"{self._shelf.address}/")


class _Kept(InputFile):
    """A file whose bytes are at hand; None where there is none."""

    def __init__(self, location: str, body: bytes | None) -> None:
        super().__init__(location)
        self._body = body

    def __len__(self) -> int:
        return len(self._body or b"")

    def exists(self) -> bool:
        return self._body is not None

    def open(self, seekable: bool = True) -> InputStream:
        del seekable
        if self._body is None:
            raise FileNotFoundError(self.location)
        return io.BytesIO(self._body)


class _Written(OutputFile):
    """A file of metadata, written to the shelf when it is closed."""

    def __init__(self, location: str, shelf: Shelf, key: str) -> None:
        super().__init__(location)
        self._shelf, self._key, self._length = shelf, key, 0

    def __len__(self) -> int:
        return self._length

    def exists(self) -> bool:
        return self._shelf.read(self._key) is not None

    def to_input_file(self) -> InputFile:
        return _Kept(self.location, self._shelf.read(self._key))

    def create(self, overwrite: bool = False) -> OutputStream:
        del overwrite  # the names of metadata files hold a random number of 122 bits
        return _Sink(self._put)

    def _put(self, body: bytes) -> None:
        self._length = len(body)
        self._shelf.write(self._key, body)


class _Sink(io.BytesIO):
    def __init__(self, put: Callable[[bytes], None]) -> None:
        super().__init__()
        self._put = put

    def close(self) -> None:
        if not self.closed:
            self._put(self.getvalue())
        super().close()

"""Opticon image file (rulebook F-2): where the pages of each document are. One line a document, since all of
its pages are one PDF; seven fields by commas, no header, no quotes, CRLF.
"""

from __future__ import annotations

from paloverde.productions.fields import Entry, path_as_link
from paloverde.productions.volume import Volume


class Opt:
    """The image file of one volume."""

    def __init__(self, volume: Volume) -> None:
        self._file = volume.later(f"DATA/{volume.name}.opt").open("xb")

    def add(self, entry: Entry) -> None:
        """Write the line of a document, which has pages."""
        document, image = entry.document, entry.parts.image
        if image is not None:
            path = path_as_link(document.volume, image.path)
            line = f"{document.begin},{document.volume},{path},Y,,,{document.pages}\r\n"
            self._file.write(line.encode("ascii"))

    def close(self) -> None:
        self._file.close()

"""The tree in tiles (C2SP tlog-tiles): objects that never change, from which every hash of the tree follows.

A whole tile of level L holds 256 hashes, each over 256**L entries; beside each tile of level 0 lies the bundle
of its entries. At the right edge of the tree tiles are partial: one for each size that has a signed head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import batched
from typing import NamedTuple

from paloverde.archive.layout import TILE_WIDTH, bundle_of_entries_key, tile_key
from paloverde.archive.log import merkle
from paloverde.errors import ArchiveDamaged

LONGEST_ENTRY = 0xFFFF  # bytes: the length of an entry stands in two
_HEIGHT = 8  # of a tile: 2**8 hashes
_HASH = 32
_KEPT = 64  # tiles in memory

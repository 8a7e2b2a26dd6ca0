"""Holding what was removed: a dossier of its own, locked until two calendar years after (policy V.B.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import batched
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.archive.layout import removed_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.reader import Archive
from paloverde.archive.register import Item
from paloverde.archive.schema import REMOVED
from paloverde.archive.seal import Role
from paloverde.archive.vault import end_of
from paloverde.capture.absence import first_missed
from paloverde.capture.history import Histories, History
from paloverde.capture.removal import Removal
from paloverde.capture.spool import Spool
from paloverde.errors import ArchiveDamaged
from paloverde.imports.removedform import Evidence, completed
from paloverde.records import Account, archive_day

AT_ONCE = 1_000  # removals whose dossiers are gathered in one pass through the records

"""PDFium, which no two threads of a process may call at once: not even for different files."""

from __future__ import annotations

from threading import RLock

PDFIUM = RLock()  # held around every call

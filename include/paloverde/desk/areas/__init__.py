"""The areas of the desk, one module each: its pages, its forms, and what it puts on today's page.

`PAGES` are the routes of all areas, `frame.MENU` the entries that lead to them.
"""

from __future__ import annotations

from paloverde.desk.areas import about, records, search, searches, today, work

PAGES = (today.pages, search.pages, searches.pages, records.pages, work.pages, about.pages)

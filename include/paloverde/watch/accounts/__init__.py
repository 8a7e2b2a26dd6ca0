"""Accounts: who approved them, what their pages say, how they are closed, whose they are (V.A, V.B, V.E).

rules.toml, rules.py   words and numbers that the checks compare with
own_page.py            an account's own page, read from each site's profile
comparing.py           a prescribed text beside what stands there, with the difference in words
"""

from __future__ import annotations

from paloverde.watch.accounts.approval import ACCOUNT_APPROVED
from paloverde.watch.accounts.classes import ACCOUNT_CLASS
from paloverde.watch.accounts.closing import FINAL_CAPTURE
from paloverde.watch.accounts.disclaimer import DISCLAIMER
from paloverde.watch.accounts.official import OFFICIAL_STATUS
from paloverde.watch.accounts.official_sites import OFFICIAL_SITES
from paloverde.watch.accounts.policy_link import POLICY_LINK
from paloverde.watch.accounts.sponsor import SPONSOR_AND_NAME
from paloverde.watch.accounts.titles import TITLES
from paloverde.watch.check import Check
from paloverde.watch.report import Report

CHECKS: tuple[Check, ...] = (
    *(ACCOUNT_APPROVED, SPONSOR_AND_NAME, OFFICIAL_STATUS, DISCLAIMER, POLICY_LINK, FINAL_CAPTURE, TITLES),
    ACCOUNT_CLASS,
)
REPORTS: tuple[Report, ...] = (OFFICIAL_SITES,)

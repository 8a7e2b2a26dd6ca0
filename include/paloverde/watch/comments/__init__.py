"""Checks and reports of comments and of what the City does about them (policy V.B; P-30..P-52)."""

from __future__ import annotations

from paloverde.watch.check import Check
from paloverde.watch.comments.alike import SAME_TEXT
from paloverde.watch.comments.beside import LISTED_BESIDE
from paloverde.watch.comments.blocking import UNEXPLAINED_BLOCK
from paloverde.watch.comments.electing import ELECTION_WORDS
from paloverde.watch.comments.fairness import ELECTION_SKEW, MODERATION_FAIRNESS
from paloverde.watch.comments.hiding import UNEXPLAINED_HIDING
from paloverde.watch.comments.list_changes import LIST_CHANGES, UNEXPLAINED_LIST_CHANGE
from paloverde.watch.comments.listed import LISTED_WORDS
from paloverde.watch.comments.near_repeats import NEAR_REPEATS
from paloverde.watch.comments.pictures_again import PICTURE_AGAIN
from paloverde.watch.comments.repeats import EXACT_REPEATS
from paloverde.watch.comments.samples import HIDING_SAMPLE, OVER_BLOCKING
from paloverde.watch.comments.threats import THREATS
from paloverde.watch.comments.waiting import REPORT_WAITING
from paloverde.watch.comments.whereabouts import WHEREABOUTS
from paloverde.watch.report import Report

CHECKS: tuple[Check, ...] = (
    LISTED_WORDS,
    LISTED_BESIDE,
    PICTURE_AGAIN,
    EXACT_REPEATS,
    NEAR_REPEATS,
    ELECTION_WORDS,
    UNEXPLAINED_BLOCK,
    UNEXPLAINED_HIDING,
    UNEXPLAINED_LIST_CHANGE,
    REPORT_WAITING,
    THREATS,
    WHEREABOUTS,
)
REPORTS: tuple[Report, ...] = (
    MODERATION_FAIRNESS,
    SAME_TEXT,
    ELECTION_SKEW,
    HIDING_SAMPLE,
    OVER_BLOCKING,
    LIST_CHANGES,
)

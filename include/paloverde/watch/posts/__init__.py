"""The City's own posts: what they link to, show, tell, and by what right (policy V, V.A.7 to V.A.13)."""

from __future__ import annotations

from paloverde.watch.check import Check
from paloverde.watch.posts.confidential import CONFIDENTIAL_MATTERS
from paloverde.watch.posts.consent import VERBAL_CONSENT
from paloverde.watch.posts.contacts_told import CONTACTS_IN_POSTS
from paloverde.watch.posts.corrections import CORRECTIONS_MADE, UNTIED_CORRECTION
from paloverde.watch.posts.guidelines import OWN_GUIDELINES
from paloverde.watch.posts.link_back import LINK_BACK, LINK_BACK_RATE
from paloverde.watch.posts.notices import NOTICE_WITHOUT_LINK
from paloverde.watch.posts.outbound import OUTBOUND_LINKS
from paloverde.watch.posts.personal import PERSONAL_INFORMATION
from paloverde.watch.posts.photographs import PHOTO_RELEASE
from paloverde.watch.posts.rights import MEDIA_RIGHTS_CHECK
from paloverde.watch.report import Report

CHECKS: tuple[Check, ...] = (
    LINK_BACK,
    NOTICE_WITHOUT_LINK,
    PHOTO_RELEASE,
    VERBAL_CONSENT,
    MEDIA_RIGHTS_CHECK,
    PERSONAL_INFORMATION,
    CONFIDENTIAL_MATTERS,
    OWN_GUIDELINES,
    UNTIED_CORRECTION,
)
REPORTS: tuple[Report, ...] = (LINK_BACK_RATE, OUTBOUND_LINKS, CORRECTIONS_MADE, CONTACTS_IN_POSTS)

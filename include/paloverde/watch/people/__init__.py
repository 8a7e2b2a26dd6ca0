"""People: who may post, who signed the policy, who left, who speaks and campaigns (V.A.4 to V.A.6, V.E.4).

rules.toml, rules.py   words and numbers that the checks compare with
publishers.py          which person published an item, where a site says so
"""

from __future__ import annotations

from paloverde.watch.check import Check
from paloverde.watch.people.acknowledged import ACKNOWLEDGED_POLICY
from paloverde.watch.people.authorized import AUTHORIZED_PUBLISHER
from paloverde.watch.people.campaign_staff import STAFF_ON_CAMPAIGN
from paloverde.watch.people.designated import DESIGNATED_USER
from paloverde.watch.people.endorsement import ENDORSEMENT
from paloverde.watch.people.leavers import LEAVERS
from paloverde.watch.people.reviews import ACCESS_REVIEW
from paloverde.watch.people.speaking import SPOKESPERSON
from paloverde.watch.people.who_may_post import WHO_MAY_POST
from paloverde.watch.report import Report

CHECKS: tuple[Check, ...] = (
    *(AUTHORIZED_PUBLISHER, ACKNOWLEDGED_POLICY, ACCESS_REVIEW, LEAVERS, SPOKESPERSON, ENDORSEMENT),
    *(STAFF_ON_CAMPAIGN, DESIGNATED_USER),
)
REPORTS: tuple[Report, ...] = (WHO_MAY_POST,)

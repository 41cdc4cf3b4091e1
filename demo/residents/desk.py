"""What workers did behind the residents' pages: notices, rules, changes by hand, looks at awards; and what waits."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from demo.residents import words
from demo.residents.cast import Cast, clock, named
from demo.residents.clock import Agenda
from demo.residents.people import SEED
from points.models import Award, PointRule
from points.services import deciding, earning, notices, rules

AUDIT_KEPT, KEPT = timedelta(days=9), 3  # awards of the last days, and the last ones drawn, wait for a look
HOUR = timedelta(hours=1)


def plan_desk(cast: Cast, agenda: Agenda) -> None:
    """Put the work behind the pages on the agenda."""
    _notices(cast, agenda)
    _rules(cast, agenda)
    _adjustments(cast, agenda)
    for week in range(8):
        agenda.at(clock(cast.day(2 + 7 * week), 16), _audit, cast, agenda, week)


def _notices(cast: Cast, agenda: Agenda) -> None:
    codes = {one.code[-3:]: one.code for one in cast.communities}
    for number, (title, text, place, ago, days) in enumerate([*words.NOTICES, words.WRONG_NOTICE]):
        code = codes.get(place, "")
        actor = cast.leader(code) if code else cast.users["evaluator"]
        values = {"title": title, "text": text, "community": code, "shown_from": cast.day(ago),
                  "shown_to": cast.day(ago - days)}  # fmt: skip
        # What was posted today is read today, however early it is.
        at = min(clock(cast.day(ago), 8), agenda.now - timedelta(minutes=1))
        agenda.at(at, notices.post, values, uuid=named("notice", number), actor=actor)
    wrong = len(words.NOTICES)
    _title, _text, place, ago, _days = words.WRONG_NOTICE
    agenda.at(clock(cast.day(ago), 11), notices.withdraw, named("notice", wrong), actor=cast.leader(codes[place]))


def _rules(cast: Cast, agenda: Agenda) -> None:
    """Three drafts: one was approved, one was not, one waits for somebody else to look."""
    told = [("meeting", 6, 40, "approved", "同意", "议事会参与度不高，适当提高。"),
            ("neighbour-help", 10, 20, "refused", "单次分值偏高，容易刷分", "鼓励邻里互助。"),
            ("charity-sale", 8, 1, "", "", "岁末义卖季临近，提高积极性。")]  # fmt: skip
    for number, (code, points, ago, fate, note, reason) in enumerate(told):
        at, uuid = clock(cast.day(ago), 10), named("draft", number)

        agenda.at(at, _draft, cast, code, points, at + 48 * HOUR, reason, uuid)
        if fate:
            agenda.at(at + 20 * HOUR, rules.decide_draft, uuid, approved=fate == "approved", note=note,
                      actor=cast.users["commander"])  # fmt: skip


def _draft(cast: Cast, code: str, points: int, since: datetime, reason: str, uuid: UUID) -> None:
    old = PointRule.objects.filter(code=code).latest("version")
    values = {
        "code": code, "name_zh": old.name_zh, "name_en": old.name_en, "points": points, "cap": old.cap,
        "times_a_day": old.times_a_day, "valid_from": since, "reason": reason,
    }  # fmt: skip
    rules.draft(values, uuid=uuid, actor=cast.users["evaluator"])


def _adjustments(cast: Cast, agenda: Agenda) -> None:
    for number, (points, reason, fate, note) in enumerate(words.ADJUSTMENTS):
        who, uuid = cast.helpers[3 + number], named("adjustment", number)
        at = clock(cast.day(15 - number * 4 if fate else 1), 14 + number / 4)
        agenda.at(at, deciding.ask_adjustment, who, points=points, reason=reason, uuid=uuid,
                  actor=cast.users["lead1"])  # fmt: skip
        if fate:
            agenda.at(at + 3 * HOUR, deciding.decide_adjustment, uuid, approved=fate == "approved", note=note,
                      actor=cast.users["commander"])  # fmt: skip


def _audit(cast: Cast, agenda: Agenda, week: int) -> None:
    """Every week the awards drawn by lot are looked at; one was not right. Those of the last days wait."""
    drawn = list(Award.objects.filter(is_audited=True, audited_at=None).order_by("id"))
    drawn = [row for row in drawn[: max(len(drawn) - KEPT, 0)] if row.at < agenda.now - AUDIT_KEPT]
    dice = random.Random(f"{SEED}-audit-{week}")
    for place, row in enumerate(drawn[:20]):
        wrong = week == 3 and place == 0
        note = words.AUDIT_FAILED if wrong else dice.choice(["照片、位置、时间相符。", "记录完整。", ""])
        earning.audit(row.pk, passed=not wrong, note=note, actor=cast.users["evaluator"])

"""How the line stands: one row that every success and every failure moves; the screens are told when it turns."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from dispatch.models import PoliceLink, PoliceMessage
from dispatch.police.link.outbox import is_on
from dispatch.shapes import iso
from shushanwei.common.clock import db_now
from shushanwei.journal.services import record

QUIET_S = 15  # an idle line is tried after so long: a cut shows without traffic
LONGEST_PROBE_S = 30
CUT_AFTER = 2  # one lost answer is no cut
LINE_AUDIENCE = {"permission": "dispatch.view_transfer", "police": True}


def line_shape(link: PoliceLink) -> dict[str, Any]:
    """The line for the console and the desk: off (no other system), up, or cut since an instant."""
    waiting = PoliceMessage.objects.filter(state=PoliceMessage.State.PENDING).count()
    dead = PoliceMessage.objects.filter(state=PoliceMessage.State.DEAD).count()
    return {
        "id": link.pk,
        "rev": link.rev,
        "on": is_on(),
        "down_since": iso(link.down_since) if is_on() else None,
        "last_ok_at": iso(link.last_ok_at),
        "last_heard_at": iso(link.last_heard_at),
        "last_error": link.last_error if link.down_since else "",
        "waiting": waiting,
        "dead": dead,
    }


def line() -> PoliceLink:
    """The row of the line (made at the first look)."""
    return PoliceLink.objects.get_or_create(pk=1)[0]


@transaction.atomic
def went_well(at: datetime | None = None) -> None:
    """The other side has confirmed something: a cut line is whole again, and what waits goes at once."""
    link = _locked()
    now = at or db_now()
    if link.down_since is not None:
        since, link.down_since = link.down_since, None
        link.failures, link.next_probe_at, link.last_ok_at = 0, None, now
        link.save()
        PoliceMessage.objects.filter(state=PoliceMessage.State.PENDING).update(next_try_at=now)
        record(link, "police_link.healed", data={"since": iso(since)}, shape=line_shape, audience=LINE_AUDIENCE)
        return
    link.failures, link.next_probe_at, link.last_ok_at = 0, None, now
    link.save(update_fields=["failures", "next_probe_at", "last_ok_at"])


@transaction.atomic
def went_wrong(error: str) -> None:
    """No answer: the next try comes later, and after a second failure the line counts as cut since the first."""
    link = _locked()
    now = db_now()
    link.failures += 1
    link.last_error = error[:300]
    link.next_probe_at = now + timedelta(seconds=min(2 ** min(link.failures - 1, 10), LONGEST_PROBE_S))
    if link.failures >= CUT_AFTER and link.down_since is None:
        link.down_since = link.last_ok_at or now
        link.save()
        record(link, "police_link.cut", note=link.last_error, shape=line_shape, audience=LINE_AUDIENCE)
        return
    link.save(update_fields=["failures", "last_error", "next_probe_at"])


@transaction.atomic
def heard() -> None:
    """A signed message came in: that way the line carries."""
    PoliceLink.objects.get_or_create(pk=1)
    PoliceLink.objects.filter(pk=1).update(last_heard_at=db_now())


def may_try(now: datetime) -> bool:
    """Whether something may be sent now; a cut line is only tried when its next try has come."""
    link = line()
    return link.next_probe_at is None or link.next_probe_at <= now


def is_quiet(now: datetime) -> bool:
    """Whether nothing was confirmed for so long that the line wants a try of its own."""
    link = line()
    return link.last_ok_at is None or (now - link.last_ok_at).total_seconds() > QUIET_S or link.down_since is not None


def secret() -> bytes:
    """The key that both sides sign with; empty when the link is not set up."""
    return str(settings.POLICE_LINK_SECRET).encode()


def _locked() -> PoliceLink:
    PoliceLink.objects.get_or_create(pk=1)
    return PoliceLink.objects.select_for_update(no_key=True).get(pk=1)

"""Hours of volunteers: check-in and check-out at the place, ratings of both sides, then points; certificates."""

import secrets
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from points.models import Award, Claim, Level, Purpose, Resident, VolunteerCertificate, VolunteerTask
from points.services import consents
from points.services.ledger import Source
from points.services.standing import reward, share_a_device
from points.services.volunteering import LONGEST_WHY, locked_claim, own_claim, step
from points.services.wording_screen import checked, clean_words
from points.volunteering_lifecycle import (
    COMING,
    DONE,
    EARLY,
    GRACE,
    NEAR_M,
    QUARTER_MIN,
    RATE_WITHIN,
    ROUGHEST_M,
    SHORTEST_MIN,
    ClaimStatus,
    home_is_safe,
    minutes_counted,
)
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed
from shushanwei.common.geo import BadPosition, distance_m, to_wgs84
from shushanwei.common.wording import local
from shushanwei.journal.services import record
from shushanwei.people.models import User

RULE = "volunteer-hour"
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read for another
CODE_LENGTH = 10
LONGEST_WORDS = 200


class Here(NamedTuple):
    """What the phone says at the place: the code behind the QR code, degrees in `crs`, how rough they are (metres)."""

    code: str
    lon: float
    lat: float
    accuracy_m: float
    crs: str = "wgs84"


@transaction.atomic
def check_in(resident: Resident, claim_uuid: UUID, here: Here) -> Claim:
    """Begin (签到), from half an hour before the window until its end. Twice is once.

    Raises NotFound; BadInput for `consent`, `code`, `lon`, `lat`, `accuracy`; Conflict outside the window and where one
    alone would enter a home; WrongStep.
    """
    task, row = locked_claim(own_claim(resident, claim_uuid).pk)
    if row.status == ClaimStatus.PRESENT:
        return row
    metres, now = _at_the_place(resident, task, here), db_now()
    if not task.starts_at - EARLY <= now <= task.ends_at:
        raise Conflict(
            _("Check in between %(from)s and %(until)s.")
            % {"from": local(task.starts_at - EARLY, "%m-%d %H:%M"), "until": local(task.ends_at, "%m-%d %H:%M")}
        )
    coming = task.claims.filter(status__in=COMING).count()
    if task.at_home and not home_is_safe(coming, row.is_known):
        raise Conflict(_("Nobody enters a home alone: wait until the community has found a second volunteer."))
    step(row, ClaimStatus.PRESENT, now, data={"resident": resident.pk}, came_at=now, came_m=metres)
    return row


@transaction.atomic
def check_out(resident: Resident, claim_uuid: UUID, here: Here, *, early: bool = False) -> Claim:
    """End (签退), until two hours after the window; counts whole quarters of an hour inside it. Twice is once.

    `early`: leave although nothing counts below half an hour; otherwise Conflict says so. Raises as `check_in` does.
    """
    task, row = locked_claim(own_claim(resident, claim_uuid).pk)
    if row.status in DONE:
        return row
    metres, now = _at_the_place(resident, task, here), db_now()
    if row.status != ClaimStatus.PRESENT or row.came_at is None or now > task.ends_at + GRACE:
        raise Conflict(_("The time to check out is over: speak to the community."))
    minutes = minutes_counted(row.came_at, now, task.starts_at, task.ends_at)
    if minutes == 0 and not early:
        raise Conflict(
            _("At least %(n)s minutes count, from the beginning of the task.") % {"n": SHORTEST_MIN}, too_early=True
        )
    step(row, ClaimStatus.FINISHED, now, data={"resident": resident.pk, "minutes": minutes}, went_at=now,
         went_m=metres, minutes=minutes, finished_at=now, rate_by=now + RATE_WITHIN)  # fmt: skip
    return row


@transaction.atomic
def vouch(claim_id: int, *, minutes: int, why: str, actor: User) -> Claim:
    """A worker vouches for time that no phone has told (补签). Raises BadInput for `minutes`, `why`; WrongStep."""
    task, row = locked_claim(claim_id)
    if row.status in DONE and row.vouched_by_id == actor.pk and row.minutes == minutes:
        return row
    why = checked("why", why, least=1, most=LONGEST_WHY)
    most = int((task.ends_at - task.starts_at).total_seconds() // 60)
    if minutes % QUARTER_MIN or not SHORTEST_MIN <= minutes <= most:
        raise BadInput("minutes", _("Quarters of an hour, from %(least)s to %(most)s minutes.")
                       % {"least": SHORTEST_MIN, "most": most // QUARTER_MIN * QUARTER_MIN})  # fmt: skip
    now = db_now()
    step(row, ClaimStatus.FINISHED, now, actor=actor, data={"minutes": minutes}, minutes=minutes, vouched_by=actor,
         finished_at=min(now, task.ends_at), rate_by=now + RATE_WITHIN, missed_at=None, why=why)  # fmt: skip
    return row


@transaction.atomic
def rate_task(resident: Resident, claim_uuid: UUID, *, stars: int, words: str = "") -> Claim:
    """What the volunteer says, 1 to 5; when both have spoken the points come. Said once; raises BadInput, Conflict."""
    _task, row = locked_claim(own_claim(resident, claim_uuid).pk)
    return _rate(row, "task", stars, words, data={"resident": resident.pk})


@transaction.atomic
def rate_volunteer(
    claim_id: int, *, stars: int, words: str = "", actor: User | None = None, by: Resident | None = None
) -> Claim:
    """What the other side says: the worker, or the resident whose wish it was (`by`). Raises as `rate_task`."""
    task, row = locked_claim(claim_id)
    if by is not None and task.asked_by_id != by.pk:
        raise NotAllowed(_("This is not your wish."))
    return _rate(row, "volunteer", stars, words, actor=actor, data={"resident": by.pk} if by else {})


def due_to_settle(now: datetime) -> list[int]:
    """Finished claims about which somebody has been silent for a week."""
    due = Claim.objects.filter(status=ClaimStatus.FINISHED, rate_by__lte=now).order_by("rate_by")
    return list(due.values_list("pk", flat=True)[:500])


@transaction.atomic
def settle(claim_id: int) -> bool:
    """Silence is content: the points come without a word. False when it is not due."""
    _task, row = locked_claim(claim_id)
    if row.status != ClaimStatus.FINISHED or row.rate_by is None or row.rate_by > db_now():
        return False
    _pay(row)
    return True


def minutes_of_year(claims: QuerySet[Claim], year: int) -> int:
    """Verified minutes of a calendar year among these claims."""
    found = claims.filter(status__in=DONE, finished_at__year=year).aggregate(n=Sum("minutes"))["n"]
    return found or 0


@transaction.atomic
def certify(resident: Resident, *, from_day: date, to_day: date, uuid: UUID) -> VolunteerCertificate:
    """A certificate of verified hours over a span of days. The same id again gives what is there.

    Raises NotAllowed below level 2, BadInput for `to_day`, Conflict where there are no hours.
    """
    kept = VolunteerCertificate.objects.filter(uuid=uuid).first()
    if kept is not None:
        if kept.resident_id != resident.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    if resident.level < Level.VERIFIED:
        raise NotAllowed(_("A certificate bears a name: the community has to verify you first."))
    if from_day > to_day or to_day > db_now().astimezone(STREET).date():
        raise BadInput("to_day", _("From the earlier day to the later one, not beyond today."))
    done = Claim.objects.filter(
        resident=resident, status__in=DONE, minutes__gt=0, finished_at__date__range=(from_day, to_day)
    ).aggregate(minutes=Sum("minutes"), deeds=Count("pk"))
    if not done["minutes"]:
        raise Conflict(_("There are no verified hours on these days."))
    try:
        with transaction.atomic():
            row = VolunteerCertificate.objects.create(
                uuid=uuid, code="".join(secrets.choice(LETTERS) for _n in range(CODE_LENGTH)), resident=resident,
                from_day=from_day, to_day=to_day, issued_at=db_now(), **done,
            )  # fmt: skip
    except IntegrityError:  # the same page a second time, in the same instant
        return VolunteerCertificate.objects.get(uuid=uuid, resident=resident)
    record(row, "certificate.issued", data={"resident": resident.pk, "minutes": row.minutes})
    return row


def _at_the_place(resident: Resident, task: VolunteerTask, here: Here) -> int:
    """Metres to the place of the task, at most 200."""
    if not consents.has(resident, Purpose.LOCATION):
        raise BadInput("consent", _("Your position is needed for this moment: please agree to it first."))
    if not secrets.compare_digest(here.code.encode(), task.check_code.encode()):
        raise BadInput("code", _("Scan the code at the place again: this is another one."))
    try:
        lon, lat = to_wgs84(here.lon, here.lat, here.crs)
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from None
    if not 0 <= here.accuracy_m <= ROUGHEST_M:
        raise BadInput("accuracy", _("Your position is too rough. Step outside and try again."))
    metres = round(distance_m(lon, lat, task.lon, task.lat))
    if metres > NEAR_M:
        raise BadInput("lon", _("You are %(n)s m away; at most %(most)s m.") % {"n": metres, "most": NEAR_M})
    return metres


def _rate(row: Claim, of: str, stars: int, words: str, *, actor: User | None = None, data: dict) -> Claim:
    before = getattr(row, f"{of}_stars")
    if before is not None:
        if before == stars:
            return row
        raise Conflict(_("This was rated already."))
    if row.status != ClaimStatus.FINISHED:
        raise Conflict(_("There is nothing to rate now."))
    if not 1 <= stars <= 5:
        raise BadInput("stars", _("One to five stars."))
    words = checked("words", words, most=LONGEST_WORDS)
    clean_words({"words": words})
    setattr(row, f"{of}_stars", stars)
    setattr(row, f"{of}_words", words)
    row.save(update_fields=[f"{of}_stars", f"{of}_words"])
    record(row, f"claim.{of}_rated", actor=actor, data={"stars": stars, **data})
    if row.task_stars is not None and row.volunteer_stars is not None:
        _pay(row)
    return row


def _pay(row: Claim) -> None:
    """Whole hours earn points; the rule, the caps and the ledger say how many. Once for each claim."""
    now = db_now()
    step(row, ClaimStatus.RATED, now, rated_at=now)
    hours = (row.minutes or 0) // 60
    if hours:
        reward(
            row.resident_id, RULE, Source("claim", str(row.pk)), units=hours, at=row.finished_at,
            refused=Award.Short.DOUBT if _is_doubtful(row) else "",
        )  # fmt: skip


def _is_doubtful(row: Claim) -> bool:
    """One phone behind two people of the same task: somebody looks before points are given."""
    others = set(row.task.claims.filter(status__in=COMING).exclude(pk=row.pk).values_list("resident_id", flat=True))
    if row.task.asked_by_id:
        others.add(row.task.asked_by_id)
    return any(share_a_device(row.resident_id, other) for other in others)

"""What comes of a report: its points by a sweep, what workers think of it, what its reporter thinks of the result."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from incidents.lifecycle import Status
from incidents.models import Incident
from incidents.models.alerts import SourceKind
from incidents.services import Draft, open_or_join, reopen
from points.kinds import REPORT_KINDS
from points.models import Award, ResidentReport, TransactionKind
from points.reports_lifecycle import AT_ONCE, BLOCKED_DAYS, Case, Look, may_follow, outcome
from points.services import ledger, residents
from points.services.earning import award, one_at_a_time
from points.services.ledger import Source
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST = 200
OVER = (Status.CLOSED, Status.FORCE_CLOSED)


def due_to_settle() -> list[int]:
    """Reports whose case says by now what they are worth."""
    says = _decided("incident__") | (Q(incident__status=Status.MERGED) & _decided("incident__master__"))
    due = ResidentReport.objects.filter(says, settled_at=None).exclude(look=Look.HELD)
    return list(due.order_by("id").values_list("pk", flat=True)[:500])


@transaction.atomic
def settle(report_id: int) -> bool:
    """Give what a report earns, once; false while its case does not say, or somebody has still to look."""
    report = _locked(report_id)
    if report.settled_at is not None or report.look == Look.HELD or report.resident is None:
        return False
    rules = outcome(_case_of(report), joined=report.joined)
    if rules is None:
        return False
    refused = Award.Short.DOUBT if report.look in (Look.REFUSED, Look.MALICIOUS) else ""
    for code in rules if report.resident.erased_at is None else ():
        award(report.resident.pk, code, _source(report), refused=refused)
    report.settled_at = db_now()
    report.save(update_fields=["settled_at"])
    record(report, "residentreport.settled", data={"rules": list(rules), "refused": refused})
    return True


@transaction.atomic
def look(report_id: int, to: str, *, note: str, actor: User) -> ResidentReport:
    """Write down what a worker thinks of a report: released, refused or malicious. The same again is once.

    Malicious takes points off, undoes what the report earned, and blocks its resident for 30 days.
    Raises BadInput for `look` and `note`, WrongStep where somebody has decided otherwise.
    """
    if to not in (Look.RELEASED, Look.REFUSED, Look.MALICIOUS):
        raise BadInput("look", _("Choose what you think of it."))
    note = _said("note", note, needed=to != Look.RELEASED)
    report = _locked(report_id)
    if report.look == to and report.looked_by_id == actor.pk:
        return report
    if not may_follow(report.look, to):
        raise WrongStep(_("Somebody has looked at this already."), now=report.look)
    now = db_now()
    report.look, report.looked_at, report.looked_by, report.look_note = to, now, actor, note
    if to == Look.MALICIOUS:
        report.settled_at = report.settled_at or now
    report.save(update_fields=["look", "looked_at", "looked_by", "look_note", "settled_at"])
    if to == Look.MALICIOUS and report.resident is not None and report.resident.erased_at is None:
        one_at_a_time()
        residents.block(report.resident.pk, days=BLOCKED_DAYS, why=note, actor=actor)
        _undo(report, note, actor)
        award(report.resident.pk, "report-malicious", _source(report))
    record(report, "residentreport.looked", actor=actor, note=note, data={"look": to})
    return report


@transaction.atomic
def rate(report: ResidentReport, rating: int, note: str = "") -> ResidentReport:
    """The reporter's one to five for a case that is closed, once. Raises BadInput, Conflict."""
    if not 1 <= rating <= 5:
        raise BadInput("rating", _("One to five."))
    note = _said("note", note, needed=False)
    row = _locked(report.pk)
    if row.rating is not None:
        if row.rating == rating:
            return row
        raise Conflict(_("You have rated this already."))
    if row.case.status not in OVER:
        raise WrongStep(_("This can be rated when it is closed."))
    row.rating, row.rating_note, row.rated_at = rating, note, db_now()
    row.save(update_fields=["rating", "rating_note", "rated_at"])
    record(row, "residentreport.rated", note=note, data={"rating": rating, "resident": row.resident_id})
    return row


@transaction.atomic
def not_solved(report: ResidentReport, why: str) -> ResidentReport:
    """The reporter says that a closed case is not solved, once: it is opened again, else a new one follows it.

    Raises BadInput for `why`, WrongStep while it is not closed.
    """
    why = _said("why", why, needed=True)
    row = _locked(report.pk)
    if row.not_solved_at is not None:
        return row
    if row.rating is not None:
        raise Conflict(_("You have rated this already."))
    if row.case.status not in OVER:
        raise WrongStep(_("This can be rated when it is closed."))
    try:
        with transaction.atomic():
            reopen(row.case.pk, actor=None, reason=why)
    except WrongStep:
        row.followed_by, _opened = open_or_join(_again(row.case, why))
    row.not_solved_at = db_now()
    row.save(update_fields=["not_solved_at", "followed_by"])
    told = {"resident": row.resident_id, "followed_by": row.followed_by_id}
    record(row, "residentreport.not_solved", note=why, data=told)
    return row


def _again(before: Incident, why: str) -> Draft:
    with override("zh-hans"):
        text = _("Follows case %(no)s, which its reporter says is not solved: %(why)s")
    return Draft(
        category=before.category, level=before.level, source_kind=SourceKind.RESIDENT, title=before.title,
        text=text % {"no": before.case_no, "why": why}, address=before.address, lon=before.lon, lat=before.lat,
    )  # fmt: skip


def _decided(path: str) -> Q:
    ended = [Status.REJECTED, Status.VOIDED, *OVER]
    filed = Q(**{f"{path}filed_at__isnull": False}) & (
        Q(**{f"{path}level__gt": AT_ONCE}) | Q(**{f"{path}arrived_at__isnull": False})
    )
    return Q(**{f"{path}status__in": ended}) | (filed & ~Q(**{f"{path}status": Status.MERGED}))


def _case_of(report: ResidentReport) -> Case:
    case = report.case
    merged = report.incident.status == Status.MERGED
    kind = REPORT_KINDS.get(report.kind)
    endangers = kind is not None and kind.safety
    return Case(case.status, case.level, case.filed_at, case.arrived_at, merged, endangers)


def _undo(report: ResidentReport, note: str, actor: User) -> None:
    source = _source(report)
    earned = Award.objects.filter(source_type=source.type, source_id=source.id, given__gt=0)
    for row in earned.select_related("transaction"):
        if row.transaction is not None and row.transaction.kind == TransactionKind.EARN:
            ledger.reverse(row.transaction, note=note, by=actor)


def _source(report: ResidentReport) -> Source:
    return Source("report", str(report.uuid))


def _said(field: str, text: str, *, needed: bool) -> str:
    text = text.strip()
    if needed and not text:
        raise BadInput(field, _("This must be filled in."))
    if len(text) > LONGEST:
        raise BadInput(field, _("At most %(most)s characters.") % {"most": LONGEST})
    return text


def _locked(report_id: int) -> ResidentReport:
    rows = ResidentReport.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "resident", "incident__category", "incident__master", "followed_by"
    )
    report = rows.filter(pk=report_id).first()
    if report is None:
        raise NotFound(_("There is no such thing."))
    return report

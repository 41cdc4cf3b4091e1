"""Penalty cases (立案处罚): filed by hand or by a missed limit, decided with a basis, paid, or not pursued."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound, WrongStep
from shushanwei.people.models import User
from worksites.models import Finding, Penalty, Site
from worksites.services.base import hold_numbers, locked_finding, locked_site, next_number, tell_penalty
from worksites.services.typed import must_type, typed

MOST_YUAN = 10_000_000
REASONS = ("overdue", "serious", "dumping", "other")
Status = Penalty.Status


def file_overdue(finding: Finding, year: str, *, at: datetime) -> Penalty:
    """The case that a missed limit files, once a finding; the locks of numbers, site and finding are held."""
    standing = Penalty.objects.filter(finding=finding).first()
    return standing or _file(finding.site, finding, year, subject=_subject(finding.site), why="overdue", at=at)


@transaction.atomic
def file_penalty(
    *, actor: User, why: str, subject: str = "", finding_id: int | None = None, site_id: int | None = None,
    note: str = "", at: datetime | None = None,
) -> tuple[Penalty, bool]:  # fmt: skip
    """File a case about a finding or a site: (the case, whether it is new); of a finding there is one.

    Raises BadInput for `why`, `site`, `subject`, `note`; NotFound.
    """
    if why not in REASONS:
        raise BadInput("why", _("Choose what it is."))
    subject = typed("subject", subject, Penalty.subject.field)
    note = typed("note", note, Penalty.note.field)
    at = at or db_now()
    year = hold_numbers("penalty", at, "%Y")
    if finding_id is not None:
        finding = locked_finding(finding_id)
        standing = Penalty.objects.filter(finding=finding).first()
        if standing is not None:
            return standing, False
        site = finding.site
    elif site_id is not None:
        finding, site = None, locked_site(site_id)
    else:
        raise BadInput("site", _("This must be filled in."))
    return _file(site, finding, year, subject=subject or _subject(site), why=why, note=note, by=actor, at=at), True


@transaction.atomic
def decide(
    penalty_id: int, *, amount: int, basis: str, decision_no: str, actor: User, note: str = "",
    at: datetime | None = None,
) -> Penalty:  # fmt: skip
    """Write the decision down. The same again changes nothing; raises BadInput by field."""
    basis = must_type("basis", basis, Penalty.basis.field)
    decision_no = must_type("decision_no", decision_no, Penalty.decision_no.field)
    note = typed("note", note, Penalty.note.field)
    if not 0 < amount <= MOST_YUAN:
        raise BadInput("amount", _("From %(least)s to %(most)s.") % {"least": 1, "most": MOST_YUAN})
    penalty = _locked(penalty_id)
    if penalty.status == Status.DECIDED and (penalty.amount, penalty.decision_no) == (amount, decision_no):
        return penalty
    _must_be(penalty, Status.FILED)
    if Penalty.objects.filter(decision_no=decision_no).exclude(pk=penalty.pk).exists():
        raise BadInput("decision_no", _("Another case has this number."))
    penalty.status, penalty.decided_at = Status.DECIDED, at or db_now()
    penalty.amount, penalty.basis, penalty.decision_no, penalty.by = amount, basis, decision_no, actor
    penalty.note = note or penalty.note
    penalty.save()
    tell_penalty(penalty, "decided", actor=actor, at=penalty.decided_at,
                 data={"amount": amount, "decision_no": decision_no})  # fmt: skip
    return penalty


@transaction.atomic
def mark_paid(penalty_id: int, *, actor: User, at: datetime | None = None) -> Penalty:
    """The fine is paid. Twice is once."""
    penalty = _locked(penalty_id)
    if penalty.status == Status.PAID:
        return penalty
    _must_be(penalty, Status.DECIDED)
    penalty.status, penalty.paid_at = Status.PAID, at or db_now()
    penalty.save(update_fields=["status", "paid_at"])
    tell_penalty(penalty, "paid", actor=actor, at=penalty.paid_at)
    return penalty


@transaction.atomic
def drop(penalty_id: int, reason: str, *, actor: User, at: datetime | None = None) -> Penalty:
    """The case is not pursued, with the reason. Twice is once."""
    reason = must_type("reason", reason, Penalty.note.field)
    penalty = _locked(penalty_id)
    if penalty.status == Status.CLOSED:
        return penalty
    _must_be(penalty, Status.FILED)
    penalty.status, penalty.note, penalty.by = Status.CLOSED, reason, actor
    penalty.save(update_fields=["status", "note", "by"])
    tell_penalty(penalty, "dropped", actor=actor, note=reason, at=at)
    return penalty


@transaction.atomic
def note_reconsideration(penalty_id: int, text: str, *, actor: User, at: datetime | None = None) -> Penalty:
    """The fined party asks for reconsideration (复议), or what came of it."""
    text = must_type("reconsideration", text, Penalty.reconsideration.field)
    penalty = _locked(penalty_id)
    _must_be(penalty, Status.DECIDED, Status.PAID)
    penalty.reconsideration = text
    penalty.save(update_fields=["reconsideration"])
    tell_penalty(penalty, "reconsidered", actor=actor, note=text, at=at)
    return penalty


def _file(
    site: Site, finding: Finding | None, year: str, *, at: datetime, by: User | None = None, **columns: str
) -> Penalty:
    penalty = Penalty.objects.create(
        number=next_number(Penalty, f"CF-{year}-"), site=site, finding=finding, filed_at=at, by=by, **columns
    )
    tell_penalty(penalty, "filed", actor=by, at=at, data={"finding": finding.pk if finding else None})
    return penalty


def _subject(site: Site) -> str:
    return site.builder.name if site.builder else site.name


def _locked(penalty_id: int) -> Penalty:
    found = Penalty.objects.select_for_update(no_key=True).filter(pk=penalty_id).first()
    if found is None:
        raise NotFound(_("There is no such penalty case."))
    return found


def _must_be(penalty: Penalty, *statuses: str) -> None:
    if penalty.status not in statuses:
        raise WrongStep(_("The case is “%(state)s”.") % {"state": penalty.get_status_display()})

"""The colour of a site: recomputed from its facts, overridden by two people, every change explained."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound, WrongStep
from shushanwei.people.models import User
from worksites.colouring import Reason, decide, holds
from worksites.facts import facts_of, pure, rules_in_force
from worksites.lifecycle import RANK, WATCHED, Colour
from worksites.models import ColourChange, ColourOverride, Site
from worksites.services import plan
from worksites.services.base import locked_site, tell
from worksites.services.typed import typed

LOOK_AGAIN = timedelta(days=1)  # a site is looked at daily in any case


@transaction.atomic
def recolour(
    site_id: int, *, actor: User | None = None, at: datetime | None = None, ended: ColourOverride | None = None
) -> bool:
    """Give a site the colour that rules and override say now; true when it changed.

    Call it in the transaction of whatever may change a colour, and whenever `Site.recolour_at` has come. `at` writes
    history, `ended` is an override that was just taken back. The plan of checks follows the colour.
    """
    site = locked_site(site_id)
    now = at or db_now()
    if site.status not in WATCHED:
        Site.objects.filter(pk=site.pk).update(recolour_at=None)
        plan.drop_open(site, now)
        return False
    decision = decide(Colour(site.rule_colour), site.rule_since, facts_of(site, now), pure(rules_in_force(now)), now)
    override = _override(site)
    rose = RANK[decision.colour] > RANK[Colour(site.rule_colour)]
    gone = None
    if override is not None and not holds(override.expires_on, now.astimezone(STREET).date()):
        gone = _("its last day has passed")
    elif override is not None and override.approved_at is not None and rose:
        # Something happened that nobody knew when the override was approved.
        gone = _("overtaken by the rules")
    if override is not None and gone:
        ended = override if override.approved_at is not None else ended
        _end(override, site, now, gone, None)
        override = None
    if override is not None and override.approved_at is None:
        override = None  # asked for, nothing more
    if decision.colour != site.rule_colour:
        site.rule_colour, site.rule_since = decision.colour, now
    shown = Colour(override.colour) if override is not None else decision.colour
    why: list[Reason] = list(decision.why)
    if override is not None:
        why = [_override_reason(override), *why]
    elif ended is not None:
        why = [{"why": "override_ended", "reason": ended.refused_reason}, *why]
    site.recolour_at = min(now + LOOK_AGAIN, decision.next_look_at or now + LOOK_AGAIN)
    changed = shown != site.colour
    before = site.colour
    if changed:
        site.colour, site.colour_since = shown, now
    site.save(update_fields=["rule_colour", "rule_since", "colour", "colour_since", "recolour_at"])
    if changed:
        ColourChange.objects.create(
            site=site, before=before, after=shown, target=decision.target, why=why, by=actor, at=now
        )
        tell(site, "recoloured", actor=actor, data={"before": before, "after": shown, "why": why}, at=at)
    plan.keep_planned(site, now)
    return changed


def due_for_recolour(now: datetime) -> list[int]:
    """Sites whose colour may have changed by time alone; the sweep looks at them."""
    watched = Q(recolour_at__lte=now) | Q(recolour_at=None)
    return list(Site.objects.filter(watched, status__in=WATCHED).order_by("recolour_at").values_list("pk", flat=True))


def recolour_when_due(site_id: int) -> bool:
    """One step of the sweep; looks again under the lock."""
    with transaction.atomic():
        site = locked_site(site_id)
        if site.recolour_at is not None and site.recolour_at > db_now():
            return False
        recolour(site_id)
        return True


@transaction.atomic
def ask_override(
    site_id: int, *, uuid: UUID, colour: str, reason: str, expires_on: date, actor: User
) -> ColourOverride:
    """Ask for another colour than the rules say; a leader approves. Twice is once.

    Raises BadInput for `colour`, `reason` and `expires_on`, Conflict where one is asked for or in force already.
    """
    before = ColourOverride.objects.filter(uuid=uuid).first()
    if before is not None:
        return before
    reason = typed("reason", reason, ColourOverride.reason.field)
    site = locked_site(site_id)
    if site.status not in WATCHED:
        raise WrongStep(_("Only a site under construction has a colour."))
    today = db_now().astimezone(STREET).date()
    most = rules_in_force(db_now()).override_days
    if colour not in Colour.values:
        raise BadInput("colour", _("White, yellow or red."))
    if colour == site.colour:
        raise BadInput("colour", _("The site has this colour."))
    if not reason:
        raise BadInput("reason", _("Say why."))
    if not today <= expires_on <= today + timedelta(days=most):
        raise BadInput("expires_on", _("From today to %(days)s days from now.") % {"days": most})
    try:
        with transaction.atomic():
            override = ColourOverride.objects.create(
                site=site, uuid=uuid, colour=colour, reason=reason, expires_on=expires_on,
                asked_by=actor, asked_at=db_now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("Another colour has been asked for already.")) from error
    tell(site, "override_asked", actor=actor, note=reason, data={"colour": colour})
    return override


@transaction.atomic
def approve_override(override_id: int, *, actor: User) -> ColourOverride:
    """Let the asked colour hold until its day. Who asked does not approve."""
    override, site = _locked(override_id)
    if override.approved_at is not None:
        return override
    if override.ended_at is not None:
        raise WrongStep(_("This request has ended."))
    if site.status not in WATCHED:
        raise WrongStep(_("Only a site under construction has a colour."))
    if override.asked_by_id == actor.pk:
        raise NotAllowed(_("Who asked does not approve."))
    now = db_now()
    if not holds(override.expires_on, now.astimezone(STREET).date()):
        raise WrongStep(_("Its last day has passed."))
    override.approved_by, override.approved_at = actor, now
    override.save(update_fields=["approved_by", "approved_at"])
    tell(site, "override_approved", actor=actor, note=override.reason, data={"colour": override.colour})
    recolour(site.pk, actor=actor)
    return override


@transaction.atomic
def end_override(override_id: int, *, reason: str, actor: User | None) -> ColourOverride:
    """Refuse a request, or take an approved one back; the rules count again."""
    reason = typed("reason", reason, ColourOverride.refused_reason.field)
    override, site = _locked(override_id)
    if override.ended_at is not None:
        return override
    if actor is not None and not reason:
        raise BadInput("reason", _("Say why."))
    _end(override, site, db_now(), reason, actor)
    recolour(site.pk, actor=actor, ended=override if override.approved_at is not None else None)
    return override


def _override(site: Site) -> ColourOverride | None:
    """The override that is asked for or approved and has not ended."""
    return ColourOverride.objects.select_for_update(no_key=True).filter(site=site, ended_at=None).first()


def _override_reason(override: ColourOverride) -> Reason:
    return {"why": "override", "reason": override.reason, "until": override.expires_on.isoformat()}


def _end(override: ColourOverride, site: Site, now: datetime, reason: str, by: User | None) -> None:
    override.ended_at, override.refused_reason, override.refused_by = now, reason, by
    override.save(update_fields=["ended_at", "refused_reason", "refused_by"])
    tell(site, "override_ended", actor=by, note=reason, data={"colour": override.colour}, at=now)


def _locked(override_id: int) -> tuple[ColourOverride, Site]:
    site_id = ColourOverride.objects.filter(pk=override_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(_("There is no such request."))
    site = locked_site(site_id)
    return ColourOverride.objects.select_for_update(no_key=True).get(pk=override_id), site

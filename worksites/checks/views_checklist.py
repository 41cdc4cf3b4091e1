"""The editor of the checklist: the version in use, a draft beside it, publish."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from shushanwei.common.errors import NotFound
from worksites.checks import desk
from worksites.checks.forms import ItemForm
from worksites.lifecycle import Phase
from worksites.models import Checklist, ChecklistItem
from worksites.selectors import VIEW
from worksites.services import checklists

EDIT = "worksites.edit_checklist"
FIELDS = ("name_zh", "name_en", "severity", "serious_when_zh", "serious_when_en", "phases", "fix", "fix_days")


@require_safe
@holding(VIEW)
def checklist(request: HttpRequest) -> HttpResponse:
    """`?version=` a version (the newest published one, or the draft for who edits), `?edit=` an item of the draft."""
    return page(request)


def page(request: HttpRequest, *, form: ItemForm | None = None, item_id: int | None = None, status: int = 200):
    """The page; `form` came back with errors."""
    may_edit = desk.who(request).has_perm(EDIT)
    versions = list(Checklist.objects.order_by("-version").select_related("published_by"))
    draft = next((one for one in versions if one.published_at is None), None)
    shown = [one for one in versions if one.published_at is not None or may_edit]
    wanted = desk.number(request, "version")
    in_use = next((one for one in versions if one.published_at is not None), None)
    sheet = next((one for one in shown if one.version == wanted), None) or (draft if item_id else in_use)
    editing = None
    if sheet is not None and sheet.published_at is None and may_edit:
        item_id = item_id or desk.number(request, "edit")
        editing = ChecklistItem.objects.filter(group__checklist=sheet, pk=item_id).first() if item_id else None
    if editing is not None and form is None:
        form = ItemForm(initial={name: getattr(editing, name) for name in FIELDS})
    groups = list(sheet.groups.prefetch_related("items").order_by("code")) if sheet else []
    for group in groups:
        for one in group.items.all():
            one.phase_words = "、".join(str(Phase(code).label) for code in one.phases) or _("all phases")
    context = {"versions": shown, "draft": draft, "in_use": in_use, "sheet": sheet, "groups": groups,
               "count": sum(len(group.items.all()) for group in groups), "editing": editing, "form": form,
               "may_edit": may_edit}  # fmt: skip
    return render(request, "worksites/checklist.html", context, status=status)


@require_POST
@holding(EDIT)
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft, or go on with the one that stands."""
    made = checklists.draft_from_published(actor=desk.who(request))
    return desk.redirect(reverse("worksites:checklist", query={"version": made.version}))


@require_POST
@holding(EDIT)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one item of the draft."""
    found = ChecklistItem.objects.select_related("group__checklist").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such item."))
    form = ItemForm(request.POST)
    if not form.is_valid():
        return page(request, form=form, item_id=pk, status=422)

    def work() -> str:
        checklists.change_item(pk, form.cleaned_data, actor=desk.who(request))
        return _("%(code)s is saved in the draft.") % {"code": found.code}

    version = found.group.checklist.version
    back = reverse("worksites:checklist", query={"version": version}) + f"#i{found.code}"
    return desk.step(request, work, back, form, lambda: page(request, form=form, item_id=pk, status=422))


@require_POST
@holding(EDIT)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on new inspections use the draft."""

    def work() -> str:
        done = checklists.publish(pk, actor=desk.who(request))
        said = _("Version %(n)s is in use for new inspections; those under way keep theirs.")
        return said % {"n": done.version}

    return desk.step(request, work, reverse("worksites:checklist"))


@require_POST
@holding(EDIT)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""

    def work() -> str:
        checklists.drop_draft(pk, actor=desk.who(request))
        return _("The draft is thrown away.")

    return desk.step(request, work, reverse("worksites:checklist"))

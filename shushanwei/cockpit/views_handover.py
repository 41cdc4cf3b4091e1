"""The hand-over page: the note of the running shift, and the note of the one before to be confirmed."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from grid.services import handover as services
from shushanwei.cockpit import handing_over
from shushanwei.common.errors import BadInput, DomainError
from shushanwei.people.models import User

ROWS = {"rows": 3, "maxlength": services.LONGEST_TEXT}


class NoteForm(forms.Form):
    """What is written by hand; lists are one line each, name and rest apart by a colon."""

    instructions = forms.CharField(
        label=gettext_lazy("Leaders' instructions"), required=False, widget=forms.Textarea(ROWS)
    )
    watch = forms.CharField(label=gettext_lazy("Things to watch"), required=False, widget=forms.Textarea(ROWS))
    equipment = forms.CharField(
        label=gettext_lazy("Equipment down"),
        required=False,
        widget=forms.Textarea(ROWS),
        help_text=gettext_lazy("One line each, such as “camera 3: offline since 10:20”."),
    )
    counted = forms.CharField(
        label=gettext_lazy("Keys and radios counted"),
        required=False,
        widget=forms.Textarea(ROWS),
        help_text=gettext_lazy("One line each, such as “radio: 6”."),
    )
    restricted = forms.CharField(
        label=gettext_lazy("Restricted: persons and places that need attention"),
        required=False,
        widget=forms.Textarea(ROWS),
    )

    def values(self, user: User) -> dict:
        """The fields as the service takes them; the restricted part only from who may read it."""
        given = dict(self.cleaned_data)
        for name, second in (("equipment", "state"), ("counted", "count")):
            given[name] = [_pair(line, second) for line in given[name].splitlines() if line.strip()]
        if not user.has_perm("grid.read_restricted"):
            given.pop("restricted")
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@permission_required("grid.hand_over", raise_exception=True)
def handover(request: HttpRequest) -> HttpResponse:
    """GET shows both notes, POST writes that of the running shift."""
    if request.method != "POST":
        return _page(request)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _do(request, lambda: _write(_shift_of(request), form, _who(request)), form)


@require_POST
@login_required
@permission_required("grid.hand_over", raise_exception=True)
def sign(request: HttpRequest) -> HttpResponse:
    """Sign the note of the shift that the page showed; what is open now is frozen into it."""

    def work() -> str:
        services.sign_note(
            _shift_of(request),
            actor=_who(request),
            open_incidents=handing_over.open_urgent(),
            due_soon=handing_over.due_soon(),
        )
        return _("Signed. The next shift confirms it.")

    return _do(request, work)


@require_POST
@login_required
@permission_required("grid.hand_over", raise_exception=True)
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the note of an earlier shift, or of the running one in its last hour."""

    def work() -> str:
        named = request.POST.get("shift", "")
        waiting = [note for note in handing_over.to_confirm() if named in ("", str(note.shift_id))]
        if not waiting:
            raise DomainError(_("There is no signed note to confirm."))
        services.confirm_note(waiting[0].shift_id, actor=_who(request), remark=request.POST.get("remark", ""))
        return _("Confirmed.")

    return _do(request, work)


def _write(shift_id: int, form: NoteForm, user: User) -> str:
    services.write_note(shift_id, actor=user, **form.values(user))
    return _("The note was saved.")


def _shift_of(request: HttpRequest) -> int:
    """The shift whose note the page showed: the running one, or the one before when it began in between."""
    shown = handing_over.notes()
    if shown["running"] is None:
        raise DomainError(_("No shift is laid out now; the roster page shows the week."))
    known = {str(shift.pk): shift.pk for shift in (shown["running"], shown["before"]) if shift is not None}
    named = request.POST.get("shift") or str(shown["running"].pk)
    if named not in known:
        raise DomainError(_("This shift is over for long; its note stays as it is."))
    return known[named]


def _do(request: HttpRequest, work: Callable[[], str], form: NoteForm | None = None) -> HttpResponse:
    try:
        messages.success(request, work())
    except BadInput as error:
        if form is not None and error.field in form.fields:
            form.add_error(error.field, error.message)
            return _page(request, form, status=422)
        messages.error(request, error.message)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("cockpit:handover")


def _page(request: HttpRequest, form: NoteForm | None = None, *, status: int = 200) -> HttpResponse:
    user = _who(request)
    shown = handing_over.notes()
    note = shown["note"]
    form = form or NoteForm(initial=_initial(note))
    may_read = user.has_perm("grid.read_restricted")
    if not may_read:
        del form.fields["restricted"]
    frozen = note is not None and note.signed_at is not None
    context = shown | {
        "form": form,
        "frozen": frozen,
        "waiting": [one for one in handing_over.to_confirm() if one.shift_id not in _shown(shown)],
        "may_read": may_read,
        "urgent": note.open_incidents if frozen else handing_over.open_urgent(),
        "due": note.due_soon if frozen else handing_over.due_soon(),
    }
    return render(request, "cockpit/handover.html", context, status=status)


def _shown(shown: dict) -> set[int]:
    return {shown[name].pk for name in ("running", "before") if shown[name] is not None}


def _initial(note) -> dict:
    if note is None:
        rows = handing_over.silent_sources()
        return {"equipment": "\n".join(f"{row['name']}: {_('silent for a day')}" for row in rows)}
    return {
        "instructions": note.instructions,
        "watch": note.watch,
        "restricted": note.restricted,
        "equipment": "\n".join(f"{row['name']}: {row.get('state', '')}".rstrip(": ") for row in note.equipment),
        "counted": "\n".join(f"{row['name']}: {row.get('count', '')}".rstrip(": ") for row in note.counted),
    }


def _pair(line: str, second: str) -> dict:
    name, _colon, rest = line.replace("：", ":").partition(":")
    return {"name": name.strip(), second: rest.strip()}


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user

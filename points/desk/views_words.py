"""The word list of the market: what comes with the product, what the street added, and a text to try it on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grid.views import holding
from points import typed
from points.desk.reach import step, who
from points.models import StreetWord
from points.services import street_words
from points.services.wording_screen import category_name, screen, shipped
from shushanwei.common.errors import DomainError, NotAllowed
from shushanwei.people.access import reach_of

REVIEW = "points.review_market"
LONGEST_TRY = 500


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@holding(REVIEW)
def words(request: HttpRequest) -> HttpResponse:
    """The list, `?text=` tried on it; POST {word, category, act, why} adds a word, for those who reach the street."""
    error: DomainError | None = None
    if request.method == "POST":
        try:
            _street_only(request)
            street_words.put(
                typed.text(request, "word"), typed.text(request, "category"), typed.text(request, "act"),
                why=typed.text(request, "why"), actor=who(request),
            )  # fmt: skip
            return redirect("points:desk-market-words")
        except NotAllowed:
            raise
        except DomainError as refused:
            error = refused
    rows = list(StreetWord.objects.filter(removed_at=None).select_related("by"))
    for row in rows:
        row.kind = category_name(row.category)
    tried = request.GET.get("text", "")[:LONGEST_TRY]
    context = {
        "rows": rows, "may_edit": reach_of(who(request), REVIEW).street, "acts": StreetWord.Act.choices,
        "said": request.POST if error else {"act": StreetWord.Act.REFUSE}, "errors": _errors(error),
        "categories": [(code, category_name(code)) for code in shipped()], "tried": tried,
        "shipped": [(category_name(code), *both) for code, both in shipped().items()],
        "found": _found(tried) if tried.strip() else None,
    }  # fmt: skip
    return render(request, "points/desk/market/words.html", context, status=error.status if error else 200)


@require_POST
@holding(REVIEW)
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    """A word off the list."""
    _street_only(request)

    def work() -> str:
        street_words.take_off(pk, actor=who(request))
        return _("Taken off the list.")

    return step(request, work, reverse("points:desk-market-words"))


def _street_only(request: HttpRequest) -> None:
    """The list is one for all communities. Raises NotAllowed for who works for some of them only."""
    if not reach_of(who(request), REVIEW).street:
        raise NotAllowed(_("The list holds for the whole street; only who works for all of it changes it."))


def _found(text: str) -> dict[str, list[tuple[str, str]]]:
    verdict = screen(text)
    return {
        "refused": [(category_name(category), word) for category, word in verdict.refused],
        "review": [(category_name(category), word) for category, word in verdict.review],
    }


def _errors(error: DomainError | None) -> dict[str, str]:
    return {} if error is None else {error.field or "all": error.message}

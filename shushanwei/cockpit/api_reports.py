"""Reports for other programs: the list of frozen ones and the figures of a period."""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shushanwei.cockpit.models import Report
from shushanwei.cockpit.reports import access, selectors
from shushanwei.cockpit.reports.periods import Kind, Period, parse
from shushanwei.common.api import NewestFirst, holds
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound


class ReportShape(serializers.ModelSerializer):
    """A frozen report without its figures."""

    made_by = serializers.StringRelatedField()

    class Meta:
        model = Report
        fields = ["id", "kind", "key", "edition", "cutoff_at", "computed_at", "exclusions", "reason", "made_by"]


FIGURES = inline_serializer(
    "ReportFigures",
    {
        "period": serializers.JSONField(help_text="kind, key, first and last date, start and end instant"),
        "frozen": serializers.BooleanField(help_text="whether these numbers are stored and will not change"),
        "edition": serializers.IntegerField(allow_null=True, help_text="of the frozen report"),
        "cutoff": serializers.DateTimeField(help_text="the instant whose state is shown"),
        "running": serializers.BooleanField(help_text="whether the period still goes on"),
        "exclusions": serializers.JSONField(help_text="how many tests, merged within 60 s and exempt are left out"),
        "counts": serializers.JSONField(help_text="figure code → number"),
        "rates": serializers.JSONField(help_text="rate code → 0–1, null below five"),
        "clocks": serializers.JSONField(
            help_text="R30, A5, S15, F24, C60, C480, C1h, C24h → n, met, missed, open_late, exempt, running, "
            "attainment (0–1), attainment_raw, p50, p90, p95 (seconds)"
        ),
        "before": serializers.JSONField(help_text="counts, rates and clocks of the period before, or null"),
        "year_ago": serializers.JSONField(help_text="the same of last year, or null"),
        "by": serializers.JSONField(help_text="dimension → rows with key, name, counts, before and clocks"),
        "days": serializers.JSONField(help_text="one for each date: reported and clocks"),
        "hours": serializers.JSONField(help_text="reported in each of the 24 hours"),
        "matrix": serializers.JSONField(help_text="weekday (Monday first) × hour, null for a day"),
        "top": serializers.JSONField(help_text="the ten classes with the most filed cases"),
        "returns": serializers.JSONField(help_text="returns by reason"),
        "key": serializers.JSONField(help_text="incidents of levels Ⅰ and Ⅱ"),
        "hard": serializers.JSONField(help_text="open for more than 48 h, or returned at least twice"),
    },
)


class Reports(ListAPIView):
    """The frozen reports, newest first."""

    permission_classes = [holds(access.VIEW)]
    serializer_class = ReportShape
    pagination_class = NewestFirst
    queryset = Report.objects.none()
    filter_backends: list = []

    @extend_schema(
        operation_id="reports_list",
        parameters=[OpenApiParameter("kind", enum=[str(kind) for kind in Kind], description="only of this kind")],
    )
    def get(self, request: Request, *args, **kwargs) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        kind = self.request.query_params.get("kind")
        if not kind:
            return selectors.frozen()
        if kind not in set(Kind):
            raise BadInput("kind", "One of day, week, month.")
        return selectors.frozen().filter(kind=kind)


class ReportFigures(APIView):
    """The figures of one period: the frozen ones where they exist, otherwise the state as of now."""

    permission_classes = [holds(access.VIEW)]

    @extend_schema(
        operation_id="reports_figures",
        parameters=[
            OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=[str(kind) for kind in Kind]),
            OpenApiParameter("key", str, OpenApiParameter.PATH, description="2026-11-23, 2026-W47 or 2026-11"),
            OpenApiParameter("edition", OpenApiTypes.INT, description="an earlier edition of a frozen report"),
        ],
        responses={200: FIGURES},
    )
    def get(self, request: Request, kind: str, key: str) -> Response:
        reading = selectors.reading(
            access.reader_of(request.user), _period(kind, key), _edition(request.query_params.get("edition"))
        )
        report = reading.report
        return Response(reading.figures | {"frozen": report is not None, "edition": report.edition if report else None})


def _period(kind: str, key: str) -> Period:
    try:
        period = parse(f"{kind}:{key}")
    except ValueError as error:
        raise BadInput("key" if kind in set(Kind) else "kind", str(error)) from None
    if period.start > db_now():
        raise NotFound(_("This period has not begun."))
    return period


def _edition(asked: str | None) -> int | None:
    if not asked:
        return None
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 5 or not 0 < int(asked) < 32_768:
        raise BadInput("edition", "A number from 1.")
    return int(asked)

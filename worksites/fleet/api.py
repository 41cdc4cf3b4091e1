"""Reading trucks in the API: the track of one of them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from shushanwei.common.api import holds
from worksites.fleet import selectors


class Track(APIView):
    """`?from=&to=` (ISO 8601, 7 days at most; today without them), `?as=geojson` for a line."""

    permission_classes = [holds("worksites.view_trucks")]

    @extend_schema(
        operation_id="truck_track", tags=["trucks"], summary="Where a truck was", responses=OpenApiTypes.OBJECT,
        parameters=[OpenApiParameter(name, str) for name in ("from", "to", "as")],
    )  # fmt: skip
    def get(self, request: Any, pk: int) -> Response:
        truck = selectors.truck_for(request.user, pk)
        since, until = selectors.span(request.query_params.get("from"), request.query_params.get("to"))
        fixes = selectors.track(truck, since, until)
        if request.query_params.get("as") == "geojson":
            return Response(selectors.as_geojson(truck, fixes))
        return Response({"truck": truck.pk, "plate": truck.plate, "from": since, "to": until, "fixes": fixes})

"""Snapshots for the console and the wall, and the small answer they ask for every few seconds."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from shushanwei.cockpit import snapshot
from shushanwei.common.api import holds


class Asked(serializers.Serializer):
    """What a console adds to its question: the incident that is open on it."""

    case = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ConsoleSnapshot(APIView):
    """The console as it is now; its shapes are those of the live pushes."""

    permission_classes = [IsAuthenticated, holds("cockpit.view_console")]

    @extend_schema(
        operation_id="console_snapshot", tags=["cockpit"], parameters=[Asked], responses={200: OpenApiTypes.OBJECT}
    )
    def get(self, request):
        asked = Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(snapshot.console_snapshot(request.user, asked.validated_data.get("case")))


class ScreenSnapshot(APIView):
    """The wall as it is now."""

    permission_classes = [IsAuthenticated, holds("cockpit.view_screen")]

    @extend_schema(operation_id="screen_snapshot", tags=["cockpit"], responses={200: OpenApiTypes.OBJECT})
    def get(self, request):
        return Response(snapshot.screen_snapshot(request.user))


class Pulse(APIView):
    """Figures and counts of today, and how late the clocks are (seconds; 0 is well)."""

    permission_classes = [IsAuthenticated, holds("cockpit.view_screen")]

    @extend_schema(operation_id="cockpit_pulse", tags=["cockpit"], responses={200: OpenApiTypes.OBJECT})
    def get(self, request):
        return Response(snapshot.pulse(request.user))

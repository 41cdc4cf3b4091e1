"""The API of co-governance teams: who is who in a grid, and a phone shown to who calls."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from grid import selectors_team as selectors
from grid.models import CoGovernanceMember
from grid.services import team
from shushanwei.common.api import holds


class TeamMemberShape(serializers.ModelSerializer):
    """A card without its phone in clear text."""

    label = serializers.CharField(source="get_type_display", help_text="the role in the reader's language")

    class Meta:
        model = CoGovernanceMember
        fields = ["id", "grid", "type", "label", "name", "organisation", "covers", "phone_masked"]


class TeamCallInput(serializers.Serializer):
    about = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class TeamPhoneShape(serializers.Serializer):
    phone = serializers.CharField()


class Teams(APIView):
    """The team of a grid, in the order of the nine roles."""

    permission_classes = [holds("grid.view_team")]

    @extend_schema(
        operation_id="grid_team",
        tags=["grid"],
        parameters=[OpenApiParameter("grid", str, required=True)],
        responses={200: TeamMemberShape(many=True)},
    )
    def get(self, request):
        members = selectors.team_of(request.user, request.query_params.get("grid", ""))
        return Response({"results": TeamMemberShape(members, many=True).data})


class TeamCall(APIView):
    """The phone of a team member, for who is about to call; it is written down that it was shown."""

    permission_classes = [holds("grid.call_team")]

    @extend_schema(operation_id="grid_team_call", tags=["grid"], request=TeamCallInput, responses={200: TeamPhoneShape})
    def post(self, request, pk):
        given = TeamCallInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response({"phone": team.show_phone(pk, actor=request.user, about=given.validated_data["about"])})

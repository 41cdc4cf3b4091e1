"""The API of people: transfers for seats and police, escalations for the police desk, the state of the line."""

import django_filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import services
from dispatch.api import checked, filtered
from dispatch.models import PoliceTransfer
from dispatch.police import selectors
from dispatch.police import serializers as shapes
from dispatch.police.link.line import line, line_shape
from dispatch.police.shapes import call_shape, transfer_shape
from incidents.api import filter_parameters
from shushanwei.common.api import NewestFirst, holds

LIST = [OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)]


class TransferFilter(django_filters.FilterSet):
    """Filters of the transfers."""

    status = django_filters.MultipleChoiceFilter(choices=PoliceTransfer.Status.choices)
    police_no = django_filters.CharFilter(max_length=40)

    class Meta:
        model = PoliceTransfer
        fields: list[str] = []


class Transfers(APIView):
    """110 transfers, newest first; the police desk offers one by POST."""

    permission_classes = [holds("dispatch.view_transfer")]

    @extend_schema(
        operation_id="transfers_list",
        parameters=[*filter_parameters(TransferFilter), *LIST],
        responses=shapes.TransferShape(many=True),
    )
    def get(self, request):
        found = filtered(TransferFilter, request, selectors.transfers_for(request.user))
        pages = NewestFirst()
        return pages.get_paginated_response(
            [transfer_shape(row) for row in pages.paginate_queryset(found, request, view=self)]
        )

    @extend_schema(
        operation_id="transfers_offer",
        request=shapes.OfferInput,
        responses={201: shapes.TransferShape, 200: shapes.TransferShape},
    )
    def post(self, request):
        if not request.user.has_perm("dispatch.work_police_desk"):
            self.permission_denied(request)
        given = checked(shapes.OfferInput, request)
        transfer, new = services.receive_transfer(services.Offer(**given), actor=request.user)
        return Response(transfer_shape(transfer), status=201 if new else 200)


class OneTransfer(APIView):
    """One transfer."""

    permission_classes = [holds("dispatch.view_transfer")]

    @extend_schema(operation_id="transfer_read", responses=shapes.TransferShape)
    def get(self, request, pk):
        return Response(transfer_shape(selectors.transfer_for(request.user, pk)))


class TakesTransfer(APIView):
    """A step of the seats."""

    permission_classes = [holds("dispatch.take_transfer")]


class AcceptTransfer(TakesTransfer):
    """The street takes the call: its incident is opened, or joined."""

    @extend_schema(operation_id="transfer_accept", request=shapes.TakeInput, responses=shapes.TransferShape)
    def post(self, request, pk):
        transfer = selectors.transfer_for(request.user, pk)
        given = checked(shapes.TakeInput, request)
        return Response(transfer_shape(services.accept_transfer(transfer.pk, actor=request.user, **given)))


class ReturnTransfer(TakesTransfer):
    """The street gives the call back, with a reason."""

    @extend_schema(operation_id="transfer_return", request=shapes.GiveBackInput, responses=shapes.TransferShape)
    def post(self, request, pk):
        transfer = selectors.transfer_for(request.user, pk)
        given = checked(shapes.GiveBackInput, request)
        return Response(transfer_shape(services.return_transfer(transfer.pk, actor=request.user, **given)))


class FeedTransferBack(TakesTransfer):
    """The first feedback, where the scene has not given it by itself."""

    @extend_schema(operation_id="transfer_feedback", request=shapes.FeedBackInput, responses=shapes.TransferShape)
    def post(self, request, pk):
        transfer = selectors.transfer_for(request.user, pk)
        given = checked(shapes.FeedBackInput, request)
        return Response(transfer_shape(services.feed_back(transfer.pk, actor=request.user, **given)))


class CloseTransferAgain(TakesTransfer):
    """The second closing of a transfer that was sent back."""

    @extend_schema(
        operation_id="transfer_close_again", request=shapes.SecondClosingInput, responses=shapes.TransferShape
    )
    def post(self, request, pk):
        transfer = selectors.transfer_for(request.user, pk)
        given = checked(shapes.SecondClosingInput, request)
        brief = given.pop("confirm_brief")
        done = services.close_again(transfer.pk, actor=request.user, facts=given, confirm_brief=brief)
        return Response(transfer_shape(done))


class ShowCaller(TakesTransfer):
    """Who called, in clear text: written down each time."""

    @extend_schema(operation_id="transfer_caller", request=None, responses={(200, "application/json"): dict})
    def post(self, request, pk):
        transfer = selectors.transfer_for(request.user, pk)
        return Response(services.show_caller(transfer.pk, actor=request.user))


class AtTheDesk(APIView):
    """A step of the police desk."""

    permission_classes = [holds("dispatch.work_police_desk")]


class JudgeTransfer(AtTheDesk):
    """What the police say of the result: passed, or one of three returns."""

    @extend_schema(operation_id="transfer_judge", request=shapes.JudgeInput, responses=shapes.TransferShape)
    def post(self, request, pk):
        transfer = selectors.transfer_for(request.user, pk)
        given = checked(shapes.JudgeInput, request)
        return Response(transfer_shape(services.judge_transfer(transfer.pk, actor=request.user, **given)))


class Escalations(AtTheDesk):
    """Calls for the police that are not over, unanswered first."""

    @extend_schema(operation_id="escalations_list", responses=shapes.CallShape(many=True))
    def get(self, request):
        return Response([call_shape(call) for call in selectors.open_calls(request.user)])


class AcceptCall(AtTheDesk):
    """The police come, with this car."""

    @extend_schema(operation_id="escalation_accept", request=shapes.CarInput, responses=shapes.CallShape)
    def post(self, request, pk):
        call = selectors.call_for(request.user, pk)
        given = checked(shapes.CarInput, request)
        taken = services.accept_call(call.pk, given["unit"], nearest=given["nearest"], actor=request.user)
        return Response(call_shape(taken))


class RefuseCall(AtTheDesk):
    """The police do not come, and say why."""

    @extend_schema(operation_id="escalation_refuse", request=shapes.WhyInput, responses=shapes.CallShape)
    def post(self, request, pk):
        call = selectors.call_for(request.user, pk)
        reason = checked(shapes.WhyInput, request)["reason"]
        return Response(call_shape(services.refuse_call(call.pk, reason, actor=request.user)))


class NoteCall(AtTheDesk):
    """A note of the police in the story of the incident."""

    @extend_schema(operation_id="escalation_note", request=shapes.SaidInput, responses=shapes.CallShape)
    def post(self, request, pk):
        call = selectors.call_for(request.user, pk)
        text = checked(shapes.SaidInput, request)["text"]
        return Response(call_shape(services.note_call(call.pk, text, actor=request.user)))


class Line(APIView):
    """How the line to the police station's own system stands."""

    permission_classes = [holds("dispatch.view_transfer")]

    @extend_schema(operation_id="police_line", responses=shapes.LineShape)
    def get(self, request):
        return Response(line_shape(line()))

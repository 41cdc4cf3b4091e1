"""The dispatch API of the field: a unit's phone and a department's desk answer orders."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import selectors, services
from dispatch import serializers as shapes
from dispatch.api import checked, must_hold
from dispatch.models import Assignment
from dispatch.shapes import read_assignment
from dispatch.state import phone_state
from shushanwei.common.api import holds
from shushanwei.common.errors import BadInput, NotAllowed
from shushanwei.people.models import User

LARGEST_PHOTO = 11 * 1024 * 1024


class Me(APIView):
    """What the unit's phone shows: duty, order, incident, clocks and the story so far."""

    permission_classes = [holds("dispatch.answer_order")]

    @extend_schema(operation_id="unit_me", responses=shapes.PhoneState)
    def get(self, request):
        unit = selectors.unit_of(request.user)
        services.hear(unit.pk)
        return Response(phone_state(unit))


class Duty(APIView):
    """Sign the unit on or off."""

    permission_classes = [holds("dispatch.answer_order")]

    @extend_schema(operation_id="unit_duty", request=shapes.DutyInput, responses=shapes.PhoneState)
    def post(self, request):
        unit = selectors.unit_of(request.user)
        services.set_duty(unit.pk, checked(shapes.DutyInput, request)["on_duty"], actor=request.user)
        return Response(phone_state(selectors.unit_of(request.user)))


class Positions(APIView):
    """A batch of fixes from the unit's phone, also those kept while it was off-line."""

    permission_classes = [holds("dispatch.answer_order")]

    @extend_schema(operation_id="unit_positions", request=shapes.PositionsInput, responses=shapes.PositionsTaken)
    def post(self, request):
        given = checked(shapes.PositionsInput, request)
        fixes = [services.RawFix(**fix) for fix in given["fixes"]]
        taken = services.take_positions(request.user, fixes, given["sent_at"])
        return Response(shapes.PositionsTaken(taken).data)


class TerminalPositions(APIView):
    """Fixes of car terminals through a gateway, for many units at once; wrong ones are named, good ones kept."""

    permission_classes = [holds("dispatch.report_positions")]

    @extend_schema(operation_id="terminal_positions", request=shapes.GatewayInput, responses=shapes.GatewayTaken)
    def post(self, request):
        given = checked(shapes.GatewayInput, request)
        fixes = [(fix.pop("unit"), fix.pop("terminal"), services.RawFix(**fix)) for fix in given["fixes"]]
        return Response(shapes.GatewayTaken(services.take_gateway_positions(fixes, given["sent_at"])).data)


class Delivered(APIView):
    """The order is on the phone's screen; or a seat has read it out by radio."""

    @extend_schema(operation_id="assignment_delivered", request=shapes.DeliveredInput, responses=shapes.AssignmentShape)
    def post(self, request, pk):
        by_radio = checked(shapes.DeliveredInput, request)["by_radio"]
        if by_radio:
            order = selectors.assignment_for(request.user, pk)
            must_hold(request.user, "dispatch.order_unit")
        else:
            order = selectors.own_order(request.user, pk)
        return shown(services.mark_delivered(order.pk, actor=request.user, by_radio=by_radio))


class Accept(APIView):
    """A unit or a department takes the order."""

    @extend_schema(operation_id="assignment_accept", request=shapes.AcceptInput, responses=shapes.AssignmentShape)
    def post(self, request, pk):
        order = selectors.assignment_for(request.user, pk)
        if order.department_id is None:
            return shown(services.accept(selectors.own_order(request.user, pk).pk, actor=request.user))
        order = selectors.own_case(request.user, pk)
        handler = _handler(order, checked(shapes.AcceptInput, request)["handler"])
        return shown(services.accept_case(order.pk, actor=request.user, handler=handler))


class Depart(APIView):
    """The unit has set off; moving phones need not say it."""

    @extend_schema(operation_id="assignment_depart", request=None, responses=shapes.AssignmentShape)
    def post(self, request, pk):
        return shown(services.depart(selectors.own_order(request.user, pk).pk, actor=request.user))


class Decline(APIView):
    """The unit cannot come; the next one is ordered."""

    @extend_schema(operation_id="assignment_decline", request=shapes.DeclineInput, responses=shapes.AssignmentShape)
    def post(self, request, pk):
        order = selectors.own_order(request.user, pk)
        reason = checked(shapes.DeclineInput, request)["reason"]
        return shown(services.decline(order.pk, actor=request.user, reason=reason))


class WithPhoto(APIView):
    """Takes multipart forms, and JSON where no photo is sent."""

    parser_classes = [MultiPartParser, FormParser, JSONParser]


class Arrive(WithPhoto):
    """Arrival told from the scene with a photo; phones inside the geofence need not say it."""

    @extend_schema(
        operation_id="assignment_arrive",
        request={"multipart/form-data": shapes.ArriveInput},
        responses=shapes.AssignmentShape,
    )
    def post(self, request, pk):
        if request.user.has_perm("dispatch.order_unit"):
            selectors.assignment_for(request.user, pk)
            raise NotAllowed(_("An arrival is told from the scene, never from the command room."))
        order = selectors.own_order(request.user, pk)
        given = checked(shapes.ArriveInput, request)
        return shown(
            services.arrive_by_photo(
                order.pk,
                actor=request.user,
                photo=_photo(given),
                accuracy_m=given["accuracy_m"],
                mocked=given["mocked"],
            )
        )


class Feedback(WithPhoto):
    """A report from the scene, in words or with a photo."""

    @extend_schema(
        operation_id="assignment_feedback",
        request={"multipart/form-data": shapes.FeedbackInput, "application/json": shapes.FeedbackInput},
        responses=shapes.AssignmentShape,
    )
    def post(self, request, pk):
        order = selectors.own_order(request.user, pk)
        given = checked(shapes.FeedbackInput, request)
        services.feedback(
            order.pk, actor=request.user, uuid=given["uuid"], text=given["text"], photo=_photo_or_none(given)
        )
        return shown(selectors.assignment_for(request.user, pk))


class Finish(WithPhoto):
    """The unit is done: closing facts, and a photo made after handling."""

    @extend_schema(
        operation_id="assignment_finish",
        request={"multipart/form-data": shapes.FinishInput, "application/json": shapes.FinishInput},
        responses=shapes.AssignmentShape,
    )
    def post(self, request, pk):
        order = selectors.own_order(request.user, pk)
        given = checked(shapes.FinishInput, request)
        facts = {name: given[name] for name in ("found", "contacted", "done", "remains")}
        return shown(services.finish(order.pk, actor=request.user, facts=facts, photo=_photo_or_none(given)))


class Recall(APIView):
    """A seat takes an order back."""

    @extend_schema(operation_id="assignment_recall", request=shapes.RecallInput, responses=shapes.AssignmentShape)
    def post(self, request, pk):
        order = selectors.assignment_for(request.user, pk)
        must_hold(request.user, "dispatch.recall_unit")
        reason = checked(shapes.RecallInput, request)["reason"]
        return shown(services.recall(order.pk, actor=request.user, reason=reason))


class Return(APIView):
    """A department sends the case back, with a reason."""

    @extend_schema(operation_id="assignment_return", request=shapes.ReturnInput, responses=shapes.AssignmentShape)
    def post(self, request, pk):
        order = selectors.own_case(request.user, pk)
        given = checked(shapes.ReturnInput, request)
        return shown(services.send_back(order.pk, actor=request.user, **given))


class Handle(WithPhoto):
    """A department has done the work: words and a photo made after handling, with position and time."""

    @extend_schema(
        operation_id="assignment_handle",
        request={"multipart/form-data": shapes.HandleInput},
        responses=shapes.AssignmentShape,
    )
    def post(self, request, pk):
        order = selectors.own_case(request.user, pk)
        given = checked(shapes.HandleInput, request)
        return shown(services.handle(order.pk, actor=request.user, done=given["done"], photo=_photo(given)))


class Confirm(APIView):
    """The department confirms: the handling clock stops."""

    @extend_schema(operation_id="assignment_confirm", request=None, responses=shapes.AssignmentShape)
    def post(self, request, pk):
        order = selectors.own_case(request.user, pk, "dispatch.confirm_case")
        return shown(services.confirm(order.pk, actor=request.user))


def shown(order: Assignment) -> Response:
    """The order's shape as the answer."""
    return Response(read_assignment(order))


def _photo_or_none(given: dict) -> services.Photo | None:
    return _photo(given) if given["photo"] is not None else None


def _photo(given: dict) -> services.Photo:
    sent = given["photo"]
    if sent.size > LARGEST_PHOTO:
        raise BadInput("photo", _("Larger than 10 MB."))
    return services.Photo.at(
        lon=given["lon"],
        lat=given["lat"],
        crs=given["crs"],
        raw=sent.read(),
        uuid=given["uuid"],
        name=sent.name or "",
        shot_at=given["shot_at"],
    )


def _handler(order: Assignment, username: str) -> User | None:
    if not username:
        return None
    code = order.department.code if order.department else ""
    found = User.objects.filter(username=username, is_active=True, grants__department_code=code).first()
    if found is None:
        raise BadInput("handler", _("Nobody of the department has this user name."))
    return found

"""One address for each step of an incident: check the input, call one service, show the result."""

from collections.abc import Callable

from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents import selectors, services
from incidents import serializers as shapes
from incidents.actions import BY_NAME
from incidents.shapes import incident_shape
from shushanwei.common.errors import BadInput, NotAllowed
from shushanwei.people.models import User

Step = Callable[[int, User, dict], object]


def _force_close(pk: int, user: User, given: dict) -> object:
    second = authenticate(None, username=given["second"], password=given["second_password"])
    if not isinstance(second, User):
        raise BadInput("second", _("The second signature is not right."))
    return services.force_close(pk, actor=user, second=second, reason=given["reason"])


def _reaches(user: User, pk: int, permission: str) -> bool:
    return selectors.incidents_for(user, permission).filter(pk=pk).exists()


def _supervise(pk: int, user: User, given: dict) -> object:
    if given["level"] == 2 and not _reaches(user, pk, "incidents.supervise_as_leader"):
        raise NotAllowed(_("This needs the permission %(code)s.") % {"code": "incidents.supervise_as_leader"})
    return services.supervise(pk, actor=user, **given)


STEPS: dict[str, tuple[type[serializers.Serializer], Step]] = {
    "answer": (shapes.NothingInput, lambda pk, user, given: services.answer(pk, actor=user)),
    "verify": (shapes.NothingInput, lambda pk, user, given: services.order_verification(
        pk, actor=user, collector=selectors.collector_for(pk))),
    "finish-verification": (
        shapes.VerificationInput, lambda pk, user, given: services.finish_verification(pk, actor=user, **given)),
    "file": (shapes.FileInput, lambda pk, user, given: services.file_case(
        pk, actor=user, standard_id=given["standard"], category_id=given.get("category"), szcg_id=given.get("szcg"))),
    "reject": (shapes.ReasonInput, lambda pk, user, given: services.reject(pk, actor=user, **given)),
    "void": (shapes.ReasonInput, lambda pk, user, given: services.void(pk, actor=user, **given)),
    "merge": (shapes.MergeInput, lambda pk, user, given: services.merge(pk, given["master"], actor=user)),
    "return-to-filing": (shapes.NoteInput, lambda pk, user, given: services.return_to_filing(pk, actor=user, **given)),
    "level": (shapes.LevelInput, lambda pk, user, given: services.set_level(pk, actor=user, **given)),
    "decline-reinforcement": (
        shapes.ReasonInput, lambda pk, user, given: services.decline_reinforcement(pk, actor=user, **given)),
    "check": (shapes.NothingInput, lambda pk, user, given: services.order_check(
        pk, actor=user, collector=selectors.collector_for(pk))),
    "finish-check": (shapes.CheckInput, lambda pk, user, given: services.finish_check(pk, actor=user, **given)),
    "close": (shapes.CloseInput, lambda pk, user, given: services.close(pk, actor=user, **given)),
    "force-close": (shapes.ForceCloseInput, _force_close),
    "reopen": (shapes.ReasonInput, lambda pk, user, given: services.reopen(pk, actor=user, **given)),
    "suspend": (shapes.SuspendInput, lambda pk, user, given: services.suspend(pk, actor=user, **given)),
    "resume": (shapes.NothingInput, lambda pk, user, given: services.resume(pk, actor=user)),
    "request-time": (shapes.TimeRequestInput, lambda pk, user, given: services.request_time(
        pk, actor=user, endorsed=_reaches(user, pk, "incidents.endorse_time"), **given)),
    "endorse-time": (shapes.TimeRequestChoice, lambda pk, user, given: services.endorse_request(
        selectors.time_request_of(pk, given["request"]), actor=user)),
    "withdraw-time": (shapes.TimeRequestChoice, lambda pk, user, given: services.withdraw_request(
        selectors.time_request_of(pk, given["request"]), actor=user)),
    "decide-time": (shapes.TimeDecisionInput, lambda pk, user, given: services.decide_request(
        selectors.time_request_of(pk, given["request"]), actor=user, approve=given["approve"], note=given["note"])),
    "supervise": (shapes.SuperviseInput, _supervise),
    "reply-supervision": (shapes.SupervisionReplyInput, lambda pk, user, given: services.reply_supervision(
        selectors.supervision_of(pk, given["supervision"]), actor=user, reply=given["reply"])),
    "clear-supervision": (shapes.SupervisionClearInput, lambda pk, user, given: services.clear_supervision(
        selectors.supervision_of(pk, given["supervision"]), actor=user, note=given["note"])),
    "extend": (shapes.ReasonInput, lambda pk, user, given: services.extend(pk, actor=user, **given)),
    "follow-up": (shapes.FollowUpInput, lambda pk, user, given: services.follow_up(pk, actor=user, **given)),
    "agree-follow-up": (
        shapes.AppointmentInput, lambda pk, user, given: services.agree_follow_up(pk, actor=user, **given)),
}  # fmt: skip


def view_of(name: str) -> type[APIView]:
    """The view of one step, with its own place in the schema."""
    takes, run = STEPS[name]
    permission = BY_NAME[name].permission

    class TakeStep(APIView):
        @extend_schema(
            operation_id=f"incident_{name.replace('-', '_')}",
            request=takes if takes is not shapes.NothingInput else None,
            responses=shapes.IncidentShape,
        )
        def post(self, request, pk):
            # Seen at all? 404 if not. Then: allowed to take this step on it?
            selectors.incident_for(request.user, pk)
            if not selectors.incidents_for(request.user, permission).filter(pk=pk).exists():
                raise NotAllowed(_("This needs the permission %(code)s.") % {"code": permission})
            given = takes(data=request.data)
            given.is_valid(raise_exception=True)
            run(pk, request.user, dict(given.validated_data))
            return Response(incident_shape(selectors.incident_for(request.user, pk)))

    TakeStep.__name__ = TakeStep.__qualname__ = "Step" + name.title().replace("-", "")
    TakeStep.__doc__ = f"Take the step “{name}”; 409 when the state is another by now."
    return TakeStep

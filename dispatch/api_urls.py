"""Addresses below /api/v1/ of this room."""

from django.urls import path

from dispatch import api, api_answers
from dispatch.police import api as police
from dispatch.police import api_link as link
from dispatch.riders import api as riders
from dispatch.riders import api_centre as force

app_name = "dispatch-api"
ANSWERS = {
    "delivered": api_answers.Delivered,
    "accept": api_answers.Accept,
    "depart": api_answers.Depart,
    "decline": api_answers.Decline,
    "arrive": api_answers.Arrive,
    "feedback": api_answers.Feedback,
    "finish": api_answers.Finish,
    "recall": api_answers.Recall,
    "return": api_answers.Return,
    "handle": api_answers.Handle,
    "confirm": api_answers.Confirm,
}
TRANSFER = {
    "accept": police.AcceptTransfer,
    "return": police.ReturnTransfer,
    "feedback": police.FeedTransferBack,
    "close-again": police.CloseTransferAgain,
    "caller": police.ShowCaller,
    "judge": police.JudgeTransfer,
}
CALL = {"accept": police.AcceptCall, "refuse": police.RefuseCall, "note": police.NoteCall}
LINK = {
    "transfers": link.LinkTransfers,
    "verdicts": link.LinkVerdicts,
    "answers": link.LinkAnswers,
    "cars": link.LinkCars,
    "acks": link.LinkAcks,
    "state": link.LinkState,
}
RIDER_HELP = {
    "accept": riders.AcceptHelp,
    "decline": riders.DeclineHelp,
    "arrive": riders.ArriveToHelp,
    "finish": riders.FinishHelp,
}
urlpatterns = [
    path("incidents/<int:pk>/candidates/", api.Candidates.as_view(), name="candidates"),
    path("incidents/<int:pk>/dispatch/", api.Dispatch.as_view(), name="dispatch"),
    path("incidents/<int:pk>/reinforcement/", api.Reinforcements.as_view(), name="reinforcement"),
    path("units/reach/", api.Reach.as_view(), name="reach"),
    path("units/", api.Units.as_view(), name="units"),
    path("units/positions/", api_answers.TerminalPositions.as_view(), name="terminal-positions"),
    path("units/me/", api_answers.Me.as_view(), name="me"),
    path("units/me/duty/", api_answers.Duty.as_view(), name="duty"),
    path("units/me/positions/", api_answers.Positions.as_view(), name="positions"),
    path("assignments/", api.Assignments.as_view(), name="assignments"),
    path("assignments/<int:pk>/", api.OneAssignment.as_view(), name="assignment"),
    *[path(f"assignments/<int:pk>/{name}/", view.as_view(), name=name) for name, view in ANSWERS.items()],
    path("transfers/", police.Transfers.as_view(), name="transfers"),
    path("transfers/<int:pk>/", police.OneTransfer.as_view(), name="transfer"),
    *[path(f"transfers/<int:pk>/{name}/", view.as_view(), name=f"transfer-{name}") for name, view in TRANSFER.items()],
    path("escalations/", police.Escalations.as_view(), name="escalations"),
    *[path(f"escalations/<int:pk>/{name}/", view.as_view(), name=f"escalation-{name}") for name, view in CALL.items()],
    path("police/line/", police.Line.as_view(), name="police-line"),
    *[path(f"police-link/{name}/", view.as_view(), name=f"link-{name}") for name, view in LINK.items()],
    path("incidents/<int:pk>/help/", force.IncidentHelp.as_view(), name="incident-help"),
    path("help/<int:pk>/withdraw/", force.WithdrawHelp.as_view(), name="help-withdraw"),
    path("riders/", force.Riders.as_view(), name="riders"),
    path("riders/force/", force.VolunteerForce.as_view(), name="volunteer-force"),
    path("riders/<int:pk>/call/", force.CallRider.as_view(), name="rider-call"),
    path("delay-notes/", force.DelayNotes.as_view(), name="delay-notes"),
    path("rider/", riders.RiderState.as_view(), name="rider"),
    path("rider/reports/", riders.RiderReports.as_view(), name="rider-reports"),
    path("rider/agreement/", riders.RiderAgreement.as_view(), name="rider-agreement"),
    path("rider/duty/", riders.RiderDuty.as_view(), name="rider-duty"),
    path("rider/position/", riders.RiderPosition.as_view(), name="rider-position"),
    *[path(f"rider/help/<int:pk>/{name}/", view.as_view(), name=f"rider-{name}") for name, view in RIDER_HELP.items()],
    path("police-link/photos/<uuid:uuid>/", link.LinkPhoto.as_view(), name="link-photo"),
]

"""Addresses below /api/v1/ of this room."""

from django.urls import path

from dispatch import api, api_answers

app_name = "dispatch-api"
ANSWERS = {
    "delivered": api_answers.Delivered,
    "accept": api_answers.Accept,
    "decline": api_answers.Decline,
    "arrive": api_answers.Arrive,
    "feedback": api_answers.Feedback,
    "finish": api_answers.Finish,
    "recall": api_answers.Recall,
    "return": api_answers.Return,
    "handle": api_answers.Handle,
    "confirm": api_answers.Confirm,
}
urlpatterns = [
    path("incidents/<int:pk>/candidates/", api.Candidates.as_view(), name="candidates"),
    path("incidents/<int:pk>/dispatch/", api.Dispatch.as_view(), name="dispatch"),
    path("incidents/<int:pk>/reinforcement/", api.Reinforcements.as_view(), name="reinforcement"),
    path("units/reach/", api.Reach.as_view(), name="reach"),
    path("units/", api.Units.as_view(), name="units"),
    path("units/me/", api_answers.Me.as_view(), name="me"),
    path("units/me/duty/", api_answers.Duty.as_view(), name="duty"),
    path("units/me/positions/", api_answers.Positions.as_view(), name="positions"),
    path("assignments/", api.Assignments.as_view(), name="assignments"),
    path("assignments/<int:pk>/", api.OneAssignment.as_view(), name="assignment"),
    *[path(f"assignments/<int:pk>/{name}/", view.as_view(), name=name) for name, view in ANSWERS.items()],
]

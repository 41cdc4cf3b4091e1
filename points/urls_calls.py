"""Addresses of reports and calls."""

from django.urls import URLPattern, path

from points.desk import views_calls as desk_calls
from points.desk import views_reports as desk_reports
from points.m import ground, views_calls, views_emergency, views_report

urlpatterns: list[URLPattern] = [
    path("m/report/", views_report.report, name="report"),
    path("m/report/sent/", views_report.sent, name="report-sent"),
    path("m/report/nearby/", views_report.nearby, name="report-nearby"),
    path("m/report/<uuid:uuid>/", views_report.one, name="report-one"),
    path("m/report/<uuid:uuid>/rate/", views_report.rate, name="report-rate"),
    path("m/report/<uuid:uuid>/voice/", views_report.voice, name="report-voice"),
    path("m/report/<uuid:uuid>/photos/<str:code>/", views_report.photo, name="report-photo"),
    path("m/reports/", views_report.reports, name="reports"),
    path("m/emergency/", views_emergency.emergency, name="emergency"),
    path("m/ground/<slug:code>/", ground.ground, name="ground"),
    path("m/calls/", views_calls.calls, name="calls"),
    path("m/calls/new/", views_calls.new, name="call-new"),
    path("m/calls/figures/", views_calls.figures, name="call-figures"),
    path("m/calls/<uuid:uuid>/", views_calls.one, name="call-one"),
    path("m/calls/<uuid:uuid>/rate/", views_calls.rate, name="call-rate"),
    path("m/calls/<uuid:uuid>/photos/<str:code>/", views_calls.photo, name="call-photo"),
    path("residents/calls/", desk_calls.calls, name="desk-calls"),
    path("residents/calls/<uuid:uuid>/", desk_calls.one, name="desk-call"),
    path("residents/calls/<uuid:uuid>/phone/", desk_calls.phone, name="desk-call-phone"),
    path("residents/calls/<uuid:uuid>/photos/<str:code>/", desk_calls.photo, name="desk-call-photo"),
    *[
        path(f"residents/calls/<uuid:uuid>/{step}/", desk_calls.step, {"step": step}, name=f"desk-call-{step}")
        for step in ("answer", "take", "process", "finish", "hand-on")
    ],
    path("residents/reports/", desk_reports.reports, name="desk-reports"),
    path("residents/reports/<uuid:uuid>/", desk_reports.one, name="desk-report"),
    path("residents/reports/<uuid:uuid>/look/", desk_reports.look, name="desk-report-look"),
    path("residents/reports/<uuid:uuid>/voice/", desk_reports.voice, name="desk-report-voice"),
    path("residents/reports/<uuid:uuid>/photos/<str:code>/", desk_reports.photo, name="desk-report-photo"),
]

"""Addresses of the report pages; `shushanwei.cockpit.urls` takes them in."""

from django.urls import path

from shushanwei.cockpit import views_reports as views

urlpatterns = [
    path("reports/", views.report, name="reports"),
    path("reports/list/", views.figure_list, name="report-list"),
    path("reports/list.xlsx", views.figure_list_xlsx, name="report-list-xlsx"),
    path("reports/definitions/", views.definitions_page, name="report-definitions"),
    path("reports/recompute/", views.recompute, name="report-recompute"),
    path("reports/<str:slug>.xlsx", views.report_xlsx, name="report-xlsx"),
]

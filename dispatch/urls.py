"""Pages of this room."""

from django.urls import path

from dispatch import views, views_exceptions
from dispatch.police import views as police
from dispatch.police import views_desk as desk
from dispatch.riders import views as riders
from dispatch.riders import views_centre as force

app_name = "dispatch"
urlpatterns = [
    path("unit/", views.unit, name="unit"),
    path("transfers/", police.transfers, name="transfers"),
    path("transfers/<int:pk>/accept/", police.take, name="transfer-accept"),
    path("transfers/<int:pk>/return/", police.give_back, name="transfer-return"),
    path("transfers/<int:pk>/feedback/", police.feed_back, name="transfer-feedback"),
    path("transfers/<int:pk>/close-again/", police.close_again, name="transfer-close-again"),
    path("transfers/<int:pk>/caller/", police.caller, name="transfer-caller"),
    path("police/", desk.car, name="police"),
    path("police/desk/", desk.desk, name="police-desk"),
    path("police/desk/transfers/", desk.offer, name="desk-offer"),
    path("police/desk/transfers/<int:pk>/judge/", desk.judge, name="desk-judge"),
    path("police/desk/calls/<int:pk>/accept/", desk.accept, name="desk-accept"),
    path("police/desk/calls/<int:pk>/refuse/", desk.refuse, name="desk-refuse"),
    path("police/desk/calls/<int:pk>/note/", desk.note, name="desk-note"),
    path("police/link/", police.link, name="police-link"),
    path("police/link/<int:pk>/resend/", police.send_again, name="police-resend"),
    path("rider/", riders.rider, name="rider"),
    path("rider/manifest.webmanifest", riders.manifest, name="rider-manifest"),
    path("rider/sw.js", riders.service_worker, name="rider-worker"),
    path("delay-note/", riders.check, name="note-check"),
    path("delay-note/<int:pk>/print/", riders.paper, name="note-paper"),
    path("delay-note/<slug:code>/", riders.check, name="note-checked"),
    path("volunteers/", force.volunteers, name="volunteers"),
    path("volunteers/add/", force.add, name="rider-add"),
    path("volunteers/<int:pk>/", force.change, name="rider-change"),
    path("volunteers/<int:pk>/pause/", force.pause, name="rider-pause"),
    path("volunteers/notes/", force.issue, name="note-issue"),
    path("volunteers/notes/<int:pk>/void/", force.void, name="note-void"),
    path("volunteers/calls/<int:pk>/withdraw/", force.withdraw, name="help-withdraw"),
    path("volunteers/reports/<int:pk>/solved/", force.solved, name="report-solved"),
    path("dept/", views.dept, name="dept"),
    path("dept/<int:pk>/", views.dept_case, name="dept-case"),
    path("dept/<int:pk>/accept/", views.dept_accept, name="dept-accept"),
    path("dept/<int:pk>/return/", views.dept_return, name="dept-return"),
    path("dept/<int:pk>/arrive/", views.dept_arrive, name="dept-arrive"),
    path("dept/<int:pk>/handle/", views.dept_handle, name="dept-handle"),
    path("dept/<int:pk>/confirm/", views.dept_confirm, name="dept-confirm"),
    path("dept/<int:pk>/request-time/", views_exceptions.dept_request_time, name="dept-request-time"),
    path("dept/<int:pk>/endorse-time/", views_exceptions.dept_endorse_time, name="dept-endorse-time"),
    path("dept/<int:pk>/withdraw-time/", views_exceptions.dept_withdraw_time, name="dept-withdraw-time"),
    path("dept/<int:pk>/reply-supervision/", views_exceptions.dept_reply_supervision, name="dept-reply-supervision"),
]

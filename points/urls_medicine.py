"""Addresses of the medicine chest and the health officers."""

from django.urls import URLPattern, path

from points.desk import views_health as desk_health
from points.desk import views_medicine as desk
from points.m import views_health, views_medicine
from points.services import health_data  # noqa: F401  adds itself to what a resident takes along and erases

urlpatterns: list[URLPattern] = [
    path("m/medicine/", views_medicine.chest, name="medicine"),
    path("m/medicine/offer/", views_medicine.offer, name="medicine-offer"),
    path("m/medicine/mine/", views_medicine.mine, name="medicine-mine"),
    path("m/medicine/offers/<uuid:uuid>/withdraw/", views_medicine.withdraw, name="medicine-withdraw"),
    path("m/medicine/requests/<uuid:uuid>/", views_medicine.request_page, name="medicine-request"),
    path("m/medicine/requests/<uuid:uuid>/cancel/", views_medicine.cancel, name="medicine-cancel"),
    path("m/medicine/photos/<uuid:uuid>/", views_medicine.photo, name="medicine-photo"),
    path("m/medicine/<uuid:uuid>/", views_medicine.item, name="medicine-item"),
    path("m/medicine/<uuid:uuid>/ask/", views_medicine.ask, name="medicine-ask"),
    path("m/health/", views_health.lifeline, name="health"),
    path("m/health/ask/", views_health.ask, name="health-ask"),
    path("m/health/<uuid:uuid>/", views_health.thread, name="health-thread"),
    path("m/health/<uuid:uuid>/leave/", views_health.leave, name="health-leave"),
    path("m/health/<uuid:uuid>/rate/", views_health.rate, name="health-rate"),
    path("m/riders/", views_health.riders, name="riders"),
    path("residents/medicine/", desk.shelf, name="desk-medicine"),
    path("residents/medicine/hand-out/", desk.hand_out, name="desk-hand-out"),
    path("residents/medicine/takings/", desk.takings, name="desk-takings"),
    path("residents/medicine/list/", desk.white_list, name="desk-white-list"),
    path("residents/medicine/list/save/", desk.white_list_save, name="desk-white-list-save"),
    path("residents/medicine/photos/<uuid:uuid>/", desk.photo, name="desk-medicine-photo"),
    path("residents/medicine/requests/<uuid:uuid>/", desk.request_page, name="desk-request"),
    path("residents/medicine/requests/<uuid:uuid>/answers/", desk.answers, name="desk-answers"),
    path("residents/medicine/requests/<uuid:uuid>/hand-out/", desk.handed_out, name="desk-handed-out"),
    path("residents/medicine/requests/<uuid:uuid>/refuse/", desk.not_handed_out, name="desk-not-handed-out"),
    path("residents/medicine/<uuid:uuid>/", desk.item, name="desk-medicine-item"),
    path("residents/medicine/<uuid:uuid>/approve/", desk.approve, name="desk-medicine-approve"),
    path("residents/medicine/<uuid:uuid>/refuse/", desk.refuse, name="desk-medicine-refuse"),
    path("residents/medicine/<uuid:uuid>/take-out/", desk.take_out, name="desk-medicine-take-out"),
    path("residents/medicine/<uuid:uuid>/dispose/", desk.dispose, name="desk-medicine-dispose"),
    path("residents/health/", desk_health.queue, name="desk-health"),
    path("residents/health/rooms/", desk_health.rooms, name="health-rooms"),
    path("residents/health/rooms/save/", desk_health.room_save, name="health-room-save"),
    path("residents/health/roster/", desk_health.roster, name="health-roster"),
    path("residents/health/roster/plan/", desk_health.plan, name="health-duty-plan"),
    path("residents/health/roster/<int:pk>/cancel/", desk_health.cancel, name="health-duty-cancel"),
    path("residents/health/<uuid:uuid>/", desk_health.thread, name="desk-thread"),
    path("residents/health/<uuid:uuid>/answer/", desk_health.answer, name="desk-thread-answer"),
    path("residents/health/<uuid:uuid>/hand-over/", desk_health.hand_over, name="desk-thread-hand-over"),
    path("residents/health/<uuid:uuid>/close/", desk_health.close, name="desk-thread-close"),
]

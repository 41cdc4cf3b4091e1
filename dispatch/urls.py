"""Pages of this room."""

from django.urls import path

from dispatch import views, views_exceptions

app_name = "dispatch"
urlpatterns = [
    path("unit/", views.unit, name="unit"),
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

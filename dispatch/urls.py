"""Pages of this room."""

from django.urls import path

from dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("unit/", views.unit, name="unit"),
    path("dept/", views.dept, name="dept"),
    path("dept/<int:pk>/", views.dept_case, name="dept-case"),
    path("dept/<int:pk>/accept/", views.dept_accept, name="dept-accept"),
    path("dept/<int:pk>/return/", views.dept_return, name="dept-return"),
    path("dept/<int:pk>/handle/", views.dept_handle, name="dept-handle"),
    path("dept/<int:pk>/confirm/", views.dept_confirm, name="dept-confirm"),
]

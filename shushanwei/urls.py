"""All addresses of the product; the rooms bring their own."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from shushanwei import views

api: list[URLPattern | URLResolver] = [
    path("", include("shushanwei.people.api_urls")),
    path("", include("grid.api_urls")),
    path("", include("incidents.api_urls")),
    path("", include("dispatch.api_urls")),
    path("", include("worksites.api_urls")),
    path("", include("shushanwei.cockpit.api_urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("", include("shushanwei.people.urls")),
    path("", include("grid.urls")),
    path("", include("incidents.urls")),
    path("", include("dispatch.urls")),
    path("", include("worksites.urls")),
    path("", include("points.urls")),
    path("", include("shushanwei.cockpit.urls")),
    path("", include("shushanwei.common.health_urls")),
    path("jsi18n/", views.Words.as_view(), name="jsi18n"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
]

handler400 = "shushanwei.views.bad_request"
handler403 = "shushanwei.views.permission_denied"
handler404 = "shushanwei.views.page_not_found"
handler500 = "shushanwei.views.server_error"

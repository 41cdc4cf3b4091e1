"""Pages of trucks and manifests."""

from django.urls import path

from worksites.fleet import views, views_manifests

urlpatterns = [
    path("worksites/trucks/", views.trucks, name="trucks"),
    path("worksites/trucks/save/<slug:kind>/", views.save, name="truck-save"),
    path("worksites/trucks/terminals/<int:pk>/", views.terminal, name="terminal-change"),
    path("worksites/trucks/<int:pk>/", views.truck, name="truck"),
    path("worksites/trucks/phone/<slug:kind>/<int:pk>/", views.phone, name="truck-phone"),
    path("worksites/manifests/", views_manifests.manifests, name="manifests"),
    path("worksites/manifests/import/", views_manifests.bring_in, name="manifests-import"),
]

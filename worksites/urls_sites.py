"""Pages of the register of sites."""

from django.urls import path

from worksites.sites import views, views_edit, views_papers, views_people

urlpatterns = [
    path("worksites/", views.sites, name="sites"),
    path("worksites/map.geojson", views.features, name="features"),
    path("worksites/calendar/", views.calendar, name="calendar"),
    path("worksites/add/", views_edit.add, name="site-add"),
    path("worksites/<int:pk>/", views.site, name="site"),
    path("worksites/<int:pk>/plate/", views.plate, name="plate"),
    path("worksites/<int:pk>/change/", views_edit.change, name="site-change"),
    path("worksites/<int:pk>/gate/", views_edit.gate, name="site-gate"),
    path("worksites/<int:pk>/permit/", views_edit.permit, name="site-permit"),
    path("worksites/<int:pk>/state/", views_edit.state, name="site-state"),
    path("worksites/<int:pk>/reopen/", views_edit.reopen, name="site-reopen"),
    path("worksites/<int:pk>/people/", views_people.save, name="person-save"),
    path("worksites/<int:pk>/people/<int:person>/end/", views_people.end, name="person-end"),
    path("worksites/<int:pk>/people/<int:person>/phone/", views_people.phone, name="person-phone"),
    path("worksites/<int:pk>/colour/ask/", views_edit.wish, name="site-wish"),
    path("worksites/<int:pk>/colour/decide/", views_edit.decide, name="site-decide"),
    path("worksites/<int:pk>/papers/", views_papers.add, name="paper-add"),
    path("worksites/papers/<uuid:uuid>/", views_papers.opened, name="paper"),
    path("worksites/papers/<uuid:uuid>/remove/", views_papers.remove, name="paper-remove"),
    path("w/<slug:code>/", views.public, name="public"),
]

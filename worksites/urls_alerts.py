"""Pages of truck alerts and of the rules that raise them."""

from django.urls import path

from worksites.alerts import views, views_mud, views_rules

urlpatterns = [
    path("worksites/alerts/", views.alerts, name="alerts"),
    path("worksites/alerts/mud/", views_mud.mud, name="mud"),
    path("worksites/alerts/<slug:number>/", views.alert, name="alert"),
    path("worksites/alerts/<slug:number>/take/", views.take, name="alert-take"),
    path("worksites/alerts/<slug:number>/decide/", views.decide, name="alert-decide"),
    path("worksites/alerts/<slug:number>/rectified/", views.rectified, name="alert-rectified"),
    path("worksites/alerts/<slug:number>/evidence/", views.take_evidence, name="alert-evidence"),
    path("worksites/rules/", views_rules.rules, name="rules"),
    path("worksites/rules/trials/", views_rules.ask_trial, name="rule-trials"),
    path("worksites/rules/trials/<int:pk>/", views_rules.trial, name="rule-trial"),
    path("worksites/rules/trials/<int:pk>/hits/<int:place>/", views_rules.trial_hit, name="rule-trial-hit"),
    path("worksites/rules/<slug:code>/", views_rules.rule, name="rule"),
]

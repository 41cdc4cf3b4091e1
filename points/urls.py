"""Addresses of the residents' side: `/m/` for residents, `/residents/` for who works behind it."""

from django.urls import path

from points import urls_calls, urls_mall, urls_medicine, urls_volunteering
from points.m import views_me, views_points, views_sign_in

app_name = "points"
urlpatterns = [
    path("m/", views_me.home, name="home"),
    path("m/sign-in/", views_sign_in.sign_in, name="sign-in"),
    path("m/code/", views_sign_in.code, name="code"),
    path("m/sign-out/", views_sign_in.sign_out, name="sign-out"),
    path("m/wechat/", views_sign_in.to_wechat, name="wechat"),
    path("m/wechat/back/", views_sign_in.from_wechat, name="wechat-back"),
    path("m/wechat/config/", views_sign_in.wechat_config, name="wechat-config"),
    path("m/me/", views_me.me, name="me"),
    path("m/me/save/", views_me.save, name="me-save"),
    path("m/me/guardian/", views_me.guardian, name="me-guardian"),
    path("m/me/consent/", views_me.consent, name="me-consent"),
    path("m/me/data.json", views_me.data, name="me-data"),
    path("m/me/erase/", views_me.erase, name="me-erase"),
    path("m/privacy/", views_me.privacy, name="privacy"),
    path("m/points/", views_points.points, name="points"),
    *urls_calls.urlpatterns,
    *urls_mall.urlpatterns,
    *urls_volunteering.urlpatterns,
    *urls_medicine.urlpatterns,
]

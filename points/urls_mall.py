"""Addresses of the mall and of what stands behind points."""

from django.urls import URLPattern, path

from points.desk import views_mall as desk_mall
from points.desk import views_points, views_residents, views_rules
from points.m import views_mall, views_merchant

PHONE = [
    path("m/mall/", views_mall.rewards, name="mall"),
    path("m/mall/mine/", views_mall.redemptions, name="redemptions"),
    path("m/mall/mine/<uuid:uuid>/", views_mall.redemption, name="redemption"),
    path("m/mall/mine/<uuid:uuid>/cancel/", views_mall.cancel, name="redemption-cancel"),
    path("m/mall/<uuid:uuid>/", views_mall.reward, name="reward"),
    path("m/mall/<uuid:uuid>/picture/", views_mall.picture, name="reward-picture"),
    path("m/mall/<uuid:uuid>/redeem/", views_mall.redeem, name="redeem"),
    path("m/merchant/", views_merchant.merchant, name="merchant"),
    path("m/merchant/<uuid:uuid>/write-off/", views_merchant.write_off, name="write-off"),
    path("m/ranking/", views_mall.ranking, name="ranking"),
    path("m/notices/<uuid:uuid>/", views_mall.notice, name="notice"),
]
MALL = [
    path("residents/merchants/", desk_mall.merchant_list, name="desk-merchants"),
    path("residents/merchants/add/", desk_mall.merchant_add, name="desk-merchant-add"),
    path("residents/merchants/<uuid:uuid>/", desk_mall.merchant, name="desk-merchant"),
    path("residents/merchants/<uuid:uuid>/change/", desk_mall.merchant_change, name="desk-merchant-change"),
    path("residents/merchants/<uuid:uuid>/clerks/", desk_mall.clerk_add, name="desk-clerk-add"),
    path("residents/merchants/<uuid:uuid>/clerks/<int:pk>/remove/", desk_mall.clerk_remove, name="desk-clerk-remove"),
    path("residents/merchants/<uuid:uuid>/rewards/", desk_mall.reward_add, name="desk-reward-add"),
    path("residents/merchants/<uuid:uuid>/month/", desk_mall.month, name="desk-month"),
    path("residents/merchants/<uuid:uuid>/month.xlsx", desk_mall.month_book, name="desk-month-xlsx"),
    path("residents/merchants/<uuid:uuid>/month/close/", desk_mall.month_close, name="desk-month-close"),
    path("residents/merchants/rewards/<uuid:uuid>/", desk_mall.reward, name="desk-reward"),
    path("residents/merchants/rewards/<uuid:uuid>/picture/", desk_mall.reward_picture, name="desk-reward-picture"),
    path("residents/merchants/rewards/<uuid:uuid>/stock/", desk_mall.reward_stock, name="desk-reward-stock"),
    path("residents/redemptions/", desk_mall.redemptions, name="desk-redemptions"),
]
POINTS = [
    path("residents/rules/", views_rules.rule_list, name="desk-rules"),
    path("residents/rules/drafts/<uuid:uuid>/decide/", views_rules.draft_decide, name="desk-draft-decide"),
    path("residents/rules/<slug:code>/", views_rules.rule, name="desk-rule"),
    path("residents/policy/", views_rules.policy, name="desk-policy"),
    path("residents/trial/", views_rules.trials, name="desk-trial"),
    path("residents/audits/", views_points.audits, name="desk-audits"),
    path("residents/audits/<int:pk>/", views_points.audit, name="desk-audit"),
    path("residents/adjustments/", views_points.adjustments, name="desk-adjustments"),
    path("residents/adjustments/<uuid:uuid>/", views_points.adjustment_decide, name="desk-adjustment-decide"),
    path("residents/budget/", views_points.budget, name="desk-budget"),
]
RESIDENTS = [
    path("residents/", views_residents.residents_list, name="desk-residents"),
    path("residents/figures/", views_residents.figures, name="desk-figures"),
    path("residents/notices/", views_residents.notice_list, name="desk-notices"),
    path("residents/notices/post/", views_residents.notice_post, name="desk-notice-post"),
    path("residents/notices/<uuid:uuid>/withdraw/", views_residents.notice_withdraw, name="desk-notice-withdraw"),
    path("residents/<uuid:uuid>/", views_residents.resident, name="desk-resident"),
    path("residents/<uuid:uuid>/verify/", views_residents.verify, name="desk-verify"),
    path("residents/<uuid:uuid>/block/", views_residents.block, name="desk-block"),
    path("residents/<uuid:uuid>/phone/", views_residents.show_phone, name="desk-phone"),
    path("residents/<uuid:uuid>/adjust/", views_residents.adjust, name="desk-adjust"),
]
urlpatterns: list[URLPattern] = [*PHONE, *MALL, *POINTS, *RESIDENTS]

"""Pages of checks, findings, the site's own page, the checklist and penalties."""

from django.urls import path

from worksites.checks import views, views_checklist, views_findings, views_penalties, views_site, views_today

urlpatterns = [
    path("worksites/inspect/", views.inspect, name="inspect"),
    path("worksites/inspect/manifest.webmanifest", views.manifest, name="inspect-manifest"),
    path("worksites/inspect/sw.js", views.service_worker, name="inspect-worker"),
    path("worksites/today/", views_today.today, name="today"),
    path("worksites/photos/<uuid:uuid>/", views.photo, name="photo"),
    path("worksites/sheets/", views.sheets, name="sheets"),
    path("worksites/sheets/<int:pk>/", views.sheet, name="sheet"),
    path("worksites/sheets/<int:pk>/sheet.docx", views.sheet_docx, name="sheet-docx"),
    path("worksites/sheets/<int:pk>/void/", views.sheet_void, name="sheet-void"),
    path("conduct/<str:code>/", views.conduct, name="conduct"),
    path("worksites/findings/", views_findings.findings, name="findings"),
    path("worksites/findings/list.xlsx", views_findings.workbook, name="findings-xlsx"),
    path("worksites/findings/<int:pk>/", views_findings.finding, name="finding"),
    path("worksites/findings/<int:pk>/pass/", views_findings.pass_, name="finding-pass"),
    path("worksites/findings/<int:pk>/reject/", views_findings.reject, name="finding-reject"),
    path("worksites/findings/<int:pk>/hand-in/", views_findings.hand_in, name="finding-hand-in"),
    path("worksites/findings/<int:pk>/withdraw/", views_findings.withdraw, name="finding-withdraw"),
    path("worksites/findings/<int:pk>/report/", views_findings.report, name="finding-report"),
    path("worksites/findings/<int:pk>/penalty/", views_penalties.file_about, name="finding-penalty"),
    path("worksites/links/", views_site.links, name="links"),
    path("worksites/links/make/", views_site.make, name="link-make"),
    path("worksites/links/<int:pk>/revoke/", views_site.revoke, name="link-revoke"),
    path("site/<str:token>/", views_site.own_page, name="site-page"),
    path("site/<str:token>/findings/<int:pk>/", views_site.own_hand_in, name="site-hand-in"),
    path("site/<str:token>/photos/<uuid:uuid>/", views_site.own_photo, name="site-photo"),
    path("site/<str:token>/sheets/<int:pk>/", views_site.own_sheet, name="site-sheet"),
    path("worksites/checklist/", views_checklist.checklist, name="checklist"),
    path("worksites/checklist/draft/", views_checklist.draft, name="checklist-draft"),
    path("worksites/checklist/<int:pk>/publish/", views_checklist.publish, name="checklist-publish"),
    path("worksites/checklist/<int:pk>/drop/", views_checklist.drop, name="checklist-drop"),
    path("worksites/checklist/items/<int:pk>/", views_checklist.item, name="checklist-item"),
    path("worksites/penalties/", views_penalties.penalties, name="penalties"),
    path("worksites/penalties/file/", views_penalties.file_new, name="penalty-file"),
    path("worksites/penalties/<int:pk>/decide/", views_penalties.decide, name="penalty-decide"),
    path("worksites/penalties/<int:pk>/paid/", views_penalties.paid, name="penalty-paid"),
    path("worksites/penalties/<int:pk>/drop/", views_penalties.drop, name="penalty-drop"),
]

"""The frame of every page: libraries, colours, the top bar, errors."""

import json
import re
from itertools import product

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import reverse

from shushanwei import nav
from shushanwei.common import assets
from shushanwei.people.models import User
from shushanwei.views import bad_request, server_error

IMPORTED = re.compile(r"""^\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*["']([^"']+)["']""", re.M)


def test_only_the_used_files_of_npm_packages_can_be_fetched():
    finder = assets.NodeModulesFinder()
    assert finder.find("npm/weui/dist/style/weui.min.css")
    assert finder.find("npm/echarts/package.json") == []
    assert finder.find("npm/../package.json") == []
    assert {path for path, _ in finder.list([])} == set(assets.SERVED)


def test_the_lock_file_names_no_registry():
    lock = json.loads((settings.BASE_DIR / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_every_module_that_scripts_import_is_in_the_import_map():
    known = set(assets.import_map()["imports"])
    for path in (settings.BASE_DIR / "static" / "js").rglob("*.js"):
        text = path.read_text()
        for name in set(IMPORTED.findall(text)):
            assert name in known, f"{path.name} imports {name}: use shushan/… or a served package"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


PAIRS = [
    *product(("text", "text-2", "accent", "ok", "due", "missed"), ("ground", "panel", "panel-2")),
    ("accent", "accent-soft"), ("ok", "ok-soft"), ("due", "due-soft"), ("missed", "missed-soft"),
    ("text", "neutral-soft"), ("text-2", "neutral-soft"), ("on-accent", "accent"), ("on-accent", "accent-hover"),
    ("on-missed", "missed"), ("bar-text", "bar"), ("bar-text-2", "bar"), ("bar-text", "bar-line"),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(theme):
    css = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    block = re.search(rf'\[data-theme="{theme}"\] {{(.*?)\n}}', css, re.S).group(1)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    weak = {
        (text, ground): round(contrast(colours[text], colours[ground]), 2)
        for text, ground in PAIRS
        if contrast(colours[text], colours[ground]) < 4.5
    }
    assert not weak
    assert contrast(colours["line-2"], colours["panel"]) >= 3, "edges of controls"


def test_every_link_of_the_top_bar_leads_somewhere():
    for item in nav.ITEMS:
        assert all(reverse(name) for name in (item.url_name, *item.also))
    for name in [*nav.LANDING, *nav.KIOSK_LANDING]:
        assert reverse(name)


@pytest.mark.django_db
def test_who_holds_no_role_is_told_what_to_do(client):
    client.force_login(User.objects.create_user("new"))
    page = client.get(reverse("home")).content.decode()
    assert "此账号尚未开通任何页面" in page and "系统管理员" in page


@pytest.mark.django_db
def test_a_missing_page_is_said_in_chinese_with_a_way_back(client):
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert "页面不存在" in answer.content.decode() and 'href="/"' in answer.content.decode()


def test_the_page_of_a_failure_needs_neither_database_nor_session():
    answer = server_error(RequestFactory().get("/console/"))
    assert answer.status_code == 500 and "系统出错" in answer.content.decode()
    assert bad_request(RequestFactory().get("/api/v1/x/"), ValueError()).status_code == 400


@pytest.mark.django_db
def test_every_inline_script_of_a_page_carries_the_nonce_of_its_policy(client):
    client.force_login(User.objects.create_user("new"))
    answer = client.get(reverse("start"))
    nonce = re.search(r"'nonce-([^']+)'", answer["Content-Security-Policy"]).group(1)
    scripts = re.findall(r"<script([^>]*)>", answer.content.decode())
    assert scripts
    for attributes in scripts:
        assert "application/json" in attributes or f'nonce="{nonce}"' in attributes, attributes


@pytest.mark.django_db
def test_the_chinese_of_scripts_follows_the_language_cookie(client):
    answer = client.get(reverse("jsi18n"))
    assert "\\u5b9e\\u65f6" in answer.content.decode()  # 实时
    assert "Cookie" in answer["Vary"]


@pytest.mark.django_db
def test_the_interface_documentation_works_without_the_internet_and_inline_scripts(client):
    page = client.get(reverse("docs"))
    assert page.status_code == 200
    assert "//" not in re.sub(r"<!--.*?-->", "", page.content.decode()).replace("</", "")
    assert not re.search(r"<script>", page.content.decode())

"""The interface speaks Chinese everywhere, in one voice."""

from pathlib import Path

import pytest

from shushanwei.common import messages

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def test_every_message_has_its_chinese():
    lines = messages.faults()
    assert not lines, "\n" + "\n".join(lines)


@pytest.fixture
def street(tmp_path):
    """A small project with one room; returns (write a file, faults)."""

    def write(path: str, text: str) -> Path:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    write.base = tmp_path
    return write


def catalogue(street, body, domain="django"):
    return street(f"locale/grid/zh_Hans/LC_MESSAGES/{domain}.po", HEAD + body)


def test_words_in_code_templates_and_scripts_are_all_found(street):
    street("grid/models.py", 'from django.utils.translation import gettext_lazy as _\nX = _("grid")\n')
    street(
        "templates/page.html",
        '{% load i18n %}\n{% translate "map" %}{% blocktranslate %}by {{ name }}{% endblocktranslate %}',
    )
    street(
        "static/js/grid.js", 'const a = `<b>${_("live")}</b>`;\nconst b = _("still");\nn_("one unit", "units", 2);\n'
    )
    assert messages.faults(street.base) == [
        "no Chinese (django): 'grid' at grid/models.py:2",
        "no Chinese (django): 'map' at templates/page.html:2",
        "no Chinese (django): 'by %(name)s' at templates/page.html:2",
        "no Chinese (djangojs): 'live' at static/js/grid.js:1",
        "no Chinese (djangojs): 'still' at static/js/grid.js:2",
        "no Chinese (djangojs): 'one unit' at static/js/grid.js:3",
    ]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('#, fuzzy\nmsgid "grid"\nmsgstr "网格"\n', "fuzzy: 'grid'"),
        ('msgid "%(n)s left"\nmsgstr "剩余"\n', "other placeholders: '%(n)s left'"),
    ],
)
def test_doubtful_chinese_is_named(street, entry, fault):
    catalogue(street, entry)
    assert messages.faults(street.base)[0].startswith(fault)


def test_one_english_text_has_one_chinese(street):
    catalogue(street, 'msgid "closed"\nmsgstr "结案"\n')
    street("locale/demo/zh_Hans/LC_MESSAGES/django.po", HEAD + 'msgid "closed"\nmsgstr "已关闭"\n')
    assert messages.faults(street.base)[0].startswith("said in two ways: 'closed'")


def test_a_catalogue_is_compiled_once_until_it_changes(street):
    path = catalogue(street, 'msgid "grid"\nmsgstr "网格"\n')
    assert messages.compile_changed(street.base) == [path]
    assert messages.compile_changed(street.base) == []
    assert path.with_suffix(".mo").stat().st_size > 0

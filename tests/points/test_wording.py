"""What may not be said in the market is found in any spelling; what only looks like it is left alone."""

import pytest

from points.services.wording_screen import clean_words, screen
from shushanwei.common.errors import BadInput

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("出售处方药", "medicine"), ("出 售 处 方 药", "medicine"), ("处·方·药 一盒", "medicine"),
        ("处\u200b方\u200b药", "medicine"), ("感冒药三盒", "medicine"), ("自制香肠", "food"), ("送小狗一只", "animal"),
        ("电子烟转让", "tobacco"), ("匕/首", "weapon"), ("代 开 票", "invoice"), ("游戏账号出售", "account"),
        ("ＰＳ：傻Ｂ", "abuse"), ("傻\n逼", "abuse"), ("有农药半瓶", "dangerous"),
    ],
)  # fmt: skip
def test_forbidden_goods_and_abuse_are_refused_in_any_spelling(text, category):
    assert category in {hit.category for hit in screen(text).refused}


@pytest.mark.parametrize(
    "text",
    [
        "电话13812345678", "138-1234-5678", "138 1234 5678", "１３８１２３４５６７８", "一三八一二三四五六七八",
        "壹叁捌零零零零壹贰叁肆", "+86 138 1234 5678", "138\u200b1234\u200b5678", "座机0571-88888888", "vx：abc12345",
        "Ｖ Ｘ abc12345", "加 V abcde_12", "WeChat: Hello_2026", "QQ 12345678", "看 www.example.com", "https://x.cn/1",
    ],
)  # fmt: skip
def test_contact_details_are_refused_however_they_are_written(text):
    assert "contact" in {hit.category for hit in screen(text).refused}
    with pytest.raises(BadInput) as refused:
        clean_words({"title": "书桌", "text": text})
    assert refused.value.field == "text"


@pytest.mark.parametrize(
    "text",
    [
        "书桌一张，10:00-12:00，300米内自取", "有发票，九成新电饭煲", "小狗玩偶", "红酒杯六只", "芍药花一盆",
        "儿童自行车，2019年购入", "食品袋一卷", "电话手表九成新", "仓鼠笼", "周三14:00到16:00在家",
        "尺寸120x60x75", "编号20261127001234",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_left_alone(text):
    verdict = screen(text)
    assert (verdict.refused, verdict.review) == ([], [])


def test_doubtful_words_go_to_the_reviewer_and_alcohol_is_hidden_from_children():
    verdict = clean_words({"title": "茅台空瓶", "text": "加我微信聊"})
    assert {"alcohol", "contact"} <= {hit.category for hit in verdict.review}
    assert verdict.for_adults


def test_a_wheelchair_is_looked_at_as_an_aid_and_is_no_medicine():
    verdict = screen("轮椅一台，老人康复了")
    assert ([hit.category for hit in verdict.review], verdict.refused) == (["device"], [])


def test_to_fetch_a_medicine_for_somebody_is_help_and_no_trade():
    assert clean_words({"text": "帮忙到医院取降压药"}, lenient={"medicine"}).review
    with pytest.raises(BadInput):
        clean_words({"text": "帮忙到医院取降压药"})


def test_a_message_between_neighbours_has_no_reviewer():
    with pytest.raises(BadInput):
        clean_words({"text": "加我微信"}, strict={"contact"})
    clean_words({"text": "周六上午十点小区门口见"}, strict={"contact", "money"})


@pytest.mark.parametrize("text", ["土枪一把", "祖传猎枪", "手枪模型", "火 枪"])
def test_firearms_are_refused_by_any_name(text):
    assert "weapon" in {hit.category for hit in screen(text).refused}


@pytest.mark.parametrize("text", ["电风扇50元", "只要五十块", "￥ 30", "一百元出", "10块钱", "20块，自取"])
def test_a_price_is_shown_to_the_reviewer(text):
    assert "money" in {hit.category for hit in screen(text).review}


@pytest.mark.parametrize(
    "text", ["一块布", "儿童水枪", "洗车枪九成新", "手枪钻一把", "元素周期表", "地砖20块砖", "元宵灯"]
)
def test_a_piece_and_a_tool_are_no_price_and_no_weapon(text):
    verdict = screen(text)
    assert {hit.category for hit in [*verdict.refused, *verdict.review]}.isdisjoint({"money", "weapon"})

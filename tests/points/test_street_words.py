"""What the street writes on the market's word list goes before what comes with the product."""

import pytest

from points.models import StreetWord
from points.services import street_words
from points.services.wording_screen import Hit, screen
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.journal.models import Entry
from tests.points.browsers import worker, worker_in
from tests.points.neighbours import a_community, a_worker
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def put(word="代抢号", category="account", act="refuse", why="有居民被骗"):
    return street_words.put(word, category, act, why=why, actor=a_worker())


def test_a_word_of_the_street_turns_a_text_away_in_any_spelling_until_it_is_taken_off():
    assert not screen("专业 代抢 号，价格好说").refused
    row = put("代抢号")
    assert screen("专业代-抢-号").refused == [Hit("account", "代抢号")]
    street_words.take_off(row.pk, actor=a_worker())
    street_words.take_off(row.pk, actor=a_worker())
    assert not screen("专业代抢号").refused
    assert list(Entry.objects.filter(subject_type="streetword").order_by("id").values_list("verb", flat=True)) == [
        "street_word.put", "street_word.taken_off"
    ]  # fmt: skip


def test_the_street_goes_before_the_product():
    assert screen("匕首造型书签").refused
    put("匕首造型书签", "weapon", "spare")
    assert not screen("匕首造型书签").refused and screen("匕首").refused
    put("匕首", "weapon", "review")
    verdict = screen("老匕首一把")
    assert (verdict.refused, verdict.review) == ([], [Hit("weapon", "匕首")])


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"word": "药"}, "word"), ({"word": " … "}, "word"), ({"word": "长" * 21}, "word"),
        ({"word": "坏\0词"}, "word"),
        ({"category": "nothing"}, "category"), ({"act": "burn"}, "act"), ({"why": " "}, "why"),
    ],
)  # fmt: skip
def test_what_makes_no_word_is_refused_beside_its_field(said, field):
    with pytest.raises(BadInput) as refused:
        put(**said)
    assert refused.value.field == field and not StreetWord.objects.exists()


def test_the_same_word_put_by_ten_at_once_stands_once_and_otherwise_is_a_conflict():
    a_worker()
    assert len({row.pk for row in all_at_once(*[put] * 10)}) == 1
    with pytest.raises(Conflict):
        put("代 抢 号", act="review")
    assert StreetWord.objects.count() == 1


def test_the_whole_street_writes_the_list_and_a_community_only_reads_it(roles):
    near = worker_in(worker("grid_worker", area=a_community().pk))
    street = worker_in(worker("evaluator"))
    said = {"word": "代抢号", "category": "account", "act": "refuse", "why": "有居民被骗"}
    assert near.post("/residents/market/words/", said).status_code == 403
    assert street.post("/residents/market/words/", {**said, "why": ""}).status_code == 422
    assert street.post("/residents/market/words/", said).status_code == 302
    row = StreetWord.objects.get()
    page = near.get("/residents/market/words/", {"text": "代抢号 138 1234 5678"}).content.decode()
    assert "代抢号" in page and 'name="why"' not in page
    assert near.post(f"/residents/market/words/{row.pk}/off/").status_code == 403
    assert street.post("/residents/market/words/999/off/").status_code == 404
    assert street.post(f"/residents/market/words/{row.pk}/off/").status_code == 302
    assert not StreetWord.objects.filter(removed_at=None).exists()

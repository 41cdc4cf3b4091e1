"""The residents of the demonstration street: sixty days lived through the services, and all of it adds up."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Sum
from django.test import Client
from PIL import Image

from demo.residents import past
from demo.residents.clock import Agenda, back_then
from demo.residents.past import load_residents_past
from demo.residents.people import SHOWN, TOTAL, load_residents, phone, uuid_of
from demo.residents.rooms import load_rooms, load_roster
from demo.residents.shops import load_shops
from demo.street import layers, loading
from demo.street.history_writing import load_history
from incidents.models import Attachment
from points import tasks
from points.models import (
    AdjustmentRequest,
    Award,
    Claim,
    Consultation,
    Deal,
    Fair,
    HealthDuty,
    LedgerAccount,
    LedgerLine,
    LedgerTransaction,
    Listing,
    MedicineItem,
    MedicineRequest,
    Merchant,
    Notice,
    PointLot,
    Redemption,
    Resident,
    ResidentReport,
    Reward,
    RuleDraft,
    ServiceCall,
    Settlement,
    StallBooking,
    VolunteerCertificate,
    VolunteerTask,
)
from points.services import reconciliation, signing_in
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict
from shushanwei.journal.models import Entry
from tests.demo.emptying import empty_street

pytestmark = pytest.mark.timeout(900)  # the first test waits for the street
DAYS = 12
PAGES = "points reports calls calls/figures mall ranking volunteering market medicine health"


@pytest.fixture(scope="module")
def neighbours(django_db_setup, django_db_blocker):
    """The street with a short history, its residents and their past; once for this file, and gone afterwards."""
    with django_db_blocker.unblock():
        for command in ("roles", "catalogue", "ground", "dispatch", "points", "medicines"):
            call_command(f"load_{command}", verbosity=0)
        layers.load_layers()
        loading.load_people()
        loading.load_units()
        loading.load_sources()
        load_history(DAYS)
        assert load_residents() == TOTAL
        assert (load_shops(), load_rooms()) == (8, 36)
        assert load_roster() > 36 * 4
        killed_in_the_middle()
        assert load_residents_past() > 1_000
        yield
        empty_street()


def killed_in_the_middle() -> None:
    """A load that ends half way leaves nothing, and the next one begins anew."""

    class Killed(Exception):
        pass

    def half(agenda: Agenda) -> int:
        assert ResidentReport.objects.exists()
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past.Agenda, "live", half)
        with pytest.raises(Killed):
            load_residents_past()
    assert not ResidentReport.objects.exists() and not LedgerTransaction.objects.exists()


def states(model, field: str = "status") -> set[str]:
    return set(model.objects.order_by().values_list(field, flat=True))


def tables() -> dict[str, tuple]:
    """For each table of the residents' side and the journal: how many rows, and a sum over all that stands in them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("points_", "journal_", "incidents_", "people_")):
                cursor.execute(f'select count(*), sum(hashtext(t::text)::bigint) from "{table}" t')
                found[table] = cursor.fetchone()
    return found


@pytest.mark.django_db
def test_a_second_load_changes_nothing(neighbours):
    before = tables()

    assert [load() for load in (load_residents, load_shops, load_rooms, load_roster, load_residents_past)] == [0] * 5

    assert tables() == before


@pytest.mark.django_db
def test_three_hundred_residents_live_in_all_communities_and_are_known_at_every_level(neighbours):
    assert Resident.objects.count() == TOTAL
    assert Resident.objects.values("community").exclude(community=None).distinct().count() == 36
    assert states(Resident, "level") == {0, 1, 2}
    assert Resident.objects.filter(is_party_member=True).count() > 10
    assert Resident.objects.filter(large_type=True).count() > 10
    assert Resident.objects.filter(in_ranking=False).count() > 10
    assert Resident.objects.filter(is_child=True, guardian=None).count() == 1
    assert Resident.objects.exclude(staff=None).count() == 4
    assert not Resident.objects.filter(level__gt=0, consents=None).exists()


@pytest.mark.django_db
def test_nobody_has_a_number_that_could_be_somebodys(neighbours):
    masked = Resident.objects.exclude(phone_masked="").values_list("phone_masked", flat=True)
    assert all(re.fullmatch(r"100\*{4}\d{4}", one) for one in masked)
    assert Resident.objects.values("nickname").distinct().count() == TOTAL


@pytest.mark.django_db
def test_the_residents_of_the_list_sign_in_with_their_phones(neighbours):
    for number, nickname, _who in SHOWN:
        code = signing_in.send_code(phone(number), address=None).shown
        person = signing_in.sign_in(phone(number), code, agreed=True)
        assert (person.uuid, person.nickname) == (uuid_of(number), nickname)


@pytest.mark.django_db
def test_the_ledger_adds_up(neighbours):
    assert LedgerLine.objects.aggregate(n=Sum("amount"))["n"] == 0
    assert not LedgerAccount.objects.filter(balance__lt=0).exists()
    for account in LedgerAccount.objects.exclude(resident=None):
        assert account.balance == (account.lines.aggregate(n=Sum("amount"))["n"] or 0)
        lots = PointLot.objects.filter(resident=account.resident, released_at__isnull=account.kind == "frozen")
        assert account.balance == (lots.aggregate(n=Sum("left"))["n"] or 0)
    kinds = {"earn", "release", "redeem", "refund", "expire", "reverse", "adjust"}
    assert kinds <= states(LedgerTransaction, "kind")
    assert LedgerAccount.objects.filter(kind="frozen", balance__gt=0).exists()


@pytest.mark.django_db
def test_no_cap_was_broken_and_what_was_spent_stands_in_the_order_of_time(neighbours):
    earned = Award.objects.filter(given__gt=0)
    days = earned.values("resident", "day", "rule__cap").annotate(n=Sum("given"))
    assert all(row["n"] <= {"general": 30, "volunteer": 40}.get(row["rule__cap"], 99) for row in days)
    spent = LedgerTransaction.objects.filter(kind__in=["redeem", "refund", "expire"])
    instants = list(spent.order_by("id").values_list("at", flat=True))
    assert instants == sorted(instants)
    assert not LedgerTransaction.objects.filter(at__gt=db_now()).exists()


@pytest.mark.django_db
def test_reports_are_in_every_state_and_closed_ones_show_both_pictures(neighbours):
    assert {"clear", "held", "released"} <= states(ResidentReport, "look")
    assert ResidentReport.objects.filter(look="held").count() >= 3
    assert ResidentReport.objects.filter(joined=True).exists()
    assert ResidentReport.objects.filter(resident=None).exists()
    assert ResidentReport.objects.exclude(not_solved_at=None).count() == 1
    assert ResidentReport.objects.filter(rating__gte=4).count() > 10
    assert not ResidentReport.objects.filter(is_emergency=False, photos=None).exists()
    before_and_after = Attachment.objects.filter(kind="after", incident__attachments__kind="near")
    assert before_and_after.count() > 10
    shot = before_and_after.first()
    assert shot.file.storage.exists(shot.file.name) and shot.thumb.storage.exists(shot.thumb.name)


@pytest.mark.django_db
def test_the_shown_resident_reports_around_the_own_home_and_what_was_done_fits(neighbours):
    mine = ResidentReport.objects.filter(resident__uuid=uuid_of(1), is_emergency=False)
    assert mine.count() >= 3 and mine.values("incident__community").distinct().count() <= 4
    done = {
        "J0418": ("清", "垃圾"),
        "J0309": ("移车",),
        "J0318": ("充电", "接线"),
        "J1405": ("停止",),
        "J0406": ("修复",),
    }
    closed = ResidentReport.objects.filter(incident__status="closed", incident__category__code__in=done)
    for case, closing in closed.values_list("incident__category__code", "incident__closing"):
        assert any(word in closing["done"] for word in done[case]), (case, closing)
        assert not re.search(r"[\u4e00-\u9fff][,;:]", " ".join(closing.values()))


@pytest.mark.django_db
def test_before_and_after_are_drawn_of_the_same_place(neighbours):
    after = Attachment.objects.filter(kind="after").first()
    before = after.incident.attachments.filter(kind="near").order_by("id").first()
    skies = [Image.open(one.file).convert("RGB").crop((0, 0, 480, 40)).tobytes() for one in (before, after)]
    assert sum(abs(a - b) for a, b in zip(*skies, strict=True)) / len(skies[0]) < 8


@pytest.mark.django_db
def test_residents_joined_when_the_page_was_opened_and_did_nothing_before(neighbours):
    opened = db_now() - timedelta(days=77)
    new = Resident.objects.filter(created_at__gte=opened)
    assert new.count() == TOTAL - 23  # the others took part in the trial
    assert not ResidentReport.objects.filter(sent_at__lt=F("resident__created_at")).exists()
    assert not ServiceCall.objects.filter(called_at__lt=F("resident__created_at")).exists()
    assert not Award.objects.filter(at__lt=F("resident__created_at")).exists()


@pytest.mark.django_db
def test_the_points_of_the_trial_could_be_spent_three_days_after_they_were_given(neighbours):
    old = PointLot.objects.filter(earned_by__source_type="pilot")
    assert old.count() > 10
    assert all(lot.released_at - lot.earned_by.at < timedelta(days=3, hours=1) for lot in old)


@pytest.mark.django_db
def test_most_calls_were_answered_in_time_and_some_wait_now(neighbours):
    assert states(ServiceCall) >= {"called", "answered", "processing", "done", "rated"}
    answered = ServiceCall.objects.exclude(answered_at=None)
    assert 0.8 < answered.filter(answered_at__lte=F("due_at")).count() / answered.count() < 1
    assert answered.exclude(secretary_at=None).exists()
    assert not ServiceCall.objects.filter(status="called", due_at__lte=db_now()).exists()
    assert ServiceCall.objects.exclude(incident=None).exists()
    assert ServiceCall.objects.filter(is_anonymous=True).count() == 1


@pytest.mark.django_db
def test_the_mall_has_rewards_waiting_fetched_given_up_and_run_out(neighbours):
    assert (Merchant.objects.count(), Reward.objects.count()) == (8, 15)
    assert not Reward.objects.filter(thumb="").exists()
    assert states(Redemption) == {"issued", "used", "cancelled", "expired"}
    mine = Redemption.objects.filter(resident__uuid=uuid_of(1))
    assert set(mine.values_list("status", flat=True)) >= {"issued", "used"}
    assert all(
        reconciliation.is_whole(reconciliation.sheet(row.merchant, row.month)) for row in Settlement.objects.all()
    )
    assert Settlement.objects.count() == 6


@pytest.mark.django_db
def test_volunteers_are_at_every_stage(neighbours):
    assert states(VolunteerTask) == {"asked", "refused", "open", "ended", "withdrawn"}
    assert {"claimed", "accepted", "refused", "withdrawn", "present", "no_show", "rated"} <= states(Claim)
    assert VolunteerTask.objects.filter(asked_by__isnull=False, claims__status="rated").exists()
    assert VolunteerCertificate.objects.filter(resident__uuid=uuid_of(1)).count() == 1
    assert not Claim.objects.filter(task__at_home=True, resident__level__lt=2).exists()


@pytest.mark.django_db
def test_the_market_shows_every_kind_and_a_worker_has_something_to_look_at(neighbours):
    shown = Listing.objects.filter(status__in=["shown", "reserved"])
    assert {"free", "swap", "help", "second_hand", "charity", "offer"} == set(shown.values_list("kind", flat=True))
    assert Listing.objects.filter(status="review").count() >= 7
    assert Listing.objects.filter(status="review").exclude(flags=[]).exists()
    assert {"done", "refused", "taken_down", "expired"} <= states(Listing)
    assert {"open", "done", "released"} <= states(Deal)
    assert {fair.status: fair.bookings.count() for fair in Fair.objects.all()}.keys() == {"open", "ended"}
    assert {"booked", "present", "no_show", "given_back"} <= states(StallBooking)


@pytest.mark.django_db
def test_the_chest_holds_what_is_good_and_officers_have_a_roster(neighbours):
    assert {"offered", "approved", "refused", "withdrawn"} <= states(MedicineItem)
    today = db_now().date()
    assert not MedicineItem.objects.filter(status="approved", expires_on__lte=today + timedelta(days=30)).exists()
    assert {"ready", "taken"} <= states(MedicineRequest)
    assert {"waiting", "answered", "closed", "handed_over"} <= states(Consultation)
    on_duty = HealthDuty.objects.filter(period__contains=db_now())
    assert on_duty.count() == 36
    assert all(duty.user.has_perm("points.see_health") for duty in on_duty[:5])


@pytest.mark.django_db
def test_no_queue_is_empty_and_nothing_is_overdue_that_a_sweep_would_do(neighbours):
    assert RuleDraft.objects.filter(status="asked").exists()
    assert AdjustmentRequest.objects.filter(status="asked").count() >= 2
    shown = Notice.objects.filter(withdrawn_at=None, shown_to__gte=db_now().date())
    assert shown.count() >= 5
    sweeps = (tasks.release, tasks.expire_redemptions, tasks.end_volunteering, tasks.end_market)
    assert sum(sweep() for sweep in sweeps) < 5


@pytest.mark.django_db
def test_every_step_of_the_past_stands_in_the_journal_at_its_own_time(neighbours):
    call = ServiceCall.objects.filter(status="rated").first()
    told = list(
        Entry.objects.filter(subject_type="servicecall", subject_id=call.pk).order_by("id").values_list("verb", "at")
    )
    assert told[0] == ("servicecall.called", call.called_at)
    assert [at for _verb, at in told] == sorted(at for _verb, at in told)
    assert not Entry.objects.filter(at__gt=db_now()).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_the_pages_of_a_resident_show_the_street(neighbours, number):
    browser = Client()
    browser.cookies["ssw_resident"] = signing_in.start_session(Resident.objects.get(uuid=uuid_of(number)))
    for page in (
        "",
        "points/",
        "reports/",
        "calls/",
        "calls/figures/",
        "mall/",
        "ranking/",
        "volunteering/",
        "market/",
    ):
        answer = browser.get(f"/m/{page}")
        assert answer.status_code == 200, page


def test_within_the_past_it_is_then_and_what_is_refused_has_not_happened(db):
    then = db_now() - timedelta(days=30)
    with back_then(then):
        assert db_now() == then
    assert db_now() - then > timedelta(days=29)

    def refused() -> None:
        raise Conflict("no")

    agenda, seen = Agenda(db_now()), []
    agenda.at(agenda.now - timedelta(hours=1), lambda: seen.append("later"))
    agenda.at(agenda.now - timedelta(hours=2), refused)
    agenda.at(agenda.now - timedelta(hours=3), lambda: seen.append("first"))
    agenda.at(agenda.now + timedelta(hours=1), lambda: seen.append("never"))
    assert (agenda.live(), agenda.refused, seen) == (2, 1, ["first", "later"])

"""One hub tells all screens of a process: whom, in what words, and what it does when something was lost."""

import asyncio
import json
import time
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction

from shushanwei.common.clock import db_now
from shushanwei.journal import hub as hubs
from shushanwei.journal.hub import QUEUE, Client, Hub
from shushanwei.journal.live import packed
from shushanwei.journal.services import Line, record_many
from shushanwei.people.access import Reach

VIEW = "incidents.view_incident"


def screen(user_id: int = 1, **reach) -> Client:
    """A screen whose permission to see incidents reaches this far."""
    return Client(user_id, "session", {VIEW: Reach(**reach)} if reach else {})


def change(rev: int = 7, audience: dict | None = None, **more) -> dict:
    return packed(
        {"type": "change", "subject": "incident", "id": 3, "rev": rev, "verb": "incident.opened", "shape": {"id": 3}}
        | ({"audience": audience} if audience else {})
        | more
    )


def heard(client: Client) -> list[dict]:
    """What waits to be sent to this screen."""
    return [json.loads(client.queue.get_nowait()) for _ in range(client.queue.qsize())]


@pytest.mark.parametrize(
    ("reach", "audience", "hears"),
    [
        ({"street": True}, {"permission": VIEW, "areas": ["33"]}, True),
        ({"street": True}, {"permission": "incidents.acknowledge_alarm"}, False),
        ({"street": True}, None, True),
        ({"areas": frozenset(["33"])}, {"permission": VIEW, "areas": ["33", "330"]}, True),
        ({"areas": frozenset(["34"])}, {"permission": VIEW, "areas": ["33", "330"]}, False),
        ({"areas": frozenset(["33"])}, None, False),
        ({"departments": frozenset(["D1"])}, {"permission": VIEW, "departments": ["D1"]}, True),
        ({"departments": frozenset(["D1"])}, {"permission": VIEW, "departments": ["D2"]}, False),
        ({"police": True}, {"permission": VIEW, "police": True}, True),
        ({"police": True}, {"permission": VIEW, "police": False}, False),
        ({"own": True}, {"permission": VIEW, "users": [1]}, True),
        ({"own": True}, {"permission": VIEW, "users": [2], "areas": ["33"]}, False),
        ({}, {"permission": VIEW}, False),
        ({}, None, False),
    ],
)
def test_a_screen_hears_what_its_person_may_see(reach, audience, hears):
    hub, client = Hub(), screen(**reach)
    hub.clients.add(client)
    hub.take(change(audience=audience))
    assert bool(heard(client)) is hears


def test_who_may_hear_is_not_told_to_the_screens():
    hub, client = Hub(), screen(street=True)
    hub.clients.add(client)
    hub.take(change(9, {"permission": VIEW, "users": [4]}, trace="t-1", at="2026-11-23T09:00:00+08:00"))
    (message,) = heard(client)
    assert message == {
        "type": "change", "subject": "incident", "id": 3, "rev": 9, "verb": "incident.opened", "shape": {"id": 3},
        "trace": "t-1", "at": "2026-11-23T09:00:00+08:00",
    }  # fmt: skip
    assert hub.rev == 9


def test_a_screen_that_does_not_read_is_told_to_take_a_snapshot_and_holds_no_more_than_its_queue():
    hub, slow, fast = Hub(), screen(1, street=True), screen(2, street=True)
    hub.clients |= {slow, fast}
    read = 0
    for rev in range(5_000):
        hub.take(change(rev))
        read += len(heard(fast))
        assert slow.queue.qsize() <= QUEUE
    assert read == 5_000
    waiting = heard(slow)
    assert waiting[0] == {"type": "resync", "why": "lagging"}
    assert waiting[-1]["rev"] == 4_999


def test_during_a_flood_the_others_hear_within_a_second_and_the_slow_one_recovers():
    async def play() -> tuple[list[float], list[dict]]:
        hub = Hub()
        slow, others = screen(1, street=True), [screen(n, street=True) for n in range(2, 12)]
        hub.clients |= {slow, *others}
        late: list[float] = []

        async def read(client: Client) -> None:
            while True:
                message = json.loads(await client.queue.get())
                if message["type"] == "change":
                    late.append(time.monotonic() - message["sent"])

        readers = [asyncio.create_task(read(client)) for client in others]
        for rev in range(5_000):
            hub.take(change(rev, sent=time.monotonic()))
            if rev % 50 == 0:
                await asyncio.sleep(0.002)
        await asyncio.sleep(0.2)
        for reader in readers:
            reader.cancel()
        return late, heard(slow)

    late, missed = asyncio.run(play())
    assert len(late) == 50_000
    assert max(late) < 1
    assert missed[0]["type"] == "resync"


async def let_go() -> None:
    """Close what belongs to this event loop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(hubs.get_channel_layer().flush(), 5)
    await sync_to_async(connections.close_all)()


def run(story, *clients: Client, patience_s: float = 60) -> None:
    """Let a hub of its own listen, beat and watch while `story(hub)` happens."""

    async def play() -> None:
        hub = Hub()
        try:
            for client in clients:
                await hub.join(client)
            await asyncio.wait_for(story(hub), patience_s)
        finally:
            for task in hub.tasks:
                task.cancel()
            await asyncio.gather(*hub.tasks, return_exceptions=True)
            await let_go()

    asyncio.run(play())


async def until(client: Client, kind: str) -> dict:
    """The next message of this type."""
    while True:
        message = json.loads(await client.queue.get())
        if message["type"] == kind:
            return message


def write(count: int = 1) -> list[int]:
    with transaction.atomic():
        return record_many([Line("incident", 1, "incident.opened", db_now()) for _ in range(count)], live_push=True)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(hubs, "BEAT_S", 0.4)
    monkeypatch.setattr(hubs, "SESSION_CHECK_S", 600)


@pytest.mark.django_db(transaction=True)
def test_hello_tells_the_newest_rev_and_the_beats_go_on(quick):
    (rev,) = write()
    client = screen(street=True)

    async def story(hub):
        hello = await until(client, "hello")
        assert (hello["rev"], hello["beat_s"], set(hello)) == (rev, 0.4, {"type", "rev", "now", "beat_s"})
        for _ in range(3):
            beat = await until(client, "beat")
            assert (beat["rev"], beat["deaf"]) == (rev, False)

    run(story, client)


@pytest.mark.django_db(transaction=True)
def test_a_push_lost_between_commit_and_publish_makes_every_screen_take_a_snapshot(quick):
    clients = [screen(1, street=True), screen(2, areas=frozenset(["33"]))]

    async def story(hub):
        await asyncio.sleep(0.5)
        await sync_to_async(write)(3)  # committed; the process died before it told anybody
        for client in clients:
            assert (await until(client, "resync"))["why"] == "lost"

    run(story, *clients)


@pytest.mark.django_db(transaction=True)
def test_what_was_heard_is_not_asked_for_again(quick):
    client = screen(street=True)

    async def story(hub):
        await asyncio.sleep(0.5)
        for rev in await sync_to_async(write)(3):
            hub.take(change(rev))
        for _ in range(8):
            await until(client, "beat")

    run(story, client)
    assert "resync" not in {message["type"] for message in heard(client)}


@pytest.mark.django_db(transaction=True)
def test_a_message_goes_through_redis_to_the_hub(quick):
    from shushanwei.journal import live

    client = screen(street=True)

    async def story(hub):
        await until(client, "beat")

        async def say_until_heard():
            # The first may come before the hub listens: a page would miss the number and look again.
            while True:
                live.publish(
                    {"type": "change", "subject": "incident", "id": 5, "rev": 1, "verb": "incident.opened", "shape": {}}
                )
                await asyncio.sleep(0.5)

        saying = asyncio.create_task(say_until_heard())
        assert (await asyncio.wait_for(until(client, "change"), 60))["id"] == 5
        saying.cancel()

    run(story, client)


@pytest.mark.django_db(transaction=True)
def test_a_screen_still_hears_when_every_membership_would_have_run_out(quick, settings):
    from shushanwei.journal import live

    layer = settings.CHANNEL_LAYERS["default"]
    soon_over = layer["CONFIG"] | {"group_expiry": 1, "expiry": 1}  # seconds; a day is usual
    settings.CHANNEL_LAYERS = settings.CHANNEL_LAYERS | {"default": layer | {"CONFIG": soon_over}}
    client = screen(street=True)

    async def story(hub):
        for _ in range(8):
            await until(client, "beat")
        live.publish({"type": "change", "subject": "incident", "id": 5, "rev": 1, "verb": "incident.opened"})
        while (message := json.loads(await client.queue.get()))["type"] != "change":
            assert message["type"] == "beat", "a group that ran out is no push at all"

    run(story, client)


@pytest.mark.django_db(transaction=True)
def test_a_hub_that_hears_nothing_says_so_and_listens_anew(quick, monkeypatch):
    client = screen(street=True)

    async def story(hub):
        await until(client, "beat")
        listener = next(task for task in hub.tasks if task.get_name() == "hub_listen")
        await hubs.get_channel_layer().flush()  # the subscription is gone and nobody was told
        while not (await until(client, "beat"))["deaf"]:
            pass
        assert (await until(client, "resync"))["why"] == "reconnected"
        assert not (await until(client, "beat"))["deaf"]
        assert listener.done()

    run(story, client)


def test_positions_are_sent_once_a_second_with_the_newest_of_each_unit(monkeypatch):
    monkeypatch.setattr(hubs, "POSITIONS_S", 0.05)
    client = Client(1, "s", {"dispatch.view_unit": Reach(street=True)})
    deaf = screen(2, street=True)

    async def play() -> None:
        hub = Hub()
        hub.clients |= {client, deaf}
        for lon in (120.1, 120.2, 120.3):
            hub.take({"type": "positions", "units": [{"id": 1, "lon": lon}, {"id": 2, "lon": 1.0}]})
        task = asyncio.create_task(hub._send_positions())
        await asyncio.sleep(0.2)
        task.cancel()

    asyncio.run(play())
    (message,) = heard(client)
    assert message == {"type": "positions", "units": [{"id": 1, "lon": 120.3}, {"id": 2, "lon": 1.0}]}
    assert not heard(deaf)

"""Two centres in real processes: the peer is killed in the middle, and both sides end up alike."""

import os
import random
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

from dispatch import services
from dispatch.models import Assignment, LinkSubject, PoliceMessage, PoliceTransfer
from dispatch.police.link import line, outbox, sending
from incidents.models import Incident
from shushanwei.config import BASE_DIR
from tests.dispatch.conftest import fresh, north
from tests.dispatch.test_police_link import SECRET, due_now, offered


@pytest.fixture
def peer(live_server, settings, tmp_path):
    """The reference peer as a process of its own: `peer.start()`, `peer.kill()`, `peer.state()`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.POLICE_LINK_URL = f"http://127.0.0.1:{port}/"
    settings.POLICE_LINK_SECRET = SECRET

    class Peer:
        process = None

        def start(self):
            command = [sys.executable, "-m", "demo.peer", "--port", str(port), "--street", live_server.url]
            command += ["--store", str(tmp_path / "peer.jsonl"), "--cars", "U001,U002"]
            self.process = subprocess.Popen(
                command, cwd=BASE_DIR, env=os.environ | {"POLICE_LINK_SECRET": SECRET}, stdout=subprocess.DEVNULL
            )

        def kill(self):
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

        def state(self):
            return requests.get(f"http://127.0.0.1:{port}/state", timeout=5).json()

        def up(self):
            try:
                return bool(self.state())
            except requests.RequestException:
                return False

        def hand_over(self, call):
            requests.post(f"http://127.0.0.1:{port}/hand-over", json=call, timeout=5)

    made = Peer()
    made.start()
    wait_for(made.up)
    yield made
    made.kill()


def wait_for(reached, seconds=40):
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, f"{reached.__name__} was not reached in {seconds} s"
        time.sleep(0.1)


class Careless:
    """A line that sends some messages twice and some late: what a network does."""

    def __init__(self):
        self.dice, self.held = random.Random(30515), []

    def __call__(self, body, headers):
        if self.dice.random() < 0.3:
            self.held.append((body, headers))
        answer = sending.over_http(body, headers)
        if self.dice.random() < 0.4:
            sending.over_http(body, headers)
        if self.held and self.dice.random() < 0.3:
            sending.over_http(*self.held.pop(0))  # an old one once more, after newer ones
        return answer


@pytest.mark.slow
def test_killed_in_the_middle_both_sides_end_alike(transactional_db, peer, opened, unit, seat, person):
    cars = [unit(f"派出所{n}号车", north_m=300 * n, kind="police") for n in (1, 2)]
    squads = [unit(f"班{n}", north_m=100 * n) for n in range(1, 5)]
    wire, calls = Careless(), []

    def round_(times=1):
        for _ in range(times):
            due_now()
            sending.work_line(wire)
            services.sweep_transfers()
            time.sleep(0.05)

    def happens(number):
        incident = opened(title=f"纠纷{number}", lat=north(300 * number))
        services.order_unit(incident.pk, squads[number].pk, actor=seat)
        calls.append(services.request_reinforcement(incident.pk, "police", actor=seat, reason="请求增援"))
        peer_calls = offered(f"JJ20261127{number:05d}")
        peer_calls.pop("rev")
        return peer_calls

    handed = [happens(0), happens(1)]
    peer.hand_over(handed[0])
    round_(3)
    peer.kill()  # with messages on the way in both directions
    handed.append(happens(2))
    round_(5)
    assert line.line().down_since is not None
    peer.start()
    wait_for(peer.up)
    for call in handed:
        peer.hand_over(call)
    round_(4)
    peer.kill()
    services.accept(Assignment.objects.get(unit=squads[0], ended_at__isnull=True).pk, actor=squads[0].crew)
    round_(3)
    peer.start()
    wait_for(peer.up)

    def alike():
        round_()
        for transfer in PoliceTransfer.objects.filter(status="offered"):
            services.accept_transfer(transfer.pk, actor=seat)
        there, here = peer.state(), dict(LinkSubject.objects.values_list("subject", "told_rev"))
        return (
            not outbox.share_changed()
            and not PoliceMessage.objects.exclude(state="sent").exists()
            and there["waiting"] == 0
            and {name: known["rev"] for name, known in there["subjects"].items()} == here
            and PoliceTransfer.objects.count() == 3
            and not PoliceTransfer.objects.filter(status="offered").exists()
        )

    wait_for(alike)
    there = peer.state()
    # The third call found no free car: the peer named one that was busy, was told so, and came without.
    assert [refused["status"] for refused in there["refused"]] == [409]
    assert [fresh(call).status for call in calls] == ["accepted"] * 3
    for call in calls:
        known = there["subjects"][f"escalation:{call.pk}"]
        incident = Incident.objects.get(pk=call.incident_id)
        assert known["data"]["call"]["status"] == fresh(call).status
        shown = known["data"]["incident"]
        assert (shown["rev"], shown["status"]) == (incident.rev, incident.status)
        assert outbox.is_known(f"escalation:{call.pk}", incident)
    for transfer in PoliceTransfer.objects.all():
        known = there["subjects"][f"transfer:{transfer.police_no}"]["data"]
        assert known["status"] == transfer.status == "accepted"
        assert known["incident"]["rev"] == transfer.incident.rev
    # Said once, done once: two cars are on the way, one call waits for a free one.
    assert Assignment.objects.filter(unit__in=cars, status="accepted").count() == 2
    assert line.line().down_since is None

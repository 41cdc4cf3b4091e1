"""Residents on the running system: phones that report and redeem while things break, each until it is answered."""

import io
import json
import threading
import time
from collections import Counter
from uuid import uuid4

import requests

from tests.incidents.conftest import CENTRE
from tests.points.phones import shot
from tests.stack import Stack

TOKEN = "a" * 32
PRICE, STOCK = 50, 5


def make(count: int) -> dict:
    """On the system itself: {reward, sessions}: residents with points for two pieces each of a scarce reward."""
    from grid.models import Community
    from points.services import signing_in
    from tests.points.conftest import a_resident
    from tests.points.shops import HOME, a_merchant, a_reward, points_for

    first = int(time.time()) % 10**8 * 100
    people = [a_resident(first + n) for n in range(count)]
    for person in people:
        points_for(person, 2 * PRICE)
    around = [(119, 29), (122, 29), (122, 32), (119, 32), (119, 29)]  # all the places of these tests
    said = {"name": "大社区", "short_name": "大社区", "kind": "community", "label_lon": 120.2, "label_lat": 30.1}
    said["polygon"] = {"type": "Polygon", "coordinates": [around]}
    Community.objects.get_or_create(code=HOME, defaults=said)
    reward = a_reward(a_merchant(f"店{first}"), price=PRICE, stock=STOCK)
    return {"reward": str(reward.uuid), "sessions": [signing_in.start_session(person) for person in people]}


class Neighbours:
    """One thread a resident: a report with a photo, then a piece of the reward, `rounds` times, with ids of their own.

    What is not answered, or with 5xx, is sent again as a phone does it: the same again.
    """

    def __init__(self, stack: Stack, people: dict, rounds: int) -> None:
        self.stack, self.reward, self.rounds = stack, people["reward"], rounds
        self.reports: list[str] = []
        self.taken: list[str] = []
        self.sold_out = 0
        self.failures: list[str] = []
        self.again = 0
        self.answers: Counter[str] = Counter()
        self._threads = [threading.Thread(target=self._live, args=one, daemon=True)
                         for one in enumerate(people["sessions"])]  # fmt: skip
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        end = time.monotonic() + 180
        for thread in self._threads:
            thread.join(max(0, end - time.monotonic()))
        told = (self.failures, dict(self.answers), self.stack.tail(12))
        assert not self.failures and not any(thread.is_alive() for thread in self._threads), told

    def _live(self, number: int, session: str) -> None:
        for turn in range(self.rounds):
            uuid, lon = str(uuid4()), CENTRE[0] + number * 0.0009
            said = {"uuid": uuid, "kind": "waste", "place_by": "phone", "lon": str(lon), "lat": str(CENTRE[1]),
                    "crs": "wgs84", "agreed": "on", "join": "new"}  # fmt: skip
            photo = shot(number * 100 + turn)
            if self._until_answered(session, "/m/report/", said, photo) in (200, 201, 302):
                self.reports.append(uuid)
            uuid = str(uuid4())
            answer = self._until_answered(
                session, f"/m/mall/{self.reward}/redeem/", {"uuid": uuid, "price": str(PRICE)}
            )
            if answer == 302:
                self.taken.append(uuid)
            elif answer == 409:
                self.sold_out += 1
            else:
                self.failures.append(f"redeem {answer}")
            time.sleep(0.3)

    def _until_answered(self, session: str, path: str, said: dict, photo: bytes | None = None) -> int:
        cookies = {"ssw_resident": session, "csrftoken": TOKEN}
        end = time.monotonic() + 60
        while time.monotonic() < end:
            files = {"photo": ("a.jpg", io.BytesIO(photo), "image/jpeg")} if photo else None
            try:
                answer = requests.post(
                    self.stack.url + path, data=said, files=files, cookies=cookies, timeout=20, allow_redirects=False,
                    headers={"X-CSRFToken": TOKEN, "Referer": self.stack.url},
                )  # fmt: skip
            except requests.RequestException as error:
                answer = None
                self.answers[type(error).__name__] += 1
            else:
                self.answers[f"{path[:9]} {answer.status_code}"] += 1
            if answer is not None and answer.status_code < 500:
                if answer.status_code == 422:
                    self.failures.append(f"{path} 422 {answer.text[:300]}")
                return answer.status_code
            self.again += 1
            time.sleep(0.2)
        self.failures.append(f"{path}: no answer within 60 s")
        return 0


def people_on(stack: Stack, count: int) -> dict:
    """`make` run on the system."""
    call = f"import json\nfrom tests.faults import neighbours\nprint(json.dumps(neighbours.make({count})))"
    return json.loads(stack.django(call).strip().splitlines()[-1])

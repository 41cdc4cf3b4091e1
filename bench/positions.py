"""From phone to wall: `python -m bench.positions [--units 500] [--every 5] [--seconds 40] [--warm 10]`.

Each unit has a phone of its own that reports one fix every few seconds while seats ask who could go; measured is the
time from the POST to the push that shows the place on a wall, once the phones have been driving for ten seconds (the
first place of a unit makes its row). The floor is the empty door: the same POST answered 422 through all layers.
"""

import argparse
import asyncio
import json
import random
import time
from datetime import UTC, datetime

import aiohttp

from bench.common import machine, quantiles, system, table, template_incident
from tests.outside import cookie_of

MAKE = """
import json
from demo.street import layers
from dispatch.models import Unit, UnitMember
from grid.services.layers import put_roads
from knox.models import AuthToken
from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from shushanwei.people.services import grant
put_roads(layers.roads())
now, told = db_now(), []
for n in range({units}):
    user = User.objects.create(username=f"bench-{{n}}")
    grant(user, "responder")
    unit = Unit.objects.create(code=f"B{{n}}", name=f"第{{n}}班", kind="squad", on_duty_since=now, seen_at=now)
    UnitMember.objects.create(unit=unit, user=user, is_leader=True)
    told.append([unit.pk, AuthToken.objects.create(user=user)[1]])
print("JSON" + json.dumps(told))
"""


class Street:
    """Phones that drive about, a wall that listens, seats that ask."""

    def __init__(self, options: argparse.Namespace, stack, incident: int) -> None:
        self.options, self.stack, self.incident = options, stack, incident
        self.cookie = {"Cookie": cookie_of(stack)}
        self.phones = json.loads(stack.django(MAKE.format(units=options.units)).split("JSON")[-1])
        self.sent: dict[tuple[int, float], float] = {}
        self.late: list[float] = []
        self.posts: list[float] = []
        self.ranked: list[float] = []
        self.refused = 0
        self.counts_from = 0.0

    async def run(self) -> None:
        """Everything at once for `seconds`."""
        connector = aiohttp.TCPConnector(limit=64)
        async with aiohttp.ClientSession(connector=connector) as web:
            wall = asyncio.create_task(self.listen(web))
            await asyncio.sleep(1)
            self.counts_from = time.time() + self.options.warm
            until = time.monotonic() + self.options.warm + self.options.seconds
            work = [self.drive(web, *phone, until) for phone in self.phones]
            work += [self.ask(web, until) for _ in range(self.options.rankings)]
            await asyncio.gather(*work)
            await asyncio.sleep(3)
            wall.cancel()

    async def drive(self, web: aiohttp.ClientSession, unit: int, token: str, until: float) -> None:
        """One phone: a fix every few seconds, begun at a moment of its own."""
        lon, lat = random.uniform(120.206, 120.279), random.uniform(30.081, 30.149)
        await asyncio.sleep(random.uniform(0, self.options.every))
        headers = {"Authorization": f"Token {token}"}
        while time.monotonic() < until:
            lon, lat = lon + random.gauss(0, 2e-4), lat + random.gauss(0, 2e-4)
            at = datetime.now(UTC).isoformat()
            fix = {"lon": lon, "lat": lat, "accuracy_m": 9, "speed_kmh": 20, "fix_at": at}
            began = time.time()
            self.sent[unit, round(lon, 9)] = began
            async with web.post(
                f"{self.stack.url}/api/v1/units/me/positions/", json={"fixes": [fix]}, headers=headers
            ) as answer:
                await answer.read()
                self.refused += answer.status != 200
            if began > self.counts_from:
                self.posts.append((time.time() - began) * 1_000)
            await asyncio.sleep(max(0.0, self.options.every - (time.time() - began)))

    async def ask(self, web: aiohttp.ClientSession, until: float) -> None:
        """One seat that looks at who could go, again and again."""
        address = f"{self.stack.url}/api/v1/incidents/{self.incident}/candidates/"
        while time.monotonic() < until:
            began = time.time()
            async with web.get(address, headers=self.cookie) as answer:
                await answer.read()
                assert answer.status == 200, answer.status
            if began > self.counts_from:
                self.ranked.append((time.time() - began) * 1_000)
            await asyncio.sleep(0.5)

    async def listen(self, web: aiohttp.ClientSession) -> None:
        """The wall: notes when the place of a unit that was sent is pushed."""
        headers = self.cookie | {"Origin": "http://127.0.0.1"}
        async with web.ws_connect(self.stack.ws_url, headers=headers, max_msg_size=0) as line:
            async for message in line:
                if message.type != aiohttp.WSMsgType.TEXT or not message.data.startswith('{"type":"positions"'):
                    continue
                now = time.time()
                for unit in json.loads(message.data)["units"]:
                    began = self.sent.pop((unit["id"], round(unit["lon"], 9)), None)
                    if began and began > self.counts_from:
                        self.late.append((now - began) * 1_000)


async def empty_door(stack, token: str) -> list[float]:
    """The same POST without a fix: signed in, parsed, refused."""
    took = []
    async with aiohttp.ClientSession() as web:
        for _ in range(100):
            began = time.time()
            async with web.post(
                f"{stack.url}/api/v1/units/me/positions/", json={}, headers={"Authorization": f"Token {token}"}
            ) as answer:
                await answer.read()
            took.append((time.time() - began) * 1_000)
    return took


def main() -> None:
    """Start the system, drive, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=500)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two fixes of a unit")
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--warm", type=int, default=10, help="seconds before anything counts")
    parser.add_argument("--rankings", type=int, default=2, help="seats that ask twice a second who could go")
    options = parser.parse_args()
    print(f"positions: {machine()}")
    with system(WEB_WORKERS="2") as stack:
        street = Street(options, stack, template_incident(stack))
        floor = quantiles(asyncio.run(empty_door(stack, street.phones[0][1])))
        asyncio.run(street.run())
        rows = [
            ["floor: empty POST, one after the other", 100, *floor],
            ["POST of one fix", len(street.posts), *quantiles(street.posts)],
            ["place on the wall", len(street.late), *quantiles(street.late)],
            [f"ranking of {options.units} units over HTTP", len(street.ranked), *quantiles(street.ranked)],
        ]
        heads = ["what", "n", "p50 ms", "p99 ms", "max ms"]
        table(f"{options.units} units, a fix every {options.every:g} s", heads, rows)
        print(f"{street.refused} refused; {len(street.sent)} places were overtaken by the unit's next one or lost")


if __name__ == "__main__":
    main()

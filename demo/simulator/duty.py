"""The people on the roster come on duty, give signs of life and go home when their shift ends."""

import asyncio
from datetime import datetime, timedelta

from demo.simulator.world import World

EVERY_S = 20
NO_MORE = timedelta(seconds=60)  # read as planned right before the shift ends, somebody would knock after it: refused
ASKED_BY = "dispatcher"


async def keep_the_seats(world: World) -> None:
    """Every 20 s: who is planned now and has come signs on once, then is heard; who is not planned signs off."""
    on: set[str] = set()
    while True:
        duty = await world.person(ASKED_BY).get("/api/v1/duty/")
        if duty is not None:
            for name, step in steps(duty["on"], on, world.now()):
                came = (await world.person(name).post(f"/api/v1/duty/{step}/")).ok
                on = on | {name} if came and step != "sign-off" else on - {name}
        await asyncio.sleep(EVERY_S)


def steps(lines: list[dict], on: set[str], now: datetime) -> list[tuple[str, str]]:
    """(who, sign-on, here or sign-off): `lines` of the centre as `/api/v1/duty/` gives them, `on` who has signed on."""
    until = {
        line["username"]: datetime.fromisoformat(line["until"])
        for line in lines if line["post"] in ("seat", "shift_lead")
    }  # fmt: skip
    gone = [(name, "sign-off") for name in sorted(on - until.keys())]
    there = [(name, "here" if name in on else "sign-on") for name in sorted(until)]
    return [*gone, *((name, step) for name, step in there if step == "here" or until[name] - now > NO_MORE)]

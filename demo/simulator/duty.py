"""The people on the roster come on duty, give signs of life and go home when their shift ends."""

import asyncio

from demo.simulator.world import World

EVERY_S = 20
ASKED_BY = "dispatcher"


async def keep_the_seats(world: World) -> None:
    """Every 20 s: who is planned now and has come signs on once, then is heard; who is not planned signs off."""
    on: set[str] = set()
    while True:
        duty = await world.person(ASKED_BY).get("/api/v1/duty/")
        if duty is not None:
            planned = {line["username"] for line in duty["on"] if line["post"] in ("seat", "shift_lead")}
            for name in sorted(on - planned):
                await world.person(name).post("/api/v1/duty/sign-off/")
            on &= planned
            for name in sorted(planned):
                step = "here" if name in on else "sign-on"
                if (await world.person(name).post(f"/api/v1/duty/{step}/")).ok:
                    on.add(name)
                else:
                    on.discard(name)
        await asyncio.sleep(EVERY_S)

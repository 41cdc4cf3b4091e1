"""The station and a seat: escalations answered, 110 calls taken or given back, results judged."""

import asyncio
import uuid
from datetime import datetime

from demo.simulator.world import World
from demo.street import wording

LOOK_EVERY_S = 4
REFUSES = 0.05
GIVES_BACK = 0.06
PASSES = 0.88
DISPUTES = "J0527"
LEFT_TO_PEOPLE = 0.10  # of the calls handed over; after two minutes the shift takes them all the same
REFUSALS = ["警力均在处置上级警情", "辖区交通管制，十五分钟内无法到场"]
RETURNS = [
    ("insufficient_information", "地址只写到路名，请补充楼栋单元"),
    ("police_matter", "涉嫌违法，属警务"),
    ("not_our_area", "位置在邻近街道辖区"),
]
# In one published month of 68 returns they were 38, 28 and 2.
RETURNED = [
    ("interim", 38, "反映问题仍在持续"),
    ("too_brief", 28, "未写明联系对象与处置结果"),
    ("wrong_handling", 2, "处置对象有误"),
]


class Station:
    """The police liaison: answers escalations within half a minute and judges what comes back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = world.person("police")
        self.begun: set[str] = set()

    async def run(self) -> None:
        """Look every few seconds."""
        while True:
            for call in await self.desk.get("/api/v1/escalations/") or []:
                if call["status"] == "accepted" and call["car"] is None:
                    await self.desk.post(f"/api/v1/escalations/{call['id']}/accept/", {"nearest": True})
                elif call["status"] == "requested":
                    await self._once(f"call-{call['id']}-{call['answered_at']}", call["requested_at"], 6, 28,
                                     lambda call=call: self.answer(call))  # fmt: skip
            for transfer in _rows(await self.desk.get("/api/v1/transfers/?status=closed&page_size=30")):
                if transfer["quality"] != "pass":
                    since = transfer["second_closed_at"] or transfer["closed_at"]
                    await self._once(f"judge-{transfer['id']}-{since}", since, 40, 120,
                                     lambda transfer=transfer: self.judge(transfer))  # fmt: skip
            await asyncio.sleep(LOOK_EVERY_S)

    async def answer(self, call: dict) -> None:
        """Most are accepted; where a car is ordered already, with that one."""
        path = f"/api/v1/escalations/{call['id']}/"
        if self.world.happens(REFUSES):
            await self.desk.post(path + "refuse/", {"reason": self.world.dice.choice(REFUSALS)})
        else:
            await self.desk.post(path + "accept/", {"nearest": True})

    async def judge(self, transfer: dict) -> None:
        """Most results pass; a second closing always does."""
        body = {"quality": "pass"}
        if not transfer["second_closing_text"] and not self.world.happens(PASSES):
            quality, _weight, note = self.world.dice.choices(RETURNED, [weight for _q, weight, _n in RETURNED])[0]
            body = {"quality": quality, "note": note}
        await self.desk.post(f"/api/v1/transfers/{transfer['id']}/judge/", body)

    async def _once(self, key: str, since: str, low_s: float, high_s: float, act) -> None:
        """Act on it once, so long after `since` as its key says: the same at every look."""
        age = (self.world.now() - datetime.fromisoformat(since)).total_seconds()
        if key in self.begun or age < low_s + uuid.uuid5(uuid.NAMESPACE_URL, key).int % 1000 / 1000 * (high_s - low_s):
            return
        self.begun.add(key)
        if len(self.begun) > 5_000:
            self.begun = {key}
        await act()


class TransferSeat(Station):
    """A seat of the street that answers 110 transfers and writes second closings."""

    def __init__(self, world: World, seat: str) -> None:
        super().__init__(world)
        self.desk = world.person(seat)

    async def run(self) -> None:
        """Look every few seconds."""
        while True:
            for transfer in _rows(await self.desk.get("/api/v1/transfers/?status=offered&page_size=30")):
                left = uuid.uuid5(uuid.NAMESPACE_URL, transfer["police_no"]).int % 1000 / 1000 < LEFT_TO_PEOPLE
                low, high = (135, 160) if left else (8, 70)
                await self._once(f"take-{transfer['id']}-{transfer['offers']}", transfer["offered_at"], low, high,
                                 lambda transfer=transfer: self.take(transfer))  # fmt: skip
            for transfer in _rows(await self.desk.get("/api/v1/transfers/?status=sent_back&page_size=30")):
                since = transfer["returned_by_district_at"]
                await self._once(f"again-{transfer['id']}-{since}", since, 60, 240,
                                 lambda transfer=transfer: self.close_again(transfer))  # fmt: skip
            await asyncio.sleep(LOOK_EVERY_S)

    async def take(self, transfer: dict) -> None:
        """Most are accepted, a few given back with a reason."""
        path = f"/api/v1/transfers/{transfer['id']}/"
        if self.world.happens(GIVES_BACK):
            reason, note = self.world.dice.choice(RETURNS)
            await self.desk.post(path + "return/", {"reason": reason, "note": note})
        else:
            await self.desk.post(path + "accept/", {})

    async def close_again(self, transfer: dict) -> None:
        """A text that was too brief is written anew; a case at work again (409) closes by itself."""
        incident = transfer["incident"] or {}
        facts = wording.facts(self.world.dice, {"level": incident.get("level", 3), "category": {"code": DISPUTES}})
        body = facts | {"confirm_brief": True}
        await self.desk.post(f"/api/v1/transfers/{transfer['id']}/close-again/", body)


def _rows(body) -> list[dict]:
    return body.get("results", []) if isinstance(body, dict) else []

"""The enforcement brigade by day: checks on the phone, sites hand in, the lead judges, stopped sites are seen again."""

import asyncio
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from demo.simulator.client import Away, Person
from demo.simulator.pages import Browser
from demo.simulator.pictures import photo
from demo.simulator.world import World
from demo.street import wording_sites as words
from demo.street.site_past import STROKES
from demo.street.units import UNITS

LEAD = "brigade1"
OPENS, CLOSES = 8, 18  # o'clock: nobody inspects outside
ROUND_S = 900  # so often each officer looks at the phone, and the lead at what was handed in
FAILS = {"white": 0.12, "yellow": 0.3, "red": 0.3}  # share of visits that find something, by colour
LEFT_LYING = timedelta(days=1)  # a visit older than this is given up
HANDS_IN = 0.12  # of the open findings, in each round
REJECTS = 0.1
LINK = re.compile(r"/site/[\w-]{20,}/")


class Brigade:
    """Everybody whom a check of a site needs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Browser(world, LEAD)
        self.links: dict[int, str] = {}
        self.officers = [
            f"{unit.username}-{number}"
            for unit in UNITS if unit.kind == "enforcement" for number in range(1, unit.size + 1)
        ]  # fmt: skip

    async def run(self) -> None:
        """Round after round, by day."""
        world = self.world
        try:
            while True:
                if OPENS <= world.now().hour < CLOSES:
                    await self._findings()
                    for name in self.officers:
                        await self._plan(name)
                        await asyncio.sleep(1)
                await asyncio.sleep(ROUND_S / max(world.speed, 1))
        finally:
            await self.desk.close()

    # the officers

    async def _plan(self, name: str) -> None:
        """The first who is named for a check of today makes it, with the others."""
        phone = await self.world.person(name).get("/api/v1/inspections/phone/")
        today = self.world.now().date().isoformat()
        for check in (phone or {}).get("planned", ()):
            team = check["inspectors"]
            if check["on"] == today and len(team) > 1 and phone["me"]["id"] == min(team):
                site = next((one for one in phone["sites"] if one["id"] == check["site"]), None)
                if site is not None:
                    await self.visit(name, phone, site, team)
                    return

    async def visit(
        self, name: str, phone: dict[str, Any], site: dict[str, Any], team: list[int], *, again: bool = False
    ) -> bool:  # fmt: skip
        """Show the code, look at every item, take photos, sign; whether the sheet was locked."""
        world, who = self.world, self.world.person(name)
        for left in (one for one in phone["running"] if one["site"] == site["id"]):
            if world.now() - datetime.fromisoformat(left["started_at"]) < LEFT_LYING:
                return False  # somebody of the two stands there already
            reason = {"reason": "检查中断，另行安排"}
            await self._ok(who.post(f"/api/v1/inspections/{left['uuid']}/drop/", reason), "drop")
        began, sheet = world.now(), str(uuid.uuid4())
        begun = {
            "uuid": sheet, "site": site["id"], "conduct_code": phone["codes"][0]["code"], "recheck": again,
            "code_shown_at": began.isoformat(), "started_at": began.isoformat(), "inspectors": team,
            "lon": site["lon"], "lat": site["lat"],
        }  # fmt: skip
        if not await self._ok(who.post("/api/v1/inspections/", begun), "begin"):
            return False
        items = self._items(phone, site, again=again)
        wrong = self._wrong(site, items, again=again)
        await world.pause(240, 600, scaled=True)
        shots = [shot for item in wrong if (shot := await self._shot(who, sheet, site, item))]
        done = world.now().isoformat()
        lock = {
            "ended_at": done, "photos": shots, "signatures": self._signatures(site, team),
            "results": [
                {"item": item["id"], "result": "fails" if item in wrong else "ok", "at": done,
                 "note": words.WRONG.get(item["code"], "") if item in wrong else ""}
                for item in items
            ],
        }  # fmt: skip
        return await self._ok(who.post(f"/api/v1/inspections/{sheet}/lock/", lock), "lock")

    def _items(self, phone: dict[str, Any], site: dict[str, Any], *, again: bool) -> list[dict[str, Any]]:
        items = [item for group in phone["checklist"]["groups"] for item in group["items"]]
        live = {finding["item_code"] for finding in site["findings"]}
        if again:
            return [item for item in items if item["code"] in live]
        return [item for item in items if not item["phases"] or site["phase"] in item["phases"]]

    def _wrong(self, site: dict[str, Any], items: list[dict[str, Any]], *, again: bool) -> list[dict[str, Any]]:
        """What nobody has put right is wrong still; now and then something new is."""
        still = {one["item_code"] for one in site["findings"] if one["status"] in ("open", "handed_in")}
        wrong = [item for item in items if item["code"] in still]
        live = {one["item_code"] for one in site["findings"]}
        fits = [i for i in items if i["severity"] == "M" and i["code"] in words.WRONG.keys() - live]
        if not again and fits and self.world.happens(FAILS[site["colour"]]):
            wrong.append(self.world.dice.choice(fits))
        return wrong

    async def _shot(self, who: Person, sheet: str, site: dict[str, Any], item: dict[str, Any]) -> str:
        at, name = self.world.now(), str(uuid.uuid4())
        picture = await asyncio.to_thread(photo, f"{site['code']} {item['name_zh']}", at, tidy=False)
        form = aiohttp.FormData({
            "uuid": name, "item": str(item["id"]), "when": "before", "shot_at": at.isoformat(),
            "lon": f"{site['lon']:.6f}", "lat": f"{site['lat']:.6f}",
        })  # fmt: skip
        form.add_field("photo", picture, filename="before.jpg", content_type="image/jpeg")
        sent = who.call("POST", f"/api/v1/inspections/{sheet}/photos/", form=form)
        return name if await self._ok(sent, "photo") else ""

    def _signatures(self, site: dict[str, Any], team: list[int]) -> list[dict[str, Any]]:
        manager = next((one["name"] for one in site["people"] if one["post"] == "manager"), "项目经理")
        signed = [{"uuid": str(uuid.uuid4()), "role": "inspector", "user": pk, "strokes": STROKES} for pk in team]
        return [*signed, {"uuid": str(uuid.uuid4()), "role": "manager", "name": manager, "strokes": STROKES}]

    async def _ok(self, asked, what: str) -> bool:
        answer = await asked
        if not answer.ok and answer.status not in (404, 409):
            self.world.say(f"inspection {what} refused: {answer.status} {str(answer.body)[:200]}")
        return answer.ok

    # the sites and the lead

    async def _findings(self) -> None:
        """Some sites hand in what they have mended; the lead judges; stopped sites are looked at again."""
        phone = await self.world.person(LEAD).get("/api/v1/inspections/phone/")
        for site in (phone or {}).get("sites", ()):
            for finding in site["findings"]:
                if finding["status"] == "handed_in":
                    await self._judge(finding)
                elif finding["status"] == "open" and self.world.happens(HANDS_IN):
                    await self._hand_in(site, finding)
            if site["status"] == "stopped" and {one["status"] for one in site["findings"]} == {"corrected"}:
                name = self.world.dice.choice(self.officers)
                own = await self.world.person(name).get("/api/v1/inspections/phone/")
                if own is not None:
                    await self.visit(name, own, site, [own["me"]["id"], phone["me"]["id"]], again=True)

    async def _hand_in(self, site: dict[str, Any], finding: dict[str, Any]) -> None:
        link = self.links.get(site["id"]) or await self._link(site["id"])
        at = self.world.now() - timedelta(minutes=3)
        picture = await asyncio.to_thread(photo, f"{finding['number']} 整改后", at, tidy=True)
        fields = {"uuid": str(uuid.uuid4()), "note": self.world.dice.choice(words.MENDED)}
        guest = Browser(self.world)
        try:
            await guest.post(link, f"{link}findings/{finding['id']}/", fields, {"photos": picture})
        except Away:
            self.links.pop(site["id"], None)
            raise
        finally:
            await guest.close()

    async def _link(self, site: int) -> str:
        page = "/worksites/links/"
        text = await self.desk.post(page, f"{page}make/", {"site": str(site), "days": "30"})
        found = LINK.search(text)
        if not found:
            raise Away("no link was made")
        self.links[site] = found[0]
        return found[0]

    async def _judge(self, finding: dict[str, Any]) -> None:
        page = f"/worksites/findings/{finding['id']}/"
        if self.world.happens(REJECTS):
            why = self.world.dice.choice(words.REJECTED)
            await self.desk.post(page, f"{page}reject/", {"reason": why, "days": "1"})
        else:
            await self.desk.post(page, f"{page}pass/", {"note": "照片与现场相符"})

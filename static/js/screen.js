/** The wall: one store, one live link, panels that fail alone, and a reload at four in the morning. */

import { waits } from "shushan/cockpit/alerts";
import { el, put, written } from "shushan/cockpit/dom";
import { Board } from "shushan/screen/board";
import { Charts } from "shushan/screen/charts";
import { Figures } from "shushan/screen/figures";
import { Ground, TruckAlerts } from "shushan/screen/ground";
import { guarded } from "shushan/screen/guard";
import { Takeover } from "shushan/screen/takeover";
import { Ticker } from "shushan/screen/ticker";
import { get } from "shushan/http";
import { showLink } from "shushan/linkstate";
import { LiveLink } from "shushan/live";
import { serverNow, serverTime } from "shushan/servertime";
import { Store } from "shushan/store";
import { chinese, clockTime, fill, named, _ } from "shushan/words";

const $ = (id) => document.getElementById(id);
const PULSE_MS = 5000;
const LATE_S = 2;
const MOST_KEPT = 400; // objects of a kind in memory; the next snapshot brings back what was dropped wrongly
const SUBJECTS = new Set(["incident", "assignment", "unit", "site", "truckalert"]);
const RELOAD_HOUR = 4;
const OLD_ENOUGH_MS = 2 * 3600 * 1000;

const setup = written("screen-setup");
serverTime.observe(setup.now);
const store = new Store();
const units = new Map();
let trucks = [];
let ground = null; // figures of the worksites; none for who may not see them
let known = false; // before the first snapshot, that no site is red would be a claim
let liveTotal = 0;
let lateS = 0;
let counts = null;

const unitsOf = (id) =>
  store.all("assignment").filter((order) => order.incident === id && (!order.ended_at || order.status === "finished" || order.status === "confirmed"))
    .map((order) => order.unit?.name ?? named(order.department));

const figures = new Figures($("figures"));
const board = new Board({ list: $("queue"), count: $("queue-count"), labels: setup.labels, unitsOf });
const ticker = new Ticker($("ticker"));
const sites = new Ground($("panel-ground"), $("ground-checks"));
const alerts = new TruckAlerts({ panel: $("panel-alerts"), list: $("alerts"), count: $("alert-count"), rules: setup.labels.rules });
const takeover = new Takeover($("takeover"), (incident) => guarded("map", () => map?.visit?.(incident)));
const charts = new Charts({
  hours: document.querySelector("#panel-hours .chart"),
  source: document.querySelector("#panel-source .chart"),
  category: document.querySelector("#panel-category .chart"),
});
charts.start().then(() => guarded("charts", () => charts.draw(counts)), (error) => console.error("panel charts", error));

let map = null;
startMap();

async function startMap() {
  try {
    const { canDraw, WallMap } = await import("shushan/map_wall");
    if (!canDraw()) throw new Error("no WebGL");
    map = new WallMap($("map"));
    await map.ready;
  } catch (error) {
    console.error("panel map", error);
    flatMap();
  }
  guarded("map", drawMap);
}

/** No WebGL: say so, and show the flat map, so that the wall still knows where things are. */
async function flatMap() {
  put($("map-note"), _("This computer cannot draw the three-dimensional map (WebGL is missing); here is the flat one."));
  $("map-note").hidden = false;
  $("map").replaceChildren();
  const { StreetMap } = await import("shushan/map_street");
  map = new StreetMap($("map"));
  map.visit = (incident) => map.choose(incident);
  drawMap();
}

function load(data) {
  takeover.known(data.incidents);
  store.load("incident", data.incidents, data.rev);
  store.load("assignment", data.assignments, data.rev);
  store.load("site", data.sites, data.rev);
  store.load("truckalert", data.truck_alerts, data.rev);
  known = true;
  units.clear();
  data.units.forEach((unit) => units.set(unit.id, unit));
  take(data);
  draw();
}

function change(message) {
  const known = store.get(message.subject, message.id);
  if (!SUBJECTS.has(message.subject) || !store.apply(message)) return;
  const { subject, shape } = message;
  if (subject === "incident" && shape) {
    if (!known && !shape.ended_at) liveTotal += 1;
    if (known && !known.ended_at && shape.ended_at) liveTotal -= 1;
    if (!known || known.level !== shape.level) guarded("takeover", () => takeover.offer(shape));
  } else if (subject === "assignment" && shape?.unit) {
    const unit = units.get(shape.unit.id);
    if (unit && !shape.ended_at) unit.assignment = { id: shape.id, incident: shape.incident, status: shape.status };
    else if (unit?.assignment?.id === shape.id) unit.assignment = null;
  } else if (subject === "unit" && shape) units.set(shape.id, { ...units.get(shape.id), ...shape });
  draw();
}

function positions(list) {
  for (const position of list) {
    const unit = units.get(position.id);
    if (unit) unit.position = { ...unit.position, ...position };
  }
  draw();
}

/** Weeks of pushes must not pile up: what is over leaves the memory, oldest first. */
function prune() {
  const ended = (shape) => Boolean(shape.ended_at);
  for (const [subject, over] of [["incident", ended], ["assignment", ended], ["truckalert", (alert) => !waits(alert)]]) {
    const all = store.all(subject);
    if (all.length <= MOST_KEPT) continue;
    all.sort((a, b) => Number(over(b)) - Number(over(a)) || a.id - b.id);
    for (const { id } of all.slice(0, all.length - MOST_KEPT)) store.objects.delete(`${subject}/${id}`);
  }
}

let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    prune();
    const incidents = store.all("incident");
    guarded("queue", () => board.draw(incidents, liveTotal));
    guarded("ticker", () => ticker.draw(incidents));
    guarded("duty", duty);
    guarded("ground", () => sites.draw(known ? ground : null, watched()));
    guarded("alerts", () => alerts.draw(store.all("truckalert").filter(waits)));
    guarded("map", drawMap);
  }, document.hidden ? 2000 : 150);
}

const watched = () => store.all("site").filter(({ status }) => status === "building" || status === "stopped");

function drawMap() {
  if (!map) return;
  map.setIncidents(store.all("incident").filter((incident) => !incident.ended_at));
  map.setUnits([...units.values()]);
  map.setSites(watched());
  map.setTrucks(trucks, store.all("truckalert").filter(waits));
}

function take({ figures: five, counts: fresh, late_s: late, on_duty: onDuty, live_total: total, ground: told, trucks: heard }) {
  liveTotal = total; // what changed but was never shown here cannot be counted from the pushes
  if (onDuty) {
    const on = new Set(onDuty);
    for (const unit of units.values()) unit.on_duty = on.has(unit.id);
  }
  lateS = late;
  counts = fresh;
  ground = told;
  trucks = heard;
  guarded("figures", () => figures.draw(five));
  guarded("charts", () => charts.draw(counts));
  guarded("duty", duty);
  draw();
  foot();
}

const shift = () => {
  const start = Math.floor(streetHour() / 8) * 8;
  return `${String(start).padStart(2, "0")}:00–${String(start + 8).padStart(2, "0")}:00`;
};
const streetHour = () => Number(clockTime(serverNow(), { seconds: false }).slice(0, 2));

function duty() {
  const on = [...units.values()].filter((unit) => unit.on_duty);
  const facts = [
    [_("Shift"), shift()],
    [_("Units on duty"), String(on.length)],
    [_("of these under way"), String(on.filter((unit) => unit.assignment).length)],
    [_("Today"), counts ? fill(_("%(opened)s received · %(ended)s ended"), counts) : "–"],
  ];
  const box = $("duty");
  if (!box.childElementCount) box.append(...facts.map(([name]) => el("div", {}, el("dt", {}, name), el("dd"))));
  facts.forEach(([, value], index) => put(box.children[index].lastChild, value));
}

function foot() {
  const bar = document.querySelector(".wall-foot");
  const age = link.age();
  let [tone, words] = ["", ""];
  if (link.state === "signed-out") [tone, words] = ["missed", _("You have been signed out. Reload the page and sign in.")];
  else if (age >= 30) [tone, words] = ["missed", fill(_("No connection: what you see is %(n)s seconds old."), { n: Math.floor(age) })];
  else if (lateS > LATE_S) [tone, words] = ["missed", fill(_("The clocks are late by %(n)s s: a missed promise may not be shown yet. Tell the system administrator."), { n: Math.round(lateS) })];
  else if (link.state === "reconnecting" || age >= 10) [tone, words] = ["due", _("Connection lost; it is being restored. Nothing is lost.")];
  bar.dataset.tone = tone;
  $("ticker").hidden = Boolean(words);
  $("foot-says").hidden = !words;
  put($("foot-says"), words);
}

const link = new LiveLink({ snapshot: ({ signal }) => get("/api/v1/screen/snapshot/", { signal, background: true }), load, change, positions });
showLink(link, $("link-state"));
link.addEventListener("state", foot);
link.start();

const opened = Date.now();
const dateWords = new Intl.DateTimeFormat(chinese() ? "zh-CN" : "en-GB", { dateStyle: "full", timeZone: "Asia/Shanghai" });
setInterval(() => {
  const now = serverNow();
  put($("clock"), clockTime(now));
  put($("date"), dateWords.format(new Date(now)));
  foot();
  // Once a night, when nobody looks and the link is well; spread over some minutes by the page's age.
  if (link.state === "live" && streetHour() === RELOAD_HOUR && Date.now() - opened > OLD_ENOUGH_MS) location.reload();
}, 1000);

setInterval(async () => {
  try {
    take(await get("/api/v1/screen/pulse/", { background: true }));
  } catch {
    // the link state tells when the server is away
  }
}, PULSE_MS);
setInterval(draw, 5000);

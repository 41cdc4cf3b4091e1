/** The console: one store, one live link, and the parts that draw from it. */

import { waits } from "shushan/cockpit/alerts";
import { el, put, written } from "shushan/cockpit/dom";
import { Actions } from "shushan/console/actions";
import { Calls } from "shushan/console/calls";
import { Case } from "shushan/console/case";
import { Decisions } from "shushan/console/decisions";
import { Duty } from "shushan/console/duty";
import { GroundList } from "shushan/console/ground";
import { bindKeys } from "shushan/console/keys";
import { Queue } from "shushan/console/queue";
import { ReachLayer } from "shushan/console/reach";
import { Strip } from "shushan/console/strip";
import { Transfers } from "shushan/console/transfers";
import { get } from "shushan/http";
import { showLink } from "shushan/linkstate";
import { LiveLink } from "shushan/live";
import { serverNow, serverTime } from "shushan/servertime";
import { Store } from "shushan/store";
import { clockTime, fill, named, _ } from "shushan/words";

const $ = (id) => document.getElementById(id);
const PULSE_MS = 5000;
const LATE_S = 2;

const setup = written("console-setup");
serverTime.observe(setup.now);
const { labels } = setup;
const may = new Set(setup.may);
const store = new Store();
const units = new Map();

const ordersOf = (id) => store.all("assignment").filter((order) => order.incident === id);
const unitsOf = (() => {
  // One pass over the orders for the whole queue, not one a row.
  let index = null;
  const build = () => {
    index = new Map();
    for (const order of store.all("assignment")) {
      if (order.ended_at && !["finished", "confirmed"].includes(order.status)) continue;
      const names = index.get(order.incident) ?? [];
      names.push(order.unit?.name ?? named(order.department));
      index.set(order.incident, names);
    }
  };
  const of = (id) => {
    if (!index) build();
    return index.get(id) ?? [];
  };
  of.forget = () => (index = null);
  return of;
})();

const queue = new Queue({ list: $("queue"), bar: $("queue-new"), tabs: $("tabs"), search: $("search"), store, names: labels, unitsOf });
const actions = new Actions({ labels, may, take: takeAnswer, caseOf: () => detail });
const detail = new Case({ box: $("case"), empty: $("detail-empty"), labels, may, acts: actions, ordersOf });
const strip = new Strip($("figures"));
const ground = new GroundList({ box: $("ground-waits"), labels, urls: setup.urls });
let onGround = { ground: null, trucks: [] };
const duty = new Duty({ may });
const transfers = new Transfers($("transfers"), { may });
const decisions = new Decisions({ may, changed: draw });
const calls = new Calls({
  box: $("alarms"), button: $("sound"), labels, may, store, now: serverNow, started: () => duty.start(),
  decisions,
  open: (id, shape) => {
    if (shape) store.apply({ subject: "incident", id, rev: shape.rev, shape });
    queue.select(id, { scroll: true });
  },
  supervise: (id, level) => {
    queue.select(id, { scroll: true });
    if (detail.id === id) actions.supervise(detail.incident, level);
  },
  answer: (incident, button) => { queue.select(incident.id, { scroll: true }); actions.answer(incident, button); },
  take: (subject, shape) => { store.apply({ subject, id: shape.id, rev: shape.rev, shape }); draw(); },
});

let map = null;
import("shushan/map_street").then(({ StreetMap }) => {
  map = new StreetMap($("map"));
  map.addEventListener("select", ({ detail: id }) => queue.select(id, { scroll: true }));
  new ReachLayer(map, $("reach"));
  drawMap();
}).catch((error) => {
  // A map that does not come must not take the queue along.
  $("map").replaceChildren(el("p", { class: "empty" }, _("The map cannot be drawn here.")));
  console.error(error);
});

queue.addEventListener("select", ({ detail: id }) => {
  const incident = store.get("incident", id);
  detail.show(incident);
  map?.choose(incident);
  drawRoutes();
  history.replaceState(null, "", incident ? `#${incident.case_no}` : location.pathname);
});

/** What the server said to one of our own steps: the same shape as the push, only sooner. */
function takeAnswer(answer) {
  const shape = answer?.incident?.id ? answer.incident : answer;
  if (shape?.case_no && shape.rev && shape.deadlines) change({ subject: "incident", id: shape.id, rev: shape.rev, shape });
  else if (detail.incident) detail.update(store.get("incident", detail.id) ?? detail.incident);
}

function load(data) {
  for (const [subject, shapes] of [["incident", data.incidents], ["assignment", data.assignments], ["alarm", data.alarms], ["site", data.sites], ["truckalert", data.truck_alerts]]) {
    store.load(subject, shapes, data.rev);
  }
  units.clear();
  data.units.forEach((unit) => units.set(unit.id, unit));
  queue.liveTotal = data.live_total;
  queue.liveShown = data.incidents.filter((incident) => !incident.ended_at).length;
  pulse(data);
  decisions.load();
  transfers.load();
  unitsOf.forget();
  for (const id of queue.rows.keys()) queue.touch(id);
  if (detail.id !== null) {
    const shown = store.get("incident", detail.id);
    if (shown) detail.update(shown);
  } else fromAddress();
  draw();
}

function fromAddress() {
  const number = decodeURIComponent(location.hash.slice(1));
  const found = number && store.all("incident").find((incident) => incident.case_no === number);
  if (found) queue.select(found.id, { scroll: true });
}

function change(message) {
  decisions.heard(message);
  transfers.heard(message);
  const known = store.get(message.subject, message.id);
  if (!store.apply(message)) return;
  const { subject, shape } = message;
  if (subject === "incident" && shape) {
    if (!known || known.level !== shape.level) calls.heard(shape);
    queue.touch(shape.id);
    if (shape.id === detail.id) detail.update(shape);
  } else if (subject === "assignment" && shape) {
    unitsOf.forget();
    busy(shape);
    queue.touch(shape.incident);
    if (shape.incident === detail.id) detail.touchOrders();
  } else if (subject === "unit" && shape) {
    units.set(shape.id, { ...units.get(shape.id), ...shape });
  }
  draw();
}

/** A unit's state follows from its order. */
function busy(order) {
  const unit = order.unit && units.get(order.unit.id);
  if (!unit) return;
  if (!order.ended_at) unit.assignment = { id: order.id, incident: order.incident, status: order.status, part: order.part };
  else if (unit.assignment?.id === order.id) unit.assignment = null;
}

function positions(list) {
  for (const position of list) {
    const unit = units.get(position.id);
    if (unit) unit.position = { ...unit.position, ...position };
  }
  drawMapSoon();
}

let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  // A burst of changes is drawn once; hidden pages catch up when they are looked at.
  const run = () => {
    drawing = false;
    queue.draw();
    queue.call(calls.draw());
    ground.draw(onGround.ground, store.all("truckalert").filter(waits));
    drawMapSoon();
  };
  if (document.hidden) setTimeout(run, 250);
  else requestAnimationFrame(run);
}

let mapWaits = false;
function drawMapSoon() {
  if (mapWaits) return;
  mapWaits = true;
  setTimeout(() => {
    mapWaits = false;
    drawMap();
  }, 200);
}

function drawMap() {
  if (!map) return;
  map.setIncidents(store.all("incident").filter((incident) => !incident.ended_at));
  map.setUnits([...units.values()]);
  map.setSites(store.all("site").filter(({ status }) => status === "building" || status === "stopped"));
  map.setTrucks(onGround.trucks, store.all("truckalert").filter(waits));
  drawRoutes();
}

function drawRoutes() {
  const incident = detail.id === null ? null : store.get("incident", detail.id);
  map?.routes(
    incident
      ? [...units.values()].filter((unit) => unit.position && unit.assignment?.incident === incident.id && unit.assignment.status !== "arrived").map((unit) => ({ from: unit.position, to: incident }))
      : [],
  );
}

function pulse({ figures, late_s: late, on_duty: onDuty, ground: told, trucks }) {
  onGround = { ground: told, trucks };
  if (onDuty) {
    const on = new Set(onDuty);
    for (const unit of units.values()) unit.on_duty = on.has(unit.id);
  }
  strip.draw(figures);
  drawMapSoon();
  lateS = late;
  foot();
}

let lateS = 0;
function foot() {
  const bar = $("foot");
  const age = link.age();
  let [tone, words] = ["", [fill(_("%(name)s on duty"), { name: setup.me }), duty.says()].filter(Boolean).join(" · ")];
  if (link.state === "signed-out") [tone, words] = ["missed", _("You have been signed out. Reload the page and sign in.")];
  else if (age >= 30) [tone, words] = ["missed", fill(_("No connection: what you see is %(n)s seconds old."), { n: Math.floor(age) })];
  else if (lateS > LATE_S) [tone, words] = ["missed", fill(_("The clocks are late by %(n)s s: a missed promise may not be shown yet. Tell the system administrator."), { n: Math.round(lateS) })];
  else if (link.state === "reconnecting" || age >= 10) [tone, words] = ["due", _("Connection lost; it is being restored. Nothing is lost.")];
  if (bar.dataset.tone !== tone) bar.dataset.tone = tone;
  put($("foot-says"), words);
}

// The open case is asked for by name: others may have pushed it out of what a snapshot holds.
const address = () => `/api/v1/console/snapshot/${detail.id === null ? "" : `?case=${detail.id}`}`;
const link = new LiveLink({ snapshot: ({ signal }) => get(address(), { signal, background: true }), load, change, positions });
showLink(link, $("link-state"));
link.addEventListener("state", foot);
link.start();

setInterval(async () => {
  if (document.hidden) return;
  try {
    pulse(await get("/api/v1/screen/pulse/", { background: true }));
  } catch {
    // the link state tells when the server is away
  }
}, PULSE_MS);
setInterval(() => {
  put($("now"), clockTime(serverNow()));
  foot();
}, 1000);
// Filters depend on the time (a promise becomes late by itself).
setInterval(draw, 5000);

bindKeys({ queue, search: $("search"), help: $("help"), act: (key) => {
  const incident = detail.incident ?? calls.waiting()[0];
  if (key === "A" && detail.incident?.answered_by && calls.waiting().length) {
    const first = calls.waiting()[0];
    queue.select(first.id, { scroll: true });
    return actions.answer(first);
  }
  if (!incident) return undefined;
  if (incident.id !== detail.id) queue.select(incident.id, { scroll: true });
  return actions.byKey(key, incident)?.run($("case").querySelector(`[aria-keyshortcuts="${key}"]`));
} });

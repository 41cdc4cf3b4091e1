/** The unit's phone: orders come in with sound, are answered with the thumb, and survive a lost network. */

import { el, put, uuid, written } from "shushan/cockpit/dom";
import { ring, unlock } from "shushan/cockpit/sound";
import { get, post } from "shushan/http";
import { showLink } from "shushan/linkstate";
import { LiveLink } from "shushan/live";
import { StreetMap } from "shushan/map_street";
import { Outbox } from "shushan/phone/outbox";
import { drawReminder, isNews, reminderOf, tickReminder } from "shushan/unit/reminder";
import * as sheets from "shushan/unit/sheets";
import { Track } from "shushan/unit/track";
import { drawActions, drawBody, drawHead, drawIdle, tickLeft } from "shushan/unit/view";
import { _, fill } from "shushan/words";

const ASK_MS = 5000;
const RING_MS = 4000;
const byId = (id) => document.getElementById(id);
const [idle, orderBox, head, body, bar, sheet, banner] = ["idle", "order", "order-head", "order-body", "actions", "sheet", "reminder"].map(byId);

let state = written("unit-state");
let map = null;
let shownOrder = null;
let rangAt = 0;
const track = new Track();
const outbox = new Outbox();

// ── what the server says ──

function take(fresh) {
  if (fresh.now < state.now) return;
  state = fresh;
  draw();
}

async function refresh() {
  try {
    take(await get("/api/v1/units/me/", { background: true }));
  } catch (problem) {
    if (problem.status === 401) location.reload();
  }
}

let asked = 0;
function soon() {
  clearTimeout(asked);
  asked = setTimeout(refresh, 60);
}

const link = new LiveLink({
  snapshot: ({ signal }) => get("/api/v1/units/me/", { signal, background: true }),
  load: take,
  change: ({ subject, shape }) => {
    const ours = subject === "assignment" ? shape?.unit?.id === state.unit.id : shape?.id === state.incident?.id;
    if (ours) soon();
  },
});

// ── drawing ──

function draw() {
  const order = state.assignment;
  document.body.dataset.level = order ? String(state.incident.level) : "";
  if (state.unit.on_duty) track.start();
  else track.stop();
  idle.hidden = Boolean(order);
  orderBox.hidden = !order;
  if (!order) {
    bar.hidden = true;
    shownOrder = null;
    if (sheet.open) sheet.close();
    drawIdle(idle, state, track, setDuty);
    return;
  }
  if (shownOrder !== order.id) {
    shownOrder = order.id;
    if (sheet.open) sheet.close();
    scrollTo(0, 0);
  }
  drawHead(head, state, track.fix);
  drawBody(body, state);
  drawActions(bar, state, outbox, act);
  tickLeft(bar);
  drawMap();
  remind();
  delivered(order);
}

/** A reminder is heard and felt once; the banner stays until the next step. */
function remind() {
  const reminder = reminderOf(state);
  drawReminder(banner, reminder);
  if (!reminder || !isNews(reminder)) return;
  ring(1);
  navigator.vibrate?.([700, 200, 700]);
}

function drawMap() {
  const { incident, unit } = state;
  if (!map) {
    map = new StreetMap(byId("map"));
    map.moved = true;
  }
  map.setIncidents([incident]);
  const here = track.fix && { ...track.fix, fix_at: new Date(link.time.now()).toISOString() };
  const position = here ?? unit.position;
  map.setUnits(position ? [{ ...unit, on_duty: true, assignment: state.assignment, position }] : []);
  map.routes(position ? [{ from: position, to: incident }] : []);
  const sign = `${incident.id} ${Boolean(position)}`;
  if (byId("map").dataset.sign === sign) return;
  byId("map").dataset.sign = sign;
  const { L } = globalThis;
  const places = [[incident.lat, incident.lon], ...(position ? [[position.lat, position.lon]] : [])];
  map.map.invalidateSize({ animate: false });
  map.map.fitBounds(L.latLngBounds(places).pad(0.25), { animate: false, maxZoom: 17 });
}

// ── an order on the screen is a delivered order ──

let telling = null;
async function delivered(order) {
  if (order.delivered_at || order.status !== "offered" || document.hidden || telling === order.id) return;
  telling = order.id;
  try {
    await post(`/api/v1/assignments/${order.id}/delivered/`);
    soon();
  } catch {
    // said again with the next look
  } finally {
    telling = null;
  }
}

function alarm() {
  const order = state.assignment;
  if (order?.status !== "offered" || outbox.holds(order.id, "accept") || Date.now() - rangAt < RING_MS) return;
  rangAt = Date.now();
  ring(state.incident.level <= 1 ? 1 : 2);
  navigator.vibrate?.([400, 150, 400, 150, 600]);
}

// ── what the thumb does ──

function step(name, fields = {}, photo = null) {
  refused("");
  const order = state.assignment;
  return outbox.put({ path: `/api/v1/assignments/${order.id}/${name}/`, fields, photo, order: order.id, step: name }).then(draw);
}

/** The place and instant of a shot, as the phone knows them. */
const shot = () => ({ lon: track.fix?.lon ?? null, lat: track.fix?.lat ?? null, shot_at: new Date().toISOString() });

const act = {
  accept: () => {
    unlock();
    step("accept");
  },
  decline: () => sheets.decline(sheet, (values) => step("decline", values)),
  arrive: () => sheets.arrive(sheet, (values, photo) => step("arrive", { uuid: uuid(), accuracy_m: track.fix?.accuracy_m ?? null, ...shot() }, photo)),
  feedback: () => sheets.feedback(sheet, (values, photo) => step("feedback", { uuid: uuid(), ...values, ...(photo ? shot() : {}) }, photo)),
  finish: () =>
    sheets.finish(sheet, (values, photo) => step("finish", { ...values, ...(photo ? { uuid: uuid(), ...shot() } : {}) }, photo), {
      main: state.assignment.part === "main", photoNeeded: !state.incident.need_followup,
    }),
  reinforce: () =>
    sheets.reinforce(sheet, (values) => {
      refused("");
      outbox.put({ path: `/api/v1/incidents/${state.incident.id}/reinforcement/`, fields: values, photo: null, order: state.assignment.id, step: "reinforce" }).then(soon);
    }),
};

async function setDuty(on) {
  unlock();
  refused("");
  try {
    take(await post("/api/v1/units/me/duty/", { on_duty: on }));
  } catch (problem) {
    refused(problem.message);
  }
}

// ── what waits, what was refused ──

function refused(words) {
  const note = byId("refusal");
  note.hidden = !words;
  put(note, words);
}

outbox.addEventListener("count", ({ detail }) => {
  const note = byId("outbox");
  note.hidden = !detail;
  put(note, fill(_("%(n)s answers are kept and sent as soon as there is a network."), { n: detail }));
});
outbox.addEventListener("sent", soon);
outbox.addEventListener("refused", ({ detail: { problem } }) => {
  refused(problem.errors[0]?.message ?? problem.message);
  soon();
});
track.addEventListener("fix", draw);
track.addEventListener("sent", ({ detail }) => detail.arrived && soon());
document.addEventListener("visibilitychange", () => !document.hidden && refresh());
sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());

// A lost network is said in words: what is shown is as old as that.
setInterval(() => {
  const note = byId("link-note");
  const seconds = Math.floor(link.age());
  note.hidden = link.state === "live" || seconds < 5;
  if (!note.hidden) put(note, fill(_("No connection. What you see is %(n)s s old; your answers are kept."), { n: seconds }));
}, 1000);
showLink(link, byId("link-state"));
link.start();
draw();
setInterval(refresh, ASK_MS);
setInterval(() => {
  tickLeft(bar);
  tickReminder(banner);
  alarm();
}, 500);
document.body.append(el("span", { class: "sr-only", id: "unit-ready" }));

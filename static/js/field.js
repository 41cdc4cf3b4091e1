/** The grid worker's phone: four tabs over one state; what it says waits in the outbox, what it shows tells its age. */

import { el, put, written } from "shushan/cockpit/dom";
import { get, post } from "shushan/http";
import { Mine } from "shushan/field/mine";
import { PatrolTab } from "shushan/field/patrol";
import { Report } from "shushan/field/report";
import { Tasks } from "shushan/field/tasks";
import { Kept } from "shushan/phone/kept";
import { Outbox } from "shushan/phone/outbox";
import { Place } from "shushan/phone/place";
import { serverTime } from "shushan/servertime";
import { _, fill } from "shushan/words";

const ASK_MS = 20_000;
const PLACE_MS = 90_000;
const OLD_MS = 45_000;
const REMIND_FROM = 16; // o'clock; when the shift leader is alarmed as well
const byId = (id) => document.getElementById(id);

const settings = written("field-settings");
// What one account keeps on a shared phone is not another's.
const kept = new Kept(`ssw-field-kept-${settings.user}`);
const outbox = new Outbox(`ssw-field-${settings.user}`, { keepRefused: true });
const place = new Place();
const phone = { kept, outbox, place, sheet: byId("sheet"), state: null, patrols: null, said, refresh, device: device() };
const tabs = { tasks: new Tasks(phone), patrol: new PatrolTab(phone), report: new Report(phone), mine: new Mine(phone) };

/** This browser on this phone: two of them with one account at the same time cover nothing. */
function device() {
  let name = localStorage.getItem("ssw-device");
  if (!name) {
    name = `web-${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
    localStorage.setItem("ssw-device", name);
  }
  return name.slice(0, 64);
}

// ── what the server says, and what was kept of it ──

let at = 0;
function take(state, patrols, asked) {
  phone.state = state;
  phone.patrols = patrols;
  at = asked;
  draw();
}

async function refresh() {
  try {
    const [state, patrols] = await Promise.all([
      get("/api/v1/field/", { background: true }),
      settings.may_patrol ? get("/api/v1/patrols/mine/", { background: true }) : null,
    ]);
    serverTime.observe(state.now);
    take(state, patrols, Date.now());
    kept.set("state", { state, patrols, at });
  } catch (problem) {
    if (problem.status === 401) said(_("You have been signed out. Sign in again: what you kept is sent then."), { link: "/sign-in/?next=/field/" });
  }
}

// ── drawing ──

const shown = () => (location.hash.slice(1) in tabs ? location.hash.slice(1) : "tasks");

function draw() {
  const tab = shown();
  for (const link of document.querySelectorAll(".phone-tabs a")) link.toggleAttribute("aria-current", link.hash === `#${tab}`);
  for (const name of Object.keys(tabs)) byId(`tab-${name}`).hidden = name !== tab;
  tabs[tab].draw();
  const count = phone.state ? phone.state.tasks.length + phone.state.visits.length : 0;
  const badge = byId("task-count");
  badge.hidden = !count;
  put(badge, String(count));
  drawUncovered();
}

/** From the afternoon on, own grids that nobody has patrolled today stand on every tab: there is still time to walk. */
function drawUncovered() {
  const note = byId("uncovered");
  const left = (phone.patrols?.grids ?? []).filter((grid) => !grid.covered);
  const hour = Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" }).format(serverTime.now()));
  note.hidden = !left.length || hour < REMIND_FROM;
  if (note.hidden) return;
  const names = left.slice(0, 3).map((grid) => grid.name).join("、");
  note.replaceChildren(`${fill(_("Not patrolled yet today: %(n)s"), { n: left.length })} · ${names}${left.length > 3 ? " …" : ""} `, el("a", { href: "#patrol" }, _("Patrol now")));
}

function said(words, { link = "" } = {}) {
  const note = byId("said");
  note.hidden = !words;
  note.replaceChildren(words ?? "", link ? el("a", { href: link }, ` ${_("Sign in")}`) : "");
}

function tick() {
  const age = at ? Date.now() - at : 0;
  const note = byId("age-note");
  note.hidden = !at || age < OLD_MS;
  if (!note.hidden) put(note, fill(_("No connection. What you see is %(n)s min old; what you write is kept and sent later."), { n: Math.max(1, Math.round(age / 60_000)) }));
  tabs[shown()].tick?.();
}

outbox.addEventListener("count", () => {
  const note = byId("outbox");
  note.hidden = !outbox.count;
  put(note, fill(_("Waiting to be sent: %(n)s"), { n: outbox.count }));
  if (shown() === "mine") tabs.mine.draw();
});
outbox.addEventListener("sent", ({ detail: { item, answer } }) => {
  for (const tab of Object.values(tabs)) tab.sent?.(item, answer);
  if (!outbox.count || item.step !== "track") refresh();
});
outbox.addEventListener("refused", ({ detail: { problem } }) => {
  said(fill(_("Refused: %(why)s It is kept under “Mine”."), { why: problem.errors[0]?.message ?? problem.message }));
  refresh();
});

let toldAt = 0;
place.addEventListener("fix", ({ detail: fix }) => {
  for (const tab of Object.values(tabs)) tab.fix?.(fix);
  if (!fix || Date.now() - toldAt < PLACE_MS) return;
  toldAt = Date.now();
  post("/api/v1/field/position/", { lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracy_m }, { background: true }).catch(() => {});
});
addEventListener("hashchange", () => {
  said("");
  draw();
  scrollTo(0, 0);
});
addEventListener("online", refresh);
document.addEventListener("visibilitychange", () => !document.hidden && refresh());
phone.sheet.addEventListener("click", (event) => event.target === phone.sheet && phone.sheet.close());

// ── starting: first what was kept, then what is true now ──

const last = await kept.get("state");
// Drafts and the running patrol first: what is drawn once must hold what was typed.
await Promise.all(Object.values(tabs).map((tab) => tab.ready?.()));
if (last) take(last.state, last.patrols, last.at);
draw();
place.start();
refresh();
setInterval(() => !document.hidden && refresh(), ASK_MS);
setInterval(tick, 1000);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/field/sw.js").catch(() => {});
document.body.append(el("span", { class: "sr-only", id: "field-ready" }));

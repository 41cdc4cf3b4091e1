/** The rider's phone: four tabs over one state; what it says waits in the outbox, what is asked comes live. */

import { el, put, written } from "shushan/cockpit/dom";
import { ring, unlock } from "shushan/cockpit/sound";
import { get, post } from "shushan/http";
import { showLink } from "shushan/linkstate";
import { LiveLink } from "shushan/live";
import { Kept } from "shushan/phone/kept";
import { Outbox } from "shushan/phone/outbox";
import { Place } from "shushan/phone/place";
import { Help } from "shushan/rider/help";
import { Honour } from "shushan/rider/honour";
import { Mine } from "shushan/rider/mine";
import { Report } from "shushan/rider/report";
import { serverTime } from "shushan/servertime";
import { _, fill } from "shushan/words";

const ASK_MS = 60_000;
const PLACE_MS = 60_000;
const OLD_MS = 150_000;
const OURS = new Set(["helppart", "delaynote", "riderreport", "rider"]);
const byId = (id) => document.getElementById(id);

const settings = written("rider-settings");
// What one account keeps on a shared phone is not another's.
const kept = new Kept(`ssw-rider-kept-${settings.user}`);
const outbox = new Outbox(`ssw-rider-${settings.user}`, { keepRefused: true });
const place = new Place();
const phone = { kept, outbox, place, sheet: byId("sheet"), state: null, hidden: new Set(), said, refresh };
const tabs = { report: new Report(phone, settings.hazards), help: new Help(phone), mine: new Mine(phone, settings.hazards), honour: new Honour(phone) };

// ── what the server says, and what was kept of it ──

let at = 0;
let heard = null; // the requests that were on the screen before
function take(state, asked) {
  phone.state = state;
  at = asked;
  if (heard && state.parts.some(({ id, status }) => (status === "asked" || status === "withdrawn") && heard.get(id) !== status)) {
    ring(2);
    navigator.vibrate?.([400, 150, 400]);
  }
  heard = new Map(state.parts.map(({ id, status }) => [id, status]));
  draw();
  tellPlace();
}

/** Where the rider is, once a minute; where nobody has agreed, or is off duty, nothing is even sent. */
let toldAt = 0;
function tellPlace() {
  const { fix } = place;
  const { me } = phone.state ?? {};
  if (!me?.helps_nearby || !me.on_duty_since) toldAt = 0;
  else if (fix && Date.now() - toldAt >= PLACE_MS) {
    toldAt = Date.now();
    const { lon, lat, fix_at } = fix;
    post("/api/v1/rider/position/", { lon, lat, fix_at }, { background: true }).catch(() => (toldAt = 0));
  }
}

function fresh(state) {
  serverTime.observe(state.now);
  take(state, Date.now());
  kept.set("state", { state, at });
}

async function refresh() {
  try {
    fresh(await get("/api/v1/rider/", { background: true }));
  } catch (problem) {
    if (problem.status === 401) said(_("You have been signed out. Sign in again: what you kept is sent then."), { link: "/sign-in/?next=/rider/" });
  }
}

let soon = 0;
const link = new LiveLink({
  snapshot: ({ signal }) => get("/api/v1/rider/", { signal, background: true }),
  load: fresh,
  change: ({ subject }) => {
    if (!OURS.has(subject)) return;
    clearTimeout(soon);
    soon = setTimeout(refresh, 60);
  },
});

// ── drawing ──

const shown = () => (location.hash.slice(1) in tabs ? location.hash.slice(1) : "report");

function draw() {
  const tab = shown();
  for (const link_ of document.querySelectorAll(".phone-tabs a")) link_.toggleAttribute("aria-current", link_.hash === `#${tab}`);
  for (const name of Object.keys(tabs)) byId(`tab-${name}`).hidden = name !== tab;
  tabs[tab].draw();
  const count = (phone.state?.parts ?? []).filter((part) => !part.ended_at).length;
  const badge = byId("help-count");
  badge.hidden = !count;
  put(badge, String(count));
}

function said(words, { link: address = "", tone = "" } = {}) {
  const note = byId("said");
  note.hidden = !words;
  note.className = `phone-note ${tone ? `phone-note-${tone}` : ""}`;
  note.replaceChildren(words ?? "", address ? el("a", { href: address }, ` ${_("Sign in")}`) : "");
}

function tick() {
  const age = at ? Date.now() - at : 0;
  const note = byId("age-note");
  note.hidden = !at || age < OLD_MS;
  if (!note.hidden) put(note, fill(_("No connection. What you see is %(n)s min old; what you write is kept and sent later."), { n: Math.max(1, Math.round(age / 60_000)) }));
  tabs.report.tick();
  if (shown() !== "report") tabs[shown()].tick?.();
}

outbox.addEventListener("count", () => {
  const note = byId("outbox");
  note.hidden = !outbox.count;
  put(note, fill(_("Waiting to be sent: %(n)s"), { n: outbox.count }));
  if (shown() === "mine") tabs.mine.draw();
});
outbox.addEventListener("sent", ({ detail: { item, answer } }) => {
  tabs.report.sent(item, answer);
  if (!outbox.count) refresh();
});
outbox.addEventListener("refused", ({ detail: { problem } }) => {
  said(fill(_("Refused: %(why)s It is kept under “Mine”."), { why: problem.errors[0]?.message ?? problem.message }), { tone: "error" });
  refresh();
});

place.addEventListener("fix", () => {
  tabs.report.fix();
  if (shown() === "help") tabs.help.draw();
  tellPlace();
});
addEventListener("hashchange", () => {
  said("");
  draw();
  scrollTo(0, 0);
});
addEventListener("online", refresh);
document.addEventListener("click", unlock, { once: true });
document.addEventListener("visibilitychange", () => !document.hidden && refresh());
phone.sheet.addEventListener("click", (event) => event.target === phone.sheet && phone.sheet.close());

// ── starting: first what was kept, then what is true now ──

draw();
const last = await kept.get("state");
if (last) take(last.state, last.at);
await tabs.report.ready();
draw();
place.start();
showLink(link, byId("link-state"));
link.start();
setInterval(() => !document.hidden && refresh(), ASK_MS);
setInterval(tick, 1000);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/rider/sw.js").catch(() => {});
document.body.append(el("span", { class: "sr-only", id: "rider-ready" }));

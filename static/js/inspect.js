/** The inspector's phone: plan, the visit under way, own sheets; all of it works without a network and is sent once. */

import { el, put, uuid, written } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { Check } from "shushan/inspect/check";
import { fromServer, joined, nowIso } from "shushan/inspect/draft";
import { Mine } from "shushan/inspect/mine";
import { Plan } from "shushan/inspect/plan";
import { Kept } from "shushan/phone/kept";
import { Outbox } from "shushan/phone/outbox";
import { Place } from "shushan/phone/place";
import { serverTime } from "shushan/servertime";
import { openSheet } from "shushan/unit/sheets";
import { _, fill } from "shushan/words";

const ASK_MS = 60_000;
const OLD_MS = 150_000;
const ADDRESS = "/worksites/inspect/";
const byId = (id) => document.getElementById(id);

const settings = written("inspect-settings");
// What one account keeps on a shared phone is not another's.
const kept = new Kept(`ssw-inspect-kept-${settings.user}`);
const outbox = new Outbox(`ssw-inspect-${settings.user}`, { keepRefused: true, answered });
const place = new Place();
const phone = { kept, outbox, place, sheet: byId("sheet"), state: null, draft: null, said, refresh, keep, setDraft, freshCode, useCode, away, resume, correct, drop };
let used = new Set();
const tabs = { plan: new Plan(phone), check: new Check(phone), mine: new Mine(phone) };

// ── what the server says, and what was kept of it ──

let at = 0;
function take(state, asked) {
  phone.state = state;
  at = asked;
  // Somebody writes in the visit: what the server says is drawn on the other tabs only.
  if (shown() !== "check") draw();
  else drawTabs();
}

async function refresh() {
  try {
    const state = await get("/api/v1/inspections/phone/", { background: true });
    serverTime.observe(state.now);
    take(state, Date.now());
    await kept.set("state", { state, at });
  } catch (problem) {
    if (problem.status === 401) said(_("You have been signed out. Sign in again: what you kept is sent then."), { link: `/sign-in/?next=${ADDRESS}` });
  }
}

// ── the visit under way ──

async function keep() {
  await kept.set("draft", phone.draft);
}

async function setDraft(draft) {
  const before = phone.draft;
  phone.draft = draft;
  tabs.check.open = null;
  if (draft) await keep();
  else {
    await kept.drop("draft");
    for (const photo of before?.photos ?? []) await kept.drop(`photo-${photo.uuid}`);
  }
}

/** A conduct code that has not been shown yet. */
function freshCode() {
  return phone.state?.codes.find(({ code }) => !used.has(code)) ?? null;
}

async function useCode({ code }) {
  used.add(code);
  used = new Set([...used].slice(-100));
  await kept.set("used", [...used]);
}

/** Metres to a site, null where nobody knows where the phone is. */
function away({ lon, lat }) {
  const { fix } = place;
  if (!fix) return null;
  const east = (lon - fix.lon) * Math.cos(lat * Math.PI / 180);
  return Math.hypot(east, lat - fix.lat) * 111_195;
}

/** Go on with a sheet that was begun on another phone. */
async function resume(sheet) {
  const site = phone.state.sites.find(({ id }) => id === sheet.site);
  if (phone.draft || !site) return said(_("Finish the inspection that is under way on this phone first."), { tone: "error" });
  await setDraft(fromServer(sheet, site, phone.state.officers));
  location.hash = "#check";
}

/** A visit that nobody will sign is given up, with the reason; what was kept of it goes. */
function drop({ uuid: id, site_name: name }) {
  openSheet(phone.sheet, {
    title: _("Give the inspection up"), says: fill(_("%(site)s: what was seen is kept at the centre, and no sheet comes of it."), { site: name }),
    fields: [{ name: "reason", label: _("Why"), kind: "area", needed: true }],
    button: _("Give it up"), danger: true,
    send: async ({ reason }) => {
      if (phone.draft?.uuid === id) await setDraft(null);
      if (phone.state) phone.state.running = phone.state.running.filter((one) => one.uuid !== id);
      draw();
      await outbox.put({ path: `/api/v1/inspections/${id}/drop/`, step: "drop", order: id, says: name, fields: { reason: reason.trim().slice(0, 200) } });
    },
  });
}

/** The centre had this visit already, begun on another phone: what was seen here goes into that sheet. */
async function answered({ step, order }, { uuid: known }) {
  if (step !== "begin" || known === order) return;
  const { draft } = phone;
  const mine = draft?.uuid === order;
  if (mine) draft.uuid = known;
  await outbox.move(order, known);
  if (!mine) return;
  await refresh();
  const sheet = phone.state?.running.find((one) => one.uuid === known);
  if (sheet) Object.assign(draft, joined(draft, sheet));
  await keep();
  draw();
  said(fill(_("%(site)s: this inspection was under way already. You go on with the same sheet."), { site: draft.site.name }), { tone: "warning" });
}

/** A newer version of a signed sheet: everything as it stands, to be corrected and signed by everybody again. */
async function correct(sheet) {
  if (!confirm(_("A newer version is signed by everybody again and replaces this sheet. Go on?"))) return;
  const id = uuid();
  const now = nowIso();
  await outbox.put({
    path: "/api/v1/inspections/", step: "begin", order: id, says: sheet.site_name,
    fields: { uuid: id, site: sheet.site, conduct_code: sheet.conduct_code, code_shown_at: now, started_at: now, inspectors: [settings.id], phase: "", recheck: false, lon: null, lat: null, replaces: sheet.uuid },
  });
  await refresh();
  const begun = phone.state?.running.find((one) => one.uuid === id);
  if (begun) await resume(begun);
  else said(_("The newer version opens under “Mine” once the centre is reached."), { tone: "warning" });
}

// ── drawing ──

function shown() {
  const tab = location.hash.slice(1);
  return tab in tabs ? tab : phone.draft && !location.hash ? "check" : "plan";
}

function drawTabs() {
  const tab = shown();
  for (const link of document.querySelectorAll(".phone-tabs a")) link.toggleAttribute("aria-current", link.hash === `#${tab}`);
  byId("check-mark").hidden = !phone.draft;
}

function draw() {
  const tab = shown();
  drawTabs();
  for (const name of Object.keys(tabs)) byId(`tab-${name}`).hidden = name !== tab;
  tabs[tab].draw();
}

function said(words, { link = "", tone = "" } = {}) {
  const note = byId("said");
  note.hidden = !words;
  note.className = `phone-note ${tone ? `phone-note-${tone}` : ""}`;
  note.replaceChildren(words ?? "", link ? el("a", { href: link }, ` ${_("Sign in")}`) : "");
  if (words) note.scrollIntoView({ block: "nearest" });
}

function tick() {
  const age = at ? Date.now() - at : 0;
  const note = byId("age-note");
  note.hidden = !at || age < OLD_MS;
  if (!note.hidden) put(note, fill(_("No connection. What you see is %(n)s min old; what you write is kept and sent later."), { n: Math.max(1, Math.round(age / 60_000)) }));
}

outbox.addEventListener("count", () => {
  const note = byId("outbox");
  note.hidden = !outbox.count;
  put(note, fill(_("Waiting to be sent: %(n)s"), { n: outbox.count }));
  if (shown() === "mine") tabs.mine.draw();
});
/** The sheet stands at the centre, signed and locked: nothing of it waits here any more. */
async function stands(item, words, sha256) {
  await outbox.forget(item.order);
  if (phone.draft?.uuid === item.order) await setDraft(null);
  if (shown() === "check") history.replaceState(null, "", "#mine"); // without a hashchange, which takes the words away
  draw();
  said(fill(words, { site: item.says, hash: sha256.slice(0, 12) }), { tone: "success" });
}

outbox.addEventListener("sent", async ({ detail: { item, answer } }) => {
  if (item.step === "lock") await stands(item, _("%(site)s: signed, locked and received. Hash %(hash)s"), answer.sha256);
  if (!outbox.count) refresh();
});
outbox.addEventListener("refused", async ({ detail: { item, problem } }) => {
  const { state, sha256 } = problem.extra;
  if (item.step === "lock" && ["locked", "replaced"].includes(state)) return stands(item, _("%(site)s: the sheet is signed and locked already. Hash %(hash)s"), sha256).then(refresh);
  if (state === "dropped") return givenUp(item);
  if (item.step === "drop" && problem.status === 404) return outbox.discard(item.key); // it never reached the centre
  const why = problem.errors[0]?.message ?? problem.message;
  said(fill(_("Refused: %(why)s It is kept under “Mine”."), { why }), { tone: "error" });
  if (item.step === "lock" && phone.draft?.uuid === item.order) {
    // Nothing is lost: the sheet can be put right and sent anew.
    phone.draft.step = "sign";
    await keep();
    await outbox.discard(outbox.refused.find((one) => one.order === item.order && one.step === "lock")?.key);
  }
  draw();
});

/** Somebody at the centre gave the visit up while this phone was in it. */
async function givenUp({ order, path, says }) {
  const id = phone.draft && (order === phone.draft.uuid || path.includes(phone.draft.uuid)) ? phone.draft.uuid : order;
  await outbox.forget(id);
  if (phone.draft?.uuid === id) await setDraft(null);
  said(fill(_("%(site)s: this inspection was given up."), { site: says }), { tone: "warning" });
  draw();
}

place.addEventListener("fix", () => shown() === "plan" && !phone.sheet.open && tabs.plan.draw());
addEventListener("hashchange", () => {
  if (shown() !== "check") tabs.check.flush();
  said("");
  draw();
  scrollTo(0, 0);
});
addEventListener("online", refresh);
document.addEventListener("visibilitychange", () => (document.hidden ? tabs.check.flush() : refresh()));
phone.sheet.addEventListener("click", (event) => event.target === phone.sheet && !phone.sheet.querySelector("canvas") && phone.sheet.close());

// ── starting: first what was kept, then what is true now ──

phone.draft = (await kept.get("draft")) ?? null;
used = new Set((await kept.get("used")) ?? []);
const last = await kept.get("state");
if (last) take(last.state, last.at);
draw();
place.start();
refresh();
setInterval(() => !document.hidden && refresh(), ASK_MS);
setInterval(tick, 1000);
if ("serviceWorker" in navigator) navigator.serviceWorker.register(`${ADDRESS}sw.js`).catch(() => {});
document.body.append(el("span", { class: "sr-only", id: "inspect-ready" }));

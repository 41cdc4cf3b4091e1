/**
 * A report in three taps. What was shot, typed and said survives a reload, waits for a network, and is sent once under
 * the id that the page made. Before it goes, what is open nearby is offered: "me too" joins it.
 */

import { el, put, uuid } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { PlaceCard } from "shushan/m/place";
import { Voice } from "shushan/m/voice";
import { waiting } from "shushan/m/waiting";
import { Kept } from "shushan/phone/kept";
import { shrink } from "shushan/phone/photo";
import { _, dayTime, fill } from "shushan/words";

const TYPED = ["uuid", "kind", "place_by", "lon", "lat", "crs", "accuracy_m", "mocked", "agreed", "community", "address", "text", "found_at", "anonymous"];
const PHOTOS = ["photo", "photo_2", "photo_3"];
const SOON_MS = 6000;
const NOBODY = "nobody";
const COMES_BACK = "ssw-m-comes-back"; // in this tab somebody went from a draft to sign in
const form = document.getElementById("report");
const send = document.getElementById("send");
const note = document.getElementById("said");
const offers = document.getElementById("offers");
const { owner, nearby, signIn } = form.dataset;
const kept = new Kept(`ssw-m-${owner}`);
const outbox = waiting(owner);
const shots = {}; // name → blob

// ── the draft ──

const value = (name) => (form.elements[name]?.type === "checkbox" ? (form.elements[name].checked ? "on" : "") : form.elements[name]?.value ?? "");
const typed = () => Object.fromEntries(TYPED.map((name) => [name, value(name)]));

async function keep() {
  form.dataset.kept = "false";
  await kept.set("report", { values: typed(), shots: { ...shots }, voice: voice.blob, voice_s: voice.seconds });
  form.dataset.kept = "true";
}

function restore({ values, shots: blobs, voice: spoken, voice_s }) {
  for (const [name, was] of Object.entries(values)) {
    const field = form.elements[name];
    if (!field) continue;
    if (field.type === "checkbox") field.checked = was === "on";
    else field.value = was;
  }
  for (const [name, blob] of Object.entries(blobs ?? {})) show(name, blob);
  voice.restore(spoken, voice_s);
  place.restore(values);
  if (values.text || spoken) form.querySelector(".m-more").open = true;
}

/** What was begun before signing in goes on under the own name, in the tab in which it was begun. */
async function carried() {
  if (owner === NOBODY || !sessionStorage.getItem(COMES_BACK)) return undefined;
  sessionStorage.removeItem(COMES_BACK);
  const unnamed = new Kept(`ssw-m-${NOBODY}`);
  const found = await unnamed.get("report");
  await unnamed.drop("report");
  // Agreeing to the use of a position is for who has a name to say it himself.
  return found && { ...found, values: { ...found.values, anonymous: "", agreed: "", ...(found.values.place_by === "phone" ? { place_by: "", lon: "", lat: "", accuracy_m: "" } : {}) } };
}

// ── photos ──

function show(name, blob) {
  shots[name] = blob;
  const box = form.querySelector(`[data-shot="${name}"]`);
  const picture = box.querySelector("img");
  picture.src = URL.createObjectURL(blob);
  picture.hidden = false;
  const next = form.querySelector(`[data-shot="${PHOTOS[PHOTOS.indexOf(name) + 1]}"]`);
  if (next) next.hidden = false;
}

for (const name of PHOTOS) {
  form.elements[name].addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    form.elements.found_at.value = new Date().toISOString();
    show(name, await shrink(file));
    target.value = "";
    // Only the button for it is the first consent to a precise position; a photo is none.
    if (place.agreed && !place.known) place.locate();
    keep();
  });
}

// ── sending ──

function said(words, address = "") {
  note.hidden = !words;
  note.replaceChildren(words ?? "", address ? el("a", { href: address }, ` ${_("Sign in")}`) : "");
  if (words) note.scrollIntoView({ block: "center" });
}

function missing() {
  const kind = form.querySelector("[name=kind]:checked");
  if (!shots.photo) return _("A photo is needed.");
  if (!place.known) return _("Say where it is: your position, the map, or words.");
  if (!kind) return _("Choose what it is.");
  if (owner === NOBODY && !form.elements.anonymous.checked) return _("Sign in with your phone first, or report what is dangerous without saying who you are.");
  if (form.elements.anonymous.checked && kind.closest("label").dataset.safety !== "true") return _("Only what endangers people can be reported without saying who you are.");
  return "";
}

async function offered() {
  if (!nearby || !place.at || !navigator.onLine || form.elements.anonymous.checked) return [];
  const { lon, lat, crs } = place.at;
  const asked = new URLSearchParams({ kind: value("kind"), lon, lat, crs });
  try {
    return (await get(`${nearby}?${asked}`, { background: true, patience_ms: SOON_MS })).offers ?? [];
  } catch {
    return []; // the server joins what is the same by itself
  }
}

function ask(found) {
  offers.querySelector(".m-offer-list").replaceChildren(...found.map((one) => el("div", { class: "m-offer" },
    el("span", {}, fill(_("%(m)s m away, since %(at)s, reports so far: %(n)s"), { m: one.away_m, at: dayTime(one.since), n: one.told })),
    el("button", { type: "button", class: "m-small", on: { click: () => hand(one.token) } }, _("Me too")))));
  offers.hidden = false;
  send.disabled = false;
  offers.scrollIntoView({ block: "center" });
}

async function hand(join) {
  send.disabled = true;
  said("");
  const files = { ...shots };
  if (voice.blob) files.voice = voice.blob;
  const fields = { ...typed(), join };
  if (voice.blob && voice.seconds !== null) fields.voice_s = voice.seconds;
  await outbox.put({ path: form.action, step: "report", order: fields.uuid, fields, files });
  // From here on the outbox holds it; the draft would only be sent twice.
  await kept.drop("report");
  if (outbox.holds(fields.uuid, "report")) later(fields.uuid);
}

function later(id) {
  if (!outbox.holds(id, "report")) return;
  said(_("It is kept on this phone and sent as soon as there is a network."));
  note.className = "phone-note phone-note-warning";
  form.hidden = true;
  send.hidden = true;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = missing();
  if (wrong) return said(wrong, owner === NOBODY && !form.elements.anonymous.checked ? signIn : "");
  send.disabled = true;
  if (!form.elements.found_at.value) form.elements.found_at.value = new Date().toISOString();
  await keep();
  const found = offers.hidden ? await offered() : [];
  return found.length ? ask(found) : hand("");
});
document.getElementById("other").addEventListener("click", () => hand("new"));

outbox.addEventListener("sent", ({ detail: { answer } }) => location.assign(answer.next));
outbox.addEventListener("later", ({ detail: { item, problem } }) => {
  later(item.order);
  if (problem.status === 401) said(_("You have been signed out. Sign in again: what you kept is sent then."), signIn);
});
outbox.addEventListener("refused", async ({ detail: { item, problem } }) => {
  form.hidden = send.hidden = false;
  const { photo, photo_2, photo_3, voice: spoken } = item.files;
  const blobs = Object.fromEntries(Object.entries({ photo, photo_2, photo_3 }).filter(([, blob]) => blob));
  restore({ values: item.fields, shots: blobs, voice: spoken, voice_s: item.fields.voice_s });
  await keep();
  await outbox.discard(item.key);
  send.disabled = false;
  note.className = "phone-note phone-note-error";
  said(problem.errors[0]?.message ?? problem.message);
});

// ── starting ──

const voice = new Voice(document.getElementById("voice-box"));
const place = new PlaceCard(form);
const draft = (await kept.get("report")) ?? (await carried());
if (draft) restore(draft);
else if (!form.elements.uuid.value) form.elements.uuid.value = uuid();
voice.addEventListener("change", keep);
place.addEventListener("change", keep);
form.addEventListener("change", ({ target }) => {
  if (target.name === "kind") offers.hidden = true;
  if (["kind", "anonymous"].includes(target.name)) said("");
  if (target.type !== "file") keep();
});
form.elements.text.addEventListener("input", keep);
document.addEventListener("click", ({ target }) => {
  if (owner === NOBODY && target.closest?.(`a[href^="${signIn.split("?")[0]}"]`)) sessionStorage.setItem(COMES_BACK, "1");
});
// A page that comes back out of the browser's memory would send under an id that is used up.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
form.dataset.ready = "true";

/** Report in three taps: photo, kind, send; the place is the phone's own unless it is moved. The draft survives. */

import { el, put, uuid } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { drawGround } from "shushan/field/ground";
import { ids } from "shushan/field/tasks";
import { shrink } from "shushan/phone/photo";
import { _, fill, named } from "shushan/words";

const { L } = globalThis;
const EMPTY = () => ({ uuid: uuid(), own: false, category: "", text: "", done: "", place: null, photos: {} });

export class Report {
  constructor(phone) {
    this.phone = phone;
    this.box = document.getElementById("tab-report");
    this.draft = EMPTY();
    this.classes = null;
    this.query = "";
  }

  async ready() {
    this.draft = (await this.phone.kept.get("draft")) ?? EMPTY();
    this.classes = (await this.phone.kept.get("classes")) ?? null;
    get("/api/v1/categories/?scheme=JCZZ", { background: true }).then(({ results }) => {
      this.classes = results.filter((one) => one.parent !== null).map(({ code, name_zh, name_en }) => ({ code, name_zh, name_en }));
      this.phone.kept.set("classes", this.classes);
    }, () => {});
  }

  /** Says on the page when the phone holds what was typed and shot: from then on a reload loses nothing. */
  async #keep() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.box.dataset.kept = "false";
    await this.phone.kept.set("draft", this.draft);
    if (turn === this.turn) this.box.dataset.kept = "true";
  }

  draw() {
    if (this.drawn) return this.#refresh();
    this.drawn = true;
    const mode = (own, words) => el("button", { type: "button", data: { own: String(own) }, on: { click: () => this.#set({ own }) } }, words);
    this.box.replaceChildren(
      el("div", { class: "segments", role: "group" }, mode(false, _("Report it")), mode(true, _("I handled it myself"))),
      this.photosBox = el("div", { class: "photos shots" }),
      el("h2", { class: "phone-title" }, _("What is it?")),
      this.kinds = el("div", { class: "kind-grid" }),
      this.search = el("input", { type: "search", class: "kind-search", placeholder: _("Search all classes"), "aria-label": _("Search all classes"), on: { input: ({ target }) => { this.query = target.value.trim(); this.#kinds(); } } }),
      el("h2", { class: "phone-title" }, _("Where?")),
      el("div", { class: "phone-card place-card" }, this.where = el("p", {}), this.mapBox = el("div", { class: "place-map" }), el("p", { class: "muted small" }, _("Tap the map to correct the place."))),
      this.doneField = el("div", { class: "field" }, el("label", { for: "report-done" }, _("What was done?")), this.done = el("textarea", { id: "report-done", rows: 2, maxlength: 1000, on: { input: ({ target }) => this.#quiet({ done: target.value }) } })),
      el("div", { class: "field" }, el("label", { for: "report-text" }, _("Anything to add? (may be left out)")), this.text = el("textarea", { id: "report-text", rows: 2, maxlength: 1000, on: { input: ({ target }) => this.#quiet({ text: target.value }) } })),
      this.wrong = el("p", { class: "errorlist", role: "alert", hidden: true }),
      el("div", { class: "phone-actions report-actions" }, this.send = el("button", { type: "button", class: "weui-btn weui-btn_primary grow", id: "report-send", on: { click: () => this.#send() } }, _("Send"))),
    );
    this.text.value = this.draft.text;
    this.done.value = this.draft.done;
    this.#map();
    this.#refresh();
  }

  #set(values) {
    this.#quiet(values);
    this.#refresh();
  }

  #quiet(values) {
    Object.assign(this.draft, values);
    this.wrong.hidden = true;
    this.#keep();
  }

  #refresh() {
    const { draft } = this;
    for (const button of this.box.querySelectorAll(".segments button")) button.setAttribute("aria-pressed", String(button.dataset.own === String(draft.own)));
    this.doneField.hidden = !draft.own;
    this.photosBox.replaceChildren(...(draft.own
      ? [this.#shot("photo_before", _("Before")), this.#shot("photo_after", _("After"))]
      : [this.#shot("photo_near", _("Take a photo")), this.#shot("photo_far", _("From afar (may be left out)"))]));
    this.#kinds();
    this.#place();
    this.map?.invalidateSize();
  }

  #shot(name, words) {
    const blob = this.draft.photos[name];
    const input = el("input", { type: "file", accept: "image/*", capture: "environment", class: "sr-only", name, on: {
      change: async ({ target }) => {
        if (!target.files[0]) return;
        const photos = { ...this.draft.photos, [name]: await shrink(target.files[0]) };
        this.#set({ photos, place: this.draft.place ?? this.#here(), shot_at: new Date().toISOString() });
      },
    } });
    return el("label", { class: "photo-add shot", data: { shot: name } }, input, blob ? el("img", { src: URL.createObjectURL(blob), alt: words }) : el("span", {}, el("b", { "aria-hidden": "true" }, "+"), words));
  }

  #kinds() {
    const usual = this.phone.state?.usual ?? [];
    const all = this.classes ?? usual;
    const found = this.query ? all.filter((one) => `${one.code} ${one.name_zh} ${one.name_en}`.toLowerCase().includes(this.query.toLowerCase())).slice(0, 12) : usual;
    const chosen = all.find((one) => one.code === this.draft.category);
    const shown = chosen && !found.includes(chosen) && !found.some((one) => one.code === chosen.code) ? [chosen, ...found] : found;
    this.kinds.replaceChildren(...shown.map((one) => el("button", { type: "button", class: "kind", data: { code: one.code }, "aria-pressed": String(one.code === this.draft.category), on: { click: () => this.#set({ category: one.code }) } }, named(one))),
      ...(shown.length ? [] : [el("p", { class: "muted" }, this.query ? _("No class has these words.") : _("Loading …"))]));
  }

  // ── place ──

  #here() {
    const { fix } = this.phone.place;
    return fix ? { lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracy_m } : null;
  }

  #map() {
    this.map = L.map(this.mapBox, { attributionControl: false, zoomControl: false, center: [30.1236, 120.2369], zoom: 16 });
    for (const grid of this.phone.patrols?.grids ?? []) L.geoJSON(grid.polygon, { style: { color: "#0b73b8", weight: 1.5, fillOpacity: 0.05 }, interactive: false }).addTo(this.map);
    drawGround(this.map, this.phone.kept);
    this.pin = L.circleMarker([0, 0], { radius: 9, color: "#fff", weight: 2, fillColor: "#c81e1e", fillOpacity: 1 });
    this.map.on("click", ({ latlng }) => this.#set({ place: { lon: latlng.lng, lat: latlng.lat, moved: true } }));
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(this.mapBox);
  }

  #place() {
    const at = this.draft.place ?? this.#here();
    put(this.where, !at ? _("No position yet: tap the map.") : at.moved ? _("The place you tapped") : fill(_("Your position, accurate to %(n)s m"), { n: Math.round(at.accuracy_m ?? 0) }));
    if (!at || !this.map) return;
    const before = this.shownAt;
    this.shownAt = `${at.lon},${at.lat}`;
    if (before === this.shownAt) return;
    this.pin.setLatLng([at.lat, at.lon]).addTo(this.map);
    if (!at.moved) this.map.setView([at.lat, at.lon], 17, { animate: false });
  }

  fix() {
    if (this.drawn && !this.draft.place) this.#place();
  }

  // ── sending ──

  async #send() {
    const { draft } = this;
    const needed = draft.own ? ["photo_before", "photo_after"] : ["photo_near"];
    const at = draft.place ?? this.#here();
    const wrong = needed.some((name) => !draft.photos[name]) ? (draft.own ? _("Photos before and after are needed.") : _("A photo is needed."))
      : !draft.category ? _("Choose what it is.")
        : !at ? _("No position yet: tap the map.")
          : draft.own && !draft.done.trim() ? _("Say what was done.") : "";
    this.wrong.hidden = !wrong;
    put(this.wrong, wrong);
    if (wrong) return this.wrong.scrollIntoView({ block: "center" });
    const files = Object.fromEntries(Object.entries(draft.photos).filter(([name]) => draft.own === (name === "photo_before" || name === "photo_after")));
    this.send.disabled = true;
    const step = draft.own ? "handled" : "report";
    const item = {
      path: "/api/v1/field/reports/", step, order: draft.uuid, files,
      fields: {
        uuid: draft.uuid, category: draft.category, lon: at.lon, lat: at.lat, crs: "wgs84", text: draft.text.trim(), ...ids(files),
        shot_at: draft.shot_at ?? null, found_at: new Date().toISOString(), own_work: draft.own ? draft.done.trim() : null,
      },
    };
    // The draft goes only once it waits safely to be sent, under the same id.
    const sending = this.phone.outbox.put(item);
    this.draft = EMPTY();
    this.drawn = false;
    this.shownAt = "";
    this.map.remove();
    await this.phone.kept.drop("draft");
    this.phone.said(!navigator.onLine ? _("Kept on the phone; it is sent when the network is back.") : draft.own ? _("Kept as handled by yourself.") : _("Your report is on its way."));
    this.draw();
    scrollTo(0, 0);
    await sending;
  }
}

/** Patrol: the grid on a map, a round that is recorded also without a network, points by position or QR code. */

import { el, put, uuid } from "shushan/cockpit/dom";
import { adds, reached } from "shushan/field/geometry";
import { drawGround } from "shushan/field/ground";
import { canScan, scan } from "shushan/field/scan";
import { pointMark, FAULTS } from "shushan/patrols/parts";
import { metres } from "shushan/unit/track";
import { positionSays, way } from "shushan/unit/view";
import { _, clockTime, fill, label } from "shushan/words";

const { L } = globalThis;
const EVERY_MS = 4500;
const BATCH = 6;
const BATCH_MS = 30_000;

export class PatrolTab {
  constructor(phone) {
    this.phone = phone;
    this.box = document.getElementById("tab-patrol");
    this.own = null; // {uuid, grid, started_at, seconds, visited, pending, last, server}
    this.token = new URLSearchParams(location.search).get("point");
  }

  async ready() {
    this.own = (await this.phone.kept.get("patrol")) ?? null;
    if (this.token) {
      history.replaceState(null, "", `${location.pathname}#patrol`);
      if (this.own) this.#checkIn(this.token);
      else this.phone.said(_("Start the patrol first, then scan the code again."));
    }
    if (this.own) this.#awake();
  }

  get grid() {
    const grids = this.phone.patrols?.grids ?? [];
    const code = this.own?.grid ?? this.chosen;
    return grids.find((grid) => grid.code === code) ?? grids[0] ?? null;
  }

  draw() {
    const { grid, own } = this;
    if (!this.phone.patrols) return this.box.replaceChildren(el("p", { class: "muted field-empty" }, _("Loading …")));
    if (!grid) return this.box.replaceChildren(el("div", { class: "idle-card" }, el("h2", {}, _("No grid is yours to patrol")), el("p", { class: "muted" }, _("Ask your grid leader for the posting."))));
    if (!this.mapBox) {
      this.mapBox = el("div", { class: "field-map", role: "img", "aria-label": _("My grid on a map") });
      this.card = el("div");
      this.list = el("div");
      this.box.replaceChildren(this.mapBox, this.card, this.list);
      this.#map();
    }
    this.#ground();
    const sign = JSON.stringify([own?.uuid, own?.visited, own?.server, grid.code, grid.covered, this.phone.patrols.patrols[0], this.phone.patrols.open?.uuid]);
    if (this.card.dataset.sign !== sign) {
      this.card.dataset.sign = sign;
      this.card.replaceChildren(own ? this.#running() : this.#idle());
      this.#points();
    }
    this.tick();
    this.map.invalidateSize();
  }

  // ── the map ──

  #map() {
    this.map = L.map(this.mapBox, { attributionControl: false, zoomControl: false, zoomSnap: 0.25, center: [30.1236, 120.2369], zoom: 15 });
    this.ground = L.layerGroup().addTo(this.map);
    this.walked = L.polyline([], { color: "#0b73b8", weight: 4, opacity: 0.9 }).addTo(this.map);
    this.me = L.circleMarker([0, 0], { radius: 8, color: "#fff", weight: 2, fillColor: "#0b73b8", fillOpacity: 1 });
    const { fix } = this.phone.place;
    if (fix) this.me.setLatLng([fix.lat, fix.lon]).addTo(this.map);
    drawGround(this.map, this.phone.kept);
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(this.mapBox);
  }

  #ground() {
    const { grid, own } = this;
    const sign = JSON.stringify([grid.code, own?.visited, grid.points.length]);
    if (this.groundSign === sign) return;
    const fit = !this.groundSign?.startsWith(`["${grid.code}`);
    this.groundSign = sign;
    this.ground.clearLayers();
    const outline = L.geoJSON(grid.polygon, { style: { color: "#0b73b8", weight: 2, fillOpacity: 0.06 }, interactive: false }).addTo(this.ground);
    if (grid.route) L.geoJSON(grid.route, { style: { color: "#a15c00", weight: 2, dashArray: "5 5", opacity: 0.7 }, interactive: false }).addTo(this.ground);
    for (const point of grid.points) pointMark(point, { reached: Boolean(own?.visited[point.id]) }).addTo(this.ground);
    if (fit) this.map.fitBounds(outline.getBounds(), { padding: [12, 12] });
    this.walked.setLatLngs((own?.path ?? []).map(([lon, lat]) => [lat, lon]));
  }

  // ── cards ──

  #idle() {
    const { grid } = this;
    const { grids, patrols, open, today } = this.phone.patrols;
    const last = patrols.find((patrol) => patrol.ended_at && patrol.day === today && patrol.grid.code === grid.code);
    return el("div", { class: "phone-card patrol-card" },
      grids.length > 1 ? el("div", { class: "field" }, el("label", { for: "patrol-grid" }, _("Grid")), el("select", { id: "patrol-grid", on: { change: ({ target }) => { this.chosen = target.value; this.draw(); } } },
        grids.map((one) => el("option", { value: one.code, selected: one.code === grid.code }, `${one.name}${one.covered ? ` · ${_("covered today")}` : ""}`)))) : el("h2", {}, grid.name),
      el("p", { class: "patrol-today", data: { tone: grid.covered ? "ok" : "due" } }, grid.covered ? fill(_("Covered today by %(name)s"), { name: grid.walked_by.at(-1) ?? "" }) : _("Not covered yet today")),
      last && !last.valid ? el("p", { class: "refusal" }, fill(_("The last patrol did not count: %(why)s"), { why: last.failed.map((code) => label(FAULTS, code)).join("、") })) : null,
      open && open.uuid !== this.own?.uuid ? el("p", { class: "muted" }, _("A patrol of this account is still open on the server; it ends by itself."), " ", el("button", { type: "button", class: "button-link", on: { click: () => this.#end(open.uuid, false) } }, _("End it now"))) : null,
      el("button", { type: "button", class: "weui-btn weui-btn_primary", id: "patrol-start", on: { click: () => this.#start() } }, _("Start the patrol")),
      el("p", { class: "muted small" }, fill(_("It counts with %(min)s minutes inside the grid, %(share)s %% of the points, and an item reported or “normal”."), { min: 15, share: 70 }).replace("%%", "%")));
  }

  #running() {
    const { grid, own } = this;
    return el("div", { class: "phone-card patrol-card" },
      el("h2", {}, grid.name),
      el("div", { class: "patrol-numbers" },
        el("div", {}, this.minutesBox = el("b"), el("span", {}, _("minutes inside, of 15"))),
        el("div", {}, this.pointsBox = el("b"), el("span", {}, _("points, 70 % needed"))),
        el("div", {}, this.itemsBox = el("b"), el("span", {}, _("reported on the way")))),
      this.fixBox = el("p", { class: "muted small" }),
      own.server?.failed.some((code) => ["mocked", "speed", "devices"].includes(code)) ? el("p", { class: "refusal" }, own.server.failed.filter((code) => ["mocked", "speed", "devices"].includes(code)).map((code) => label(FAULTS, code)).join("、")) : null,
      el("div", { class: "patrol-buttons" },
        canScan() ? el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => this.#scan() } }, _("Scan a code")) : null,
        el("a", { class: "weui-btn weui-btn_default", href: "#report" }, _("Report")),
        el("button", { type: "button", class: "weui-btn weui-btn_primary", id: "patrol-normal", on: { click: () => this.#finish(true) } }, _("All normal, end")),
        el("button", { type: "button", class: "weui-btn weui-btn_default", id: "patrol-end", on: { click: () => this.#finish(false) } }, _("End"))));
  }

  #points() {
    const { grid, own } = this;
    this.list.replaceChildren(el("h2", { class: "phone-title" }, fill(_("%(n)s points"), { n: grid.points.length })),
      el("div", { class: "weui-cells" }, grid.points.map((point) => {
        const how = own?.visited[point.id];
        return el("div", { class: "weui-cell" },
          el("div", { class: "weui-cell__bd" }, el("p", {}, `${point.place}. ${point.name}`), point.mandatory ? null : el("p", { class: "muted small" }, _("may be left out"))),
          el("div", { class: "weui-cell__ft" }, how ? el("span", { class: "tag tag-ok" }, how === "code" ? _("by code") : _("reached")) : el("span", { class: "muted", data: { far: point.id } })));
      })));
  }

  tick() {
    const { own, grid } = this;
    const { fix, error } = this.phone.place;
    if (!grid || !this.mapBox) return;
    for (const box of this.list.querySelectorAll("[data-far]")) {
      const point = grid.points.find((one) => one.id === Number(box.dataset.far));
      put(box, fix && point ? way(metres(fix, point)) : "");
    }
    if (!own || !this.minutesBox) return;
    const seconds = Math.max(own.seconds, own.server?.seconds_inside ?? 0);
    const must = grid.points.filter((point) => point.mandatory);
    put(this.minutesBox, (Math.floor(seconds / 6) / 10).toFixed(1));
    put(this.pointsBox, `${must.filter((point) => own.visited[point.id]).length}/${must.length}`);
    put(this.itemsBox, own.items);
    put(this.fixBox, fill(_("Since %(at)s. Position: %(says)s"), { at: clockTime(own.started_at, { seconds: false }), says: positionSays(fix, error) }));
  }

  // ── recording ──

  fix(fix) {
    if (!fix) return;
    if (this.map) this.me.setLatLng([fix.lat, fix.lon]).addTo(this.map);
    const { own, grid } = this;
    if (!own || !grid) return;
    const { last } = own;
    if (last && Date.parse(fix.fix_at) - Date.parse(last.fix_at) < EVERY_MS) return;
    own.seconds += adds(grid.polygon, last, fix);
    for (const point of reached(grid.points, fix)) own.visited[point.id] ??= "fix";
    own.last = fix;
    own.path.push([fix.lon, fix.lat]);
    if (own.path.length > 2000) own.path.splice(0, own.path.length - 2000);
    own.pending.push(fix);
    if (own.pending.length >= BATCH || Date.parse(fix.fix_at) - Date.parse(own.pending[0].fix_at) >= BATCH_MS) this.#batch();
    else this.#keep();
    if (this.walked) this.walked.addLatLng([fix.lat, fix.lon]);
    if (!this.box.hidden) this.draw();
  }

  #keep() {
    return this.own ? this.phone.kept.set("patrol", this.own) : this.phone.kept.drop("patrol");
  }

  async #batch() {
    const { own } = this;
    if (!own.pending.length) return;
    const fixes = own.pending;
    // First into the outbox, then off the record: cut in between, a batch is sent twice, never lost.
    await this.#put("track", `${own.uuid}/track/`, { device: this.phone.device, fixes });
    own.pending = own.pending.filter((fix) => !fixes.includes(fix));
    await this.#keep();
  }

  #put(step, path, fields, stamp) {
    const kept = this.phone.outbox.put({ path: `/api/v1/patrols/${path}`, step, order: this.own?.uuid, fields, stamp });
    // Kept is enough to go on; sending takes as long as the network does.
    return Promise.race([kept, new Promise((go) => setTimeout(go, 300))]);
  }

  async #start() {
    const { grid } = this;
    this.own = { uuid: uuid(), grid: grid.code, started_at: new Date().toISOString(), seconds: 0, visited: {}, pending: [], path: [], last: null, server: null, items: 0 };
    await this.#keep();
    this.phone.said("");
    this.#put("start", "", { uuid: this.own.uuid, grid: grid.code, device: this.phone.device, started_at: this.own.started_at }, "sent_at");
    this.#awake();
    this.draw();
  }

  async #finish(normal) {
    const { own, grid } = this;
    const must = grid.points.filter((point) => point.mandatory);
    const short = [
      Math.max(own.seconds, own.server?.seconds_inside ?? 0) < 900 ? label(FAULTS, "time") : "",
      must.filter((point) => own.visited[point.id]).length < 0.7 * must.length ? label(FAULTS, "points") : "",
      !normal && !own.items ? label(FAULTS, "result") : "",
    ].filter(Boolean);
    if (short.length && !confirm(fill(_("It does not count yet: %(why)s. End it all the same?"), { why: short.join("、") }))) return;
    const { fix } = this.phone.place;
    if (fix && own.last && Date.parse(fix.fix_at) > Date.parse(own.last.fix_at)) own.pending.push(fix);
    await this.#batch();
    await this.#end(own.uuid, normal);
  }

  async #end(id, normal) {
    await this.#put("finish", `${id}/finish/`, { ended_at: new Date().toISOString(), normal });
    if (this.own?.uuid === id) this.own = null;
    await this.#keep();
    this.wake?.release?.();
    if (this.phone.patrols?.open?.uuid === id) this.phone.patrols.open = null;
    this.walked?.setLatLngs([]);
    this.draw();
  }

  // ── codes ──

  async #scan() {
    const text = await scan(this.phone.sheet);
    if (!text) return;
    let token = text;
    try {
      token = new URL(text).searchParams.get("point") ?? text;
    } catch {
      // a bare code
    }
    this.#checkIn(token);
  }

  #checkIn(token) {
    const { fix } = this.phone.place;
    this.#put("check-in", `${this.own.uuid}/check-in/`, { token: token.slice(0, 64), at: new Date().toISOString(), lon: fix?.lon ?? null, lat: fix?.lat ?? null, accuracy_m: fix?.accuracy_m ?? null });
    this.phone.said(_("The code is noted."));
  }

  // ── what came of it ──

  sent(item, answer) {
    const { own } = this;
    if (own && ["report", "handled"].includes(item.step)) {
      own.items += 1;
      this.#keep();
    }
    if (item.step === "finish") {
      this.phone.said(answer.valid ? _("This patrol counts. The grid is covered today.") : fill(_("This patrol does not count: %(why)s"), { why: answer.failed.map((code) => label(FAULTS, code)).join("、") }));
    }
    if (!own || item.order !== own.uuid || !answer?.uuid) return;
    own.server = answer;
    for (const [id, how] of Object.entries(answer.visited)) own.visited[id] = how;
    if (item.step === "check-in") this.phone.said(fill(_("Checked in: %(name)s"), { name: answer.point.name }));
    this.#keep();
    if (!this.box.hidden) this.draw();
  }

  /** A screen that sleeps records nothing: it is kept awake where the browser lets us. */
  #awake() {
    navigator.wakeLock?.request("screen").then((wake) => (this.wake = wake), () => {});
  }
}

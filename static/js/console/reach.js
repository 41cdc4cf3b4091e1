/** The five-minute reach on the map: what the free squads reach in time, the holes, and where to stand by. */

import { el, put } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { clockTime, fill, _ } from "shushan/words";

const EVERY_MS = 15_000;
const HOLES_SHOWN = 4;
const KEPT_AS = "console.reach";
const { L } = globalThis;

export class ReachLayer {
  /** `map` is the StreetMap, `box` the place for the button and its panel. */
  constructor(map, box) {
    this.map = map.map;
    this.map.createPane("reach").style.zIndex = 355;
    this.layers = L.layerGroup([], { pane: "reach" });
    this.button = el("button", { type: "button", class: "button reach-button", "aria-pressed": "false", on: { click: () => this.#turn(!this.on) } }, el("i", { class: "key key-reach" }), _("5-minute reach"));
    this.says = el("p", { class: "reach-says" });
    this.list = el("ul", { class: "reach-list" });
    this.panel = el("div", { class: "reach-panel", hidden: true }, this.says, this.list);
    box.replaceChildren(this.panel, this.button);
    this.on = false;
    setInterval(() => this.on && !document.hidden && this.#fetch(), EVERY_MS);
    document.addEventListener("theme", () => this.picture && this.#draw());
    if (localStorage.getItem(KEPT_AS) === "on") this.#turn(true);
  }

  #turn(on) {
    this.on = on;
    localStorage.setItem(KEPT_AS, on ? "on" : "off");
    this.button.setAttribute("aria-pressed", String(on));
    this.panel.hidden = !on;
    if (on) {
      put(this.says, _("Being computed …"));
      this.list.replaceChildren();
      this.layers.addTo(this.map);
      this.#fetch();
    } else this.layers.remove();
  }

  async #fetch() {
    try {
      this.picture = await get("/api/v1/units/reach/", { background: true });
      this.#draw();
    } catch (problem) {
      put(this.says, problem.message);
    }
  }

  #draw() {
    const colour = (token) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();
    const { picture } = this;
    const style = (feature) => ({ pane: "reach", interactive: false, renderer: L.svg({ pane: "reach" }), ...feature });
    this.layers.clearLayers();
    L.geoJSON(picture.reach, style({ style: { color: colour("--ok"), weight: 1, opacity: 0.7, fillColor: colour("--ok"), fillOpacity: 0.1 } })).addTo(this.layers);
    for (const hole of picture.holes) {
      L.geoJSON(hole.shape, style({ style: { stroke: false, fillColor: colour("--missed"), fillOpacity: 0.16 } })).addTo(this.layers);
    }
    for (const move of picture.proposals) {
      L.polyline([[move.from.lat, move.from.lon], [move.lat, move.lon]], { pane: "reach", color: colour("--accent"), weight: 2, dashArray: "4 5", interactive: false }).addTo(this.layers);
      L.circleMarker([move.lat, move.lon], { pane: "reach", radius: 6, color: colour("--accent"), weight: 2, fillColor: colour("--panel"), fillOpacity: 1, interactive: false }).addTo(this.layers);
    }
    this.#tell();
  }

  #tell() {
    const { picture } = this;
    const words = picture.units.length ? fill(_("%(n)s free squads reach %(area)s of the area and %(people)s of the people in %(minutes)s min"), {
      n: picture.units.length, area: percent(picture.area_share), people: percent(picture.people_share), minutes: picture.minutes,
    }) : fill(_("No squad is free: nobody can be anywhere in %(minutes)s min"), { minutes: picture.minutes });
    const how = picture.by === "road" ? _("travel time by road") : _("estimated as straight lines: no roads are imported");
    this.says.replaceChildren(el("b", {}, words), el("span", {}, `${how} · ${clockTime(picture.at)}`));
    const holes = picture.units.length ? picture.holes.slice(0, HOLES_SHOWN) : [];
    this.list.replaceChildren(...holes.map((hole) => this.#hole(hole)), ...this.#rest(holes), ...picture.proposals.map((move) => this.#move(move)));
  }

  #rest(holes) {
    const more = this.picture.holes.length - holes.length;
    return more > 0 && holes.length ? [el("li", { class: "muted" }, fill(_("and %(n)s smaller holes"), { n: more }))] : [];
  }

  #hole(hole) {
    const bounds = L.geoJSON(hole.shape).getBounds();
    return this.#line("hole", _("Hole"), fill(_("%(name)s, %(area)s km², %(share)s of it"), { name: hole.name, area: (hole.area_m2 / 1e6).toFixed(2), share: percent(hole.share) }), bounds);
  }

  #move(move) {
    const place = move.kind === "post" ? fill(_("the post of %(unit)s"), { unit: move.place }) : move.place;
    const words = fill(_("%(unit)s to %(place)s: %(before)s → %(share)s of the demand"), { unit: move.unit.name, place, before: percent(move.before), share: percent(move.share) });
    return this.#line("move", _("Stand by"), words, L.latLngBounds([move.from.lat, move.from.lon], [move.lat, move.lon]));
  }

  #line(kind, tag, words, bounds) {
    const go = () => this.map.fitBounds(bounds, { padding: [80, 80], maxZoom: 15.5 });
    return el("li", {}, el("button", { type: "button", data: { kind }, on: { click: go } }, el("b", {}, tag), el("span", {}, words)));
  }
}

function percent(share) {
  return `${Math.round(share * 100)}%`;
}

/**
 * The small map that corrects a place: Leaflet and the drawn ground come only when somebody asks for it. The street
 * comes at once, the buildings of a community when it is looked at from near. Names are drawn where they are seen.
 */

import { get } from "shushan/http";
import { Ground } from "shushan/m/map_ground";
import { Names } from "shushan/m/map_names";
import { _ } from "shushan/words";

const CENTRE = [30.1236, 120.2369];
const NEAR = 16; // about 800 m across a phone
const BUILDINGS_FROM = 15.5; // of all communities that are seen
const PATIENCE = { background: true, patience_ms: 60_000 };
const PANES = ["areas", "buildings", "roads", "borders"]; // from below
const shade = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const wide = (rank) => ({ 1: 9, 2: 7 })[rank] ?? 5;
// layer, pane, style; kerbs before carriageways, so that none is cut where roads cross
const DRAWN = [
  ["green", "areas", () => ({ stroke: false, fillColor: shade("--ok"), fillOpacity: 0.14 })],
  ["water", "areas", () => ({ stroke: false, fillColor: shade("--accent"), fillOpacity: 0.2 })],
  ["building", "buildings", () => ({ color: shade("--line-2"), weight: 0.7, fillColor: shade("--line"), fillOpacity: 0.9 })],
  ["road", "roads", ({ rank }) => ({ color: shade("--line-2"), weight: wide(rank) + 2 })],
  ["road", "roads", ({ rank }) => ({ color: shade("--panel"), weight: wide(rank) })],
  ["community", "borders", () => ({ color: shade("--accent"), weight: 1.5, opacity: 0.8, dashArray: "6 4", fill: false })],
];

const loaded = (tag, props) => new Promise((resolve, reject) => {
  const element = Object.assign(document.createElement(tag), props);
  element.addEventListener("load", resolve);
  element.addEventListener("error", reject);
  document.head.append(element);
});

export class SmallMap {
  /** Called with {lon, lat} where somebody taps. */
  tapped = () => {};
  /** Called when more of the ground is known, so that places have better words. */
  drawn = () => {};

  #asked = new Set();

  static async in(box, { leaflet, leafletCss, ground }) {
    if (!globalThis.L) await Promise.all([loaded("link", { rel: "stylesheet", href: leafletCss }), loaded("script", { src: leaflet })]);
    return new SmallMap(box, ground);
  }

  constructor(box, address) {
    const { L } = globalThis;
    this.address = address;
    this.map = L.map(box, { zoomControl: false, preferCanvas: true, zoomSnap: 0.5, minZoom: 12, maxZoom: 19, center: CENTRE, zoom: 13 });
    this.map.attributionControl.setPrefix("").addAttribution(_("Approximate outline, not official"));
    L.control.zoom({ position: "bottomright", zoomInTitle: _("Closer"), zoomOutTitle: _("Farther") }).addTo(this.map);
    this.renderers = Object.fromEntries(PANES.map((pane, index) => {
      this.map.createPane(pane).style.zIndex = 250 + index * 10;
      return [pane, L.canvas({ pane, padding: 0.3 })];
    }));
    this.ground = new Ground();
    this.names = new Names(this.map, this.ground);
    this.pin = L.circleMarker([0, 0], { radius: 10, color: "#fff", weight: 3, fillColor: shade("--missed"), fillOpacity: 1 });
    this.map.on("click", ({ latlng }) => this.tapped({ lon: latlng.lng, lat: latlng.lat }));
    this.map.on("moveend", () => this.#looked());
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(box);
    this.#ask("street");
  }

  /** Put the pin there; `move` brings it into the middle. */
  show({ lon, lat }, move = false) {
    this.pin.setLatLng([lat, lon]).addTo(this.map);
    if (move || !this.map.getBounds().contains([lat, lon])) this.map.setView([lat, lon], Math.max(NEAR, move ? 0 : this.map.getZoom()), { animate: false });
    this.names.draw(this.pin);
  }

  /** Without a position: the community with this code, now or once it is known; the street where there is none. */
  lookAt(code) {
    this.wanted = code;
    const found = this.ground.communities.find((one) => one.code === code);
    const bounds = found?.bounds ?? this.ground.bounds;
    if (found) this.#ask(code);
    if (bounds && !this.map.hasLayer(this.pin)) this.map.fitBounds(bounds, { maxZoom: NEAR, animate: false });
  }

  async #ask(code) {
    if (this.#asked.has(code)) return;
    this.#asked.add(code);
    try {
      this.#draw(await get(this.address.replace("/code/", `/${code}/`), PATIENCE));
    } catch {
      this.#asked.delete(code); // asked again at the next look
      return;
    }
    if (code === "street") this.lookAt(this.wanted);
    this.#looked();
    this.drawn();
  }

  #looked() {
    this.#ask("street");
    if (this.map.getZoom() >= BUILDINGS_FROM) {
      const seen = this.map.getBounds();
      for (const { code, bounds } of this.ground.communities) if (seen.intersects(bounds)) this.#ask(code);
    }
    this.names.draw(this.pin);
  }

  #draw({ features }) {
    for (const [layer, pane, style] of DRAWN) {
      const some = features.filter(({ properties }) => properties.layer === layer);
      globalThis.L.geoJSON(some, { pane, renderer: this.renderers[pane], interactive: false, smoothFactor: 0, style: ({ properties }) => style(properties) }).addTo(this.map);
    }
    this.ground.add(features);
  }
}

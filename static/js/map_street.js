/** The working map of the street (Leaflet, no tiles): drawn ground, incidents, units with the age of their place. */

import { el } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { serverNow } from "shushan/servertime";
import { chinese, fill, LEVEL_SIGNS, _ } from "shushan/words";

const GROUND = { background: true, patience_ms: 120_000 }; // megabytes, asked for once
const { L } = globalThis;
const CENTRE = [30.1184, 120.2425];
const GREY_S = 60;
const LOST_S = 300;
const LABELS_FROM = 13.5;
const GRIDS_FROM = 14;
const BUILDINGS_FROM = 15;
const NAMES_FROM = 14.5;
const ROADS_WIDE = { 1: 4, 2: 3, 3: 2 };

export class StreetMap extends EventTarget {
  constructor(box) {
    super();
    this.map = L.map(box, { preferCanvas: true, zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 12, maxZoom: 19, center: CENTRE, zoom: 13, boxZoom: false, keyboard: false });
    L.control.zoom({ position: "bottomright", zoomInTitle: _("Closer"), zoomOutTitle: _("Farther") }).addTo(this.map);
    L.control.scale({ position: "bottomright", imperial: false }).addTo(this.map);
    this.panes = {};
    ["ground", "grids", "names", "routes", "sites", "trucks", "units", "incidents"].forEach((name, index) => {
      this.map.createPane(name).style.zIndex = 350 + index * 10;
      this.panes[name] = name;
    });
    this.canvas = L.canvas({ pane: "ground", padding: 0.3 });
    this.layers = {};
    this.incidents = new Map();
    this.units = new Map();
    this.marks = { sites: new Map(), trucks: new Map() };
    this.selected = null;
    this.map.on("zoomend", () => this.#zoomed());
    document.addEventListener("theme", () => this.#recolour());
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(box);
    setInterval(() => this.#age(), 5000);
    this.#ground();
  }

  /** Every layer by itself: one that is missing leaves the others standing. */
  async #ground() {
    const drawn = (code) => get(`/api/v1/grid/layers/${code}/`, GROUND);
    const asked = [
      ["water", drawn("water")], ["green", drawn("green")], ["communities", get("/api/v1/grid/communities/", GROUND)],
      ["roads", drawn("roads")], ["railway", drawn("railway")], ["boundary", drawn("boundary")], ["places", drawn("places")],
    ];
    const found = await Promise.allSettled(asked.map(([, answer]) => answer));
    found.forEach(({ value }, index) => value?.features && this.#draw(asked[index][0], value));
    this.#zoomed();
    this.#fit();
  }

  #draw(name, geojson) {
    const points = name === "places";
    this.layers[name] = L.geoJSON(geojson, {
      pane: "ground",
      renderer: this.canvas,
      interactive: false,
      style: (feature) => this.#style(name, feature.properties),
      pointToLayer: (feature, at) => this.#name(at, chinese() ? feature.properties.name : feature.properties.name_en, "map-place"),
    });
    if (!points) this.layers[name].addTo(this.map);
    if (name === "communities") this.#names(geojson.features, "communityNames", ({ properties: p }) => [[p.label_lat, p.label_lon], p.short_name || p.name, "map-name"]);
    if (name === "roads") this.#names(geojson.features, "roadNames", (feature) => [middle(feature.geometry), chinese() ? feature.properties.name : feature.properties.name_en, "map-road"]);
  }

  #names(features, name, about) {
    this.layers[name] = L.layerGroup(features.map(about).filter(([at, words]) => at && words).map(([at, words, kind]) => this.#name(at, words, kind)));
  }

  #name(at, words, kind) {
    return L.marker(at, { pane: "names", interactive: false, keyboard: false, icon: L.divIcon({ className: kind, html: el("span", {}, words ?? ""), iconSize: [0, 0] }) });
  }

  #style(name, properties) {
    const colour = (token) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();
    const dark = document.documentElement.dataset.theme === "dark";
    switch (name) {
      case "water":
        return { stroke: false, fillColor: dark ? "#0f3350" : "#cfe4f3", fillOpacity: 1 };
      case "green":
        return { stroke: false, fillColor: dark ? "#0e2a2a" : "#dcebdd", fillOpacity: 1 };
      case "communities":
        return { color: colour("--line-2"), weight: 1, opacity: 0.55, fillColor: colour("--panel"), fillOpacity: dark ? 0.45 : 0.6 };
      case "grids":
        return { color: colour("--line-2"), weight: 0.7, opacity: 0.7, dashArray: "3 3", fill: false };
      case "roads":
        return { color: dark ? "#35506e" : "#c3cdd8", weight: ROADS_WIDE[properties.rank] ?? 2, opacity: 1, lineCap: "round" };
      case "railway":
        return { color: colour("--text-2"), weight: 1.5, dashArray: "6 4", opacity: 0.8 };
      case "buildings":
        return { stroke: false, fillColor: dark ? "#24405f" : "#d5dbe3", fillOpacity: 0.9 };
      default:
        return { color: colour("--text-2"), weight: 2, dashArray: "7 5", fill: false };
    }
  }

  #recolour() {
    for (const [name, layer] of Object.entries(this.layers)) {
      layer.setStyle?.((feature) => this.#style(name, feature.properties));
    }
  }

  #zoomed() {
    const zoom = this.map.getZoom();
    const show = (name, from) => {
      const layer = this.layers[name];
      if (!layer) return;
      if (zoom >= from) layer.addTo(this.map);
      else layer.remove();
    };
    show("communityNames", LABELS_FROM - 0.75);
    show("roadNames", NAMES_FROM - 0.5);
    show("places", NAMES_FROM - 0.5);
    show("grids", GRIDS_FROM);
    show("buildings", BUILDINGS_FROM);
    this.map.getContainer().dataset.near = String(zoom >= GRIDS_FROM);
    if (zoom >= GRIDS_FROM && !this.layers.grids && !this.askedGrids) this.#later("grids", "/api/v1/grid/grids/?kind=social");
    if (zoom >= BUILDINGS_FROM && !this.layers.buildings && !this.askedBuildings) this.#later("buildings", "/api/v1/grid/layers/buildings/");
  }

  async #later(name, url) {
    const flag = name === "grids" ? "askedGrids" : "askedBuildings";
    this[flag] = true;
    try {
      this.#draw(name, await get(url, GROUND));
      this.#zoomed();
    } catch {
      this[flag] = false; // asked again at the next zoom
    }
  }

  #fit() {
    const outline = this.layers.boundary ?? this.layers.communities;
    if (outline && !this.moved) this.map.fitBounds(outline.getBounds(), { padding: [16, 16], animate: false });
  }

  /** Open incidents as they are now: only what changed is touched. */
  setIncidents(incidents) {
    const seen = new Set();
    for (const incident of incidents) {
      seen.add(incident.id);
      const held = this.incidents.get(incident.id);
      const sign = `${incident.level} ${incident.answered_by ? 1 : 0} ${incident.overdue_at ? 1 : 0}`;
      if (held && held.sign === sign && held.lon === incident.lon && held.lat === incident.lat) continue;
      held?.marker.remove();
      this.incidents.set(incident.id, { sign, lon: incident.lon, lat: incident.lat, marker: this.#pin(incident) });
    }
    for (const [id, held] of this.incidents) {
      if (seen.has(id)) continue;
      held.marker.remove();
      this.incidents.delete(id);
    }
  }

  #pin(incident) {
    const words = el("span", {}, LEVEL_SIGNS[incident.level]);
    const marker = L.marker([incident.lat, incident.lon], {
      pane: "incidents",
      keyboard: false,
      title: incident.title,
      zIndexOffset: (5 - incident.level) * 1000,
      icon: L.divIcon({ className: `pin pin-${incident.level}${incident.id === this.selected ? " pin-chosen" : ""}`, html: words, iconSize: [22, 22] }),
    });
    marker.on("click", () => this.dispatchEvent(new CustomEvent("select", { detail: incident.id })));
    return marker.addTo(this.map);
  }

  setUnits(units) {
    const seen = new Set();
    for (const unit of units) {
      if (!unit.position || !unit.on_duty) continue;
      seen.add(unit.id);
      const held = this.units.get(unit.id);
      if (held) {
        held.unit = unit;
        this.#place(held);
      } else this.units.set(unit.id, this.#unit(unit));
    }
    for (const [id, held] of this.units) {
      if (seen.has(id)) continue;
      held.marker.remove();
      this.units.delete(id);
    }
  }

  #unit(unit) {
    const name = el("b");
    const age = el("i");
    const sign = el("div", { class: "unit-sign" }, el("span", { class: "unit-dot" }), el("span", { class: "unit-words" }, name, age));
    const marker = L.marker([unit.position.lat, unit.position.lon], {
      pane: "units", keyboard: false, interactive: true, icon: L.divIcon({ className: "unit-mark", html: sign, iconSize: [0, 0] }),
    }).addTo(this.map);
    const held = { unit, marker, sign, name, age };
    this.#place(held);
    return held;
  }

  #place(held) {
    const { unit, marker, sign, name, age } = held;
    const { position } = unit;
    const seconds = Math.max(0, Math.round((serverNow() - Date.parse(position.fix_at)) / 1000));
    marker.setLatLng([position.lat, position.lon]);
    sign.dataset.kind = unit.kind;
    sign.dataset.busy = String(Boolean(unit.assignment));
    sign.dataset.age = seconds > LOST_S ? "lost" : seconds > GREY_S ? "grey" : "fresh";
    name.textContent = unit.name;
    age.textContent = seconds > GREY_S ? ageText(seconds) : "";
    sign.title = fill(_("%(unit)s · position %(age)s old, accurate to %(metres)s m"), { unit: unit.name, age: ageText(seconds), metres: Math.round(position.accuracy_m) });
  }

  /** Worksites in their colour; the shape says that it is one. */
  setSites(sites) {
    this.#marks("sites", sites.map((site) => ({ ...site, kind: `site-mark mark-${site.colour}`, says: site.name })));
  }

  /** Trucks heard of lately: full when loaded, marked while an alert about one waits for somebody. */
  setTrucks(trucks, alerts) {
    const called = new Set(alerts.map(({ truck }) => truck));
    this.#marks("trucks", trucks.map((truck) => ({
      ...truck, says: truck.plate, kind: `truck-mark${truck.loaded ? " mark-loaded" : ""}${called.has(truck.id) ? " mark-called" : ""}`,
    })));
  }

  #marks(pane, things) {
    const held = this.marks[pane];
    const seen = new Set();
    for (const { id, lon, lat, kind, says } of things) {
      seen.add(id);
      const mark = held.get(id);
      if (mark?.kind === kind) {
        mark.marker.setLatLng([lat, lon]);
        continue;
      }
      mark?.marker.remove();
      const icon = L.divIcon({ className: kind, iconSize: pane === "sites" ? [12, 12] : [9, 9] });
      held.set(id, { kind, marker: L.marker([lat, lon], { pane, keyboard: false, interactive: true, title: says, icon }).addTo(this.map) });
    }
    for (const [id, mark] of held) {
      if (seen.has(id)) continue;
      mark.marker.remove();
      held.delete(id);
    }
  }

  #age() {
    if (!document.hidden) for (const held of this.units.values()) this.#place(held);
  }

  /** Mark one incident; the map moves only when it stands outside of what is seen. */
  choose(incident) {
    const before = this.incidents.get(this.selected);
    before?.marker.getElement()?.classList.remove("pin-chosen");
    this.selected = incident?.id ?? null;
    if (!incident) return;
    this.incidents.get(incident.id)?.marker.getElement()?.classList.add("pin-chosen");
    const at = L.latLng(incident.lat, incident.lon);
    this.moved = true;
    if (!this.map.getBounds().pad(-0.03).contains(at)) this.map.panTo(at, { animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  /** Lines from the units under way to their incident. */
  routes(pairs) {
    this.lines ??= L.layerGroup([], { pane: "routes" }).addTo(this.map);
    this.lines.clearLayers();
    for (const { from, to } of pairs) {
      L.polyline([[from.lat, from.lon], [to.lat, to.lon]], { pane: "routes", className: "route", weight: 2, dashArray: "2 6", interactive: false, renderer: L.svg({ pane: "routes" }) }).addTo(this.lines);
    }
  }
}

function ageText(seconds) {
  if (seconds < 60) return fill(_("%(n)s s"), { n: seconds });
  return fill(_("%(n)s min"), { n: Math.floor(seconds / 60) });
}

function middle(geometry) {
  const lines = geometry.type === "MultiLineString" ? geometry.coordinates : geometry.type === "LineString" ? [geometry.coordinates] : [];
  const longest = lines.sort((a, b) => b.length - a.length)[0];
  if (!longest) return null;
  const [lon, lat] = longest[Math.floor(longest.length / 2)];
  return [lat, lon];
}


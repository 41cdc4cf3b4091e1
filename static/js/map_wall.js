/** The wall's three-dimensional map (MapLibre): drawn ground, extruded buildings, incidents and units on the GPU. */

import { Map as GlMap, setWorkerUrl } from "maplibre-gl";
import { get } from "shushan/http";
import { serverNow } from "shushan/servertime";
import { LEVEL_SIGNS } from "shushan/words";

const CORNERS = [[120.206, 30.081], [120.279, 30.081], [120.279, 30.149], [120.206, 30.149]]; // until the outline is known
const GROUND = { background: true, patience_ms: 120_000 }; // megabytes, asked for once
const PITCH = 48;
const BEARING = -14;
const STAYS_MS = 8000;
const GREY_S = 60;
const EMPTY = { type: "FeatureCollection", features: [] };
const PAINTS = {
  ground: "#07111f", community: "#0c1a2d", edge: "#23405f", grid: "#193049", water: "#0f3350", green: "#0e2b2a",
  road: "#34516f", rail: "#516a86", text: "#93a9c1", halo: "#07111f",
};
const LEVELS = ["match", ["get", "level"], 1, "#ff5d5d", 2, "#ff5d5d", 3, "#f7b731", "#93a9c1"];
const SIZES = ["match", ["get", "level"], 1, 13, 2, 11, 3, 9, 7];

const SITE_COLOURS = ["match", ["get", "colour"], "red", "#ff5d5d", "yellow", "#f7c948", "#f2f6fa"];
const TRUCK = "#c4a5ff";

/** Whether this machine can draw it. */
export function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

export class WallMap {
  constructor(box) {
    setWorkerUrl(import.meta.resolve("maplibre-gl/worker"));
    this.map = new GlMap({
      container: box,
      style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": PAINTS.ground } }] },
      center: [120.2425, 30.115],
      zoom: 12.5,
      pitch: PITCH,
      bearing: BEARING,
      attributionControl: false,
      fadeDuration: 0,
      maxPitch: 65,
      localIdeographFontFamily: '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
    });
    this.shown = { incidents: new Map(), units: new Map(), sites: new Map(), trucks: new Map() };
    this.corners = CORNERS;
    this.ready = new Promise((resolve) => this.map.once("load", resolve)).then(() => this.#build(box));
    new ResizeObserver(() => this.#home(0)).observe(box);
  }

  async #build() {
    const layer = (code) => get(`/api/v1/grid/layers/${code}/`, GROUND);
    const asked = {
      water: layer("water"), green: layer("green"), roads: layer("roads"), railway: layer("railway"), boundary: layer("boundary"),
      buildings: layer("buildings"), communities: get("/api/v1/grid/communities/", GROUND), grids: get("/api/v1/grid/grids/?kind=social", GROUND),
    };
    const found = await Promise.allSettled(Object.values(asked));
    Object.keys(asked).forEach((name, index) => {
      const data = found[index].status === "fulfilled" && found[index].value?.features ? found[index].value : EMPTY;
      this.map.addSource(name, { type: "geojson", data, tolerance: 0.2 });
    });
    this.map.addSource("names", { type: "geojson", data: namesOf(found[6].value) });
    for (const name of Object.keys(this.shown)) this.map.addSource(name, { type: "geojson", data: EMPTY, promoteId: "id" });
    for (const each of layers()) this.map.addLayer(each);
    const outline = found[4].value?.features?.[0]?.geometry?.coordinates?.[0];
    if (outline) this.corners = outline;
    this.view = null;
    this.#home(0);
    this.#pulse();
    this.built = true;
  }

  /** The view that shows the whole street as large as it fits, found once a size by looking where its corners land. */
  #home(duration = 2500) {
    const box = this.map.getContainer();
    if (!box.clientWidth || !box.clientHeight) return;
    const size = `${box.clientWidth}x${box.clientHeight}`;
    if (this.size !== size || !this.view) {
      const before = { center: this.map.getCenter(), zoom: this.map.getZoom(), pitch: this.map.getPitch(), bearing: this.map.getBearing() };
      this.size = size;
      this.view = this.#fitted(box.clientWidth, box.clientHeight);
      if (duration) this.map.jumpTo(before);
    }
    if (duration) this.map.easeTo({ ...this.view, duration });
    else this.map.jumpTo(this.view);
  }

  #fitted(width, height) {
    const pad = Math.min(width, height) * 0.05;
    const view = { center: [120.2425, 30.115], zoom: 12.5, pitch: PITCH, bearing: BEARING };
    for (let round = 0; round < 6; round += 1) {
      this.map.jumpTo(view);
      const spots = this.corners.map((corner) => this.map.project(corner));
      const [xs, ys] = [spots.map(({ x }) => x), spots.map(({ y }) => y)];
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      const scale = Math.min((width - 2 * pad) / (right - left), (height - 2 * pad) / (bottom - top));
      view.center = this.map.unproject([(left + right) / 2, (top + bottom) / 2]);
      view.zoom = Math.max(10, Math.min(16, view.zoom + Math.log2(scale)));
    }
    return view;
  }

  /** Fly to an urgent incident, stay eight seconds, come home. A new one takes over from the one before. */
  visit({ lon, lat }) {
    clearTimeout(this.leaving);
    this.map.flyTo({ center: [lon, lat], zoom: 15.6, pitch: 58, bearing: BEARING, duration: 2500, essential: true });
    this.leaving = setTimeout(() => this.#home(), STAYS_MS);
  }

  setIncidents(incidents) {
    this.#diff("incidents", incidents.map((incident) => ({
      id: incident.id, at: [incident.lon, incident.lat],
      properties: { level: incident.level, sign: LEVEL_SIGNS[incident.level], late: Boolean(incident.overdue_at), calls: incident.level <= 2 && !incident.arrived_at },
    })));
    this.calling = incidents.some((incident) => incident.level <= 2 && !incident.arrived_at);
  }

  setUnits(units) {
    const now = serverNow();
    this.#diff("units", units.filter((unit) => unit.on_duty && unit.position).map((unit) => ({
      id: unit.id, at: [unit.position.lon, unit.position.lat],
      properties: { name: unit.assignment ? unit.name : "", kind: unit.kind, stale: now - Date.parse(unit.position.fix_at) > GREY_S * 1000 },
    })));
  }

  setSites(sites) {
    this.#diff("sites", sites.map((site) => ({
      id: site.id, at: [site.lon, site.lat], properties: { colour: site.colour, name: site.colour === "red" ? site.name : "" },
    })));
  }

  /** Trucks heard of lately; one with an alert that nobody has judged stands out and says its plate. */
  setTrucks(trucks, alerts) {
    const called = new Set(alerts.map(({ truck }) => truck));
    this.#diff("trucks", trucks.map((truck) => ({
      id: truck.id, at: [truck.lon, truck.lat],
      properties: { loaded: truck.loaded === true, called: called.has(truck.id), name: called.has(truck.id) ? truck.plate : "" },
    })));
  }

  /** Send the map only what differs: hundreds of points move, thousands stay. */
  #diff(name, items) {
    const source = this.built && this.map.getSource(name);
    if (!source) return;
    const held = this.shown[name];
    const change = { add: [], remove: [], update: [] };
    const seen = new Set();
    for (const { id, at, properties } of items) {
      seen.add(id);
      const key = JSON.stringify([at, properties]);
      if (held.get(id) === key) continue;
      const feature = { type: "Feature", id, properties: { id, ...properties }, geometry: { type: "Point", coordinates: at } };
      if (held.has(id)) change.remove.push(id);
      change.add.push(feature);
      held.set(id, key);
    }
    for (const id of held.keys()) if (!seen.has(id)) { held.delete(id); change.remove.push(id); }
    if (change.add.length || change.remove.length) source.updateData(change);
  }

  /** One slow ring around what is urgent and not reached yet; nothing else on the map moves by itself. */
  #pulse() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    let phase = 0;
    setInterval(() => {
      if (document.hidden || !this.calling) return;
      phase = (phase + 0.06) % 1;
      this.map.setPaintProperty("incident-ring", "circle-radius", 12 + phase * 26);
      this.map.setPaintProperty("incident-ring", "circle-stroke-opacity", 0.9 * (1 - phase));
    }, 100);
  }
}

function namesOf(communities) {
  const features = (communities?.features ?? []).map(({ properties: p }) => ({
    type: "Feature", properties: { name: p.short_name || p.name }, geometry: { type: "Point", coordinates: [p.label_lon, p.label_lat] },
  }));
  return { type: "FeatureCollection", features };
}

function layers() {
  const line = (id, source, paint, more = {}) => ({ id, type: "line", source, layout: { "line-join": "round", "line-cap": "round" }, paint, ...more });
  const wide = ["interpolate", ["exponential", 1.6], ["zoom"], 12, ["match", ["get", "rank"], 1, 2.6, 2, 1.8, 1.1], 16, ["match", ["get", "rank"], 1, 14, 2, 10, 6]];
  const font = { "text-font": ["sans-serif"], "text-allow-overlap": false };
  return [
    { id: "communities", type: "fill", source: "communities", paint: { "fill-color": PAINTS.community } },
    { id: "green", type: "fill", source: "green", paint: { "fill-color": PAINTS.green } },
    { id: "water", type: "fill", source: "water", paint: { "fill-color": PAINTS.water } },
    line("grids", "grids", { "line-color": PAINTS.grid, "line-width": 1 }, { minzoom: 12.6 }),
    line("edges", "communities", { "line-color": PAINTS.edge, "line-width": 1.2 }),
    line("roads", "roads", { "line-color": PAINTS.road, "line-width": wide }),
    line("railway", "railway", { "line-color": PAINTS.rail, "line-width": 2, "line-dasharray": [3, 2] }),
    line("boundary", "boundary", { "line-color": "#7f9bb8", "line-width": 3, "line-dasharray": [3, 2] }),
    {
      id: "buildings", type: "fill-extrusion", source: "buildings",
      paint: {
        "fill-extrusion-color": ["interpolate", ["linear"], ["get", "height_m"], 6, "#1b3452", 30, "#2a4d75", 100, "#4a7aad"],
        "fill-extrusion-height": ["*", 1.5, ["get", "height_m"]],
        "fill-extrusion-opacity": 0.92,
        "fill-extrusion-vertical-gradient": true,
      },
    },
    { id: "sites", type: "symbol", source: "sites", layout: { ...font, "text-allow-overlap": true, "text-ignore-placement": true, "text-field": "■", "text-size": ["match", ["get", "colour"], "red", 24, "yellow", 20, 16] }, paint: { "text-color": SITE_COLOURS, "text-halo-color": PAINTS.halo, "text-halo-width": 1.5 } },
    { id: "trucks", type: "circle", source: "trucks", paint: { "circle-radius": 5, "circle-color": ["case", ["get", "loaded"], TRUCK, PAINTS.halo], "circle-stroke-color": ["case", ["get", "called"], "#ff5d5d", TRUCK], "circle-stroke-width": ["case", ["get", "called"], 3, 2] } },
    { id: "units", type: "circle", source: "units", paint: { "circle-radius": 7, "circle-color": ["case", ["get", "stale"], "#5f7a97", ["==", ["get", "kind"], "police"], "#6d94ff", "#3ec1f3"], "circle-stroke-color": "#07111f", "circle-stroke-width": 2 } },
    { id: "incident-ring", type: "circle", source: "incidents", filter: ["==", ["get", "calls"], true], paint: { "circle-radius": 12, "circle-color": "transparent", "circle-stroke-color": "#ff5d5d", "circle-stroke-width": 3 } },
    { id: "incidents", type: "circle", source: "incidents", paint: { "circle-radius": SIZES, "circle-color": LEVELS, "circle-stroke-color": ["case", ["get", "late"], "#ffffff", "#07111f"], "circle-stroke-width": 2 } },
    { id: "names", type: "symbol", source: "names", layout: { ...font, "text-field": ["get", "name"], "text-size": 15 }, paint: { "text-color": PAINTS.text, "text-halo-color": PAINTS.halo, "text-halo-width": 1.6 } },
    ...["sites", "trucks"].map((source) => ({ id: `${source}-names`, type: "symbol", source, filter: ["!=", ["get", "name"], ""], layout: { ...font, "text-field": ["get", "name"], "text-size": 14, "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.9, "text-justify": "auto", "text-max-width": 20, "text-optional": true }, paint: { "text-color": "#ff9b9b", "text-halo-color": PAINTS.halo, "text-halo-width": 2 } })),
    { id: "unit-names", type: "symbol", source: "units", filter: ["!=", ["get", "name"], ""], layout: { ...font, "text-field": ["get", "name"], "text-size": 15, "text-variable-anchor": ["left", "right", "top"], "text-radial-offset": 0.8, "text-justify": "auto", "text-max-width": 20, "text-optional": true }, paint: { "text-color": "#e6eef7", "text-halo-color": PAINTS.halo, "text-halo-width": 2 } },
    { id: "incident-signs", type: "symbol", source: "incidents", layout: { ...font, "text-allow-overlap": true, "text-field": ["get", "sign"], "text-size": 13 }, paint: { "text-color": "#07111f" } },
  ];
}


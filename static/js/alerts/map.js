/** The map of a replay (MapLibre): the street drawn quietly, sites, sinks, gates, the permitted way and the truck. */

import { Map as GlMap, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { legs } from "shushan/alerts/time";
import { el } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { fill, _ } from "shushan/words";

const GROUND = { background: true, patience_ms: 120_000 }; // megabytes, asked for once
const EMPTY = { type: "FeatureCollection", features: [] };
const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const shade = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const feature = (geometry, properties = {}) => ({ type: "Feature", geometry, properties });
const many = (features) => ({ type: "FeatureCollection", features });
const point = (lon, lat, properties) => feature({ type: "Point", coordinates: [lon, lat] }, properties);

/** Whether this machine can draw it. */
export function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

export class ReplayMap {
  constructor(box, scene) {
    setWorkerUrl(import.meta.resolve("maplibre-gl/worker"));
    this.scene = scene;
    this.map = new GlMap({
      container: box,
      style: { version: 8, sources: {}, layers: [{ id: "paper", type: "background", paint: { "background-color": shade("--panel-2") } }] },
      bounds: this.#bounds(),
      fitBoundsOptions: { padding: 56, maxZoom: 16 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      localIdeographFontFamily: FONT,
      locale: { "NavigationControl.ZoomIn": _("Nearer"), "NavigationControl.ZoomOut": _("Farther"), "Map.Title": _("Map") },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new ScaleControl(), "bottom-left");
    this.ready = new Promise((resolve) => this.map.once("load", resolve)).then(() => this.#build());
    new ResizeObserver(() => this.map.resize()).observe(box);
  }

  #bounds() {
    const { track, place, points, passes, gates } = this.scene;
    // Where no position is kept, the cameras that saw it and the gates of its site tell where that was.
    const others = track.t.length ? points : [...points, ...passes, ...gates.filter(({ own }) => own)];
    const lons = [...track.lon, place[0], ...others.map(({ lon }) => lon)];
    const lats = [...track.lat, place[1], ...others.map(({ lat }) => lat)];
    const pad = 0.001;
    return [[Math.min(...lons) - pad, Math.min(...lats) - pad], [Math.max(...lons) + pad, Math.max(...lats) + pad]];
  }

  whole() {
    this.map.fitBounds(this.#bounds(), { padding: 56, maxZoom: 16, duration: 400 });
  }

  toPlace() {
    this.map.easeTo({ center: this.scene.place, zoom: 16, duration: 400 });
  }

  #build() {
    const { track, sites, sinks, gates, routes, passes, points } = this.scene;
    const line = ([first, last]) => track.lon.slice(first, last + 1).map((lon, n) => [lon, track.lat[first + n]]);
    const way = many(legs(track.t).map(line).filter((spots) => spots.length > 1).map((coordinates) => feature({ type: "LineString", coordinates })));
    const sinkName = ({ name, allowed }) => (allowed === null ? name : fill(allowed ? _("%(name)s (on the card)") : _("%(name)s (not on the card)"), { name }));
    const sources = {
      water: EMPTY, green: EMPTY, roads: EMPTY, boundary: EMPTY, way, done: EMPTY,
      sites: many(sites.map((site) => feature(site.boundary, { colour: site.colour, own: site.own, name: site.name }))),
      sinks: many(sinks.map((sink) => feature(sink.boundary, { allowed: sink.allowed !== false, name: sinkName(sink) }))),
      routes: many(routes.map((route) => feature(route))),
      gates: many(gates.map((gate) => point(gate.lon, gate.lat, { filed: gate.filed, own: gate.own, name: gate.filed ? gate.name : fill(_("%(name)s (not filed)"), gate) }))),
      passes: many(passes.map((one) => point(one.lon, one.lat, { name: one.name }))),
      points: many(points.map((one, n) => point(one.lon, one.lat, { sign: String(n + 1) }))),
    };
    for (const [name, data] of Object.entries(sources)) this.map.addSource(name, { type: "geojson", data, tolerance: 0.2 });
    for (const layer of layers()) this.map.addLayer(layer);
    for (const name of ["water", "green", "roads", "boundary"]) {
      get(`/api/v1/grid/layers/${name}/`, GROUND).then((data) => data?.features && this.map.getSource(name).setData(data), () => {});
    }
    if (track.t.length) {
      this.arrow = el("div", { class: "replay-truck", role: "img", "aria-label": _("truck") });
      this.truck = new Marker({ element: this.arrow, rotationAlignment: "map" }).setLngLat([track.lon[0], track.lat[0]]).addTo(this.map);
    }
    this.built = true;
    if (this.last) this.show(...this.last);
  }

  /** Put the truck where it was, and draw the way up to there. */
  show(state, follow = false) {
    this.last = [state, false];
    if (!this.built || !state || !this.truck) return;
    this.truck.setLngLat([state.lon, state.lat]).setRotation(state.heading);
    this.arrow.dataset.lift = state.lift;
    this.arrow.dataset.load = state.load;
    this.arrow.dataset.silent = String(state.silent);
    const { track } = this.scene;
    const begin = legs(track.t.slice(0, state.index + 1)).map(([first, last]) => {
      const spots = track.lon.slice(first, last + 1).map((lon, n) => [lon, track.lat[first + n]]);
      return last === state.index ? [...spots, [state.lon, state.lat]] : spots;
    });
    this.map.getSource("done").setData(many(begin.filter((spots) => spots.length > 1).map((coordinates) => feature({ type: "LineString", coordinates }))));
    if (follow && !this.map.getBounds().contains([state.lon, state.lat])) this.map.panTo([state.lon, state.lat], { duration: 200 });
  }
}

function layers() {
  const names = (id, source, colour, more = {}) => ({
    id, type: "symbol", source, minzoom: 12.5,
    layout: { "text-font": ["sans-serif"], "text-field": ["get", "name"], "text-size": 12, "text-max-width": 12, "text-offset": [0, 1.1], "text-anchor": "top", "text-optional": true, ...more },
    paint: { "text-color": shade(colour), "text-halo-color": shade("--panel"), "text-halo-width": 1.6 },
  });
  const line = (id, source, paint, more = {}) => ({ id, type: "line", source, layout: { "line-join": "round", "line-cap": "round" }, paint, ...more });
  const circle = (id, source, radius, fills, stroke, more = {}) => ({ id, type: "circle", source, paint: { "circle-radius": radius, "circle-color": fills, "circle-stroke-color": stroke, "circle-stroke-width": 2 }, ...more });
  const site = ["match", ["get", "colour"], "red", shade("--site-red"), "yellow", shade("--site-yellow"), shade("--site-white")];
  const sink = ["case", ["get", "allowed"], shade("--ok"), shade("--due")];
  return [
    { id: "green", type: "fill", source: "green", paint: { "fill-color": shade("--ok-soft") } },
    { id: "water", type: "fill", source: "water", paint: { "fill-color": shade("--accent"), "fill-opacity": 0.16 } },
    line("roads", "roads", { "line-color": shade("--line"), "line-width": ["interpolate", ["linear"], ["zoom"], 12, 1.2, 16, ["match", ["get", "rank"], 1, 12, 2, 9, 5]] }),
    line("boundary", "boundary", { "line-color": shade("--line-2"), "line-width": 1.5, "line-dasharray": [3, 2] }),
    { id: "sites", type: "fill", source: "sites", paint: { "fill-color": site, "fill-opacity": 0.55 } },
    line("site-edges", "sites", { "line-color": shade("--text-2"), "line-width": ["case", ["get", "own"], 2.5, 1] }),
    { id: "sinks", type: "fill", source: "sinks", paint: { "fill-color": sink, "fill-opacity": 0.18 } },
    line("sink-edges", "sinks", { "line-color": sink, "line-width": 2 }),
    line("routes", "routes", { "line-color": shade("--route"), "line-width": 8 }),
    line("way", "way", { "line-color": shade("--line-2"), "line-width": 2 }),
    line("done", "done", { "line-color": shade("--accent"), "line-width": 4 }),
    circle("gates", "gates", 5, ["case", ["get", "filed"], shade("--text"), shade("--missed")], shade("--panel")),
    circle("passes", "passes", 8, "transparent", shade("--accent")),
    circle("points", "points", 8, shade("--missed"), shade("--panel")),
    { ...names("gate-names", "gates", "--text-2", { "text-size": 11 }), filter: ["any", ["get", "own"], ["!", ["get", "filed"]]] },
    names("sink-names", "sinks", "--text"),
    names("site-names", "sites", "--text"),
    { id: "point-signs", type: "symbol", source: "points", layout: { "text-font": ["sans-serif"], "text-field": ["get", "sign"], "text-size": 11, "text-allow-overlap": true }, paint: { "text-color": shade("--on-missed") } },
  ];
}

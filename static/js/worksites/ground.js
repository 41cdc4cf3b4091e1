/** The street under a working map of sites: outline, water and roads, drawn quietly; sites in their colours. */

import { get } from "shushan/http";

const { L } = globalThis;
const CENTRE = [30.1184, 120.2425];
const shade = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function streetMap(box, zoom = 12.5) {
  const map = L.map(box, { preferCanvas: true, attributionControl: false, zoomSnap: 0.25, center: CENTRE, zoom });
  L.control.scale({ imperial: false }).addTo(map);
  map.createPane("ground").style.zIndex = 300;
  const renderer = L.canvas({ pane: "ground", padding: 0.3 });
  const drawn = (name, style) => get(`/api/v1/grid/layers/${name}/`, { background: true, patience_ms: 120_000 }).then(
    (geojson) => L.geoJSON(geojson, { pane: "ground", renderer, interactive: false, style, pointToLayer: () => null }).addTo(map), () => {});
  drawn("boundary", { color: shade("--line-2"), weight: 1.5, fill: false });
  drawn("water", { stroke: false, fillColor: shade("--accent"), fillOpacity: 0.16 });
  drawn("roads", ({ properties }) => ({ color: shade("--line-2"), weight: { 1: 3, 2: 2 }[properties.class] ?? 1 }));
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);
  return map;
}

/** How a site is drawn; white ones need their ring. */
export const siteStyle = (colour) => ({ color: shade(colour === "white" ? "--text-2" : `--site-${colour}`), weight: 2, fillColor: shade(`--site-${colour}`), fillOpacity: colour === "white" ? 0.9 : 0.6 });

/** Names come from people: text, never markup. */
export function plain(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span;
}

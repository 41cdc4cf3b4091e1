/** The map of the ground: communities with their names; a chosen one with its grids and micro-grids. */

import { get } from "shushan/http";
import { _ } from "shushan/words";

const { L } = globalThis;
const element = document.getElementById("ground-map");
const { communities: communitiesUrl, grids: gridsUrl, community: chosen } = element.dataset;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const STYLES = {
  community: () => ({ color: colour("--line-2"), weight: 1.2, fillColor: colour("--accent"), fillOpacity: 0.06 }),
  village: () => ({ color: colour("--line-2"), weight: 1.2, fillColor: colour("--ok"), fillOpacity: 0.08 }),
  chosen: () => ({ color: colour("--accent"), weight: 3, fill: false, interactive: false }),
  social: () => ({ color: colour("--accent"), weight: 1.8, fillColor: colour("--accent"), fillOpacity: 0.08 }),
  micro: () => ({ color: colour("--line-2"), weight: 0.8, dashArray: "3 3", fill: false, interactive: false }),
};

const map = L.map(element, { attributionControl: true, zoomSnap: 0.25 });
map.attributionControl.setPrefix("").addAttribution(_("Approximate outline, not official"));
L.control.scale({ imperial: false }).addTo(map);

/** Names come from an imported file: they are shown as text, never as markup. */
function plain(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span;
}

function named(feature) {
  const { name, short_name: short, code } = feature.properties;
  return plain(`${short ?? name} ${code}`);
}

function label(feature, text) {
  const { label_lat: lat, label_lon: lon } = feature.properties;
  L.tooltip({ permanent: true, direction: "center", className: "ground-label", interactive: false })
    .setLatLng([lat, lon]).setContent(plain(text)).addTo(map);
}

/** A row of the table and its area on the map light up together. */
function pair(layer, feature, style) {
  const row = document.querySelector(`tr[data-code="${feature.properties.code}"]`);
  const light = (on) => {
    layer.setStyle(on ? { fillOpacity: 0.3 } : style());
    row?.setAttribute("aria-selected", String(on));
  };
  layer.on("mouseover", () => light(true)).on("mouseout", () => light(false));
  row?.addEventListener("mouseenter", () => light(true));
  row?.addEventListener("mouseleave", () => light(false));
}

async function draw() {
  const communities = await get(communitiesUrl);
  const areas = L.geoJSON(communities, {
    smoothFactor: 0, // neighbours simplified apart would show a double border
    style: (feature) => STYLES[feature.properties.kind](),
    onEachFeature(feature, layer) {
      layer.bindTooltip(named(feature), { sticky: true });
      layer.on("click", () => { location.search = `?community=${feature.properties.code}`; });
      if (!chosen) pair(layer, feature, STYLES[feature.properties.kind]);
    },
  }).addTo(map);
  const ours = communities.features.find((feature) => feature.properties.code === chosen);
  map.fitBounds((ours ? L.geoJSON(ours) : areas).getBounds(), { padding: [12, 12] });
  if (!ours) {
    communities.features.forEach((feature) => label(feature, feature.properties.short_name.replace(/(?<=..)(社区|村)$/, "")));
    return;
  }
  const at = (kind) => get(`${gridsUrl}?kind=${kind}&community=${chosen}`);
  const [grids, parts] = await Promise.all([at("social"), at("micro")]);
  L.geoJSON(grids, {
    smoothFactor: 0,
    style: STYLES.social,
    onEachFeature(feature, layer) {
      layer.bindTooltip(named(feature), { sticky: true });
      pair(layer, feature, STYLES.social);
    },
  }).addTo(map);
  L.geoJSON(parts, { smoothFactor: 0, style: STYLES.micro }).addTo(map);
  L.geoJSON(ours, { smoothFactor: 0, style: STYLES.chosen }).addTo(map);
  grids.features.forEach((feature) => label(feature, feature.properties.name.replace(ours.properties.short_name, "")));
}

draw().catch((problem) => {
  const note = document.createElement("p");
  note.className = "note note-error";
  note.textContent = problem.message;
  element.replaceWith(note);
});

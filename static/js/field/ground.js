/** The drawn ground under the phone's maps: asked for once, kept on the phone; it tells no limit and no state. */

import { get } from "shushan/http";
import { chinese } from "shushan/words";

const { L } = globalThis;
const LAYERS = ["water", "green", "roads", "buildings"];
const STYLES = {
  water: () => ({ stroke: false, fillColor: "#cfe4f3", fillOpacity: 1 }),
  green: () => ({ stroke: false, fillColor: "#dcebdd", fillOpacity: 1 }),
  roads: ({ rank }) => ({ color: "#c3cdd8", weight: { 1: 7, 2: 5, main: 6, expressway: 8 }[rank] ?? 4, lineCap: "round" }),
  buildings: () => ({ stroke: false, fillColor: "#d5dbe3", fillOpacity: 0.9 }),
};
const known = {};

/** Draw water, green, roads with their names and buildings below everything else; without a network what was kept. */
export async function drawGround(map, kept) {
  if (!map.getPane("ground")) map.createPane("ground").style.zIndex = 250;
  const renderer = L.canvas({ pane: "ground" });
  for (const name of LAYERS) {
    const drawing = await layer(name, kept);
    if (!drawing || !map.getContainer().isConnected) continue;
    L.geoJSON(drawing, {
      pane: "ground", renderer, interactive: false, style: ({ properties }) => STYLES[name](properties),
      onEachFeature: (feature, line) => {
        const words = name === "roads" && (chinese() ? feature.properties.name : feature.properties.name_en);
        if (words && map.getZoom() >= 14) line.bindTooltip(text(words), { permanent: true, direction: "center", className: "road-label", interactive: false });
      },
    }).addTo(map);
  }
}

const text = (words) => {
  const span = document.createElement("span");
  span.textContent = words;
  return span;
};

async function layer(name, kept) {
  if (known[name]) return known[name];
  known[name] = await kept.get(`layer-${name}`);
  if (known[name]) return known[name];
  try {
    known[name] = await get(`/api/v1/grid/layers/${name}/`, { background: true, patience_ms: 60_000 });
    kept.set(`layer-${name}`, known[name]);
  } catch {
    // drawn next time
  }
  return known[name];
}

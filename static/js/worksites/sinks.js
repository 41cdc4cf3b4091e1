/** The map of sinks: each outline with its name; on a sink's own page that one stands out. */

import { get } from "shushan/http";
import { plain, streetMap } from "shushan/worksites/ground";

const { L } = globalThis;
const box = document.getElementById("sinks-map");
const map = streetMap(box, 11);
const { features } = await get(box.dataset.sinks);
const all = L.featureGroup().addTo(map);
let own;
for (const { geometry, properties } of features) {
  const colour = properties.is_active ? "#12805c" : "#5b6b7d";
  const area = L.geoJSON(geometry, { style: { color: colour, weight: 2, fillOpacity: 0.35 } });
  const dot = L.circleMarker([properties.lat, properties.lon], { radius: 6, color: "#fff", weight: 1, fillColor: colour, fillOpacity: 1 });
  dot.bindTooltip(plain(properties.name), { direction: "top" }).on("click", () => { location.href = `${box.dataset.page}${properties.id}/`; });
  all.addLayer(area).addLayer(dot);
  if (String(properties.id) === box.dataset.sink) own = area;
}
if (features.length) map.fitBounds((own ?? all).getBounds().pad(own ? 1 : 0.05), { animate: false, maxZoom: 16 });

/** The map of one site: outline, gates, neighbours; a tap gives the place of a gate that is being entered. */

import { get } from "shushan/http";
import { plain, siteStyle, streetMap } from "shushan/worksites/ground";

const { L } = globalThis;
const box = document.getElementById("site-map");
const map = streetMap(box, 16);
const own = L.geoJSON(JSON.parse(document.getElementById("site-boundary").textContent)).addTo(map);
map.fitBounds(own.getBounds().pad(0.6), { animate: false, maxZoom: 18 });
const { features } = await get(box.dataset.sites).catch(() => ({ features: [] }));
for (const { geometry, properties } of features) {
  const mine = String(properties.id) === box.dataset.site;
  L.geoJSON(geometry, { style: { ...siteStyle(properties.colour), ...(mine ? {} : { fillOpacity: 0.25, weight: 1 }) }, interactive: false }).addTo(map);
}
own.setStyle({ fill: false, weight: 3 });
for (const row of document.querySelectorAll("[data-gate]")) {
  const [lon, lat] = row.dataset.gate.split(",").map(Number);
  L.circleMarker([lat, lon], { radius: 7, color: "#fff", weight: 2, fillColor: "#0b73b8", fillOpacity: 1 }).bindTooltip(plain(row.dataset.name), { permanent: true, direction: "top" }).addTo(map);
}
let pin;
map.on("click", ({ latlng }) => {
  const entry = document.getElementById("gate-entry");
  if (!entry?.open) return;
  entry.querySelector("[name=lon]").value = latlng.lng.toFixed(6);
  entry.querySelector("[name=lat]").value = latlng.lat.toFixed(6);
  pin ??= L.circleMarker(latlng, { radius: 8, color: "#fff", weight: 2, fillColor: "#c81e1e", fillOpacity: 1 }).addTo(map);
  pin.setLatLng(latlng);
});

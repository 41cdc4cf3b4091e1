/** The routes of a permit: drawn into the form as GeoJSON lines, or only shown, over the outlines it speaks of. */

import { plain, streetMap } from "shushan/worksites/ground";

const { L } = globalThis;
const map = streetMap(document.getElementById("routes-map"), 13);
const field = document.querySelector("[name=routes]");
const told = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
const line = { color: "#0b73b8", weight: 4 };
const drawn = L.featureGroup().addTo(map);
const shown = L.featureGroup().addTo(map);

for (const feature of told("permit-places")?.features ?? []) {
  const { kind, name } = feature.properties;
  const style = { color: kind === "sink" ? "#12805c" : "#a15c00", weight: 2, fillOpacity: 0.25 };
  shown.addLayer(L.geoJSON(feature, { style }).bindTooltip(plain(name), { permanent: true, direction: "top" }));
}
const routes = () => {
  try {
    return JSON.parse(field?.value || "null") ?? told("permit-routes") ?? [];
  } catch {
    return []; // what was sent back unreadable is drawn anew
  }
};
for (const { coordinates } of routes()) drawn.addLayer(L.polyline(coordinates.map(([lon, lat]) => [lat, lon]), line));
const all = L.featureGroup([drawn, shown]).getBounds();
if (all.isValid()) map.fitBounds(all.pad(0.2), { animate: false, maxZoom: 17 });

const keep = () => {
  field.value = JSON.stringify(drawn.getLayers().map((layer) => ({
    type: "LineString", coordinates: layer.getLatLngs().map(({ lng, lat }) => [Number(lng.toFixed(6)), Number(lat.toFixed(6))]),
  })));
};
if (field) {
  map.addControl(new L.Control.Draw({
    edit: { featureGroup: drawn },
    draw: { polyline: { shapeOptions: line, metric: true, feet: false }, polygon: false, rectangle: false, circle: false, circlemarker: false, marker: false },
  }));
  map.on(L.Draw.Event.CREATED, ({ layer }) => { drawn.addLayer(layer); keep(); });
  map.on(L.Draw.Event.EDITED, keep);
  map.on(L.Draw.Event.DELETED, keep);
}

/** Draw the outline of a site; it lies in the form as GeoJSON, and a second outline replaces the first. */

import { streetMap } from "shushan/worksites/ground";

const { L } = globalThis;
const map = streetMap(document.getElementById("draw-map"), 14);
const field = document.querySelector("[name=boundary]");
const drawn = L.featureGroup().addTo(map);

const keep = () => {
  const [layer] = drawn.getLayers();
  const ring = layer?.getLatLngs()[0].map(({ lng, lat }) => [Number(lng.toFixed(6)), Number(lat.toFixed(6))]);
  field.value = ring ? JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] }) : "";
};

if (field.value) {
  try {
    const [outer] = JSON.parse(field.value).coordinates;
    drawn.addLayer(L.polygon(outer.slice(0, -1).map(([lon, lat]) => [lat, lon])));
    map.fitBounds(drawn.getBounds().pad(1), { animate: false, maxZoom: 18 });
  } catch { /* what was sent back unreadable is drawn anew */ }
}
map.addControl(new L.Control.Draw({
  edit: { featureGroup: drawn },
  draw: { polygon: { allowIntersection: false, showArea: true, metric: true }, polyline: false, rectangle: { showArea: false }, circle: false, circlemarker: false, marker: false },
}));
map.on(L.Draw.Event.CREATED, ({ layer }) => { drawn.clearLayers(); drawn.addLayer(layer); keep(); });
map.on(L.Draw.Event.EDITED, keep);
map.on(L.Draw.Event.DELETED, keep);

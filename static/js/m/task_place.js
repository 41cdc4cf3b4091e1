/** The place of a task on the worker's form: tapped on the map, written into the two fields. */

import { streetMap } from "shushan/worksites/ground";

const { L } = globalThis;
const form = document.getElementById("task-form");
const { lon, lat } = form.elements;
const ground = document.getElementById("task-map");
const map = streetMap(ground, 14);
const pin = L.circleMarker([0, 0], { radius: 9, color: "#fff", weight: 2, fillColor: "#0b73b8", fillOpacity: 1 });

function draw() {
  if (lon.value === "" || lat.value === "" || Number.isNaN(Number(lon.value) + Number(lat.value))) return;
  pin.setLatLng([Number(lat.value), Number(lon.value)]).addTo(map);
}

map.on("click", ({ latlng }) => {
  [lon.value, lat.value] = [latlng.lng.toFixed(6), latlng.lat.toFixed(6)];
  draw();
});
for (const field of [lon, lat]) field.addEventListener("change", draw);
draw();
/* A wish has no place yet: the worker sees its community and taps where it is. */
if (map.hasLayer(pin)) map.setView(pin.getLatLng(), 16, { animate: false });
else if (ground.dataset.lon) map.setView([Number(ground.dataset.lat), Number(ground.dataset.lon)], 16, { animate: false });

/** Mud on the road: the place follows the phone until the map is tapped; the photo is made small before it is sent. */

import { put } from "shushan/cockpit/dom";
import { shrink } from "shushan/phone/photo";
import { Place } from "shushan/phone/place";
import { streetMap } from "shushan/worksites/ground";
import { _, fill } from "shushan/words";

const { L } = globalThis;
const form = document.getElementById("mud");
const where = document.getElementById("mud-where");
const shot = document.getElementById("mud-shot");
const { lon, lat, photo } = form.elements;
const map = streetMap(document.getElementById("mud-map"), 13);
const pin = L.circleMarker([0, 0], { radius: 9, color: "#fff", weight: 2, fillColor: "#c81e1e", fillOpacity: 1 });
let chosen = lon.value !== "" && lat.value !== ""; // a refused form comes back with its place

function mark(at) {
  [lon.value, lat.value] = [at.lon.toFixed(6), at.lat.toFixed(6)];
  pin.setLatLng([at.lat, at.lon]).addTo(map);
}

if (chosen) {
  mark({ lon: Number(lon.value), lat: Number(lat.value) });
  map.setView(pin.getLatLng(), 16, { animate: false });
}
map.on("click", ({ latlng }) => {
  chosen = true;
  mark({ lon: latlng.lng, lat: latlng.lat });
  put(where, _("The place you tapped"));
});

if ("follow" in form.dataset) {
  const place = new Place();
  place.addEventListener("fix", ({ detail: fix }) => {
    if (chosen || !fix) return;
    if (lon.value === "") map.setView([fix.lat, fix.lon], 16, { animate: false });
    mark(fix);
    put(where, fill(_("Your position, accurate to %(n)s m"), { n: Math.round(fix.accuracy_m) }));
  });
  place.start();
}

photo.addEventListener("change", async () => {
  const [file] = photo.files;
  if (!file) return;
  const files = new DataTransfer();
  files.items.add(new File([await shrink(file)], "photo.jpg", { type: "image/jpeg" }));
  photo.files = files.files;
  shot.src = URL.createObjectURL(photo.files[0]);
  shot.hidden = false;
});
form.addEventListener("submit", () => {
  form.querySelector("[type=submit]").disabled = true;
});

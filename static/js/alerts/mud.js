/**
 * Mud on the road: the place follows the phone until the map is tapped; the photo is made small before it is sent, and
 * stays on the page where the server refuses a field or is not reached.
 */

import { el, put } from "shushan/cockpit/dom";
import { post, Problem } from "shushan/http";
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
/** Each error beside its field; what belongs to none stands above the form. */
function blame({ errors, message }) {
  for (const old of form.querySelectorAll(".errorlist")) old.remove();
  for (const field of form.querySelectorAll(".field-wrong")) field.classList.remove("field-wrong");
  const told = errors.length ? errors : [{ field: "", message }];
  for (const { field, message: words } of told) {
    const box = field ? form.elements[field]?.closest(".field") : null;
    const list = el("ul", { class: "errorlist", role: "alert" }, el("li", {}, words));
    box?.classList.add("field-wrong");
    if (!box) form.prepend(list);
    else if (!box.querySelector(".errorlist")) box.append(list); // longitude and latitude are one place
  }
  form.querySelector(".errorlist")?.scrollIntoView({ block: "center" });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const { next } = await post(form.action, new FormData(form));
    location.assign(next);
  } catch (problem) {
    button.disabled = false;
    if (!(problem instanceof Problem)) throw problem;
    blame(problem);
  }
});

/** The department's desk: the table keeps itself fresh, the case page helps to say where a photo was taken. */

import { put, written } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { showLink } from "shushan/linkstate";
import { LiveLink } from "shushan/live";
import { _ } from "shushan/words";

const desk = document.getElementById("desk");
const scene = document.getElementById("scene") ? written("scene") : null;

// ── the table follows what happens ──

let waiting = 0;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    // Whoever types into the search keeps the caret.
    if (desk?.contains(document.activeElement) && document.activeElement.matches("input[type=search]")) return;
    globalThis.htmx.ajax("GET", location.href, { target: "#desk", select: "#desk", swap: "outerHTML", headers: { "X-Background": "1" } });
  }, 250);
}

function changed() {
  if (document.getElementById("changed-note")) return;
  const note = Object.assign(document.createElement("p"), { className: "note note-info dept-changed", id: "changed-note", role: "status" });
  const again = Object.assign(document.createElement("a"), { href: scene.url, textContent: _("Show the new state") });
  note.append(`${_("This case has changed meanwhile.")} `, again);
  document.querySelector(".page-head").after(note);
}

let first = true;
const link = new LiveLink({
  snapshot: ({ signal }) => get("/api/v1/assignments/?live=true&page_size=1", { signal, background: true }),
  load: () => {
    if (!first) (desk ? soon : changed)();
    first = false;
  },
  change: ({ subject, shape }) => {
    const incident = subject === "incident" ? shape?.id : subject === "assignment" && shape?.department ? shape.incident : null;
    if (!incident) return;
    // A new order belongs into the table; of an incident only what stands in it already (reminded, supervised, held).
    if (document.getElementById("desk")) {
      if (subject === "assignment" || document.querySelector(`tr[data-incident="${incident}"]`)) soon();
    } else if (scene && incident === scene.id) changed();
  },
});
showLink(link, document.getElementById("link-state"));
link.start();

// ── where the photo was taken ──

const pick = document.getElementById("pick-map");
if (pick && scene) await placePicker();

async function placePicker() {
  const { StreetMap } = await import("shushan/map_street");
  const { L } = globalThis;
  const map = new StreetMap(pick);
  map.moved = true;
  map.map.setView([scene.lat, scene.lon], 16.5, { animate: false });
  map.setIncidents([scene]);
  const form = document.getElementById("pick-map").closest("form");
  const says = document.getElementById("pick-says");
  let mark = null;
  const choose = (lat, lon, word) => {
    form.elements.lat.value = lat.toFixed(6);
    form.elements.lon.value = lon.toFixed(6);
    mark ??= L.circleMarker([lat, lon], { radius: 8, weight: 3, className: "dept-here" }).addTo(map.map);
    mark.setLatLng([lat, lon]);
    put(says, says.dataset[word]);
  };
  map.map.on("click", ({ latlng }) => choose(latlng.lat, latlng.lng, "picked"));
  document.getElementById("pick-here").addEventListener("click", () =>
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => choose(coords.latitude, coords.longitude, "here"),
      () => put(says, _("The position of this device is not known.")),
      { enableHighAccuracy: true, timeout: 10_000 },
    ));
  if (form.elements.lat.value) choose(Number(form.elements.lat.value), Number(form.elements.lon.value), "picked");
}

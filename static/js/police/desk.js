/** The police desk: follows what happens, sounds for a new escalation, and keeps the map with its moving units. */

import { put, written } from "shushan/cockpit/dom";
import { confirm, ready, ring, unlock } from "shushan/cockpit/sound";
import { StreetMap } from "shushan/map_street";
import { follow } from "shushan/police/follow";
import { _ } from "shushan/words";

const POSITIONS_MS = 3000;
const RING_MS = 4000;
const STREET = [30.1184, 120.2425];
const box = document.getElementById("map");
const button = document.getElementById("sound");
let map = null;
let shown = "";

function drawMap() {
  if (!box || !document.getElementById("desk-scene")) return;
  const { id, incident, units } = written("desk-scene");
  if (!map) {
    map = new StreetMap(box);
    map.moved = true;
  }
  map.setIncidents([incident]);
  map.setUnits(units);
  map.routes(units.filter((unit) => unit.assignment.status !== "arrived").map((unit) => ({ from: unit.position, to: incident })));
  const sign = `${id} ${units.map((unit) => unit.id)}`;
  if (sign === shown) return;
  shown = sign;
  const { L } = globalThis;
  const places = [[incident.lat, incident.lon], ...units.map(({ position }) => [position.lat, position.lon])];
  map.map.invalidateSize({ animate: false });
  map.map.fitBounds(L.latLngBounds(places).pad(0.3), { animate: false, maxZoom: 16.5 });
}

const unanswered = () => Number(document.getElementById("calls").dataset.unanswered);
let heard = unanswered();

function drawn() {
  drawMap();
  const now = unanswered();
  // A page that shows nothing opens the first escalation by itself.
  if (now && !document.getElementById("about")) location.reload();
  if (now > heard && ready()) ring(1);
  heard = now;
}

let on = false;
button.addEventListener("click", async () => {
  on = !on && (await unlock());
  if (on) confirm();
  button.setAttribute("aria-pressed", String(on));
  put(button, on ? _("Sound is on") : _("Sound on"));
});
setInterval(() => on && ready() && unanswered() && ring(2), RING_MS);

// ── where a call that is handed over is: pressed on a map, not typed ──

const offer = document.querySelector(".desk-offer");
let pick = null;

function openPick() {
  if (!offer.open || pick) return;
  const { L } = globalThis;
  const { lon, lat } = offer.querySelector("form").elements;
  pick = new StreetMap(document.getElementById("pick"));
  pick.moved = true;
  pick.map.setView(STREET, 12.5, { animate: false });
  let mark = null;
  const show = (place) => {
    mark ??= L.circleMarker(place, { radius: 8, weight: 3, className: "dept-here" }).addTo(pick.map);
    mark.setLatLng(place);
  };
  pick.map.on("click", ({ latlng }) => {
    lat.value = latlng.lat.toFixed(6);
    lon.value = latlng.lng.toFixed(6);
    show(latlng);
  });
  if (lat.value && lon.value) show([Number(lat.value), Number(lon.value)]);
}

offer.addEventListener("toggle", openPick);
openPick();

follow({ subjects: ["incident", "assignment", "policetransfer", "policelink", "reinforcement"], every_ms: POSITIONS_MS, drawn });
drawMap();

/** The track of a truck's day on the street's map, and its speed below. */

import { written } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { StreetMap } from "shushan/map_street";
import { _, fill } from "shushan/words";

const { L } = globalThis;
const GAP_S = 600; // no line across so long a silence
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const said = document.getElementById("truck-said");
const street = new StreetMap(document.getElementById("truck-map"));
street.map.setMinZoom(10); // sinks lie far outside the street
const { track, routes } = written("truck-settings");

function legs(fixes) {
  const found = [];
  for (const fix of fixes) {
    const leg = found.at(-1);
    const before = leg?.at(-1);
    if (before && Date.parse(fix.at) - Date.parse(before.at) <= GAP_S * 1000) leg.push(fix);
    else found.push([fix]);
  }
  return found;
}

function draw(fixes) {
  const line = L.featureGroup().addTo(street.map);
  for (const leg of legs(fixes)) L.polyline(leg.map(({ lat, lon }) => [lat, lon]), { color: colour("--accent"), weight: 4, opacity: 0.9 }).addTo(line);
  const dot = (fix, name) => L.circleMarker([fix.lat, fix.lon], { radius: 7, color: colour(name), weight: 3, fillColor: colour("--panel"), fillOpacity: 1 }).addTo(line);
  dot(fixes[0], "--ok");
  dot(fixes.at(-1), "--missed");
  street.map.fitBounds(line.getBounds(), { padding: [24, 24], maxZoom: 16 });
}

function speed(fixes) {
  const canvas = document.getElementById("truck-speed");
  const ratio = globalThis.devicePixelRatio || 1;
  const [wide, high] = [canvas.clientWidth, 90];
  canvas.width = wide * ratio;
  canvas.height = high * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const [from, to] = [Date.parse(fixes[0].at), Math.max(Date.parse(fixes.at(-1).at), Date.parse(fixes[0].at) + 1)];
  const most = Math.max(60, ...fixes.map((fix) => fix.speed_kmh));
  pen.strokeStyle = colour("--accent");
  pen.lineWidth = 1.5;
  for (const leg of legs(fixes)) {
    pen.beginPath();
    for (const fix of leg) pen.lineTo(8 + ((Date.parse(fix.at) - from) / (to - from)) * (wide - 16), high - 18 - (fix.speed_kmh / most) * (high - 34));
    pen.stroke();
  }
  pen.fillStyle = colour("--text-2");
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
  pen.fillText(clock(from), 8, high - 3);
  pen.textAlign = "right";
  pen.fillText(clock(to), wide - 8, high - 3);
  pen.textAlign = "left";
  pen.fillText(fill(_("up to %(n)s km/h"), { n: Math.round(Math.max(...fixes.map((fix) => fix.speed_kmh))) }), 8, 12);
}

try {
  const permitted = routes.map(({ coordinates }) => L.polyline(coordinates.map(([lon, lat]) => [lat, lon]), { color: colour("--route"), weight: 8, opacity: 1 }).addTo(street.map));
  const { fixes } = await get(track);
  document.getElementById("truck-speed").hidden = !fixes.length;
  said.textContent = fixes.length ? fill(_("%(n)s positions, from green to red"), { n: fixes.length }) : _("No position on this day.");
  if (fixes.length) {
    draw(fixes);
    speed(fixes);
  } else if (permitted.length) street.map.fitBounds(L.featureGroup(permitted).getBounds(), { padding: [24, 24], maxZoom: 16 });
} catch (error) {
  said.textContent = error.message;
}

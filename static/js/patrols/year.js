/** The year as a calendar: a day opens which grids it missed and why; a patrol shows its track. */

import { el } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { byId, colour, faults, figure, minutes, percent, picking, pointMark, problem, query, streetMap } from "shushan/patrols/parts";
import { _, clockTime, fill } from "shushan/words";

const { L } = globalThis;
const map = streetMap();
const shown = L.layerGroup().addTo(map);
let chosen = {};

const WEEKDAYS = [() => _("Mon"), () => _("Tue"), () => _("Wed"), () => _("Thu"), () => _("Fri"), () => _("Sat"), () => _("Sun")];
const heatOf = (n, grids) => (n === grids ? "full" : n / grids >= 0.97 ? "most" : n / grids >= 0.9 ? "some" : "few");

async function load() {
  try {
    const year = await get(`/api/v1/patrols/calendar/?${query(chosen)}`);
    figure("share", percent(year.attainment, 2));
    figure("full", fill(_("%(n)s of %(days)s"), { n: year.full_days, days: year.days.length }));
    figure("n", year.n.toLocaleString("en"));
    figure("missed", (year.n - year.met).toLocaleString("en"));
    calendar(year);
    problem(null);
    if (chosen.grid) rounds();
  } catch (error) {
    problem(error);
  }
}

function calendar({ days, grids }) {
  const box = byId("heat");
  const known = new Map(days);
  const last = new Date(days.length ? `${days.at(-1)[0]}T00:00:00Z` : Date.now());
  const first = new Date(last.getTime() - 364 * 86_400_000);
  const offset = (first.getUTCDay() + 6) % 7;
  const cells = WEEKDAYS.filter((name, n) => n % 2 === 0).map((name, n) =>
    el("span", { style: `grid-area:${n * 2 + 2} / 1` }, name()));
  let month = -1;
  for (let n = 0; n < 365; n += 1) {
    const day = new Date(first.getTime() + n * 86_400_000);
    const iso = day.toISOString().slice(0, 10);
    const week = Math.floor((n + offset) / 7) + 2;
    if (day.getUTCMonth() !== month && (n + offset) % 7 <= 3 && day.getUTCDate() <= 7) {
      month = day.getUTCMonth();
      cells.push(el("span", { style: `grid-area:1 / ${week}` }, fill(_("month %(n)s"), { n: month + 1 })));
    }
    const count = known.get(iso);
    const words = count === undefined ? `${iso} · ${_("not measured")}` : `${iso} · ${count} / ${grids} · ${percent(count / grids)}`;
    cells.push(el("button", {
      type: "button", style: `grid-area:${((n + offset) % 7) + 2} / ${week}`, title: words, "aria-label": words, disabled: count === undefined,
      data: count === undefined ? { day: iso } : { day: iso, heat: heatOf(count, grids) }, on: { click: () => open(iso) },
    }));
  }
  box.replaceChildren(...cells);
}

async function open(day) {
  for (const cell of byId("heat").querySelectorAll("button")) cell.setAttribute("aria-pressed", String(cell.dataset.day === day));
  byId("day-title").textContent = day;
  try {
    const { grids } = await get(`/api/v1/patrols/day/?${query(chosen, { day })}`);
    const missed = grids.filter((grid) => grid.state !== "covered");
    const listed = chosen.grid || chosen.community ? [...missed, ...grids.filter((grid) => grid.state === "covered")] : missed;
    const rows = listed.flatMap((grid) => (grid.patrols.length
      ? grid.patrols.map((patrol, n) => line(n ? "" : grid.name, patrol))
      : [el("tr", {}, el("th", { scope: "row" }, grid.name), el("td", { class: "muted" }, _("no patrol")), el("td", {}, keeper(grid)))]));
    body(rows, _("Every grid was covered on this day."));
  } catch (error) {
    problem(error);
  }
}

const keeper = ({ keepers }) => {
  const one = keepers.find((k) => k.duty === "worker") ?? keepers[0];
  return one ? el("span", { class: "muted" }, fill(_("answers for it: %(name)s"), { name: one.name })) : null;
};

function line(name, patrol) {
  const span = `${clockTime(patrol.started_at, { seconds: false })}–${patrol.ended_at ? clockTime(patrol.ended_at, { seconds: false }) : ""}`;
  return el("tr", {},
    el("th", { scope: "row" }, name),
    el("td", {}, el("button", { type: "button", class: "link-button", on: { click: () => track(patrol.uuid) } }, `${span} · ${patrol.worker}`),
      el("span", { class: "said-phone" }, `${minutes(patrol.seconds_inside)} · ${fill(_("points %(n)s of %(all)s"), { n: patrol.points_reached, all: patrol.points_needed })}${patrol.late ? ` · ${_("sent later")}` : ""}`)),
    el("td", {}, patrol.valid ? el("span", { class: "tag tag-ok" }, _("valid")) : patrol.ended_at ? faults(patrol.failed) : el("span", { class: "tag tag-accent" }, _("on patrol"))));
}

function body(rows, empty) {
  document.querySelector("#day-grids tbody").replaceChildren(
    ...(rows.length ? rows : [el("tr", {}, el("td", { colspan: 3, class: "muted" }, empty))]));
}

/** One grid chosen: its patrols of the last month. */
async function rounds() {
  const { results } = await get(`/api/v1/patrols/?grid=${chosen.grid}`);
  byId("day-title").textContent = _("Patrols of the last 31 days");
  body(results.map((patrol) => line(patrol.day, patrol)), _("No patrol in the last 31 days."));
  if (results.length) track(results[0].uuid);
}

async function track(uuid) {
  try {
    const patrol = await get(`/api/v1/patrols/${uuid}/`);
    byId("track-title").textContent = `${_("Track")} · ${patrol.grid.name} · ${patrol.day}`;
    shown.clearLayers();
    const outline = L.geoJSON(patrol.polygon, { style: { color: colour("--accent"), weight: 1.6, fillOpacity: 0.05 } }).addTo(shown);
    for (const point of patrol.points) pointMark(point, { reached: point.id in patrol.visited }).addTo(shown);
    const places = patrol.track.map(([lon, lat]) => [lat, lon]);
    if (places.length) L.polyline(places, { color: colour("--accent"), weight: 3, opacity: 0.9 }).addTo(shown);
    for (const [lon, lat, , , mocked] of patrol.track) if (mocked) L.circleMarker([lat, lon], { radius: 6, color: colour("--missed") }).addTo(shown);
    map.fitBounds(outline.getBounds(), { padding: [16, 16] });
  } catch (error) {
    problem(error);
  }
}

picking((picked) => {
  chosen = picked;
  load();
});
document.body.append(el("span", { class: "sr-only", id: "patrols-ready" }));

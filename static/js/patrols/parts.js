/** What the patrol pages share: the chosen area in the address, faults in words, points and tracks on the map. */

import { el } from "shushan/cockpit/dom";
import { _, fill, label } from "shushan/words";

export const FAULTS = {
  time: () => _("less than 15 minutes inside"),
  points: () => _("fewer than 70 % of the points"),
  result: () => _("nothing reported, “normal” not said"),
  mocked: () => _("simulated position"),
  speed: () => _("25 km/h or faster"),
  devices: () => _("two phones, one account"),
};

export const DUTIES = { worker: () => _("grid worker"), backup: () => _("backup"), leader: () => _("grid leader") };

/** The conditions that a patrol did not meet, as tags. */
export const faults = (failed) =>
  el("span", { class: "faults" }, failed.map((code) => el("span", { class: "tag tag-missed" }, label(FAULTS, code))));

export const minutes = (seconds) => fill(_("%(n)s min"), { n: Math.floor(seconds / 60) });
export const percent = (share, digits = 1) => (share === null ? "–" : `${(Math.floor(share * 10 ** (digits + 2) + 1e-6) / 10 ** digits).toFixed(digits)}%`);
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const byId = (id) => document.getElementById(id);

/** Names come from people: shown as text, never as markup. */
export const plain = (text) => el("span", {}, text);

export function figure(name, text) {
  const place = document.querySelector(`[data-figure="${name}"]`);
  if (place && place.textContent !== text) place.textContent = text;
}

export function problem(error) {
  const note = byId("patrol-problem");
  note.hidden = !error;
  note.textContent = error?.errors?.[0]?.message ?? error?.message ?? "";
}

/** The street's map; Leaflet stands in the page already. */
export function streetMap(id = "patrol-map") {
  const map = globalThis.L.map(byId(id), { zoomSnap: 0.25 });
  map.attributionControl.setPrefix("").addAttribution(_("Approximate outline, not official"));
  globalThis.L.control.scale({ imperial: false }).addTo(map);
  map.setView([30.1236, 120.2369], 13);
  return map;
}

/** Community and grid as chosen: kept in the address, told to `changed({community, grid})`. */
export function picking(changed) {
  const params = new URLSearchParams(location.search);
  const communities = byId("pick-community");
  const grids = byId("pick-grid");
  communities.value = params.get("community") ?? "";
  const narrow = () => {
    for (const option of grids?.options ?? []) option.hidden = Boolean(option.value && communities.value && option.dataset.community !== communities.value);
  };
  if (grids) grids.value = params.get("grid") ?? "";
  narrow();
  const tell = () => {
    for (const [name, box] of [["community", communities], ["grid", grids]]) {
      if (box?.value) params.set(name, box.value);
      else params.delete(name);
    }
    history.replaceState(null, "", `?${params}`);
    changed({ community: communities.value, grid: grids?.value ?? "" });
  };
  communities.addEventListener("change", () => {
    if (grids) grids.value = "";
    narrow();
    tell();
  });
  grids?.addEventListener("change", tell);
  tell();
}

export const query = ({ community, grid }, more = {}) =>
  new URLSearchParams(Object.entries({ community, grid, ...more }).filter(([, value]) => value)).toString();

/** A numbered point of a route. */
export const pointMark = (point, { draggable = false, reached = false } = {}) => {
  const mark = el("div", { class: "point-mark", style: "width:24px;height:24px", data: { ...(point.mandatory ? {} : { optional: "" }), ...(reached ? { reached: "" } : {}) } }, String(point.place));
  const icon = globalThis.L.divIcon({ html: mark, className: "", iconSize: [24, 24] });
  return globalThis.L.marker([point.lat, point.lon], { icon, draggable, title: point.name }).bindTooltip(plain(point.name));
};

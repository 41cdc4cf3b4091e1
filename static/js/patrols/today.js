/** Today: which grids are covered, who is on the way, and whom to call for the others. */

import { el } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { colour, faults, figure, percent, picking, plain, problem, query, streetMap } from "shushan/patrols/parts";
import { _ } from "shushan/words";

const EVERY_MS = 30_000;
const map = streetMap();
const layers = new Map();
let chosen = { community: "" };
let fitted = null;

const STYLES = {
  covered: () => ({ color: colour("--line-2"), weight: 0.8, fillColor: colour("--ok"), fillOpacity: 0.45, dashArray: null }),
  walking: () => ({ color: colour("--accent"), weight: 1.6, fillColor: colour("--accent"), fillOpacity: 0.35, dashArray: null }),
  open: () => ({ color: colour("--due"), weight: 1.4, fillColor: colour("--due"), fillOpacity: 0.16, dashArray: "4 3" }),
};
const STATES = { covered: () => _("covered"), walking: () => _("on patrol"), open: () => _("not covered") };

const ready = get(`${document.getElementById("patrol-map").dataset.grids}?kind=social`).then((collection) => {
  globalThis.L.geoJSON(collection, {
    smoothFactor: 0,
    style: { color: colour("--line-2"), weight: 0.8, fill: true, fillOpacity: 0 },
    onEachFeature: (feature, layer) => layers.set(feature.properties.code, layer),
  }).addTo(map);
});

async function refresh(background = false) {
  try {
    await ready;
    draw(await get(`/api/v1/patrols/day/?${query(chosen)}`, { background }));
    problem(null);
  } catch (error) {
    problem(error);
  }
}

function draw({ grids }) {
  const of = (state) => grids.filter((grid) => grid.state === state);
  const covered = of("covered").length;
  figure("share", percent(grids.length ? covered / grids.length : null));
  figure("covered", `${covered} / ${grids.length}`);
  figure("walking", String(of("walking").length));
  figure("open", String(grids.length - covered));
  const seen = new Set(grids.map((grid) => grid.code));
  for (const [code, layer] of layers) {
    if (!seen.has(code)) {
      layer.setStyle({ opacity: 0.35, fillOpacity: 0 });
      layer.unbindTooltip();
    }
  }
  for (const grid of grids) {
    const layer = layers.get(grid.code);
    if (!layer) continue;
    layer.setStyle({ opacity: 1, ...STYLES[grid.state]() });
    layer.bindTooltip(plain(`${grid.name} · ${STATES[grid.state]()}`), { sticky: true });
  }
  const key = chosen.community || "all";
  if (fitted !== key && seen.size) {
    fitted = key;
    const shown = [...layers].filter(([code]) => seen.has(code)).map(([, layer]) => layer);
    map.fitBounds(globalThis.L.featureGroup(shown).getBounds(), { padding: [12, 12] });
  }
  list(grids.filter((grid) => grid.state !== "covered"));
}

function list(grids) {
  const body = document.querySelector("#open-grids tbody");
  if (!grids.length) {
    body.replaceChildren(el("tr", {}, el("td", { colspan: 5, class: "muted" }, _("Every grid is covered today."))));
    return;
  }
  body.replaceChildren(...grids.map((grid) => {
    const keeper = (duty) => {
      const one = grid.keepers.find((k) => k.duty === duty);
      return el("td", {}, one ? one.name : "–", one?.phone ? el("span", { class: "said-phone mono" }, one.phone) : null);
    };
    const tries = grid.patrols.filter((patrol) => patrol.ended_at);
    const row = el("tr", { data: { code: grid.code } },
      el("th", { scope: "row" }, grid.name),
      keeper("worker"), keeper("backup"),
      el("td", {},
        grid.state === "walking" ? el("span", { class: "tag tag-accent" }, _("on patrol")) : null,
        tries.length ? faults(tries.at(-1).failed) : grid.state === "walking" ? null : el("span", { class: "muted" }, _("no patrol yet"))),
      el("td", { class: "number" }, grid.last_day ? grid.last_day.slice(5) : "–"));
    const light = (on) => layers.get(grid.code)?.setStyle({ weight: on ? 3 : STYLES[grid.state]().weight });
    row.addEventListener("mouseenter", () => light(true));
    row.addEventListener("mouseleave", () => light(false));
    row.addEventListener("click", () => layers.has(grid.code) && map.fitBounds(layers.get(grid.code).getBounds(), { maxZoom: 16 }));
    return row;
  }));
}

picking((picked) => {
  chosen = picked;
  refresh();
});
setInterval(() => !document.hidden && refresh(true), EVERY_MS);
document.body.append(el("span", { class: "sr-only", id: "patrols-ready" }));

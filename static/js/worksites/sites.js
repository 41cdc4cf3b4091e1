/** The map beside the register: every watched site in its colour; a row and its site light up together. */

import { get } from "shushan/http";
import { plain, siteStyle, streetMap } from "shushan/worksites/ground";

const { L } = globalThis;
const box = document.getElementById("sites-map");
const map = streetMap(box);

const found = await get(box.dataset.sites);
const all = L.featureGroup().addTo(map);
for (const { geometry, properties } of found.features) {
  const go = () => { location.href = `${box.dataset.page}${properties.id}/`; };
  const area = L.geoJSON(geometry, { style: siteStyle(properties.colour) });
  // From afar an outline is a speck: a dot of its colour stands on it.
  const dot = L.circleMarker([properties.lat, properties.lon], { ...siteStyle(properties.colour), radius: 6, fillOpacity: 1 });
  dot.bindTooltip(plain(properties.name), { direction: "top" }).on("click", go);
  const row = document.querySelector(`tr[data-site="${properties.id}"]`);
  const light = (on) => { dot.setRadius(on ? 10 : 6); row?.setAttribute("aria-selected", String(on)); };
  dot.on("mouseover", () => light(true)).on("mouseout", () => light(false));
  row?.addEventListener("mouseenter", () => light(true));
  row?.addEventListener("mouseleave", () => light(false));
  all.addLayer(area).addLayer(dot);
}
if (found.features.length) map.fitBounds(all.getBounds().pad(0.05), { animate: false });

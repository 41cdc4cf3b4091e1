/** A short word at the foot of the page about what was just done or refused. */

import { el, icon } from "shushan/cockpit/dom";

const STAYS_MS = 5000;
const MOST = 4;

export function toast(text, tone = "") {
  const box = document.getElementById("toasts");
  const line = el("div", { class: "toast", data: { tone } }, icon(tone === "ok" ? "ok" : tone === "missed" ? "missed" : "run"), el("span", {}, text));
  box.append(line);
  while (box.childElementCount > MOST) box.firstChild.remove();
  setTimeout(() => line.remove(), STAYS_MS);
}

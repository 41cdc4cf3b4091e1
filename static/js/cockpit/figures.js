/** The five figures of 30515 as words: attainment, n, percentiles; a dash where there is nothing to measure. */

import { spanText } from "shushan/clock";
import { _, fill } from "shushan/words";

// In English one word each: five cards share a third of the wall, and the official terms would run into each other.
const NAMES = { R30: () => _("response"), A5: () => _("arrival"), S15: () => _("reinforced"), F24: () => _("follow-up"), P365: () => _("patrols") };
const TARGETS = { R30: () => _("≤ 30 s"), A5: () => _("≤ 5 min"), S15: () => _("≤ 15 min"), F24: () => _("≤ 24 h"), P365: () => _("365 days") };

/** [name, target] of a figure: "response", "≤ 30 s". */
export const heading = (code) => [NAMES[code]?.() ?? code, TARGETS[code]?.() ?? ""];

/** "96.4" or "–": cut, not rounded, so that 99.96 % never shows as 100 %. */
export function share(figure) {
  if (figure.attainment === null || figure.attainment === undefined) return "–";
  const tenths = Math.floor(figure.attainment * 1000 + 1e-9);
  return tenths === 1000 ? "100" : (tenths / 10).toFixed(1);
}

/** ok from the target of the street's plan on, due a little below, missed far below; empty without a figure. */
export function tone(figure) {
  if (figure.attainment === null || figure.attainment === undefined) return "";
  if (figure.attainment >= 0.9) return "ok";
  return figure.attainment >= 0.8 ? "due" : "missed";
}

/** "n 82"; of the patrols the days on which every grid was covered. */
export const count = (figure) =>
  (!figure.measured ? _("not measured yet") : figure.full_days === undefined ? fill(_("n %(n)s"), { n: figure.n }) : fill(_("%(n)s full days"), { n: figure.full_days }));

/** ["n 82", "4 overdue"]: what stands below a figure. */
export function under(figure) {
  if (!figure.measured) return [_("not measured yet"), ""];
  return [count(figure), figure.open_overdue ? fill(_("%(n)s overdue"), { n: figure.open_overdue }) : ""];
}

/** ["P50 0:12", "P90 0:18"], empty without a figure. */
export function percentiles(figure) {
  if (figure.p50_s === null || figure.p50_s === undefined) return [];
  return [`P50 ${spanText(figure.p50_s)}`, `P90 ${spanText(figure.p90_s)}`];
}

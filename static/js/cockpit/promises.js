/** Which promises of an incident a screen shows, how bad they stand, and small words for them. */

import { clockState, spanText } from "shushan/clock";
import { _ } from "shushan/words";

export const CODES = ["R30", "A5", "S15", "F24"];
export const SHORT = { R30: () => _("R30"), A5: () => _("A5"), S15: () => _("S15"), F24: () => _("F24"), P365: () => _("P365") };
const SETTLED = new Set(["met", "late", "void"]);
const WEIGHT = { missed: 4, due: 3, ok: 2, paused: 1, late: 0, met: 0, void: -1 };

/** One deadline a code: the open one that falls due first, else the newest. `{R30: deadline | undefined, …}` */
export function promisesOf(incident) {
  const found = {};
  for (const deadline of incident.deadlines ?? []) {
    if (deadline.void_at || !CODES.includes(deadline.code)) continue;
    const held = found[deadline.code];
    if (!held || better(deadline, held)) found[deadline.code] = deadline;
  }
  return found;
}

/** The running clock of the present stage (level Ⅳ has no 30515 promises). */
export function stageOf(incident) {
  const open = (incident.deadlines ?? []).filter((d) => d.policy === "stage" && !d.void_at && isOpen(d));
  return open.sort((a, b) => (a.due_at < b.due_at ? -1 : 1))[0];
}

const isOpen = (deadline) => !deadline.met_at && !deadline.stopped_at;

function better(one, other) {
  if (isOpen(one) !== isOpen(other)) return isOpen(one);
  return isOpen(one) ? one.due_at < other.due_at : one.started_at >= other.started_at;
}

/** The worst of an incident's promises at `now` (ms): missed, due, ok or "" (none is running). */
export function worst(incident, now) {
  if (incident.ended_at) return "";
  let found = "";
  let weight = 0;
  for (const deadline of [...Object.values(promisesOf(incident)), stageOf(incident)]) {
    if (!deadline) continue;
    const { state } = clockState(deadline, now);
    if (WEIGHT[state] > weight) [found, weight] = [state, WEIGHT[state]];
  }
  return found;
}

/** Whether some promise is past due and still open at `now`. */
export const isLate = (incident, now) => worst(incident, now) === "missed";

/** Whether its words can still change by themselves. */
export const runs = (state) => !SETTLED.has(state);

/** "0:12", "✓ 0:18", "+1:23" – a promise in five characters. */
export function tickText({ state, seconds }) {
  switch (state) {
    case "ok":
    case "due":
      return spanText(seconds, true);
    case "met":
      return `✓ ${spanText(seconds)}`;
    case "missed":
      return `+${spanText(seconds)}`;
    case "late":
      return `✕ +${spanText(seconds, true)}`;
    case "paused":
      return `⏸ ${spanText(seconds, true)}`;
    default:
      return "–";
  }
}

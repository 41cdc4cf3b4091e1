/** A reminder 催办 of the open order: heard once, shown with its promise and delay until the unit takes its next step. */

import { spanText } from "shushan/clock";
import { el, icon, put } from "shushan/cockpit/dom";
import { serverNow } from "shushan/servertime";
import { CLOCKS, _, fill, label } from "shushan/words";

const OURS = new Set(["R30", "A5", "S15"]);
const STEPS = new Set([
  "incident.unit_accepted", "incident.arrived", "incident.first_feedback", "incident.feedback", "incident.scene_closed",
  "incident.unit_finished",
]);
const HEARD = "ssw_reminder_heard";

/**
 * The newest reminder of a promise that this unit has to keep and that still runs, or null: `{id, code, number, due}`.
 * The story is newest first; an own step after the reminder ends it.
 */
export function reminderOf({ assignment: order, incident, unit, story }) {
  if (!order) return null;
  const running = new Map(incident.deadlines.filter((d) => !d.stopped_at && !d.paused_at).map((d) => [d.id, d]));
  for (const { id, verb, data = {} } of story) {
    if (STEPS.has(verb) && data.assignment === order.id) return null;
    const deadline = verb === "incident.reminded" && running.get(data.deadline);
    if (!deadline || !OURS.has(data.code) || (data.part && data.part !== unit.kind)) continue;
    return { id, code: data.code, number: data.number, due: Date.parse(deadline.due_at) };
  }
  return null;
}

/** Whether nobody has been told of it yet on this phone; asking counts as telling. */
export function isNews({ id }) {
  if (id <= Number(sessionStorage.getItem(HEARD) ?? 0)) return false;
  sessionStorage.setItem(HEARD, String(id));
  return true;
}

/** The banner; nothing is written where the same reminder stands already. */
export function drawReminder(box, reminder) {
  box.hidden = !reminder;
  if (!reminder) return box.replaceChildren();
  if (box.dataset.id !== String(reminder.id) || !box.firstChild) {
    box.dataset.id = String(reminder.id);
    // The delay moves every second: who listens to the page is told the reminder, not each second.
    box.replaceChildren(
      icon("missed"),
      el("div", { role: "alert" }, el("b", {}, fill(_("Reminder no. %(n)s"), { n: reminder.number })), el("span", {}, label(CLOCKS, reminder.code))),
      el("span", { class: "reminder-late", "aria-hidden": "true" }),
    );
  }
  box._due = reminder.due;
  return tickReminder(box);
}

export function tickReminder(box) {
  if (box.hidden || !box.firstChild) return;
  const over = (serverNow() - box._due) / 1000;
  box.dataset.tone = over > 0 ? "missed" : "due";
  put(box.lastChild, over > 0 ? fill(_("over by %(time)s"), { time: spanText(over) }) : fill(_("%(time)s left"), { time: spanText(-over, true) }));
}

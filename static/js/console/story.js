/** The whole story of a case: every entry with its words, who, when; and what its data adds. */

import { el } from "shushan/cockpit/dom";
import { clockTime, CLOCKS, dayTime, fill, label, LEVEL_SIGNS, SOURCES, STATUSES, _ } from "shushan/words";

const SHOWN_FIRST = 200;
const TONES = { "incident.deadline_missed": "missed", "incident.supervised": "missed", "incident.reminded": "due" };

export class Story {
  constructor(labels) {
    this.labels = labels;
    this.list = el("ol", { class: "story" });
    this.shown = new Map();
    this.element = this.list;
  }

  clear() {
    this.shown.clear();
    this.list.replaceChildren();
  }

  /** Newest first. Entries never change: what is new is put on top, nothing else is touched. */
  set(entries) {
    const newest = [...entries].sort((a, b) => b.rev - a.rev).slice(0, SHOWN_FIRST);
    const first = !this.shown.size;
    let place = this.list.firstChild;
    for (const entry of newest) {
      const held = this.shown.get(entry.rev);
      if (held) {
        place = held.nextSibling;
        continue;
      }
      const line = this.#line(entry);
      this.shown.set(entry.rev, line);
      this.list.insertBefore(line, place);
      if (!first) line.classList.add("changed");
    }
  }

  #line(entry) {
    const tone = TONES[entry.verb] ?? "";
    const said = detailOf(entry, this.labels);
    return el(
      "li",
      { data: { tone, verb: entry.verb } },
      el(
        "div",
        { class: "story-line" },
        el("b", {}, this.labels.verbs[entry.verb] ?? entry.verb),
        el("span", { class: "who" }, entry.actor || this.labels.system),
        el("time", { datetime: entry.at, title: dayTime(entry.at) }, sameDay(entry.at) ? clockTime(entry.at) : dayTime(entry.at)),
      ),
      said ? el("p", { class: "story-note" }, said) : null,
      entry.note && entry.note !== said ? el("p", { class: "story-note" }, entry.note) : null,
    );
  }
}

function detailOf({ verb, data = {} }, labels) {
  switch (verb) {
    case "incident.opened":
      return [data.source && label(SOURCES, data.source), data.level && LEVEL_SIGNS[data.level]].filter(Boolean).join(" · ");
    case "incident.alert_joined":
      return data.count > 1 ? fill(_("%(n)s alerts"), { n: data.count }) : "";
    case "incident.deadline_missed":
      return [clockName(data, labels), data.during_outage && _("while the system was down")].filter(Boolean).join(" · ");
    case "incident.reminded":
      return [
        clockName(data, labels),
        fill(_("no. %(n)s"), { n: data.number }),
        fill(data.missed ? _("was due %(time)s") : _("due %(time)s"), { time: dayTime(data.due_at) }),
      ].join(" · ");
    case "incident.calendar_changed":
      return data.deadlines.map((moved) => `${clockName(moved, labels)} ${dayTime(moved.from)} → ${dayTime(moved.to)}`).join("\n");
    case "incident.supervised":
    case "incident.supervision_answered":
    case "incident.supervision_cleared":
      return [
        data.number, labels.notices[data.level], labels.triggers[data.trigger],
        data.reply_due_at && fill(_("reply until %(time)s"), { time: dayTime(data.reply_due_at) }),
      ].filter(Boolean).join(" · ");
    case "incident.time_requested":
    case "incident.time_endorsed":
    case "incident.time_approved":
    case "incident.time_refused":
    case "incident.time_withdrawn":
      return [labels.time_kinds[data.kind], data.until && fill(_("until %(time)s"), { time: dayTime(data.until) })].filter(Boolean).join(" · ");
    case "incident.level_changed":
      return `${LEVEL_SIGNS[data.from] ?? ""} → ${LEVEL_SIGNS[data.to] ?? ""}`;
    case "incident.reinforcement_requested":
    case "incident.reinforcement_arrived":
    case "incident.reinforcement_refused":
    case "incident.reinforcement_unanswered":
      return labels.forces[data.part] ?? data.unit ?? "";
    case "incident.merged":
      return data.master_no ?? "";
    case "incident.absorbed":
      return data.merged_no ?? "";
    case "incident.pending_dispatch":
      return data.limit ?? "";
    case "incident.extended":
      return data.due_at ? fill(_("until %(time)s"), { time: dayTime(data.due_at) }) : "";
    case "incident.suspended":
    case "incident.followup_agreed":
      return data.until ? fill(_("until %(time)s"), { time: dayTime(data.until) }) : "";
    case "incident.verifying":
    case "incident.checking":
      return data.collector ?? (data.by_picture ? _("by picture") : "");
    case "incident.pending_filing":
      return [labels.results[data.result], data.by_picture && _("by picture")].filter(Boolean).join(" · ");
    case "incident.pending_close":
      return data.by_picture ? _("by picture") : "";
    case "incident.force_closed":
      return data.second ? fill(_("second signature: %(name)s"), { name: data.second }) : "";
    default:
      return orderWords(data, labels);
  }
}

/** "handling", "reinforcement co-ordination · fire rescue". */
export const clockName = ({ code, part }, labels) =>
  [CLOCKS[code]?.() ?? labels.clocks[code] ?? code, labels.forces[part]].filter(Boolean).join(" · ");

function orderWords(data, labels) {
  const who = data.unit_name ?? data.unit?.name ?? (typeof data.unit === "string" ? data.unit : "") ;
  const where = data.department_name ?? data.department?.name_zh ?? (typeof data.department === "string" ? data.department : "");
  const part = labels.parts[data.part] ?? labels.forces[data.part];
  return [who || where, part, data.doubtful && _("position doubtful")].filter(Boolean).join(" · ");
}

const sameDay = (instant) => dayTime(instant).slice(0, 10) === dayTime(Date.now()).slice(0, 10);

/** The six official steps as a bar: report, file, dispatch, handle, feed back, close. */
export class Steps {
  constructor({ steps, stages }) {
    this.stages = stages;
    this.items = steps.map((name) => el("li", {}, name));
    this.element = el("ol", { class: "steps", "aria-label": _("Progress") }, this.items);
  }

  set(status) {
    const at = this.stages[status] ?? 1;
    const closed = status === "closed" || status === "force_closed";
    this.items.forEach((item, index) => {
      item.dataset.done = String(index + 1 < at || (closed && index + 1 === at));
      if (index + 1 === at && !closed) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    this.element.dataset.end = ["rejected", "merged", "voided"].includes(status) ? "stopped" : "";
    this.element.title = label(STATUSES, status);
  }
}

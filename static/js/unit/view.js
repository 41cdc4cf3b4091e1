/** Drawing the phone: waiting for orders, or one order that fills the screen. */

import { clockElement, setClock } from "shushan/clock";
import { arrange, el, icon, put } from "shushan/cockpit/dom";
import { serverNow } from "shushan/servertime";
import { metres } from "shushan/unit/track";
import { CALLS, FORCES, ORDER, PARTS, VERBS } from "shushan/unit/words";
import { _, clockTime, CLOCKS, fill, label, LEVELS, named } from "shushan/words";

const SAID_ABOVE = new Set(["incident.dispatched", "incident.unit_ordered"]);
const STREET_CLOCKS = ["R30", "A5", "S15"];

/** "420 m" or "1.3 km". */
export const way = (distance) =>
  distance < 995 ? fill(_("%(n)s m"), { n: Math.round(distance / 10) * 10 }) : fill(_("%(n)s km"), { n: (distance / 1000).toFixed(1) });

/** Waiting: on or off duty, what the position is worth, what happened last. */
export function drawIdle(box, { unit, last, roster }, { fix, error }, setDuty) {
  const on = unit.on_duty;
  box.replaceChildren(
    el("div", { class: "idle-card", data: { on: String(on) } },
      el("div", { class: "idle-sign", "aria-hidden": "true" }, icon(on ? "link" : "pause")),
      el("h2", {}, on ? _("On duty, waiting for orders") : _("Off duty")),
      el("p", { class: "muted" }, on ? fill(_("since %(at)s"), { at: clockTime(unit.on_duty_since, { seconds: false }) }) : _("Sign on to receive orders.")),
      el("button", { type: "button", class: `weui-btn ${on ? "weui-btn_default" : "weui-btn_primary"}`, on: { click: () => setDuty(!on) } }, on ? _("Sign off") : _("Sign on duty")),
    ),
    on ? el("div", { class: "phone-card" }, el("div", { class: "facts-row" }, el("span", {}, _("Position")), el("b", { data: { tone: error || !fix ? "missed" : fix.accuracy_m > 50 ? "due" : "ok" } }, positionSays(fix, error)))) : "",
    roster ? el("div", { class: "phone-card" }, el("div", { class: "facts-row" }, el("span", {}, roster.now ? _("This shift") : _("Next shift")), el("b", {}, `${clockTime(roster.from, { seconds: false })}–${clockTime(roster.until, { seconds: false })}`)), el("p", { class: "muted" }, roster.names.join("、"))) : "",
    last ? el("div", { class: "phone-card" }, el("div", { class: "facts-row" }, el("span", {}, _("Last order")), el("b", {}, `${label(ORDER, last.status)} · ${clockTime(last.ended_at, { seconds: false })}`)), last.end_note ? el("p", { class: "muted" }, last.end_note) : "") : "",
  );
}

export function positionSays(fix, error) {
  if (error === 1) return _("not allowed: allow the position in the browser");
  if (error) return _("no position");
  if (!fix) return _("searching");
  return fill(_("accurate to %(n)s m"), { n: Math.round(fix.accuracy_m) });
}

/** The head of an order: level, what, where, how far, the clocks. */
export function drawHead(box, { assignment: order, incident }, fix) {
  if (box.dataset.order !== String(order.id)) {
    box.dataset.order = String(order.id);
    box.replaceChildren();
    box._clocks = new Map();
  }
  box._card ??= null;
  const far = fix ? way(metres(fix, incident)) : null;
  const place = [incident.address, incident.grid?.name ?? incident.community?.name].filter(Boolean).join(" · ");
  const card = el("div", { class: `order-card order-level-${incident.level}`, data: { status: order.status } },
    el("div", { class: "row" },
      el("span", { class: `tag level level-${incident.level}` }, label(LEVELS, incident.level)),
      el("span", { class: "tag tag-accent" }, label(ORDER, order.status)),
      order.part === "main" ? null : el("span", { class: "tag" }, label(PARTS, order.part)),
      el("span", { class: "case-no" }, incident.case_no)),
    el("h2", {}, incident.title),
    el("p", { class: "order-place" }, named(incident.category)),
    place ? el("p", { class: "order-place" }, place) : null,
    far ? el("p", { class: "order-far" }, el("b", {}, far), ` ${_("straight to the scene")}`) : null,
    incident.text ? el("p", { class: "order-text" }, incident.text) : null,
    box._clockBox ??= el("div", { class: "order-clocks" }));
  drawClocks(box, incident, order);
  box.replaceChildren(card);
}

function drawClocks(box, incident, order) {
  const shown = incident.deadlines
    .filter((d) => d.policy === "street_30515" && STREET_CLOCKS.includes(d.code))
    .filter((d) => d.code !== "R30" || order.status === "offered" || !d.stopped_at);
  arrange(box._clockBox, shown.map((deadline) => {
    const held = box._clocks.get(deadline.id);
    if (held) {
      if (JSON.stringify(held._deadline) !== JSON.stringify(deadline)) setClock(held, deadline);
      return held;
    }
    const made = clockElement(deadline);
    box._clocks.set(deadline.id, made);
    return made;
  }));
}

/** Below the map: why this unit, who else was called, the story. */
export function drawBody(box, { assignment: order, reinforcements, story }) {
  const sign = JSON.stringify([order.rev, reinforcements, story[0]?.id]);
  if (box.dataset.sign === sign) return;
  box.dataset.sign = sign;
  const lines = story.filter((line) => VERBS[line.verb]);
  box.replaceChildren(
    order.reason ? el("p", { class: "muted order-why" }, order.reason) : "",
    reinforcements.length
      ? el("div", { class: "phone-card" }, reinforcements.map((call) =>
          el("div", { class: "facts-row" }, el("span", {}, label(FORCES, call.force)), el("b", {}, label(CALLS, call.status)))))
      : "",
    el("h3", { class: "phone-title" }, _("Story")),
    el("ol", { class: "phone-story" }, lines.map((line) =>
      el("li", {}, el("time", { datetime: line.at }, clockTime(line.at)), el("span", {}, VERBS[line.verb]()), line.verb === "incident.reminded" ? el("span", { class: "muted" }, ` ${label(CLOCKS, line.data.code)}`) : null, line.actor ? el("span", { class: "muted" }, ` · ${line.actor}`) : null, line.note && !SAID_ABOVE.has(line.verb) ? el("p", { class: "muted" }, line.note) : null))),
  );
}

/** The thumb's buttons for what may be done now. `act` has one function per step. */
export function drawActions(bar, { assignment: order }, outbox, act) {
  const waits = (step) => outbox.holds(order.id, step);
  const sign = JSON.stringify([order.id, order.status, ["accept", "decline", "arrive", "finish"].map(waits)]);
  bar.hidden = false;
  if (bar.dataset.sign === sign) return;
  bar.dataset.sign = sign;
  const button = (words, run, kind = "default", { grow = false, busy = false } = {}) =>
    el("button", { type: "button", class: `weui-btn weui-btn_${kind}${grow ? " grow" : ""}`, disabled: busy, on: { click: run } }, busy ? _("waiting for the network") : words);
  const steps = {
    offered: () => [
      button(_("Decline"), act.decline, "default", { busy: waits("decline") }),
      button(el("span", {}, _("Take the order"), " ", el("i", { class: "left", data: { until: order.expires_at ?? "" } })), act.accept, "primary", { grow: true, busy: waits("accept") }),
    ],
    accepted: () => [
      button(_("Cannot go"), act.decline),
      button(_("Backup"), act.reinforce),
      button(_("Arrived (photo)"), act.arrive, "primary", { grow: true, busy: waits("arrive") }),
    ],
    arrived: () => [
      button(_("Feedback"), act.feedback),
      button(_("Backup"), act.reinforce, "warn"),
      button(_("Finish"), act.finish, "primary", { grow: true, busy: waits("finish") }),
    ],
  };
  bar.replaceChildren(...(steps[order.status]?.() ?? []));
}

/** The seconds that are left to answer, on the button itself. */
export function tickLeft(bar) {
  const left = bar.querySelector(".left");
  if (!left?.dataset.until) return;
  put(left, fill(_("%(n)s s"), { n: Math.max(0, Math.ceil((Date.parse(left.dataset.until) - serverNow()) / 1000)) }));
}

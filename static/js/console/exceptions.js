/** Requests for more time and supervision notices of the open case: what waits for somebody's word stands on top. */

import { clockElement, setClock } from "shushan/clock";
import { el, icon, put } from "shushan/cockpit/dom";
import { ask } from "shushan/console/sheet";
import { dayTime, fill, named, _ } from "shushan/words";

const PAST_SHOWN = 3;
const open = (request) => request.state === "asked" || request.state === "endorsed";

export class Exceptions {
  constructor(labels, acts) {
    Object.assign(this, { labels, acts });
    this.notices = el("section", { class: "block exc-block", hidden: true });
    this.requests = el("section", { class: "block exc-block", hidden: true });
    this.element = el("div", {}, this.notices, this.requests);
    this.clocks = new Map();
  }

  clear() {
    this.clocks.clear();
    this.sign = null;
    for (const block of [this.notices, this.requests]) block.hidden = true;
  }

  /** Drawn anew only when something of it differs: a button that is being pressed stays where it is. */
  set(incident, { time_requests: requests = [], supervisions: notices = [], actions }) {
    const sign = JSON.stringify([requests, notices, actions]);
    if (sign === this.sign) return;
    this.sign = sign;
    const can = (step) => actions.includes(step);
    this.#fill(this.notices, _("Supervision"), notices, (notice) => !notice.cleared_at, (notice) => this.#notice(incident, notice, can));
    this.#fill(this.requests, _("Extension and suspension"), requests, open, (request) => this.#request(incident, request, can));
  }

  #fill(block, title, all, isOpen, draw) {
    const now = all.filter(isOpen);
    const past = all.filter((one) => !isOpen(one)).slice(0, PAST_SHOWN);
    block.hidden = !all.length;
    block.replaceChildren(el("h2", {}, title), ...now.map(draw), ...past.map(draw));
  }

  #notice(incident, notice, can) {
    const cleared = Boolean(notice.cleared_at);
    const level = this.labels.notices[notice.level];
    return el(
      "article",
      { class: "exc", data: { tone: cleared ? "" : "missed", notice: notice.id } },
      el(
        "div",
        { class: "exc-head" },
        cleared ? null : icon("missed"),
        el("b", {}, `${level} ${notice.number}`),
        el("span", { class: `tag${cleared ? "" : notice.replied_at ? " tag-ok" : " tag-missed"}` }, cleared ? _("cleared") : notice.replied_at ? _("replied") : _("awaiting the reply")),
      ),
      el("p", {}, [this.labels.triggers[notice.trigger], notice.note].filter(Boolean).join(" · ")),
      cleared ? null : this.#replyClock(notice),
      notice.reply ? el("blockquote", {}, notice.reply, el("footer", {}, by(notice.replied_by, notice.replied_at))) : null,
      el("p", { class: "exc-by" }, [
        said(_("issued"), notice.issued_by, notice.issued_at),
        notice.department && fill(_("to %(name)s"), { name: notice.department }),
        cleared && said(_("cleared"), notice.cleared_by, notice.cleared_at),
      ].filter(Boolean).map((words) => el("span", {}, words))),
      !cleared && can("clear-supervision")
        ? el("div", { class: "exc-acts" }, el("button", { type: "button", class: "button", on: { click: () => this.acts.sheet(clearing, incident, notice) } }, _("Clear the notice")))
        : null,
    );
  }

  #replyClock(notice) {
    const deadline = {
      code: "reply", started_at: notice.issued_at, due_at: notice.reply_due_at, stopped_at: notice.replied_at,
      met_at: notice.replied_at && notice.replied_at <= notice.reply_due_at ? notice.replied_at : null,
    };
    const held = this.clocks.get(notice.id);
    const clock = held ? setClock(held, deadline) : clockElement(deadline);
    this.clocks.set(notice.id, clock);
    put(clock.querySelector(".clock-name"), _("Reply"));
    return clock;
  }

  #request(incident, request, can) {
    const state = request.state === "withdrawn" && !request.decided_by ? _("lapsed with the handling") : this.labels.time_states[request.state];
    const tone = { asked: "due", endorsed: "due", approved: "ok", refused: "missed" }[request.state];
    const mine = request.state === "endorsed" && can("decide-time");
    return el(
      "article",
      { class: "exc", data: { tone: open(request) ? "due" : "", request: request.id } },
      el(
        "div",
        { class: "exc-head" },
        open(request) ? icon("due") : null,
        el("b", {}, this.labels.time_kinds[request.kind]),
        request.until ? el("span", {}, fill(_("until %(time)s"), { time: dayTime(request.until) })) : null,
        el("span", { class: `tag${tone ? ` tag-${tone}` : ""}` }, state),
      ),
      el("p", {}, request.reason),
      request.decision_note ? el("blockquote", {}, request.decision_note) : null,
      el("p", { class: "exc-by" }, [
        said(_("asked"), request.asked_by, request.asked_at),
        request.endorsed_at && request.endorsed_by !== request.asked_by && said(_("endorsed"), request.endorsed_by, request.endorsed_at),
        request.department,
        request.decided_by && said(this.labels.time_states[request.state], request.decided_by, request.decided_at),
      ].filter(Boolean).map((words) => el("span", {}, words))),
      mine
        ? el(
          "div",
          { class: "exc-acts" },
          el("button", { type: "button", class: "button button-primary", data: { decide: "approve" }, on: { click: (event) => this.#approve(incident, request, event.currentTarget) } }, _("Approve")),
          el("button", { type: "button", class: "button", data: { decide: "refuse" }, on: { click: () => this.acts.sheet(refusing, incident, request) } }, _("Refuse…")),
        )
        : null,
    );
  }

  #approve(incident, request, button) {
    const kind = this.labels.time_kinds[request.kind];
    return this.acts.step(incident, "decide-time", { request: request.id, approve: true }, button, fill(_("%(kind)s approved."), { kind }));
  }
}

const by = (who, at) => `${who} ${dayTime(at)}`;
const said = (what, who, at) => `${what} ${by(who, at)}`;

const refusing = ({ labels, send, more: request }) =>
  ask({
    title: fill(_("Refuse: %(kind)s"), { kind: labels.time_kinds[request.kind] }),
    note: request.reason,
    submit: _("Refuse"),
    danger: true,
    fields: [{ name: "note", label: _("Reason"), type: "textarea", required: true, hint: _("The department reads it. A refusal uses nothing up.") }],
    send: ({ note }) => send("decide-time", { request: request.id, approve: false, note }),
  });

const clearing = ({ send, more: notice }) =>
  ask({
    title: fill(_("Clear %(number)s"), { number: notice.number }),
    note: notice.reply || _("The department has not replied yet."),
    submit: _("Clear the notice"),
    fields: [{ name: "note", label: _("Note"), type: "textarea", rows: 2 }],
    send: ({ note }) => send("clear-supervision", { supervision: notice.id, note }),
  });

/** The dialog for a new notice of `level`. */
export const supervising = (level) => ({ incident, labels, send }) =>
  ask({
    title: labels.notices[level],
    note: `${incident.case_no} ${incident.title}${incident.department ? ` · ${named(incident.department)}` : ""}`,
    submit: _("Issue the notice"),
    danger: true,
    fields: [{ name: "note", label: _("Demand"), type: "textarea", hint: _("Needed where no rule calls for a notice. The department reads it.") }],
    send: ({ note }) => send("supervise", { level, note }),
  });

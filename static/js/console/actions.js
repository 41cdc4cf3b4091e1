/** What the operator may do with a case now: buttons with their keys. Nothing is shown as done before it is. */

import { el, icon } from "shushan/cockpit/dom";
import { supervising } from "shushan/console/exceptions";
import * as sheets from "shushan/console/sheets";
import { toast } from "shushan/console/toast";
import { post } from "shushan/http";
import { fill, _ } from "shushan/words";

const WAITS = new Set(["pending_dispatch", "returned"]);
const path = (incident, step) => `/api/v1/incidents/${incident.id}/${step}/`;

export class Actions {
  constructor({ labels, may, take, caseOf }) {
    Object.assign(this, { labels, may, take, caseOf });
    this.busy = new Set();
  }

  /** The buttons that fit: {code, key, says, run, primary, danger}. `allowed` is what the server would let pass. */
  fitting(incident, allowed) {
    const can = (name) => allowed?.includes(name);
    const open = !incident.ended_at;
    const immediate = incident.level <= 3;
    const waits = WAITS.has(incident.status) || (incident.status === "rework" && !this.caseOf().ordersOf(incident.id).some((o) => !o.ended_at));
    return [
      open && !incident.answered_by && this.may.has("incidents.answer_incident") && { code: "answer", key: "A", says: _("Respond"), primary: true, run: (b) => this.answer(incident, b) },
      open && waits && immediate && this.may.has("dispatch.order_unit") && { code: "dispatch", key: "D", says: _("Dispatch"), primary: Boolean(incident.answered_by), run: (b) => this.dispatchProposed(incident, b) },
      open && waits && this.may.has("dispatch.order_department") && { code: "department", key: immediate ? "" : "D", says: _("To a department"), primary: !immediate, run: () => this.sheet(sheets.department, incident) },
      open && immediate && this.may.has("dispatch.request_reinforcement") && { code: "reinforce", key: "R", says: _("Reinforce"), run: () => this.sheet(sheets.reinforcement, incident) },
      open && immediate && this.may.has("dispatch.request_reinforcement") && { code: "police", key: "P", says: _("Police"), run: () => this.sheet(sheets.police, incident) },
      can("decline-reinforcement") && immediate && !incident.reinforcement_requested_at && { code: "alone", says: _("No reinforcement"), run: () => this.sheet(sheets.noReinforcement, incident) },
      can("finish-verification") && { code: "verified", key: "V", says: _("Verify"), primary: true, run: () => this.sheet(sheets.verification, incident) },
      can("file") && { code: "file", says: _("File"), primary: incident.status === "pending_filing", run: () => this.sheet(sheets.filing, incident) },
      can("finish-check") && { code: "checked", key: "V", says: _("Check"), primary: true, run: () => this.sheet(sheets.check, incident) },
      can("close") && { code: "close", key: "V", says: _("Close the case"), primary: true, run: () => this.sheet(sheets.closing, incident) },
      can("follow-up") && incident.need_followup && { code: "follow-up", says: _("Follow up"), run: () => this.sheet(sheets.followUp, incident) },
    ].filter(Boolean);
  }

  /** What is needed seldom, under "More". */
  seldom(incident, allowed) {
    const can = (name) => allowed?.includes(name);
    const notices = (this.caseOf().full?.supervisions ?? []).filter((notice) => !notice.cleared_at);
    const supervise = (level) => can("supervise") && !notices.some((notice) => notice.level === level);
    return [
      supervise(1) && [this.labels.notices[1], () => this.supervise(incident, 1)],
      supervise(2) && this.may.has("incidents.supervise_as_leader") && [this.labels.notices[2], () => this.supervise(incident, 2)],
      !incident.ended_at && incident.level > 2 && this.may.has("dispatch.call_riders") && [_("Ask riders nearby"), () => this.sheet(sheets.askRiders, incident)],
      can("level") && [_("Change the level"), () => this.sheet(sheets.level, incident)],
      can("verify") && [_("Send a collector to verify"), (b) => this.step(incident, "verify", {}, b)],
      can("check") && [_("Send a collector to check"), (b) => this.step(incident, "check", {}, b)],
      can("merge") && [_("Merge into another case"), () => this.sheet(sheets.merge, incident)],
      can("return-to-filing") && [_("Back to filing"), () => this.sheet(sheets.backToFiling, incident)],
      can("agree-follow-up") && incident.need_followup && [_("Agree a later follow-up"), () => this.sheet(sheets.appointment, incident)],
      can("extend") && [_("Extend the limit"), () => this.sheet(sheets.extend, incident)],
      can("suspend") && [_("Put on hold"), () => this.sheet(sheets.suspend, incident)],
      can("resume") && [_("Take up again"), (b) => this.step(incident, "resume", {}, b)],
      can("reopen") && [_("Reopen"), () => this.sheet(sheets.reopen, incident)],
      !incident.ended_at && [_("Add a photo"), () => this.sheet(sheets.photo, incident)],
      can("reject") && [_("Do not file"), () => this.sheet(sheets.reject, incident)],
      can("void") && [_("Void"), () => this.sheet(sheets.voiding, incident)],
      can("force-close") && [_("Close by order"), () => this.sheet(sheets.forceClose, incident)],
    ].filter(Boolean);
  }

  draw(bar, incident, shown) {
    const allowed = shown.full?.incident.id === incident.id ? shown.full.actions : [];
    const main = this.fitting(incident, allowed);
    const rest = this.seldom(incident, allowed);
    const key = JSON.stringify([incident.id, incident.rev, main.map((a) => [a.code, a.primary]), rest.length]);
    if (bar.dataset.key === key) return;
    bar.dataset.key = key;
    bar.replaceChildren(
      ...main.map((action) =>
        el(
          "button",
          { type: "button", class: `button${action.primary ? " button-primary" : ""}`, data: { action: action.code }, "aria-keyshortcuts": action.key || null, on: { click: (event) => action.run(event.currentTarget) } },
          action.says,
          action.key ? el("kbd", { "aria-hidden": "true" }, action.key) : null,
        ),
      ),
      rest.length ? this.#more(rest) : "",
    );
    bar.hidden = !main.length && !rest.length;
  }

  #more(rest) {
    const menu = el(
      "details",
      { class: "menu case-more" },
      el("summary", { class: "button" }, _("More"), icon("down")),
      el("div", { class: "menu-sheet" }, rest.map(([says, run]) => el("button", { type: "button", on: { click: (event) => { menu.open = false; run(event.currentTarget); } } }, says))),
    );
    menu.addEventListener("focusout", (event) => {
      if (!menu.contains(event.relatedTarget)) setTimeout(() => (menu.open = false), 150);
    });
    return menu;
  }

  /** The action behind a key, if it fits. */
  byKey(key, incident) {
    const shown = this.caseOf();
    const allowed = shown.full?.incident.id === incident.id ? shown.full.actions : [];
    return this.fitting(incident, allowed).find((action) => action.key === key);
  }

  answer(incident, button) {
    return this.step(incident, "answer", {}, button, fill(_("You answer %(title)s."), { title: incident.title }));
  }

  supervise(incident, level) {
    return this.sheet(supervising(level), incident);
  }

  async dispatchProposed(incident, button) {
    const shown = this.caseOf();
    if (shown.candidates.incident?.id !== incident.id || !shown.candidates.units.length) await shown.candidates.fetch();
    const candidate = shown.candidates.proposed();
    if (!candidate) return toast(_("Nobody can be proposed. Choose a unit and give a reason, or call another force."), "missed");
    return this.dispatch(incident, candidate, button);
  }

  dispatch(incident, candidate, button) {
    const shown = this.caseOf();
    const overruled = shown.candidates.proposed()?.unit.id !== candidate.unit.id;
    if (candidate.needs_reason || (overruled && incident.level <= 2 && shown.candidates.main)) {
      return this.sheet(sheets.dispatchWithReason, incident, candidate);
    }
    return this.step(incident, "dispatch", { unit: candidate.unit.id }, button, fill(_("%(unit)s is ordered."), { unit: candidate.unit.name }));
  }

  recall(order) {
    return sheets.recall(order).then((answer) => answer && toast(_("The order is recalled."), "ok"));
  }

  /** Send one step. The button waits; a refusal says who was faster; the push shows what became of it. */
  async step(incident, name, body, button, done) {
    const key = `${incident.id}/${name}`;
    if (this.busy.has(key)) return null;
    this.busy.add(key);
    button?.setAttribute("aria-busy", "true");
    try {
      const answer = await post(path(incident, name), body);
      this.take(answer);
      if (done) toast(done, "ok");
      return answer;
    } catch (problem) {
      toast(problem.errors?.[0]?.message ?? problem.message, "missed");
      return null;
    } finally {
      this.busy.delete(key);
      button?.removeAttribute("aria-busy");
    }
  }

  async sheet(make, incident, more) {
    const answer = await make({ incident, labels: this.labels, orders: this.caseOf().ordersOf(incident.id), send: (step, body) => post(path(incident, step), body), more });
    if (answer) this.take(answer);
    return answer;
  }
}

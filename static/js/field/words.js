/** The words of the phone in the field. */

import { _ } from "shushan/words";

export const TASKS = { verification: () => _("verification"), check: () => _("check") };

export const RESULTS = {
  true: () => _("true"),
  not_found: () => _("not found"),
  cannot_judge: () => _("cannot judge"),
  passed: () => _("passed"),
  failed: () => _("not passed"),
};

export const METHODS = { visit: () => _("at the door"), phone: () => _("by phone"), mediation_room: () => _("mediation room") };

export const STEPS = {
  report: () => _("report"),
  handled: () => _("handled on the spot"),
  answer: () => _("answer to a task"),
  visit: () => _("follow-up"),
  start: () => _("start of the patrol"),
  track: () => _("track"),
  "check-in": () => _("check-in"),
  finish: () => _("end of the patrol"),
};

/** The words of orders on the unit's phone. */

import { _ } from "shushan/words";

export const ORDER = {
  offered: () => _("new order"),
  accepted: () => _("on the way"),
  arrived: () => _("at the scene"),
  finished: () => _("finished"),
  declined: () => _("declined"),
  expired: () => _("not answered"),
  recalled: () => _("taken back"),
};

export const PARTS = {
  main: () => _("main unit"),
  support: () => _("supporting"),
  reinforcement: () => _("as reinforcement"),
};

export const FORCES = {
  police: () => _("police"),
  enforcement: () => _("enforcement brigade"),
  fire: () => _("fire rescue"),
  squad: () => _("another squad"),
  volunteer: () => _("volunteers"),
  department: () => _("department"),
};

export const CALLS = {
  requested: () => _("called"),
  accepted: () => _("on the way"),
  arrived: () => _("at the scene"),
  refused: () => _("refused"),
  unanswered: () => _("did not answer"),
  cancelled: () => _("cancelled"),
};

/** What stands in the story; a verb without a word here is left out on the phone. */
export const VERBS = {
  "incident.opened": () => _("alert received"),
  "incident.alert_joined": () => _("another alert joined"),
  "incident.answered": () => _("answered by the seat"),
  "incident.dispatched": () => _("dispatched"),
  "incident.unit_ordered": () => _("another unit ordered"),
  "incident.unit_declined": () => _("a unit declined"),
  "incident.unit_silent": () => _("a unit did not answer"),
  "incident.unit_recalled": () => _("a unit was taken back"),
  "incident.unit_promoted": () => _("main unit changed"),
  "incident.force_notified": () => _("force notified"),
  "incident.response_started": () => _("order delivered"),
  "incident.unit_accepted": () => _("order accepted"),
  "incident.arrived": () => _("arrived on scene"),
  "incident.first_feedback": () => _("first feedback"),
  "incident.feedback": () => _("feedback"),
  "incident.reinforcement_requested": () => _("reinforcement called"),
  "incident.reinforcement_accepted": () => _("reinforcement on the way"),
  "incident.reinforcement_refused": () => _("reinforcement refused"),
  "incident.police_noted": () => _("note of the police"),
  "incident.reinforcement_arrived": () => _("reinforcement on scene"),
  "incident.reinforcement_refused": () => _("a force refused"),
  "incident.reinforcement_unanswered": () => _("a force did not answer"),
  "incident.unit_departed": () => _("set off"),
  "incident.reinforcement_declined": () => _("no reinforcement needed"),
  "incident.scene_closed": () => _("scene closed"),
  "incident.level_changed": () => _("level changed"),
  "incident.deadline_missed": () => _("promise missed"),
  "incident.rework": () => _("check not passed, rework"),
  "incident.attached": () => _("photo added"),
  "incident.reminded": () => _("reminded"),
  "incident.supervised": () => _("supervision notice issued"),
};

export const DECLINES = [
  () => _("car broken down"),
  () => _("busy with another matter"),
  () => _("road blocked"),
  () => _("too far away"),
];

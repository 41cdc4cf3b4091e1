/** The words of the rider's phone for the codes in shapes. */

import { _ } from "shushan/words";

export const BECAME = {
  looking: [() => _("being looked at"), ""],
  accepted: [() => _("taken up"), "tag-accent"],
  solved: [() => _("handled"), "tag-ok"],
  not_filed: [() => _("not taken up"), ""],
};

export const OVER = {
  danger: () => _("Please stay away: it has become dangerous. The professionals take over."),
  ended: () => _("The matter is settled, nobody has to come any more. Thank you."),
  seat: () => _("The centre needs nobody any more. Thank you."),
  full: () => _("Enough others are coming. Thank you."),
  expired: () => _("The time to answer is over."),
  finished: () => _("Thank you for helping!"),
};

export const STEPS = {
  report: () => _("report"),
  arrive: () => _("arrival"),
  finish: () => _("help given"),
};

const POINTS = [
  () => _("north"), () => _("north-east"), () => _("east"), () => _("south-east"),
  () => _("south"), () => _("south-west"), () => _("west"), () => _("north-west"),
];

/** In which direction of the compass `to` lies from `from`: {lon, lat} both. */
export function direction(from, to) {
  const x = (to.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180);
  const angle = (Math.atan2(x, to.lat - from.lat) * 180) / Math.PI;
  return POINTS[Math.round(((angle + 360) % 360) / 45) % 8]();
}

/** What the inspector's phone calls the codes of sites, checks and findings. */

import { _ } from "shushan/words";

export const COLOURS = { white: () => _("White site"), yellow: () => _("Yellow site"), red: () => _("Red site") };
export const PHASES = { EW: () => _("earthwork"), FP: () => _("foundation pit"), ST: () => _("structure"), FO: () => _("fit-out"), DM: () => _("demolition") };
export const KINDS = { random: () => _("random check"), general: () => _("general check"), key: () => _("key check"), extra: () => _("unplanned check"), recheck: () => _("re-check") };
export const RESULTS = { ok: () => _("Conforms"), fails: () => _("Fails"), spot: () => _("Mended on the spot"), na: () => _("Not applicable") };
export const ROLES = { inspector: () => _("Inspector"), manager: () => _("Project manager"), owner: () => _("Owner's representative"), supervisor: () => _("Supervision chief") };
export const SEVERITIES = { S: () => _("serious"), M: () => _("minor") };
export const FIXES = { date: () => _("By a date"), stop: () => _("Stop work, 24 hours") };
export const STATES = { open: () => _("to be corrected"), handed_in: () => _("evidence handed in"), corrected: () => _("awaits re-check") };
export const STEPS = { begin: () => _("beginning"), photo: () => _("photo"), results: () => _("results"), drop: () => _("giving up"), lock: () => _("signed sheet") };

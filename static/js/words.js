/** The words that scripts say, from Django's JavaScript catalogue, and the labels of codes in shapes. */

const said = (name, ...given) => globalThis[name]?.(...given);

/** The translation of an English message id. */
export const _ = (id) => said("gettext", id) ?? id;

/** One form or the other by `count`. */
export const n_ = (one, many, count) => said("ngettext", one, many, count) ?? (count === 1 ? one : many);

/** "%(n)s left" with {n: 3} → "3 left". */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);

/** The label of a code in one of the maps below; an unknown code is shown as it is. */
export const label = (map, code) => map[code]?.() ?? String(code ?? "");

export const chinese = () => !(globalThis.document?.documentElement.lang ?? "zh").startsWith("en");

/** Several names in a row, as the reader's language sets them apart. */
export const listed = (names) => names.join(chinese() ? "、" : ", ");

/** The name of a thing that comes in both languages: {name_zh, name_en} or {name}. */
export const named = (thing) => (thing ? ((chinese() ? thing.name_zh : thing.name_en) || thing.name_zh || thing.name || thing.code || "") : "");

export const LEVELS = { 1: () => _("Ⅰ very urgent"), 2: () => _("Ⅱ urgent"), 3: () => _("Ⅲ ordinary"), 4: () => _("Ⅳ not immediate") };
export const LEVEL_SIGNS = { 1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ" };

export const STATUSES = {
  reported: () => _("reported"),
  verifying: () => _("being verified"),
  pending_filing: () => _("awaiting filing"),
  rejected: () => _("not filed"),
  pending_dispatch: () => _("awaiting dispatch"),
  dispatched: () => _("dispatched"),
  returned: () => _("sent back"),
  handling: () => _("being handled"),
  handled: () => _("handled, awaiting confirmation"),
  pending_check: () => _("awaiting check"),
  checking: () => _("being checked"),
  rework: () => _("rework"),
  pending_close: () => _("awaiting closing"),
  closed: () => _("closed"),
  force_closed: () => _("closed by order"),
  merged: () => _("merged"),
  voided: () => _("voided"),
};

export const CLOCKS = {
  R30: () => _("response start"),
  A5: () => _("handling on scene"),
  S15: () => _("reinforcement co-ordination"),
  F24: () => _("follow-up and mediation"),
  P365: () => _("patrol coverage"),
  take: () => _("answer to the police"),
  feedback: () => _("first feedback"),
  C60: () => _("response start (city)"),
  C480: () => _("handling on scene (city)"),
  C1h: () => _("first feedback (city)"),
  C24h: () => _("completed (city)"),
  call: () => _("first answer to a resident's call"),
};

export const SOURCES = {
  collector: () => _("collector"),
  grid: () => _("grid report"),
  superior: () => _("superior's order"),
  media: () => _("media"),
  petition: () => _("petition"),
  hotline_12345: () => _("12345 hotline"),
  police_110: () => _("110 diversion"),
  resident: () => _("resident"),
  rider: () => _("rider"),
  analytics: () => _("analytics"),
  video_patrol: () => _("video patrol"),
  property: () => _("property company"),
  inspection: () => _("one-visit inspection"),
  truck_rule: () => _("waste-truck judging"),
};

const ZONE = "Asia/Shanghai";

/** 14:05:09 of the street, whatever the browser's zone is. */
export const clockTime = (instant, { seconds = true } = {}) =>
  new Intl.DateTimeFormat("zh-CN", {
    hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23", timeZone: ZONE,
  }).format(new Date(instant));

/** 2025-03-09 14:05 of the street. */
export const dayTime = (instant) => {
  const day = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: ZONE }).format(new Date(instant));
  return `${day} ${clockTime(instant, { seconds: false })}`;
};

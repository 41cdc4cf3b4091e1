/**
 * The visit under way: kept on the phone with its photos, sent step by step. Rules that the server checks again.
 *
 * A draft: {uuid, site, list, phase, kind, recheck, code, qr, code_shown_at, started_at, inspectors, people, needs [{id,
 * department, items, text, urgent}], results {item: {result, serious, note, at}}, photos [{uuid, item, when, src?}],
 * fixes {item: {uuid, fix, days}}, signatures, note, step: "list" | "sign" | "sent"}.
 */

import { uuid } from "shushan/cockpit/dom";

/** The phone's own time: a page that was kept knows only what the server's was then. */
export const nowIso = () => new Date().toISOString();

/** A new draft of a visit of `site`. */
export const newDraft = (values) => ({ uuid: uuid(), results: {}, needs: [], photos: [], fixes: {}, signatures: [], note: "", step: "list", ...values });

/** A draft from what the server knows of a sheet under way (begun on another phone, or kept from a reload too old). */
export function fromServer(sheet, site, officers) {
  const results = Object.fromEntries(sheet.results.map((row) => [row.item, { ...row, serious: row.serious }]));
  const fixes = Object.fromEntries(sheet.results.filter(({ result }) => result === "fails").map(({ item }) => [item, { uuid: uuid() }]));
  const people = sheet.inspectors.length ? sheet.inspectors : officers;
  return newDraft({
    uuid: sheet.uuid, site, list: sheet.list, phase: sheet.phase, kind: sheet.kind, recheck: sheet.kind === "recheck", code: sheet.conduct_code,
    code_shown_at: sheet.started_at, started_at: sheet.started_at, inspectors: people.map(({ id }) => id), people, results, fixes, needs: sheet.needs ?? [], photos: sheet.photos, begun: true,
  });
}

/** A draft that the centre knows as `sheet`, begun before on another phone: that sheet, with what was seen here. */
export function joined(draft, sheet) {
  const base = fromServer(sheet, draft.site, draft.people);
  const there = new Set(draft.photos.map(({ uuid: id }) => id));
  return {
    ...draft, ...base, step: draft.step, note: draft.note, signatures: draft.signatures, qr: "",
    results: { ...base.results, ...draft.results }, fixes: { ...base.fixes, ...draft.fixes },
    photos: [...base.photos.filter(({ uuid: id }) => !there.has(id)), ...draft.photos],
  };
}

/** What departments ask about an item; nothing that a draft of an older page does not know. */
export const needsOf = (draft, item) => (draft.needs ?? []).filter(({ items }) => items.includes(item.code));

/** Groups with the items that this visit looks at. */
export function groupsOf(draft) {
  const codes = new Set((draft.site.findings ?? []).map(({ item_code: code }) => code));
  const wanted = (item) => draft.recheck
    ? codes.has(item.code) || String(item.id) in draft.results
    : !item.phases.length || item.phases.includes(draft.phase) || needsOf(draft, item).length;
  return draft.list.groups.map((group) => ({ ...group, items: group.items.filter(wanted) })).filter(({ items }) => items.length);
}

export const photosOf = (draft, item, when) => draft.photos.filter((photo) => photo.item === item.id && (!when || photo.when === when));

/** What may be ordered for an item as it was judged. */
export const limitsOf = (item, result) => (result?.serious ? item.limits_serious : item.limits);

/** What is missing of one item before the sheet may be signed: "", "result", "before", "after". */
export function lack(draft, item) {
  const result = draft.results[item.id]?.result;
  if (!result) return "result";
  if ((result === "fails" || result === "spot") && !photosOf(draft, item, "before").length) return "before";
  return result === "spot" && !photosOf(draft, item, "after").length ? "after" : "";
}

/** {done, total, ok, fails, spot, na, lacking} of a draft. */
export function totals(draft) {
  const counts = { done: 0, total: 0, ok: 0, fails: 0, spot: 0, na: 0, lacking: 0 };
  for (const { items } of groupsOf(draft)) {
    for (const item of items) {
      const result = draft.results[item.id]?.result;
      counts.total += 1;
      if (result) {
        counts.done += 1;
        counts[result] += 1;
      }
      if (lack(draft, item)) counts.lacking += 1;
    }
  }
  return counts;
}

/** The results as the server takes them, of these items or of all. */
export const resultsOf = (draft, ids = Object.keys(draft.results)) =>
  ids.filter((id) => draft.results[id]).map((id) => ({ item: Number(id), result: draft.results[id].result, serious: Boolean(draft.results[id].serious), note: draft.results[id].note ?? "", at: draft.results[id].at }));

/** How each failed item is to be put right. */
export function fixesOf(draft) {
  const chosen = [];
  for (const { items } of groupsOf(draft)) {
    for (const item of items) {
      const result = draft.results[item.id];
      if (result?.result !== "fails") continue;
      const limits = limitsOf(item, result);
      const own = draft.fixes[item.id] ?? {};
      const fix = limits.fixes.includes(own.fix) ? own.fix : limits.fix;
      const days = fix === "date" ? Math.min(Math.max(own.days ?? limits.days ?? 1, 1), limits.most) : 0;
      chosen.push({ item: item.id, uuid: own.uuid, fix, days, text: (result.note ?? "").trim() });
    }
  }
  return chosen;
}

/** What is missing of the signatures: inspectors who have not signed, and whether the site has neither signed nor refused. */
export function unsigned(draft) {
  const signed = new Set(draft.signatures.filter(({ role }) => role === "inspector").map(({ user }) => user));
  return { inspectors: draft.people.filter(({ id }) => !signed.has(id)), site: !draft.signatures.some(({ role }) => role !== "inspector") };
}

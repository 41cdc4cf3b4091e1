/** What screens ask of a truck alert. */

/** Whether it still waits for a person's word. */
export const waits = (alert) => alert.status === "new" || alert.status === "judging";

/** The gravest first, of one level the newest. */
export const byUrgency = (a, b) => a.level - b.level || Date.parse(b.raised_at) - Date.parse(a.raised_at);

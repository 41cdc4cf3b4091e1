/** What screens ask of a truck alert. */

/** Whether it calls for a person's word now; what was found long after is on the list of alerts only. */
export const waits = (alert) => !alert.late && (alert.status === "new" || alert.status === "judging");

/** The gravest first, of one level the newest. */
export const byUrgency = (a, b) => a.level - b.level || Date.parse(b.raised_at) - Date.parse(a.raised_at);

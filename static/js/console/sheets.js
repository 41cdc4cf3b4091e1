/** The dialogs of the console: what each step asks for, and where it is sent. */

import { uuid } from "shushan/cockpit/dom";
import { ask } from "shushan/console/sheet";
import { toast } from "shushan/console/toast";
import { get, post } from "shushan/http";
import { dayTime, fill, label, LEVELS, named, _ } from "shushan/words";

const BRIEF = 30;
const list = async (url) => (await get(url)).results;
const options = (map, left = () => true) => Object.entries(map).filter(([code]) => left(code));

/** A step that needs a reason and nothing else. */
const withReason = (title, submit, step, { field = "reason", label: words, danger = false, note } = {}) =>
  ({ incident, send }) =>
    ask({
      title,
      note: note ?? `${incident.case_no} ${incident.title}`,
      submit,
      danger,
      fields: [{ name: field, label: words ?? _("Reason"), type: "textarea", required: true }],
      send: (values) => send(step, values),
    });

export const reject = withReason(_("Do not file"), _("Do not file"), "reject", { danger: true, label: _("Reason, told to the source") });
export const voiding = withReason(_("Void"), _("Void"), "void", { danger: true });
export const backToFiling = withReason(_("Back to filing"), _("Send back"), "return-to-filing", { field: "note" });
export const reopen = withReason(_("Reopen"), _("Reopen"), "reopen", { label: _("What was not solved") });
export const extend = withReason(_("Extend the limit"), _("Extend"), "extend", { note: _("Once more the original limit, at most twice, never when it is overdue.") });

export const noReinforcement = ({ incident, send }) =>
  ask({
    title: _("No reinforcement"),
    note: `${incident.case_no} ${incident.title}`,
    submit: _("Decide"),
    fields: [{ name: "reason", label: _("Reason"), type: "textarea", required: true }],
    send: ({ reason }) => send("decline-reinforcement", { reason }),
  });

const DANGEROUS = 2;
const reinforcementOf = (force) => async ({ incident, labels, send }) => {
  const departments = await list("/api/v1/departments/");
  const offered = (code) => code !== "volunteer" || incident.level > DANGEROUS;
  return ask({
    title: _("Ask for reinforcement"),
    note: _("Each force has 15 minutes, counted until its first member is on scene. Who refuses, or does not answer within two minutes, is followed by the next force."),
    submit: _("Ask"),
    fields: [
      { name: "forces", label: _("Forces"), type: "checks", required: true, value: force, options: options(labels.forces, offered) },
      {
        name: "department", label: _("Department"), type: "select", hint: _("Only where a department is asked."),
        options: [["", "–"], ...departments.map((each) => [each.id, named(each)])],
      },
      { name: "reason", label: _("What they must know"), type: "textarea", rows: 2 },
    ],
    send: ({ forces, department, reason }) => {
      return send("reinforcement", { forces, reason, department: (forces.includes("department") && department) || null });
    },
  });
};
export const reinforcement = (context) => reinforcementOf(context.incident.level <= 2 ? "police" : "enforcement")(context);
export const police = reinforcementOf("police");

/** Riders who have agreed and are near; never for levels Ⅰ and Ⅱ. The id lets a second press find the first. */
export const askRiders = ({ incident, send }) => {
  const id = uuid();
  const metres = (n) => [String(n), n < 1000 ? fill(_("%(n)s m"), { n }) : fill(_("%(n)s km"), { n: n / 1000 })];
  return ask({
    title: _("Ask riders nearby"),
    note: `${incident.case_no} ${incident.title}`,
    submit: _("Ask"),
    fields: [
      { name: "text", label: _("What is asked of them"), type: "textarea", rows: 2, required: true, hint: _("No names, no telephone numbers. The place is shown to who accepts.") },
      { name: "wanted", label: _("How many"), type: "select", required: true, value: "2", options: ["1", "2", "3", "4", "5"].map((n) => [n, n]) },
      { name: "radius_m", label: _("Within"), type: "select", required: true, value: "1000", options: [500, 1000, 2000, 3000].map(metres) },
      { name: "minutes", label: _("Ask for"), type: "select", required: true, value: "15", options: ["5", "15", "30", "60"].map((n) => [n, fill(_("%(n)s min"), { n })]) },
    ],
    send: async ({ text, wanted, radius_m, minutes }) => {
      const call = await send("help", { uuid: id, text, wanted: Number(wanted), radius_m: Number(radius_m), minutes: Number(minutes) });
      toast(call.near ? fill(_("%(n)s riders are asked."), { n: call.near }) : _("No rider is near now; who comes near in time is asked."), call.near ? "ok" : "missed");
      return call;
    },
  });
};

export const dispatchWithReason = ({ incident, send, more: candidate }) =>
  ask({
    title: fill(_("Dispatch %(unit)s"), { unit: candidate.unit.name }),
    note: candidate.sentence,
    submit: _("Dispatch"),
    fields: [{ name: "reason", label: _("Why this unit"), type: "textarea", rows: 2, required: candidate.needs_reason || incident.level <= 2 }],
    send: ({ reason }) => send("dispatch", { unit: candidate.unit.id, reason }),
  });

export const recall = (order) =>
  ask({
    title: fill(_("Recall %(unit)s"), { unit: order.unit.name }),
    submit: _("Recall"),
    danger: true,
    fields: [{ name: "reason", label: _("Reason"), type: "textarea", rows: 2, required: true }],
    send: (values) => post(`/api/v1/assignments/${order.id}/recall/`, values),
  });

export async function department({ incident, send }) {
  const departments = await list("/api/v1/departments/");
  return ask({
    title: _("Dispatch to a department"),
    note: `${incident.case_no} ${incident.title}`,
    submit: _("Dispatch"),
    fields: [
      {
        name: "department", label: _("Responsible unit"), type: "select", required: true,
        value: departments.find(({ code }) => code === incident.department?.code)?.id,
        options: departments.map((each) => [each.id, each.code === incident.department?.code ? `${named(each)} · ${_("proposed")}` : named(each)]),
      },
      { name: "reason", label: _("What they must know"), type: "textarea", rows: 2 },
    ],
    send: (values) => send("dispatch", values),
  });
}

export const verification = ({ incident, labels, send }) =>
  ask({
    title: _("Verify before filing"),
    note: _("What do the pictures and the caller say? A look at the pictures by the seat counts as verification."),
    submit: _("Confirm"),
    fields: [
      { name: "result", label: _("Result"), type: "radio", required: true, value: "true", options: options(labels.results, (code) => ["true", "not_found", "cannot_judge"].includes(code)) },
      { name: "note", label: _("Note"), type: "textarea", rows: 2 },
    ],
    send: (values) => send("finish-verification", { ...values, by_picture: incident.status === "reported" }),
  });

export const check = ({ labels, send }) =>
  ask({
    title: _("Check before closing"),
    note: _("Compare the photos made before and after handling. Not passed goes back to the same department as rework."),
    submit: _("Confirm"),
    fields: [
      { name: "passed", label: _("Result"), type: "radio", required: true, value: "true", options: [["true", labels.results.passed], ["false", labels.results.failed]] },
      { name: "by_picture", label: _("How"), type: "radio", required: true, value: "true", options: [["true", _("by picture")], ["false", _("on the spot or by phone")]] },
      { name: "note", label: _("Note"), type: "textarea", rows: 2, hint: _("A reason is needed when it is not passed.") },
    ],
    send: ({ passed, by_picture, note }) => send("finish-check", { passed: passed === "true", by_picture: by_picture === "true", note }),
  });

export async function filing({ incident, labels, send }) {
  const schemes = await Promise.all(["SZCG", "JCZZ"].map((scheme) => list(`/api/v1/categories/?scheme=${scheme}`)));
  const all = schemes.flat();
  const near = new Set([incident.category?.id, incident.szcg_category?.id]);
  const own = all.filter((category) => near.has(category.id) && category.standards?.length);
  const offered = own.length ? own : all.filter((category) => category.standards?.length);
  const cards = offered.flatMap((category) =>
    category.standards.map((standard) => [
      standard.id,
      `${category.code}${standard.letter ?? ""} ${named(category)} · ${standard.filing_condition}`,
      fill(_("May close when: %(condition)s"), { condition: standard.closing_condition }),
      `${standard.limit_value} ${labels.limits[standard.limit_kind] ?? standard.limit_kind}`,
    ]),
  );
  return ask({
    title: _("File the case"),
    note: cards.length ? _("Who files is responsible. The standard sets when the case may close and how long it may take.") : _("No filing standard fits this class; without one it cannot be filed."),
    submit: _("File"),
    fields: [{ name: "standard", label: _("Filing standard"), type: "cards", required: true, value: cards[0]?.[0], options: cards }],
    send: ({ standard }) => send("file", { standard: Number(standard) }),
  });
}

export const closing = ({ incident, orders, send }) => {
  // What the unit or the department told from the scene is the draft of the four facts.
  const told = orders.filter((order) => order.part === "main" && order.facts?.done).sort((a, b) => b.id - a.id)[0]?.facts ?? {};
  const facts = ({ found, contacted, done, remains }) => ({ found, contacted, done, remains });
  const brief = (values) => Object.values(facts(values)).join("").length < BRIEF;
  return ask({
    title: _("Close the case"),
    note: `${incident.case_no} ${incident.title}`,
    submit: _("Close the case"),
    fields: [
      { name: "found", label: _("What was found"), type: "textarea", rows: 2, required: true, value: told.found },
      { name: "contacted", label: _("Who was contacted"), type: "text", value: told.contacted },
      { name: "done", label: _("What was done"), type: "textarea", rows: 2, required: true, value: told.done },
      { name: "remains", label: _("What remains"), type: "text", value: told.remains },
    ],
    warn: (values) => (brief(values) ? fill(_("Fewer than %(n)s characters: the district sends such closings back as too brief."), { n: BRIEF }) : ""),
    send: (values) => send("close", { closing: facts(values), confirm_brief: brief(values) }),
  });
};

export const followUp = ({ send }) =>
  ask({
    title: _("Follow up"),
    note: _("A valid follow-up is a contact with the party after the scene was closed."),
    submit: _("Record"),
    fields: [
      { name: "method", label: _("How"), type: "radio", required: true, value: "phone", options: [["visit", _("visit")], ["phone", _("phone")], ["mediation_room", _("mediation room")]] },
      { name: "result", label: _("Result"), type: "textarea", required: true },
    ],
    send: (values) => send("follow-up", values),
  });

export const appointment = ({ send }) =>
  ask({
    title: _("Agree a later follow-up"),
    note: _("The party wishes a later date: it is counted apart, as a follow-up by appointment."),
    submit: _("Record"),
    fields: [
      { name: "until", label: _("When"), type: "datetime", required: true },
      { name: "note", label: _("What was agreed"), type: "textarea", rows: 2, required: true },
    ],
    send: ({ until, note }) => send("agree-follow-up", { until: streetTime(until), note }),
  });

export const suspend = ({ send }) =>
  ask({
    title: _("Put on hold"),
    note: _("At most a year and at most once; the handling clock pauses and goes on by itself on the day."),
    submit: _("Put on hold"),
    fields: [
      { name: "until", label: _("Until"), type: "datetime", required: true },
      { name: "reason", label: _("Reason"), type: "textarea", required: true },
    ],
    send: ({ until, reason }) => send("suspend", { until: streetTime(until), reason }),
  });

export const level = ({ incident, send }) =>
  ask({
    title: _("Change the level"),
    note: _("Raising restarts no clock. Lowering needs a reason."),
    submit: _("Change"),
    fields: [
      { name: "level", label: _("Level"), type: "radio", required: true, value: incident.level, options: [1, 2, 3, 4].map((each) => [each, label(LEVELS, each)]) },
      { name: "reason", label: _("Reason"), type: "textarea", rows: 2 },
    ],
    send: (values) => send("level", { level: Number(values.level), reason: values.reason }),
  });

export async function merge({ incident, send }) {
  const near = (await list(`/api/v1/incidents/?live=true&category=${encodeURIComponent(incident.category?.code ?? "")}&page_size=50`)).filter((other) => other.id !== incident.id);
  return ask({
    title: _("Merge into another case"),
    note: near.length ? _("Open cases of the same class, newest first. This one ends; its alerts count there.") : _("There is no other open case of this class."),
    submit: _("Merge"),
    fields: [
      {
        name: "master", label: _("Master case"), type: "cards", required: true,
        options: near.slice(0, 20).map((other) => [other.id, other.title, [other.case_no, other.community?.name, dayTime(other.opened_at)].filter(Boolean).join(" · ")]),
      },
    ],
    send: ({ master }) => send("merge", { master: Number(master) }),
  });
}

export const forceClose = ({ incident, send }) =>
  ask({
    title: _("Close by order"),
    note: `${incident.case_no} ${incident.title}`,
    submit: _("Close by order"),
    danger: true,
    fields: [
      { name: "reason", label: _("Reason"), type: "textarea", required: true },
      { name: "second", label: _("Second signature: user name"), type: "text", required: true },
      { name: "second_password", label: _("Second signature: password"), type: "password", required: true },
    ],
    send: (values) => send("force-close", values),
  });

export const photo = ({ incident, labels }) =>
  ask({
    title: _("Add a photo"),
    submit: _("Add"),
    fields: [
      { name: "file", label: _("Photo"), type: "file", accept: "image/jpeg,image/png,image/webp,application/pdf", required: true },
      { name: "kind", label: _("Kind"), type: "radio", required: true, value: "before", options: options(labels.photos, (code) => code !== "arrival") },
    ],
    send: async ({ file, kind }) => {
      const form = new FormData();
      form.append("file", file);
      form.append("kind", kind);
      form.append("uuid", uuid());
      await post(`/api/v1/incidents/${incident.id}/attachments/`, form);
      return { photo: true };
    },
  });

/** What the person typed is the street's time, whatever zone the browser is in. */
const streetTime = (text) => `${text}:00+08:00`;

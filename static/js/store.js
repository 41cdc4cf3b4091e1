/** What a page knows, by subject and id. A push counts only when it is newer than what is shown. */

export class Store {
  constructor() {
    this.objects = new Map();
  }

  /** The shape of one object, or undefined. */
  get(subject, id) {
    return this.objects.get(key(subject, id))?.shape;
  }

  /** The newest `rev` known of one object, 0 when unknown. */
  rev(subject, id) {
    return this.objects.get(key(subject, id))?.rev ?? 0;
  }

  /** All shapes of a subject, in no order. */
  all(subject) {
    const found = [];
    for (const held of this.objects.values()) if (held.subject === subject && held.shape) found.push(held.shape);
    return found;
  }

  /**
   * Take a change `{subject, id, rev, shape}`. Returns whether it was newer; a shape of null removes the object
   * (its rev is kept, so that an older push cannot bring it back).
   */
  apply({ subject, id, rev, shape }) {
    const before = this.objects.get(key(subject, id));
    if (before && rev <= before.rev) return false;
    this.objects.set(key(subject, id), { subject, id, rev, shape: shape ?? null });
    return true;
  }

  /**
   * Take a snapshot of one subject: a list of shapes with `id` and `rev`, true as of the journal's `rev`.
   * What the snapshot lacks is removed, unless it changed after the snapshot was taken. Returns
   * `{changed, removed}`, lists of ids, so that only those need drawing.
   */
  load(subject, shapes, rev = Infinity) {
    const listed = new Set();
    const changed = [];
    const removed = [];
    for (const shape of shapes) {
      listed.add(shape.id);
      if (this.apply({ subject, id: shape.id, rev: shape.rev, shape })) changed.push(shape.id);
    }
    for (const [name, held] of this.objects) {
      if (held.subject !== subject || listed.has(held.id) || held.rev > rev) continue;
      this.objects.delete(name);
      if (held.shape) removed.push(held.id);
    }
    return { changed, removed };
  }
}

const key = (subject, id) => `${subject}/${id}`;

/** What this phone could not send yet: it goes out as soon as there is a network, on each page that shows the note. */

import { put } from "shushan/cockpit/dom";
import { Outbox } from "shushan/phone/outbox";
import { _, fill } from "shushan/words";

const note = document.getElementById("waiting");

/** The outbox of one resident, or of nobody, with its note kept up to date. */
export function waiting(owner) {
  const outbox = new Outbox(`ssw-m-out-${owner}`, { keepRefused: true });
  outbox.addEventListener("count", () => {
    note.hidden = !outbox.count;
    put(note, fill(_("Waiting to be sent: %(n)s"), { n: outbox.count }));
  });
  return outbox;
}

if (note?.dataset.owner) waiting(note.dataset.owner).addEventListener("sent", () => location.reload());

/** One press: the place goes to the centre at once. It is asked for while the page opens, so that nobody waits then. */

import { put, uuid } from "shushan/cockpit/dom";
import { post, Problem } from "shushan/http";
import { PlaceCard } from "shushan/m/place";
import { _, fill } from "shushan/words";

const form = document.getElementById("emergency");
const note = document.getElementById("said");
const told = document.getElementById("told");
const another = document.getElementById("another");
const place = new PlaceCard(form, { urgent: true });

function said(words) {
  note.hidden = !words;
  put(note, words);
  if (words) note.scrollIntoView({ block: "center" });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const buttons = form.querySelectorAll(".m-alarms button");
  for (const button of buttons) button.disabled = true;
  said("");
  if (!place.known) await place.locate();
  const body = new FormData(form);
  body.set("kind", event.submitter.value);
  try {
    const answer = await post(form.action, body, { patience_ms: 20_000 });
    told.hidden = false;
    put(told.querySelector("p"), fill(_("Case %(no)s. Stay where you are safe and your phone free; in danger to life call 110, 119 or 120 too."), { no: answer.case_no }));
    const story = told.querySelector("a");
    story.hidden = !answer.next;
    if (answer.next) story.href = answer.next;
    form.elements.uuid.value = uuid(); // another press is another call
    another.hidden = false;
    form.hidden = true; // a shaking hand sends no second one
    told.scrollIntoView({ block: "center" });
  } catch (problem) {
    // Without a network nothing is kept for later: a call that arrives an hour late would send people to nothing.
    said(problem instanceof Problem && problem.status ? problem.errors[0]?.message ?? problem.message : _("The centre cannot be reached. Call 110, 119 or 120 now."));
  } finally {
    for (const button of buttons) button.disabled = false;
  }
});
another.addEventListener("click", () => {
  another.hidden = true;
  form.hidden = false;
});
form.dataset.ready = "true";

/** The queue of 110 transfers: it follows by itself; a second closing counts its characters. */

import { put } from "shushan/cockpit/dom";
import { follow } from "shushan/police/follow";
import { _, fill } from "shushan/words";

follow({ subjects: ["policetransfer", "policelink", "incident"] });

const form = document.querySelector("form[data-brief]");
if (form) {
  const least = Number(form.dataset.brief);
  const says = document.getElementById("brief-count");
  const count = () => {
    const length = ["found", "contacted", "done", "remains"].reduce((sum, name) => sum + form.elements[name].value.trim().length, 0);
    says.classList.toggle("missed", length < least);
    put(says, length < least
      ? fill(_("%(n)s characters: fewer than %(least)s may come back as too brief."), { n: length, least })
      : fill(_("%(n)s characters"), { n: length }));
  };
  form.addEventListener("input", count);
  count();
}

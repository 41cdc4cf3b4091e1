/** A masked phone that is tapped: fetched (and that is written down), shown and dialled. */

import { dialled } from "shushan/calling";

for (const button of document.querySelectorAll("[data-phone-at]")) {
  button.addEventListener("click", () => dialled(button, button.dataset.phoneAt));
}

/** A call is sent once: small photos, and a button that is pressed once. */

import { shrink } from "shushan/phone/photo";

const form = document.getElementById("call");
const { photo } = form.elements;

photo.addEventListener("change", async () => {
  const [file] = photo.files;
  if (!file) return;
  const files = new DataTransfer();
  files.items.add(new File([await shrink(file)], "photo.jpg", { type: "image/jpeg" }));
  photo.files = files.files;
});
form.addEventListener("submit", () => {
  for (const button of document.querySelectorAll("[form=call]")) button.disabled = true;
});

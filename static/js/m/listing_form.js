/** The form of a listing: asks only what its kind needs, makes photos small and shows them, is sent once. */

import { shrink } from "shushan/phone/photo";

const MOST = 6;
const form = document.getElementById("new-listing");
const shots = document.getElementById("shots");
const { photos, kind } = form.elements;

function ask() {
  for (const one of form.querySelectorAll("[data-kind]")) one.hidden = one.dataset.kind !== kind.value;
}
kind.addEventListener("change", ask);
ask();

photos.addEventListener("change", async () => {
  const files = new DataTransfer();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    for (const [index, file] of [...photos.files].slice(0, MOST).entries()) {
      files.items.add(new File([await shrink(file)], `photo${index}.jpg`, { type: "image/jpeg" }));
    }
    photos.files = files.files;
    shots.replaceChildren(...[...files.files].map(picture));
  } catch {
    shots.replaceChildren(); // what cannot be read here is looked at by the server
  } finally {
    button.disabled = false;
  }
});
form.addEventListener("submit", () => setTimeout(() => (form.querySelector("[type=submit]").disabled = true)));

function picture(file) {
  const img = document.createElement("img");
  img.src = URL.createObjectURL(file);
  img.alt = "";
  return img;
}

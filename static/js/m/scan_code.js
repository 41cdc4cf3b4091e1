/** "Scan": reads a pick-up code with the camera where the browser can, and looks it up. */

import { _ } from "shushan/words";

const form = document.getElementById("code-form");
const button = document.getElementById("scan");
const sheet = document.getElementById("scan-sheet");
const video = sheet.querySelector("video");
const note = sheet.querySelector("p");

button.hidden = !("BarcodeDetector" in globalThis && navigator.mediaDevices?.getUserMedia);
button.addEventListener("click", async () => {
  const code = await seen();
  if (!code) return;
  form.elements.code.value = code;
  form.requestSubmit();
});
sheet.querySelector("button").addEventListener("click", () => sheet.close());

/** The first code the camera sees, null when it was given up. */
async function seen() {
  let stream;
  note.textContent = _("Hold the camera on the pick-up code.");
  sheet.showModal();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    await video.play();
    const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
    while (sheet.open) {
      const [found] = await detector.detect(video);
      if (found) return codeOf(found.rawValue);
      await new Promise((go) => setTimeout(go, 200));
    }
  } catch {
    note.textContent = _("The camera cannot be used here. Type the code.");
    await new Promise((go) => sheet.addEventListener("close", go, { once: true }));
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
    if (sheet.open) sheet.close();
  }
  return null;
}

/** The code may lie in an address, so that the phone's own camera opens this page. */
function codeOf(text) {
  try {
    return new URL(text).searchParams.get("code") ?? text;
  } catch {
    return text;
  }
}

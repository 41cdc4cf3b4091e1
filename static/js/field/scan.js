/** Reading a QR code with the camera, where the browser has a detector; elsewhere the camera app opens the link. */

import { el } from "shushan/cockpit/dom";
import { _ } from "shushan/words";

export const canScan = () => "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);

/** The text of the first code seen, or null when it was given up. */
export async function scan(dialog) {
  let stream;
  const video = el("video", { class: "scan-video", playsinline: true, muted: true });
  const note = el("p", { class: "muted" }, _("Hold the camera on the code of the point."));
  dialog.replaceChildren(el("div", { class: "sheet-form" }, el("h2", {}, _("Scan a code")), video, note,
    el("div", { class: "sheet-actions" }, el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => dialog.close() } }, _("Back")))));
  dialog.showModal();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    await video.play();
    const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
    while (dialog.open) {
      const [found] = await detector.detect(video);
      if (found) return found.rawValue;
      await new Promise((go) => setTimeout(go, 200));
    }
  } catch {
    note.textContent = _("The camera cannot be used here. Scan the code with the phone's camera: it opens this page.");
    await new Promise((go) => dialog.addEventListener("close", go, { once: true }));
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
    if (dialog.open) dialog.close();
  }
  return null;
}

/** A voice note: press, speak, press; a minute at most. Where the browser cannot record, a recording is chosen. */

import { put } from "shushan/cockpit/dom";
import { _, fill } from "shushan/words";

const LONGEST_S = 60;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export class Voice extends EventTarget {
  blob = null;
  seconds = null;

  constructor(box) {
    super();
    this.box = box.querySelector(".m-voice");
    this.button = box.querySelector("#record");
    this.heard = box.querySelector("#heard");
    this.away = box.querySelector("#unsay");
    this.word = this.button.textContent;
    this.box.hidden = false;
    this.button.hidden = !globalThis.MediaRecorder || !navigator.mediaDevices;
    box.querySelector("#voice").addEventListener("change", ({ target }) => {
      const [file] = target.files;
      target.value = "";
      if (file) this.#take(file, null);
    });
    this.button.addEventListener("click", () => (this.recorder ? this.recorder.stop() : this.#record()));
    this.away.addEventListener("click", () => this.#take(null, null));
  }

  /** Put a kept note back. */
  restore(blob, seconds) {
    this.blob = blob ?? null;
    this.seconds = seconds ?? null;
    this.#draw();
  }

  async #record() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      put(this.button, _("No microphone"));
      return;
    }
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const parts = [];
    const begun = Date.now();
    this.recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 24_000 });
    this.recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    this.recorder.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      clearInterval(this.timer);
      this.recorder = null;
      const seconds = Math.min(LONGEST_S, Math.round((Date.now() - begun) / 1000));
      this.#take(new Blob(parts, { type: (mimeType ?? "audio/webm").split(";")[0] }), seconds);
    });
    this.recorder.start();
    this.button.dataset.on = "true";
    const tick = () => {
      const seconds = Math.round((Date.now() - begun) / 1000);
      put(this.button, fill(_("Stop (%(n)s s)"), { n: seconds }));
      if (seconds >= LONGEST_S) this.recorder?.stop();
    };
    tick();
    this.timer = setInterval(tick, 500);
  }

  #take(blob, seconds) {
    this.restore(blob, seconds);
    this.dispatchEvent(new Event("change"));
  }

  #draw() {
    delete this.button.dataset.on;
    put(this.button, this.blob ? _("Record anew") : this.word);
    this.heard.hidden = this.away.hidden = !this.blob;
    if (this.blob) this.heard.src = URL.createObjectURL(this.blob);
    else this.heard.removeAttribute("src");
  }
}

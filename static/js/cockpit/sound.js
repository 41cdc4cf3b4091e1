/** Sound that a browser allows only after a press: unlocked at the start of the shift. */

let context = null;

/** Call it from a click. Resolves to whether sound can be heard now. */
export async function unlock() {
  const Sound = globalThis.AudioContext ?? globalThis.webkitAudioContext;
  if (!Sound) return false;
  context ??= new Sound();
  try {
    await context.resume();
  } catch {
    return false;
  }
  return context.state === "running";
}

export const ready = () => context?.state === "running";

/** Level Ⅰ: two falling pairs, urgent. Level Ⅱ: one rising pair. */
export function ring(level) {
  if (!ready()) return;
  const tones = level === 1 ? [[880, 0], [660, 0.22], [880, 0.5], [660, 0.72]] : [[587, 0], [784, 0.2]];
  for (const [pitch, after] of tones) tone(pitch, context.currentTime + after, 0.18, level === 1 ? 0.35 : 0.22);
}

export function confirm() {
  if (ready()) tone(784, context.currentTime, 0.12, 0.15);
}

function tone(pitch, at, lasts, loud) {
  const source = context.createOscillator();
  const volume = context.createGain();
  source.type = "triangle";
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(loud, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + lasts);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + lasts + 0.05);
}

/** One broken panel never takes the page: it is marked, told once a minute, and tried again with the next data. */

const told = new Map();

export function guarded(name, run) {
  try {
    return run();
  } catch (error) {
    const now = Date.now();
    if (now - (told.get(name) ?? 0) > 60_000) {
      told.set(name, now);
      console.error(`panel ${name}`, error);
    }
    return undefined;
  }
}

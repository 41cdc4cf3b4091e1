/** A track over time, without a page: where the truck was, which stretches, which bands. Instants in seconds. */

export const GAP_S = 600; // across so long a silence nothing is drawn

/** The index of the last fix at or before `at`, -1 before the first. */
export function indexAt(t, at) {
  let [low, high] = [0, t.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Where and how the truck was at `at`: {index, lon, lat, heading, speed, load, lift, cover, silent}. Between two fixes
 * the place is taken on the line; what a sensor says holds until it says otherwise. null without fixes.
 */
export function stateAt(track, at) {
  const { t } = track;
  if (!t.length) return null;
  const index = Math.max(0, indexAt(t, at));
  const next = Math.min(index + 1, t.length - 1);
  const wide = t[next] - t[index];
  const silent = at < t[0] || at > t[t.length - 1] + GAP_S || wide > GAP_S;
  const share = silent || wide <= 0 ? 0 : Math.min(1, Math.max(0, (at - t[index]) / wide));
  const between = (name) => track[name][index] + (track[name][next] - track[name][index]) * share;
  const [lon, lat] = [between("lon"), between("lat")];
  const heading = bearing(track, index, next) ?? track.heading[index];
  const said = Object.fromEntries(["load", "lift", "cover"].map((name) => [name, track[name][index]]));
  return { index, lon, lat, heading, speed: silent ? null : between("speed"), silent, ...said };
}

/** Degrees from north, from one fix to another; undefined where they are one place. */
function bearing({ lon, lat }, from, to) {
  const east = (lon[to] - lon[from]) * Math.cos((lat[from] * Math.PI) / 180);
  const north = lat[to] - lat[from];
  if (Math.hypot(east, north) < 1e-5) return undefined;
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}

/** The stretches [first, last] of fixes with no silence between them. */
export function legs(t) {
  const found = [];
  for (let index = 0; index < t.length; index += 1) {
    if (!index || t[index] - t[index - 1] > GAP_S) found.push([index, index]);
    else found.at(-1)[1] = index;
  }
  return found;
}

/** [from, to] of each time in which `values` are `wanted`; a value holds until the next fix, or a silence. */
export function bands(t, values, wanted) {
  const found = [];
  for (let index = 0; index < t.length; index += 1) {
    if (values[index] !== wanted) continue;
    const next = t[index + 1];
    const until = next === undefined ? t[index] : next - t[index] > GAP_S ? t[index] : next;
    if (found.length && found.at(-1)[1] >= t[index]) found.at(-1)[1] = until;
    else found.push([t[index], until]);
  }
  return found;
}

/** Round instants for the axis: about `count` of them, on whole minutes of the street. */
export function ticks(from, to, count) {
  const steps = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600];
  const step = steps.find((one) => (to - from) / one <= count) ?? steps.at(-1);
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

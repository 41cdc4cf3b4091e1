/** Asking the server: JSON both ways, the CSRF token, problems (RFC 9457) as errors that name the field. */

import { page } from "shushan/page";
import { _ } from "shushan/words";

// A router that forgot a connection tells nobody. The browser keeps six to a server: questions without an answer must
// not hold them for ever, or the next snapshot waits behind them.
const BACKGROUND_MS = 15_000;
const ASKED_MS = 60_000;
const FORM_MS = 300_000;

/** A refusal: `status`, `title`, `detail`, `errors` [{field, message}]. Status 0: the server was not reached. */
export class Problem extends Error {
  constructor({ status = 0, title = "", detail = "", errors = [], ...extra }) {
    super(detail || title);
    Object.assign(this, { status, title, detail, errors, extra });
  }

  /** The first message about `field`, or undefined. */
  about(field) {
    return this.errors.find((error) => error.field === field)?.message;
  }
}

/**
 * `ask("/api/v1/…", {method, body, background, signal, headers, patience_ms})` → parsed JSON, null for 204. A FormData
 * body goes as it is. `background: true` marks what the page does by itself: it does not prolong the session.
 */
export async function ask(url, { method = "GET", body, background = false, signal, headers = {}, patience_ms } = {}) {
  const sent = { Accept: "application/json", "X-Requested-With": "fetch", ...headers };
  const form = typeof FormData !== "undefined" && body instanceof FormData;
  if (background) sent["X-Background"] = "1";
  if (method !== "GET") sent["X-CSRFToken"] = csrfToken();
  if (body !== undefined && !form) sent["Content-Type"] = "application/json";
  const ending = new AbortController();
  const end = () => ending.abort();
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  const patience = setTimeout(end, patience_ms ?? (form ? FORM_MS : background ? BACKGROUND_MS : ASKED_MS));
  try {
    const answer = await fetch(url, {
      method, signal: ending.signal, headers: sent, credentials: "same-origin",
      body: body === undefined || form ? body : JSON.stringify(body),
    });
    return await read(answer);
  } catch (error) {
    if (error instanceof Problem || signal?.aborted) throw error;
    throw new Problem({ detail: _("The server cannot be reached. It will be tried again.") });
  } finally {
    clearTimeout(patience);
    signal?.removeEventListener("abort", end);
  }
}

async function read(answer) {
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in")) {
    throw new Problem({ status: 401, detail: _("You have been signed out.") });
  }
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Problem({ detail: _("The request was refused."), ...(await refusal(answer)), status: answer.status });
  const text = await answer.text();
  return text ? JSON.parse(text) : {}; // half an answer throws: it is none
}

export const get = (url, options) => ask(url, options);
export const post = (url, body = {}, options = {}) => ask(url, { ...options, method: "POST", body });

async function refusal(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}

/** Signing in elsewhere renews the cookie; the page's own token may then be old. */
function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? decodeURIComponent(cookie.slice("csrftoken=".length)) : page.csrf;
}

/* Keeps the shell of the phone for when there is no network. Answers of the API are never kept here: they could show a
   limit that is no longer true. What the page itself keeps of them tells its age. */
const SHELL = "ssw-{{ room }}-1";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.add("/{{ room }}/").catch(() => {})).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("ssw-{{ room }}-") && name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === "/{{ room }}/") event.respondWith(page(request));
  } else if (url.pathname.startsWith("/static/") || url.pathname.startsWith("/jsi18n/") || url.pathname === "/{{ room }}/manifest.webmanifest") {
    event.respondWith(file(request));
  }
});

/** The page: fresh where the network answers in time, else as it was; somebody signed out is sent to sign in. */
async function page(request) {
  const shell = await caches.open(SHELL);
  const asked = fetch(request).then((answer) => {
    if (answer.ok && !answer.redirected) shell.put("/{{ room }}/", answer.clone());
    return answer;
  });
  const late = new Promise((go) => setTimeout(go, PATIENCE_MS));
  try {
    const first = await Promise.race([asked, late]);
    if (first) return first;
  } catch {
    // no network
  }
  return (await shell.match("/{{ room }}/")) ?? asked;
}

/** Styles, scripts and words: what is kept at once, renewed behind. */
async function file(request) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request);
  const asked = fetch(request).then((answer) => {
    if (answer.ok) shell.put(request, answer.clone());
    return answer;
  });
  if (!kept) return asked;
  asked.catch(() => {});
  return kept;
}

// The worker of lessons without a network: it keeps one page that is the same for everybody, with what that page needs. What was taken
// along is in the database of keep.js, sealed. KEPT, written before this by the portal, names the files of one version.
"use strict";
const CACHE = `learn ${KEPT.version}`, PATIENCE = 6e3;
importScripts(KEPT.study);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  const fresh = [KEPT.page, ...KEPT.files].map((file) => new Request(file, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("learn ") && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

const kept = (path) => caches.match(path, { cacheName: CACHE });
const page = async (request) => {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (problem) {
    const answer = await kept(KEPT.page);
    if (answer) return answer;
    throw problem;
  }
};
// A form that was sent when the line had just gone: back to its lesson, where what was typed is.
const form = async (request) => {
  try {
    return await fetch(request);
  } catch {
    const [lesson] = new URL(request.url).pathname.match(/^\/learn\/[^/]+(\/lessons\/[^/]+)?/);
    return Response.redirect(lesson, 303);
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(request.method === "GET" ? page(request) : form(request));
  else if (request.method === "GET" && KEPT.files.includes(pathname)) event.respondWith(kept(pathname).then((answer) => answer ?? fetch(request)));
});

// The system says that there may be a network again, perhaps with no page open.
const wake = async () => {
  await self.study.flush();
  if (self.study.state.queue.some((item) => !item.refused)) throw new Error("Something is left");
};
self.addEventListener("sync", (event) => event.tag === "study" && event.waitUntil(wake()));

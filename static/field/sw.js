// The worker of the page in the field: it keeps that one page with what the page needs, and nothing else. No page about anybody
// is ever kept. KEPT, written before this by the portal, names the files of one version; another version makes another worker.
"use strict";
const CACHE = `field ${KEPT.version}`, PATIENCE = 4e3;
importScripts(KEPT.outbox);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  const fresh = [KEPT.page, ...KEPT.files].map((file) => new Request(file, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("field ") && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

// The page comes from the network while there is one; a network that does not answer counts as none.
const page = async (request) => {
  const kept = () => caches.match(KEPT.page, { cacheName: CACHE });
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok && !answer.redirected ? answer : ((await kept()) ?? answer);
  } catch (problem) {
    const answer = await kept();
    if (answer) return answer;
    throw problem;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === KEPT.page) event.respondWith(page(request));
  else if (KEPT.files.includes(pathname)) event.respondWith(caches.match(pathname, { cacheName: CACHE }).then((kept) => kept ?? fetch(request)));
});

// The system says that there may be a network again, perhaps with no page open. While something is left it is asked to say so again.
const wake = async () => {
  await self.outbox.flush();
  if (self.outbox.state.queue.some((item) => !item.attention)) throw new Error("Something is left");
};
self.addEventListener("sync", (event) => event.tag === "outbox" && event.waitUntil(wake()));

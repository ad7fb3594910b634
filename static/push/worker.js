// The worker of push: it shows what the portal says waits, and opens the place. It keeps no page and answers for none.
// KEPT, written before this by the portal, has its public key and a picture.
"use strict";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));

const read = (event) => { try { return event.data.json(); } catch { return {}; } };
self.addEventListener("push", (event) => {
  // Browsers ask that every push shows something.
  const { title = "Waymark", body = "Something waits for you.", path = "/inbox", tag = "waymark", lang = "en" } = read(event);
  const look = { body, tag, lang, dir: "auto", renotify: true, icon: KEPT.icon, badge: KEPT.icon, data: { path } };
  event.waitUntil(self.registration.showNotification(title, look));
});

// Nothing outside the portal is ever opened, whatever a push says.
const inside = (path) => {
  const home = new URL("/inbox", location.origin);
  try {
    const place = new URL(path, location.origin);
    return place.origin === location.origin ? place : home;
  } catch {
    return home;
  }
};
// A page that is there already comes to the front; one with something typed on it is never led elsewhere.
const open = async (place) => {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => new URL(page.url).pathname === place.pathname);
  return there ? there.focus() : clients.openWindow(place.href);
};
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(inside(event.notification.data?.path ?? "/inbox")));
});

// The push service gave this browser another address: the portal has to know it in place of the former one.
const known = async () => (await caches.match("/push-endpoint", { cacheName: "push" }))?.text();
const renew = async ({ oldSubscription, newSubscription }) => {
  const old = oldSubscription?.endpoint ?? (await known());
  const wish = { userVisibleOnly: true, applicationServerKey: KEPT.key };
  const subscription = newSubscription ?? (await self.registration.pushManager.subscribe(wish));
  if (!old) return;
  const body = JSON.stringify({ old, subscription });
  const answer = await fetch("/inbox/devices/renewal", { method: "PUT", headers: { "Content-Type": "application/json" }, body });
  if (answer.ok) await (await caches.open("push")).put("/push-endpoint", new Response(subscription.endpoint));
};
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

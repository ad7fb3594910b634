"use strict";
// What was written without a signal: sealed, kept in this browser until the portal says that it has it, sent once. Stands on nothing
// else: it runs in the page in the field, in other pages while something waits, and in the service worker.
self.outbox = (() => {
  const SCHEMA = 3, PATIENCE = 8e3, LONGEST = 300;
  const isPage = typeof document === "object";
  const state = { me: null, queue: [], others: 0, signedOut: false, refused: "", held: "", unplaced: 0, isReached: null, differences: new Map() };
  const utf8 = (text) => new TextEncoder().encode(text);
  const joined = (...parts) => new Uint8Array(parts.flatMap((part) => [...new Uint8Array(part)]));
  const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const fromBase64 = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  // Without https there is no randomUUID.
  const uuid = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
  };

  let opening;
  const database = () => (opening ??= new Promise((done, fail) => {
    const request = indexedDB.open("waymark-field", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("q", { keyPath: "id" });
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => {
      request.result.onclose = request.result.onversionchange = () => { request.result.close(); opening = null; };
      done(request.result);
    };
    request.onerror = () => { opening = null; fail(request.error); };
  }));
  // One operation, on the disk before it is called done.
  const within = async (store, mode, operate) => {
    const change = (await database()).transaction(store, mode, { durability: "strict" });
    const request = operate(change.objectStore(store));
    return new Promise((done, fail) => {
      change.oncomplete = () => done(request.result);
      change.onerror = change.onabort = () => fail(change.error);
    });
  };
  const queued = () => within("q", "readonly", (all) => all.getAll());
  const put = (item) => within("q", "readwrite", (all) => all.put(item));
  const remove = (id) => within("q", "readwrite", (all) => all.delete(id));
  const kept = (name) => within("kept", "readonly", (all) => all.get(name));
  const keep = (name, value) => within("kept", "readwrite", (all) => (value ? all.put(value, name) : all.delete(name)));
  const isOwn = (thing, me) => Boolean(me) && thing.user === me.user && thing.org === me.org;

  // To the portal's key, bound to whose it is and when it was written; nothing in this browser opens it again (see letterbox.rs).
  const seal = async (item, key, plain) => {
    const curve = { name: "ECDH", namedCurve: "P-256" }, address = fromBase64(key), iv = crypto.getRandomValues(new Uint8Array(12));
    const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
    const point = await crypto.subtle.exportKey("raw", own.publicKey);
    const portal = await crypto.subtle.importKey("raw", address, curve, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: portal }, own.privateKey, 256);
    const derive = { name: "HKDF", hash: "SHA-256", salt: joined(point, address), info: utf8("waymark/letterbox/1") };
    const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const once = await crypto.subtle.deriveKey(derive, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const additionalData = utf8([item.kind, item.id, item.org, item.author, item.schema, item.occurred_at].join("\n"));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, once, utf8(JSON.stringify(plain)));
    return toBase64(joined(point, iv, sealed));
  };

  const ask = (path, { headers, ...options } = {}) =>
    fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options, headers: { Accept: "application/json", ...headers } });
  // Who is signed in. A list that is not theirs, too old, or of other people than they have now is removed, and any once nobody is.
  const contact = async () => {
    const answer = await ask("/field/me"), me = answer.ok && (await answer.json());
    if (answer.ok && !me.user) throw new Error("Somebody else answered");
    const told = (status) => (answer.status === status ? answer.json().then(({ detail }) => detail) : "");
    Object.assign(state, { isReached: true, signedOut: answer.status === 401, refused: await told(404), held: await told(403) });
    if (!me && !state.signedOut && !state.refused && !state.held) throw new Error(answer.status);
    const list = await kept("list");
    if (list && (state.signedOut || state.refused || (me && (!isOwn(list, me) || list.epoch !== me.epoch)) || Date.parse(list.until) < Date.now())) await keep("list");
    if (me) { await keep("me", me); state.unplaced = me.unplaced; }
    return me;
  };
  const send = (item, path = `${item.kind}/${item.id}`) => {
    const { schema, org, author, occurred_at, sealed, plain } = item, body = JSON.stringify({ schema, org, author, occurred_at, sealed, plain });
    return ask(`/field/${path}`, { method: "PUT", headers: { "Content-Type": "application/json" }, body });
  };
  // Whether the next one may be tried. Only what the portal itself says it has, by its id, is removed.
  const deliver = async (item) => {
    const answer = await send(item, item.path).catch(() => null), status = answer?.status ?? 0;
    const told = (await answer?.json().catch(() => null)) ?? {};
    if (answer?.ok && told.id === item.id) {
      if (told.outcome === "unplaced") state.unplaced++;
      await remove(item.id);
      return true;
    }
    const attention = status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status);
    state.signedOut ||= status === 401;
    if (status === 401) await keep("list");
    await put({ ...item, tries: item.tries + 1, last_error: told.detail ?? (status ? `The portal answered ${status}.` : "No answer"), status, attention });
    // What a task says stays in memory.
    if (told.task) state.differences.set(item.id, told);
    pause(Number(answer?.headers.get("Retry-After")));
    return attention || (status >= 500 && status !== 503);
  };

  let failures = 0, next = 0, timer;
  const pause = (seconds) => {
    const wait = Math.min(LONGEST, seconds || 5 * 2 ** failures++) * 1e3;
    next = Date.now() + wait;
    clearTimeout(timer);
    if (isPage) timer = setTimeout(flush, wait);
  };
  const run = async () => {
    next = Infinity;
    clearTimeout(timer);
    const me = await contact().catch(() => { state.isReached = false; });
    next = 0;
    if (!me) return state.isReached || pause();
    const own = (await queued()).filter((item) => isOwn(item, me) && !item.attention);
    own.sort((one, two) => one.occurred_at.localeCompare(two.occurred_at));
    for (const item of own) if (!(await deliver(item))) return;
    failures = 0;
  };
  // Two tabs and the worker share one outbox: one of them sends, one item at a time.
  const alone = (work) => (navigator.locks ? navigator.locks.request("outbox", work) : work());
  let running = Promise.resolve();
  const flush = () => (running = running.then(() => alone(run)).catch(() => {}).then(tell));
  // What is shown: counts and times, never words. Other pages of this origin read it from the local storage.
  const tell = async () => {
    const [all, me] = [await queued(), await kept("me")], own = all.filter((item) => isOwn(item, me));
    Object.assign(state, { me, queue: own.sort((one, two) => one.occurred_at.localeCompare(two.occurred_at)), others: all.length - own.length });
    if (!isPage) return (await clients.matchAll({ includeUncontrolled: true })).forEach((client) => client.postMessage("outbox"));
    try { if (me) localStorage.setItem("waymark field", JSON.stringify({ member: me.member, count: own.length, since: own[0]?.occurred_at })); } catch { /* forbidden */ }
    navigator.setAppBadge?.(own.length).catch(() => {});
    dispatchEvent(new Event("outbox"));
  };

  const draft = (kind, me) => ({ id: uuid(), user: me.user, org: me.org, author: me.member, schema: SCHEMA, kind, occurred_at: new Date().toISOString(), tries: 0, last_error: "" });
  const add = async (kind, plain) => {
    const me = await kept("me"), item = draft(kind, me);
    await put({ ...item, sealed: await seal(item, me.key, plain) });
    navigator.serviceWorker?.getRegistration("/field").then((worker) => worker?.sync?.register("outbox")).catch(() => {});
    await tell();
    flush();
  };
  // Not while something is sent: what comes of that would be written over it.
  const again = async (item) => { if (await within("q", "readonly", (all) => all.get(item.id))) await put(item); };
  const retry = async (item, path) => { await alone(() => again({ ...item, path, attention: false })); failures = 0; return flush(); };
  const discard = async (...items) => { await alone(() => Promise.all(items.map((item) => remove(item.id)))); return tell(); };
  const takeList = async () => {
    const me = await contact(), answer = me && (await ask("/field/people")), list = answer?.ok && (await answer.json());
    if (!Array.isArray(list?.people)) throw new Error("No list came");
    await keep("list", { ...list, user: me.user, org: me.org });
  };
  const list = async () => {
    const [list, me] = [await kept("list"), await kept("me")];
    if (list && Date.parse(list.until) < Date.now()) return keep("list").then(() => null);
    return list && isOwn(list, me) ? list : null;
  };

  if (isPage) {
    addEventListener("online", flush);
    addEventListener("storage", (event) => event.key === "waymark field" && tell());
    document.addEventListener("visibilitychange", () => document.hidden || flush());
    navigator.serviceWorker?.addEventListener("message", tell);
    setInterval(() => document.hidden || Date.now() < next || (state.queue.some((item) => !item.attention) && flush()), 60e3);
    flush();
  }
  return { state, add, ask, draft, send, retry, discard, flush, tell, list, takeList, dropList: () => keep("list"), forget: () => alone(() => keep("me").then(() => keep("list"))) };
})();

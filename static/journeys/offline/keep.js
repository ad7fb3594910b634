"use strict";
// Lessons that were taken along and what was answered without a signal: sealed under a key that the portal gives to whoever is signed in
// and that goes when they sign out; sent once, in order, when there is a line. Runs in pages and in the worker; stands on nothing else.
self.study = (() => {
  const PATIENCE = 8e3, LONGEST = 300;
  const isPage = typeof document === "object";
  const state = { member: null, queue: [], kept: [], others: 0, signedOut: false, isReached: null, canKeep: Boolean(self.isSecureContext && crypto.subtle) };
  const utf8 = (text) => new TextEncoder().encode(text);
  const fromBase64 = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const byTime = (one, two) => one.written_at.localeCompare(two.written_at);

  let opening;
  const database = () => (opening ??= new Promise((done, fail) => {
    const request = indexedDB.open("waymark-study", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("who");
      for (const name of ["journeys", "drafts", "queue"]) request.result.createObjectStore(name, { keyPath: "id" });
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
  const all = (store) => within(store, "readonly", (things) => things.getAll());
  const get = (store, id) => within(store, "readonly", (things) => things.get(id));
  const remove = (store, id) => within(store, "readwrite", (things) => things.delete(id));
  const who = () => get("who", "me");

  const seal = async (me, id, plain) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(id) }, me.key, utf8(JSON.stringify(plain))) };
  };
  const open = async (me, { id, iv, sealed }) =>
    JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: utf8(id) }, me.key, sealed)));
  const put = async (store, me, thing, plain) => {
    const sealed = plain === undefined ? {} : await seal(me, thing.id, plain);
    return within(store, "readwrite", (things) => things.put({ ...thing, member: me.member, ...sealed }));
  };
  // Something of one's own, opened; null when there is none, or it is somebody else's.
  const own = async (store, id) => {
    const [me, found] = [await who(), await get(store, id)];
    return me && found?.member === me.member ? { ...found, ...(await open(me, found)) } : null;
  };

  // Without a key nothing here can be read. What waits stays sealed until the same person signs in again.
  const forget = async () => {
    await remove("who", "me");
    await within("journeys", "readwrite", (things) => things.clear());
  };
  const ask = (path, { headers, ...options } = {}) =>
    fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options, headers: { Accept: "application/json", ...headers } });
  const contact = async () => {
    const answer = await ask("/learn/me");
    state.signedOut = answer.status === 401;
    if (!answer.ok && !state.signedOut) throw new Error(answer.status);
    state.isReached = true;
    const before = await who();
    if (state.signedOut) { if (before) await forget(); return null; }
    const { member, key } = await answer.json();
    if (!member || !key) throw new Error("Something else answered");
    if (before?.member === member) return before;
    if (before) await forget();
    const me = { member, key: await crypto.subtle.importKey("raw", fromBase64(key), "AES-GCM", false, ["encrypt", "decrypt"]) };
    await within("who", "readwrite", (things) => things.put(me, "me"));
    return me;
  };

  const take = async (enrolment) => {
    const me = await contact();
    if (!me) throw new Error("Sign in first.");
    const answer = await ask(`/learn/${enrolment}/kept`), journey = answer.ok && (await answer.json());
    if (!journey?.lessons) throw new Error("The lessons did not come.");
    await put("journeys", me, { id: enrolment, taken_at: new Date().toISOString() }, journey);
    await tell();
  };
  const drop = async (enrolment) => { await remove("journeys", enrolment); await tell(); };
  const journey = (enrolment) => own("journeys", enrolment);
  const draft = (place) => own("drafts", place);
  const keepDraft = async (place, plain) => {
    const me = await who();
    if (me) await (plain ? put("drafts", me, { id: place }, plain) : remove("drafts", place));
  };

  // What is answered again before it was sent replaces what was answered before.
  const add = async (kind, { enrolment, lesson, title }, plain = {}) => {
    const me = await who();
    if (!me) throw new Error("Nobody is signed in.");
    await orderly(async () => {
      const same = (item) => item.member === me.member && item.lesson === lesson && item.kind === kind && !item.refused;
      const before = (await all("queue")).find((item) => same(item) && (!item.tries || kind === "done"));
      let written = plain;
      if (before && kind === "ticks") {
        const then = await open(me, before), now = new Set([...plain.ticked, ...plain.unticked]), rest = (keys) => keys.filter((key) => !now.has(key));
        written = { ticked: [...rest(then.ticked), ...plain.ticked], unticked: [...rest(then.unticked), ...plain.unticked] };
      }
      if (before && kind === "done") return;
      await put("queue", me, { id: before?.id ?? crypto.randomUUID(), kind, enrolment, lesson, written_at: new Date().toISOString(), tries: 0, refused: "" }, { title, ...written });
    });
    self.navigator.serviceWorker?.getRegistration("/learn").then((worker) => worker?.sync?.register("study")).catch(() => {});
    await tell();
    flush();
  };

  // Whether the next one may be tried. Only what the portal itself says it has, by its id, is removed.
  const deliver = async (me, { id }) => {
    const item = await orderly(async () => {
      const found = await get("queue", id), taken = found && { ...found, tries: found.tries + 1 };
      if (taken) await put("queue", me, taken);
      return taken;
    });
    if (!item) return true;
    const { title, ...plain } = await open(me, item);
    const body = JSON.stringify({ member: me.member, kind: item.kind, ...plain });
    const answer = await ask(`/learn/${item.enrolment}/lessons/${item.lesson}/deferred/${item.id}`, { method: "PUT", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    const status = answer?.status ?? 0, told = (await answer?.json().catch(() => null)) ?? {};
    if (answer?.ok && told.id === item.id) {
      await remove("queue", item.id);
      if (item.kind === "writing") await remove("drafts", `${item.enrolment}/${item.lesson}`);
      return true;
    }
    state.signedOut ||= status === 401;
    if (status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status)) {
      const why = told.errors ? Object.values(told.errors).flat().map((error) => error.message ?? error).join(" ") : "";
      await put("queue", me, { ...item, refused: why || told.detail || `The portal answered ${status}.` });
      return true;
    }
    pause(Number(answer?.headers.get("Retry-After")));
    return false;
  };

  let failures = 0, next = 0, timer;
  const pause = (seconds) => {
    const wait = Math.min(LONGEST, seconds || 3 * 2 ** failures++) * 1e3;
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
    const waiting = (await all("queue")).filter((item) => item.member === me.member && !item.refused).sort(byTime);
    let sent = 0;
    for (const item of waiting) { if (!(await deliver(me, item))) return; sent++; }
    failures = 0;
    // What is done opens what comes after it.
    if (sent) for (const one of new Set(waiting.map((item) => item.enrolment))) if (await get("journeys", one)) await take(one).catch(() => {});
  };
  // Two tabs and the worker share one queue: one of them sends, one item at a time.
  const alone = (work) => (navigator.locks ? navigator.locks.request("study", work) : work());
  // What is changed is read first: nothing comes between. Never while something is on its way.
  const orderly = (work) => (navigator.locks ? navigator.locks.request("study queue", work) : work());
  let running = Promise.resolve();
  const flush = () => (state.canKeep ? (running = running.then(() => alone(run)).catch(() => {}).then(tell)) : Promise.resolve());

  const opened = async (me, store) => {
    const found = (await all(store)).filter((thing) => thing.member === me?.member);
    return Promise.all(found.map(async (thing) => ({ ...thing, ...(await open(me, thing).catch(() => ({}))), iv: null, sealed: null })));
  };
  const tell = async () => {
    if (!state.canKeep) return;
    const me = await who(), waiting = await all("queue");
    Object.assign(state, { member: me?.member ?? null, queue: (await opened(me, "queue")).sort(byTime), kept: await opened(me, "journeys") });
    state.others = waiting.length - state.queue.length;
    if (!isPage) return (await clients.matchAll({ includeUncontrolled: true })).forEach((client) => client.postMessage("study"));
    try {
      // Read by every page at sign-out.
      if (me || waiting.length) localStorage.setItem("waymark study", JSON.stringify({ count: state.queue.length }));
    } catch { /* forbidden */ }
    dispatchEvent(new Event("study"));
  };
  const retry = async (item) => { await orderly(async () => { const kept = await get("queue", item.id); if (kept) await within("queue", "readwrite", (things) => things.put({ ...kept, refused: "" })); }); failures = 0; return flush(); };
  const discard = async (...items) => { await orderly(() => Promise.all(items.map((item) => remove("queue", item.id)))); return tell(); };

  if (isPage && state.canKeep) {
    addEventListener("online", flush);
    document.addEventListener("visibilitychange", () => document.hidden || flush());
    navigator.serviceWorker?.addEventListener("message", tell);
    setInterval(() => document.hidden || Date.now() < next || (state.queue.some((item) => !item.refused) && flush()), 20e3);
    // Who never took anything along is asked nothing.
    const isUsed = () => { try { return Boolean(localStorage.getItem("waymark study")); } catch { return false; } };
    if (isUsed()) flush();
  }
  return { state, take, drop, journey, draft, keepDraft, add, retry, discard, flush, tell, forget };
})();

// Messages on their way, kept in the browser until the server has them: through reloads, lost networks and ended sessions.
waymark.outbox = (() => {
  const { post, problems, moved, member, feed } = waymark;
  if (!member) return null;
  const memory = new Map();

  const open = new Promise((done) => {
    try {
      const request = indexedDB.open("waymark", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "id" });
      request.onsuccess = () => done(request.result);
      request.onerror = request.onblocked = () => done(null);
    } catch {
      done(null);
    }
  });
  // One operation on the kept messages; without a database they live as long as the page.
  const kept = async (mode, operate) => {
    const database = await open;
    if (!database) return null;
    return new Promise((done) => {
      const change = database.transaction("outbox", mode), request = operate(change.objectStore("outbox"));
      change.oncomplete = () => done(request.result);
      change.onerror = change.onabort = () => done(null);
    });
  };
  const put = (entry) => {
    memory.set(entry.id, entry);
    return kept("readwrite", (all) => all.put(entry));
  };
  const remove = (entry) => {
    memory.delete(entry.id);
    return kept("readwrite", (all) => all.delete(entry.id));
  };
  const mine = async () => {
    const stored = (await kept("readonly", (all) => all.getAll())) ?? [...memory.values()];
    return stored.filter((entry) => entry.member === member).sort((one, two) => one.created - two.created);
  };

  const show = (entry, state, why) => entry.path === feed.path && waymark.pending?.show(entry, state, why);
  let again, pause = 0;
  const later = (seconds) => {
    clearTimeout(again);
    again = setTimeout(flush, seconds * 1e3);
  };

  // True when the next message of the same channel may go.
  const deliver = async (entry) => {
    show(entry, "pending");
    const fields = [["client_id", entry.id], ["body", entry.body], ["reply_to", entry.reply], ["everyone", entry.everyone]];
    let answer;
    try {
      answer = await post(`${entry.path}/messages`, [...fields, ...entry.files.map((id) => ["attachment", id])], { key: entry.id });
      if (answer.ok) return await delivered(entry, answer);
    } catch { /* no answer: try later */ }
    const status = answer?.status;
    if (status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status)) return refused(entry, answer);
    entry.tries++;
    await put(entry);
    pause = Number(answer?.headers.get("Retry-After")) || Math.min(30, 3 * 2 ** (entry.tries - 1));
    show(entry, "queued", status === 401 ? "Waits until you sign in" : status ? "Waits to be sent again" : "Waits for a connection");
    return false;
  };
  const delivered = async (entry, answer) => {
    const html = await answer.text();
    await remove(entry);
    if (entry.path !== feed.path || moved(answer)) return true;
    if (!feed.isLive()) location.assign(`${feed.path}?latest#m-${entry.id}`);
    feed.apply(waymark.parse(html));
    waymark.poll?.();
    return true;
  };
  const refused = async (entry, answer) => {
    const told = await problems(answer);
    if (entry.path === feed.path && answer.status === 422 && waymark.composer?.refused(entry, told)) {
      await discard(entry);
      return true;
    }
    entry.failed = told.words;
    await put(entry);
    show(entry, "failed", told.words);
    return true;
  };

  const run = async () => {
    const held = new Set();
    pause = 0;
    for (const entry of await mine()) {
      if (entry.path === feed.path) waymark.uploads?.forget(entry.files);
      if (entry.failed || held.has(entry.path)) show(entry, entry.failed ? "failed" : "queued", entry.failed);
      else if (!(await deliver(entry))) held.add(entry.path);
    }
    later(pause || 30);
  };
  // Two tabs share one outbox: only one of them sends at a time.
  let running = Promise.resolve();
  const flush = () => (running = running.then(() => (navigator.locks ? navigator.locks.request(`outbox ${member}`, run) : run())).catch(() => {}));

  const add = async (entry) => {
    show(entry, "pending");
    await put(entry);
    flush();
  };
  const discard = async (entry) => {
    waymark.pending?.hide(entry);
    await remove(entry);
  };
  const retry = (entry) => {
    delete entry.failed;
    return add(entry);
  };

  addEventListener("online", flush);
  addEventListener("DOMContentLoaded", flush);
  return { add, retry, discard, flush };
})();

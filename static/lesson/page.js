// Lessons keep what is typed, where one reads, and what was played. All of it works by forms as well, except how much of a video was played.
(() => {
  const { one, all, on, post, problems } = waymark;

  // Forms that keep themselves while one types; only those that change nothing else by being sent.
  const fieldsOf = (form) => {
    const fields = new URLSearchParams(new FormData(form));
    for (const name of ["_csrf", "_key", "intent", "seen"]) fields.delete(name);
    return fields;
  };
  for (const form of all("form[data-keeps]")) {
    const said = one("[data-kept]", form), { seen } = form.elements;
    let timer, sent = fieldsOf(form).toString(), stopped = false, sending = null;
    const say = (...words) => said?.replaceChildren(...words);
    // Why something was not kept. What will not do better by being sent again is not sent again.
    const refused = async (answer) => {
      if (answer.status === 401) {
        stopped = true;
        const link = Object.assign(document.createElement("a"), { href: `/sign-in?next=${encodeURIComponent(location.pathname)}`, textContent: "Sign in" });
        return say("Not kept: you are signed out. Copy what you typed first. ", link);
      }
      stopped = answer.status === 409 || answer.status === 410;
      say(`Not kept. ${(await problems(answer)).words}`);
      if (answer.status >= 500 || answer.status === 429) timer = setTimeout(keep, 15e3);
    };
    const keep = (options) => {
      clearTimeout(timer);
      const fields = fieldsOf(form), now = fields.toString();
      if (now === sent || stopped) return;
      // One after the other, so that a window does not meet itself; what is left by leaving does not wait.
      if (sending && !options?.keepalive) return sending.then(() => keep(options));
      fields.set("intent", "save");
      if (seen) fields.set("seen", seen.value);
      sending = post(form.action, fields, options)
        .then(async (answer) => {
          if (!answer.ok) return refused(answer);
          sent = now;
          say("Kept.");
          if (seen && answer.headers.get("Content-Type")?.startsWith("application/json")) seen.value = (await answer.json()).seen;
          const to = answer.headers.get("HX-Redirect");
          if (to) location.assign(to);
        })
        .catch(() => {
          say("Not kept yet: no connection. It is tried again.");
          timer = setTimeout(keep, 5e3);
        })
        .finally(() => { sending = null; });
      return sending;
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 1500); });
    form.addEventListener("change", (event) => { if (event.target.type === "checkbox" || event.target.type === "radio") keep(); });
    addEventListener("online", () => keep());
    let leaving = false;
    form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
    addEventListener("pagehide", () => leaving || keep({ keepalive: true }));
  }

  const lesson = one("[data-lesson]");
  if (!lesson) return;

  // Where one reads: the last heading above the middle of the window.
  const headings = all(".study__body :is(h2, h3, h4)[id]", lesson);
  if (headings.length) {
    let place = lesson.dataset.place ?? "", told = place;
    addEventListener("scroll", () => {
      const above = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 2);
      place = above.at(-1)?.id ?? "";
    }, { passive: true });
    const tell = () => {
      if (place === told) return;
      told = place;
      post(`${lesson.dataset.lesson}/place`, { place }, { keepalive: true }).catch(() => {});
    };
    addEventListener("pagehide", tell);
    document.addEventListener("visibilitychange", () => document.hidden && tell());
  }

  // What is played: whole seconds, sent again until they arrived, as ranges, so that sending twice counts once.
  const player = one("[data-watch]", lesson), media = player && one("video, audio", player);
  if (!media) return;
  const seen = new Set();
  let from = null, busy = false;
  const meter = one("progress", player.parentElement), words = one(".progress__value", player.parentElement);
  media.addEventListener("loadedmetadata", () => {
    const second = Number(player.dataset.second);
    if (second > 2 && second < media.duration - 2) media.currentTime = second;
  }, { once: true });
  const ranges = () => {
    const parts = [];
    let start = null, last = null;
    for (const second of [...seen].sort((a, b) => a - b)) {
      if (last !== null && second === last + 1) { last = second; continue; }
      if (start !== null) parts.push(`${start}-${last + 1}`);
      start = last = second;
    }
    if (start !== null) parts.push(`${start}-${last + 1}`);
    return parts.slice(0, 200).join(",");
  };
  const send = (options) => {
    if (busy || !seen.size) return;
    busy = true;
    const sending = new Set(seen);
    post(player.dataset.watch, { ranges: ranges(), second: Math.floor(media.currentTime) }, options)
      .then(async (answer) => {
        if (!answer.ok) return;
        for (const second of sending) seen.delete(second);
        const { percent, is_done: isDone } = await answer.json();
        if (meter) meter.value = percent;
        if (words) words.textContent = words.textContent.replace(/^\d+/, percent);
        if (isDone && !("done" in player.dataset) && one(".study-end__words:not(.study-end__words--done)")) {
          player.dataset.done = "";
          if (media.paused) location.reload();
        }
      })
      .catch(() => {})
      .finally(() => { busy = false; });
  };
  media.addEventListener("timeupdate", () => {
    const now = Math.floor(media.currentTime);
    // A jump is no playing: only what passed in small steps was seen.
    if (from !== null && !media.seeking && now >= from && now - from <= 4) for (let second = from; second < now; second += 1) seen.add(second);
    from = media.seeking ? null : now;
    if (seen.size >= 10) send();
  });
  media.addEventListener("seeking", () => { from = null; });
  media.addEventListener("ended", () => { if (from !== null) seen.add(from); send(); });
  media.addEventListener("pause", () => send());
  addEventListener("pagehide", () => { busy = false; send({ keepalive: true }); });
  on("click", "[data-second]", (event, link) => {
    if (link === player) return;
    media.currentTime = Number(link.dataset.second);
    media.focus();
  });
  const at = one("[data-at]", lesson);
  at?.closest("details")?.addEventListener("toggle", () => {
    const now = Math.floor(media.currentTime);
    if (!at.value && now) at.value = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
  });
})();

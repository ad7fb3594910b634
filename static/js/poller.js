// Asks what changed, as often as someone looks; one tab of a browser asks for all of them.
(() => {
  const { one, ask, parse, make, member, feed } = waymark;
  if (!feed.list) return;
  const { channel, path, list } = feed;
  let rev = Number(list.dataset.rev), active = Date.now(), hiddenSince = Date.now();
  let failures = 0, floor = 0, timer, busy = false, again = false, gone = false;
  let leading = !navigator.locks, release, turn;
  const others = new BroadcastChannel(`${path} ${member}`);

  const pace = () => {
    if (document.hidden) return Date.now() - hiddenSince > 600e3 ? Infinity : 60e3;
    const idle = Date.now() - active, beside = !document.hasFocus();
    // A window beside the one that is written in is looked at too.
    return idle < 60e3 && !beside ? 3e3 : idle < 300e3 ? (beside ? 4e3 : 8e3) : 15e3;
  };
  const plan = (wait = 0) => {
    clearTimeout(timer);
    const usual = failures ? Math.min(3e3 * 2 ** (failures - 1), 60e3) : pace();
    const after = Math.max(usual, floor) * (0.8 + Math.random() * 0.4);
    if (leading && !gone && feed.isLive() && after < Infinity) timer = setTimeout(poll, Math.max(after, wait));
  };

  const take = ({ from, to, html, unread, mentions }) => {
    if (to <= rev) return;
    if (from > rev) return poll();
    rev = to;
    feed.apply(parse(html));
    waymark.count?.(unread, mentions);
  };

  const redraw = async () => {
    const fresh = one("[data-list]", parse(await (await ask(`${path}?latest`)).text()));
    rev = Number(fresh.dataset.rev);
    feed.reset(fresh);
  };

  const leave = () => {
    gone = true;
    release?.();
    others.postMessage(null);
    const words = '<div><div class="empty" role="alert"><h2 class="empty__title">You no longer have access to this channel</h2><p class="empty__text">Someone took you out of it, or it was closed.</p><a class="button" href="/channels">Your channels</a></div></div>';
    one("[data-pane]").replaceChildren(make(words));
    for (const part of waymark.all("#composer, [data-pinned]")) part.remove();
  };

  const hear = async (answer, from) => {
    const head = (name) => Number(answer.headers.get(name)) || 0, { status } = answer;
    floor = head("X-Poll-After") * 1e3;
    if (status === 404 || status === 410) return leave();
    if (![200, 204, 205].includes(status)) {
      failures++;
      return head("Retry-After") * 1e3;
    }
    failures = 0;
    if (status === 200) {
      const news = { from, to: head("X-Rev"), html: await answer.text(), unread: head("X-Unread"), mentions: head("X-Mentions") };
      take(news);
      others.postMessage(news);
    } else if (status === 205) {
      await redraw();
      others.postMessage(null);
    } else rev = Math.max(rev, head("X-Rev"));
  };

  const poll = async () => {
    if (gone || !feed.isLive()) return;
    if (busy) return void (again = true);
    clearTimeout(timer);
    busy = true;
    let wait = 0;
    try {
      wait = await hear(await ask(`${path}/since?rev=${rev}`), rev);
    } catch {
      failures++;
    }
    busy = false;
    if (again && !failures) {
      again = false;
      return poll();
    }
    plan(wait);
  };
  waymark.poll = poll;

  // Whoever holds the lock asks. The tab that is looked at takes it; the others queue for it.
  const lead = (steal) => {
    if (!navigator.locks || gone || (leading && steal)) return;
    turn?.abort();
    const mine = (turn = new AbortController());
    navigator.locks
      .request(`poll ${path}`, steal ? { steal } : { signal: mine.signal }, () => {
        leading = true;
        plan();
        return new Promise((done) => (release = done));
      })
      .catch(() => {})
      .then(() => {
        if (turn !== mine) return;
        leading = false;
        clearTimeout(timer);
        lead(false);
      });
  };

  others.onmessage = ({ data }) => (data ? take(data) : poll());
  document.addEventListener("visibilitychange", () => {
    hiddenSince = Date.now();
    if (document.hidden) return release ? release() : plan();
    failures = 0;
    lead(true);
    poll();
  });
  addEventListener("focus", () => { lead(true); plan(); });
  addEventListener("online", () => { failures = 0; poll(); });
  addEventListener("pageshow", (event) => event.persisted && poll());
  for (const type of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    addEventListener(type, () => {
      const idle = Date.now() - active > 60e3;
      active = Date.now();
      if (idle) plan();
    }, { passive: true });
  }
  lead(waymark.attentive());
  plan();
})();

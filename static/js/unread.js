// Reading is told only when someone looks: page in front, row on the screen for a second. Counts stay fresh everywhere.
(() => {
  const { one, all, ask, post, parse, make, member, attentive, feed } = waymark;
  if (!member) return;
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  const channel = feed.channel;
  let read = Number(channel?.dataset.read), seen = 0, told = 0, timer, fresh = 0, side = "";

  waymark.count = (unread, mentions) => {
    const named = unread ? `(${unread > 99 ? "99+" : unread}) ${title}` : title;
    if (document.title !== named) document.title = named;
    (unread ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.())?.catch(() => {});
    for (const link of all('.nav__link[href="/inbox"], .tab-bar__link[href="/inbox"]')) {
      const words = unread > 99 ? "99+" : String(unread), label = `${words} unread, ${mentions > 99 ? "99+" : mentions} mentions`;
      let badge = one(".count", link);
      if ((badge?.textContent ?? "0") === words) continue;
      badge?.nextElementSibling?.remove();
      badge?.remove();
      if (unread) link.append(make(`<span class="count" aria-hidden="true">${words}</span>`), make(`<span class="visually-hidden">${label}</span>`));
    }
  };

  // The channel list and the badge, at most every five seconds.
  const refresh = async () => {
    if (Date.now() - fresh < 5e3) return;
    fresh = Date.now();
    try {
      const badge = await ask("/inbox/badge");
      if (badge.ok) {
        const { total, mentions } = await badge.json();
        waymark.count(total, mentions);
      }
      const list = one("[data-side]"), answer = list && (await ask("/channels/side"));
      if (answer?.ok) draw(list, await answer.text());
    } catch { /* next time */ }
  };
  const draw = (list, html) => {
    const drawn = one("[data-side]", parse(html));
    if (!drawn || html === side) return;
    side = html;
    one(`a[href="${feed.path}"]`, drawn)?.setAttribute("aria-current", "page");
    const focus = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
    list.replaceChildren(...drawn.childNodes);
    if (focus) one(`a[href="${focus}"]`, list)?.focus();
  };
  setInterval(() => document.hidden || refresh(), 60e3);
  if (!feed.list) return;

  // The newest row whose end is on the screen.
  const shown = () => {
    const end = feed.feed.getBoundingClientRect().bottom + (feed.isLive() && feed.atEnd() ? 100 : 4);
    const row = feed.rows().findLast((row) => row.getBoundingClientRect().bottom <= end);
    return attentive() && row ? feed.seq(row) : 0;
  };
  const tell = async (options) => {
    if (!(seen > read)) return;
    const before = read;
    read = seen;
    told = Date.now();
    const answer = await post(`${feed.path}/reading`, { seq: read }, options).catch(() => null);
    if (answer?.ok) refresh();
    else read = before;
  };
  const look = () => {
    const before = shown();
    if (timer || !(before > read)) return;
    timer = setTimeout(() => {
      seen = Math.max(seen, Math.min(before, shown()));
      timer = setTimeout(() => {
        timer = 0;
        tell().then(look);
      }, Math.max(0, told + 2e3 - Date.now()));
    }, 1e3);
  };
  feed.feed.addEventListener("scroll", look, { passive: true });
  new MutationObserver(look).observe(feed.list, { childList: true });
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", () => tell({ keepalive: true }));
  look();
})();

// The rows of a conversation: put in their places, kept where the reader looks, at most 300 of them.
waymark.feed = (() => {
  const { one, all, parse, make, on, ask, say, icon, attentive } = waymark;
  const [channel, feed, list, jump] = ["[data-channel]", "[data-feed]", "[data-list]", "[data-jump]"].map((css) => one(css));
  const path = channel?.dataset.channel;
  const rows = () => all("article[data-seq]", list);
  const seq = (row) => Number(row.dataset.seq) || Infinity;
  const isLive = () => Boolean(list && channel?.hasAttribute("data-live"));
  // The feed is a column-reverse scroller: 0 is its end, what is above is negative.
  const atEnd = () => feed.scrollTop > -100;
  let missed = 0, away = false;

  const showJump = () => {
    if (!jump) return;
    const hide = atEnd();
    if (hide) missed = 0;
    if (jump.hidden !== hide) jump.hidden = hide;
    const count = one("[data-jump-count]", jump), words = missed ? String(missed) : "";
    if (count.textContent === words && count.hidden === !words) return;
    count.textContent = words;
    count.hidden = !words;
    jump.setAttribute("aria-label", missed ? `Jump to latest, ${missed} new` : "Jump to latest");
  };
  const toEnd = () => { feed.scrollTop = 0; showJump(); };

  const toUnread = () => {
    const from = one("[data-missed], #unread", list);
    feed.scrollTop = 0;
    if (from) feed.scrollTop += from.getBoundingClientRect().top - feed.getBoundingClientRect().top - 64;
    showJump();
  };

  // Changes the list without moving what the reader looks at, unless that is its end.
  const keepPlace = (change) => {
    const end = atEnd(), top = feed.getBoundingClientRect().top;
    const anchor = end ? null : all("article", list).find((row) => row.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    change();
    const after = anchor && document.getElementById(anchor.id);
    if (after) feed.scrollTop += after.getBoundingClientRect().top - before;
    else if (end) feed.scrollTop = 0;
  };

  // What is read aloud is only what was appended; the rest is told in one sentence, or not at all.
  let voice;
  const hush = () => {
    clearTimeout(voice);
    list?.setAttribute("aria-live", "off");
    voice = setTimeout(() => list?.removeAttribute("aria-live"), 1000);
  };

  const name = (element) => element.tagName + ["formaction", "value", "href"].map((key) => element.getAttribute(key));
  const replace = (old, fresh) => {
    if (one("[data-editor]", old)) return void (old.later = fresh);
    if (one("details.menu", old)) waymark.menuOf(fresh);
    if (old.isEqualNode(fresh)) return;
    hush();
    const focus = old.contains(document.activeElement) && document.activeElement;
    const open = one("details[open]", old);
    old.replaceWith(fresh);
    if (open) one("details", fresh)?.setAttribute("open", "");
    if (!focus) return;
    const same = all("a, button, summary", fresh).find((element) => name(element) === name(focus));
    fresh.tabIndex = -1;
    (same ?? one("summary, [data-more]", fresh) ?? fresh).focus({ preventScroll: true });
  };

  const insert = (fresh, rule) => {
    let next = all("article.message", list).find((row) => seq(row) > seq(fresh)) ?? null;
    while (next?.previousElementSibling?.matches(".rule")) next = next.previousElementSibling;
    list.insertBefore(fresh, next);
    if (!rule || fresh.previousElementSibling?.matches(".rule")) return;
    // "Today" of a page that is open since yesterday becomes a date.
    for (const time of all(".rule[data-day$=day] time", list)) {
      time.textContent = new Date(time.dateTime).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
    }
    fresh.before(rule);
  };

  const trim = () => {
    const extra = rows().slice(0, -300), first = extra.length && rows()[extra.length];
    if (!first || !atEnd()) return;
    for (const row of extra) {
      while (row.previousElementSibling?.matches(".rule")) row.previousElementSibling.remove();
      row.remove();
    }
    const older = `<div class="feed__older"><a class="button button--small" href="${path}?before=${seq(first)}" data-older>${icon("arrow-up")}Older messages</a></div>`;
    one(".feed__older, .feed__start", list)?.replaceWith(make(older));
  };

  // What quotes a message that was changed or deleted says so too.
  const requote = (row) => {
    const body = one(".message__body.prose", row);
    if (!body && one(".link-button", row)) return;
    const said = body?.textContent.trim().replace(/\s+/g, " ") || "a file";
    for (const quote of all(`[data-quotes="${row.dataset.seq}"]`, list)) {
      if (!body) one("strong", quote)?.remove();
      const words = body ? said : "A message that is no longer here";
      one(".message__quote-text", quote).textContent = words.length > 140 ? `${words.slice(0, 139)}…` : words;
    }
  };

  // Puts the rows of a fragment where they belong: known ones are replaced, new ones inserted in their order.
  const apply = (content) => {
    const known = list ? rows() : [], first = known.length ? seq(known[0]) : 0, added = [];
    const fresh = all("article", content).map((row) => [row, row.previousElementSibling?.matches("[data-day]") && row.previousElementSibling]);
    const change = () => {
      for (const [row, rule] of fresh) {
        const old = document.getElementById(row.id);
        if (list) requote(row);
        if (old?.dataset.seq) { replace(old, row); continue; }
        if (!isLive() || seq(row) < first) continue;
        if (old || row.matches(".message--own")) hush();
        else added.push(row);
        old?.remove();
        insert(row, rule);
      }
    };
    if (!list) return change();
    keepPlace(change);
    if (added.length) welcome(added);
    trim();
    showJump();
  };

  const welcome = (added) => {
    if (away && (atEnd() || !one("#unread"))) {
      one("#unread")?.remove();
      added[0].before(make('<p class="rule rule--unread" id="unread"><span>New messages</span></p>'));
      away = false;
    }
    if (added.length > 3 || list.getAttribute("aria-live")) {
      hush();
      say(added.length === 1 ? "1 new message" : `${added.length} new messages`);
    }
    if (!atEnd()) missed += added.length;
  };

  // What comes while nobody looks, or is found on coming back, stands under a line.
  const look = () => {
    if (!attentive()) away = true;
    else setTimeout(() => (away &&= !attentive()), 5e3);
  };

  // Draws the conversation anew, with a note about what came in between.
  const reset = (fresh) => {
    hush();
    const last = Math.max(0, ...rows().map((row) => seq(row))), first = Number(one("article[data-seq]", fresh)?.dataset.seq);
    list.replaceChildren(...fresh.children);
    const count = first - last - 1;
    if (last && count > 0) {
      const note = `<div class="gap" data-missed><span>${count} more messages came while you were away</span><a class="button button--small" href="${path}?from=${last + 1}">Show them</a></div>`;
      one(".feed__older, .feed__start", list)?.after(make(note));
    }
    say("The conversation was brought up to date");
    toUnread();
  };

  // Older rows above, or newer ones below, without leaving the page.
  const fetchRows = async (event, link, place, not) => {
    event.preventDefault();
    if (link.ariaBusy) return;
    link.ariaBusy = "true";
    try {
      const page = parse(await (await ask(link.href)).text()), fresh = one("[data-list]", page);
      const wanted = [...fresh.children].filter((row) => !row.matches(not) && !(row.id && document.getElementById(row.id)));
      hush();
      keepPlace(() => link.closest(place).replaceWith(...wanted));
      feed.focus({ preventScroll: true });
      if (one("[data-live]", page)) channel.setAttribute("data-live", "");
    } catch {
      location.assign(link.href);
    }
    showJump();
    waymark.poll?.();
  };
  if (list) {
    on("click", "[data-older]", (event, link) => fetchRows(event, link, ".feed__older", ".gap"));
    on("click", "[data-gap]", (event, link) => fetchRows(event, link, ".gap", ".feed__older, .feed__start"));
    on("click", "[data-jump]", (event) => { if (isLive()) { event.preventDefault(); toEnd(); } });
    feed.addEventListener("scroll", showJump, { passive: true });
    for (const type of ["visibilitychange", "blur", "focus"]) addEventListener(type, look);
    if (location.search.startsWith("?from")) feed.scrollTop = -feed.scrollHeight;
    else if (one("#unread") && !location.hash) toUnread();
    showJump();
  }
  return { path, channel, feed, list, rows, seq, isLive, atEnd, toEnd, apply, replace, reset, keepPlace, hush };
})();

// How messages look that are on their way, wait, or could not be sent.
waymark.pending = (() => {
  const { one, all, make, on, icon, say, feed } = waymark;
  if (!feed.list) return null;
  const entries = new Map();
  const button = (what, words) => `<button type="button" class="link-button" data-${what}>${words}</button>`;
  const states = {
    pending: () => `<span>${icon("clock")}Sending…</span>`,
    queued: () => `<span>${icon("cloud-off")}<span data-why></span></span>${button("discard", "Discard")}`,
    failed: () => `<span>${icon("circle-alert")}Not sent: <span data-why></span></span>${button("retry", "Try again")}${button("recover", "Edit")}${button("discard", "Discard")}`,
  };

  const paragraphs = (body) => body.split(/\n{2,}/).map((part) => {
    const paragraph = document.createElement("p");
    part.split("\n").forEach((line, number) => paragraph.append(...(number ? [document.createElement("br")] : []), line));
    return paragraph;
  });
  const head = () => {
    const face = one(".shell__head .avatar")?.cloneNode(true) ?? make('<span class="message__side"></span>');
    face.classList.remove("avatar--small");
    return [face, make('<header class="message__head"><span class="message__author" dir="auto"></span></header>')];
  };
  const draw = (entry) => {
    const row = make(`<article class="message message--own" id="m-${entry.id}"><span class="message__side"></span><div class="message__main"><div class="message__body prose" dir="auto"></div><p class="message__state"></p></div></article>`);
    one(".message__body", row).append(...paragraphs([entry.body, ...entry.names].filter(Boolean).join("\n\n")));
    if (!entry.reply && all("article", feed.list).pop()?.matches(".message--own")) row.classList.add("message--follow");
    else {
      const [face, words] = head();
      one(".message__author", words).textContent = one(".menu__who strong")?.textContent ?? "You";
      row.firstElementChild.replaceWith(face);
      row.lastElementChild.prepend(words);
    }
    feed.hush();
    feed.keepPlace(() => feed.list.append(row));
    return row;
  };

  const show = (entry, state, why = "Waits to be sent") => {
    const row = document.getElementById(`m-${entry.id}`) ?? (feed.isLive() && draw(entry));
    if (!row || row.dataset.seq) return;
    entries.set(row.id, entry);
    if (row.dataset.state === state + why) return;
    row.dataset.state = state + why;
    row.classList.remove("message--pending", "message--queued", "message--failed");
    row.classList.add(`message--${state}`);
    row.ariaBusy = String(state === "pending");
    const line = one(".message__state", row);
    line.innerHTML = states[state]();
    const reason = one("[data-why]", line);
    if (!reason) return;
    reason.textContent = why;
    say(line.firstElementChild.textContent);
  };
  const hide = (entry) => {
    const row = document.getElementById(`m-${entry.id}`);
    if (row && !row.dataset.seq) row.remove();
  };

  const entryOf = (button) => entries.get(button.closest("article").id);
  on("click", "[data-retry]", (_, button) => waymark.outbox.retry(entryOf(button)));
  on("click", "[data-discard]", (_, button) => waymark.outbox.discard(entryOf(button)));
  on("click", "[data-recover]", async (_, button) => {
    const entry = entryOf(button);
    await waymark.outbox.discard(entry);
    waymark.composer?.recover(entry);
  });
  return { show, hide };
})();

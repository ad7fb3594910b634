// The keyboard's short ways. Single keys can be turned off (WCAG 2.1.4) and never act while someone types.
(() => {
  const { one, all, make, on, ask, post, parse, moved, store, member, feed } = waymark;
  if (!member) return;
  const keys = [["j k", "next and previous message"], ["r", "reply to it"], ["/", "search; in a channel, what was said there"], ["?", "this list"], ["Ctrl K", "go to a channel"], ["Shift Esc", "mark everything read"], ["Up", "edit your last message, in an empty composer"], ["Esc", "close what is open"]];

  const dialog = (id, title, body) => {
    const old = document.getElementById(id);
    const made = old ?? document.body.appendChild(make(`<dialog class="dialog" id="${id}" aria-labelledby="${id}-title"><div class="dialog__head"><h2 class="dialog__title" id="${id}-title">${title}</h2><form method="dialog"><button class="button button--quiet button--small">Close</button></form></div><div class="dialog__body stack">${body}</div></dialog>`));
    if (!made.open) made.showModal();
    return [made, !old];
  };
  const sheet = () => {
    const lines = keys.map(([key, words]) => `<div><dt>${key.split(" ").map((part) => `<kbd>${part}</kbd>`).join(" ")}</dt><dd>${words}</dd></div>`).join("");
    const [made, fresh] = dialog("keys", "Keyboard", `<dl class="facts">${lines}</dl><label class="check"><input type="checkbox"> <span>Keys without Ctrl or Shift work</span></label>`);
    const box = one("input", made);
    box.checked = !store.get("keys off");
    if (fresh) box.addEventListener("change", () => store.set("keys off", !box.checked));
  };
  const switcher = async () => {
    const [made, fresh] = dialog("switcher", "Go to a channel", '<input class="input" type="search" aria-label="Channel or person"><div class="channels__list"></div>');
    const list = one(".channels__list", made), field = one("input", made);
    const from = one("[data-side]") ?? parse(await (await ask("/channels/side")).text());
    list.replaceChildren(...all("a.channel-link", from).map((link) => link.cloneNode(true)));
    const links = () => all("a", list).filter((link) => !link.hidden);
    const sift = () => all("a", list).forEach((link) => (link.hidden = !link.textContent.toLowerCase().includes(field.value.trim().toLowerCase())));
    field.value = "";
    field.focus();
    if (!fresh) return;
    field.addEventListener("input", sift);
    made.addEventListener("keydown", (event) => {
      const all = links(), at = all.indexOf(document.activeElement);
      if (event.key === "Enter" && event.target === field) location.assign(all[0]?.href ?? "/channels");
      else if (event.key === "ArrowDown") (all[at + 1] ?? field).focus();
      else if (event.key === "ArrowUp") (at < 0 ? all.at(-1) : all[at - 1] ?? field)?.focus();
      else return;
      event.preventDefault();
    });
  };
  const step = (by) => {
    const rows = all("article.message", feed.list), at = rows.indexOf(document.activeElement?.closest("article"));
    const row = at < 0 ? rows.at(-1) : rows[Math.max(0, at + by)];
    if (!row) return;
    row.tabIndex = -1;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const field = one("main form[role=search] input[type=search]");
    if (!field) return location.assign(one("a[data-search]")?.href ?? "/search");
    field.focus();
    field.select();
  };
  const readAll = async () => moved(await post("/inbox/reading"));
  const single = {
    j: () => feed.list && step(1),
    k: () => feed.list && step(-1),
    r: () => one("[data-reply]", document.activeElement.closest("article") ?? document.createElement("p"))?.click(),
    "/": search,
    "?": sheet,
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const run = (act) => { event.preventDefault(); Promise.resolve(act()).catch(() => {}); };
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return run(switcher);
    if (event.ctrlKey || event.metaKey) return;
    if (event.shiftKey && event.key === "Escape") return run(readAll);
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (!typing && Object.hasOwn(single, event.key) && (event.key === "?" || !store.get("keys off"))) run(single[event.key]);
  });
})();

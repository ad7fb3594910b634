// Menus are <details>; keys and the closing of what was chosen come from here. Dialogs, notices and links that copy, too.
(() => {
  const { one, all, on, say } = waymark;
  const close = (menu, focus) => {
    menu.open = false;
    if (focus) one("summary", menu).focus();
  };
  // The menu of a message is made when somebody asks for it, from the one pattern of the page.
  waymark.menuOf = (row) => {
    const link = one("[data-more]", row), pattern = one("template[data-menu]");
    if (!link || !pattern) return one("details.menu", row);
    const menu = pattern.content.firstElementChild.cloneNode(true), path = link.getAttribute("href");
    const may = link.dataset.more.split(" "), own = { path, seq: row.dataset.seq, channel: path.split("/messages/")[0], id: row.id.slice(2) };
    for (const item of all("[data-if]", menu)) if (!may.includes(item.dataset.if)) item.remove();
    for (const name of ["href", "formaction"]) {
      for (const item of all(`[${name}*="~"]`, menu)) item.setAttribute(name, item.getAttribute(name).replace(/~([a-z]+)/g, (_, word) => own[word]));
    }
    one("summary .visually-hidden", menu).textContent = link.textContent;
    link.replaceWith(menu);
    return menu;
  };
  waymark.closeMenus = () => all("details.menu[open]").forEach((menu) => close(menu));

  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) close(menu);
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]") ?? (event.key === "Escape" && one("details.menu[open]"));
    if (!menu) return;
    const items = all(".menu__panel :is(a, button, input)", menu), at = items.indexOf(document.activeElement);
    const to = { ArrowDown: items[at + 1] ?? items[0], ArrowUp: items.at(at < 0 ? -1 : at - 1), Home: items[0], End: items.at(-1) }[event.key];
    if (event.key === "Escape") close(menu, true);
    else if (to && !event.target.matches("input, textarea")) to.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  on("click", "[data-more]", (event, link) => {
    const menu = waymark.menuOf(link.closest("article"));
    if (!menu) return;
    event.preventDefault();
    menu.open = true;
    one("summary", menu).focus();
  });
  on("click", "[data-dialog]", (event, link) => {
    const dialog = document.getElementById(link.dataset.dialog);
    if (!dialog?.showModal) return;
    event.preventDefault();
    dialog.showModal();
  });
  on("click", "[data-close]", (event, link) => {
    const dialog = link.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  });
  on("click", "dialog", (event, dialog) => event.target === dialog && dialog.close());
  on("click", "[data-dismiss]", (event, button) => {
    event.preventDefault();
    button.closest(".toast").remove();
  });
  // What was done is said long enough to be read, and does not lie on the page for ever; problems stay until somebody closes them.
  const READ = 10e3;
  for (const toast of all(".toast--positive")) {
    const away = () => (toast.matches(":hover, :focus-within") ? setTimeout(away, READ) : toast.remove());
    setTimeout(away, READ);
  }
  on("click", "[data-copy-link]", async (event, link) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    const menu = link.closest("details");
    if (menu) close(menu, true);
    await navigator.clipboard.writeText(link.href).then(() => say("Link copied"), () => location.assign(link.href));
  });
  one("[data-focus]")?.focus();
})();

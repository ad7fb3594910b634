// Menus are <details>; keys and the closing of what was chosen come from here. Dialogs, notices and links that copy, too.
(() => {
  const { one, all, on, say } = waymark;
  const close = (menu, focus) => {
    menu.open = false;
    if (focus) one("summary", menu).focus();
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
  on("click", "[data-copy-link]", async (event, link) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    close(link.closest("details"), true);
    await navigator.clipboard.writeText(link.href).then(() => say("Link copied"), () => location.assign(link.href));
  });
  one("[data-focus]")?.focus();
})();

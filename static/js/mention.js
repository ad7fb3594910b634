// People to mention: a list that opens at "@" and follows the keys, as a combobox does. A text area may not be called one.
(() => {
  const { one, all, ask, parse, on, say, composer } = waymark;
  if (!composer) return;
  const { form, text } = composer, list = one("#mention-list", form);
  let timer, asked = 0, start = 0, dismissed = -1;

  const options = () => all("[role=option]", list);
  const chosen = () => one("[aria-selected=true]", list);
  const select = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", option.id);
  };
  const close = () => {
    asked++;
    clearTimeout(timer);
    list.hidden = true;
    text.removeAttribute("aria-activedescendant");
  };
  const show = (found) => {
    list.replaceChildren(...found);
    if (!found.length) return close();
    found.forEach((option, number) => (option.id ||= `mention-${number}`));
    if (list.hidden) say(`${found.length} to mention, arrow keys choose`);
    list.hidden = false;
    select(found[0]);
  };
  const look = (event) => {
    const before = text.value.slice(0, text.selectionEnd), typed = /(?:^|[\s(])@([\p{L}\p{N}._-]{0,30})$/u.exec(before);
    if (!typed || event?.isComposing) return close();
    start = before.length - typed[1].length;
    if (start === dismissed) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const turn = ++asked, answer = await ask(`${form.dataset.people}?q=${encodeURIComponent(typed[1])}`).catch(() => null);
      if (turn === asked && answer?.ok) show(all("[role=option]", parse(await answer.text())));
    }, 120);
  };
  const pick = (option) => {
    text.setRangeText(`${option.dataset.handle} `, start, text.selectionEnd, "end");
    close();
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };

  for (const type of ["input", "compositionend", "click"]) text.addEventListener(type, look);
  text.addEventListener("blur", close);
  // In the capture phase: an open list has the keys before the composer does.
  form.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const all = options(), at = all.indexOf(chosen());
    if (event.key === "ArrowDown") select(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") select(all.at(at - 1));
    else if (event.key === "Enter" || event.key === "Tab") pick(chosen());
    else if (event.key === "Escape") { dismissed = start; close(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  on("click", "#mention-list [role=option]", (_, option) => pick(option));
  on("click", "[data-mention]", () => {
    text.setRangeText(/\S$/.test(text.value.slice(0, text.selectionEnd)) ? " @" : "@", text.selectionStart, text.selectionEnd, "end");
    text.focus();
    dismissed = -1;
    look();
  });
})();

// Changing a message where it stands.
(() => {
  const { one, make, on, ask, post, parse, problems, moved, feed } = waymark;

  const close = (row, focus = true) => {
    const form = one("[data-editor]", row), body = form.previousElementSibling;
    form.remove();
    body.hidden = false;
    if (row.later) feed.replace(row, row.later);
    if (focus) one(`#${row.id} :is(summary, [data-more])`)?.focus();
  };
  const save = async (row, form, everyone = "") => {
    const told = one(".field__error", form);
    if (form.ariaBusy) return;
    form.ariaBusy = "true";
    try {
      const answer = await post(form.action, { body: form.elements.body.value, everyone, version: form.dataset.version });
      if (answer.ok && !moved(answer)) {
        delete row.later;
        close(row);
        return feed.apply(parse(await answer.text()));
      }
      const { words, fields } = await problems(answer);
      told.textContent = words;
      // Who has read that it was changed elsewhere may write over it.
      form.dataset.version = "";
      if (fields.everyone) {
        const call = make('<button type="button" class="link-button">Call everyone</button>');
        call.addEventListener("click", () => save(row, form, "yes"));
        told.append(" ", call);
      }
    } catch {
      told.textContent = "Not saved: there is no connection. Try again.";
    }
    form.ariaBusy = null;
  };
  const open = async (row, link) => {
    const old = one("[data-editor] textarea");
    if (old) return old.focus();
    const page = parse(await (await ask(link.href)).text()), source = one("textarea[name=body]", page);
    // A change of the message may have replaced its row meanwhile.
    row = document.getElementById(row.id) ?? row;
    const form = make('<form class="stack stack--tight" method="post" data-editor><textarea class="input" name="body" rows="3" dir="auto" aria-label="Message"></textarea><p class="field__error" role="alert"></p><div class="button-row"><button class="button button--primary button--small">Save</button><button type="button" class="button button--small">Cancel</button></div></form>');
    const text = form.elements.body, body = one(".message__body", row);
    form.action = source.form?.getAttribute("action") ?? source.closest("form").getAttribute("action");
    form.dataset.version = one("[name=version]", page).value;
    text.value = source.value;
    form.addEventListener("submit", (event) => { event.preventDefault(); save(row, form); });
    one("[type=button]", form).addEventListener("click", () => close(row));
    text.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") { event.stopPropagation(); close(row); }
      else if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) { event.preventDefault(); save(row, form); }
    });
    body.hidden = true;
    body.after(form);
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  };
  if (feed.list) on("click", "[data-edit]", (event, link) => {
    event.preventDefault();
    waymark.closeMenus?.();
    open(link.closest("article"), link).catch(() => location.assign(link.href));
  });
})();

// Writing a message: it shows at once, goes through the outbox, and comes back when it was refused.
waymark.composer = (() => {
  const { one, all, make, on, uuid, store, member, feed } = waymark;
  const form = one("[data-composer]");
  if (!form || !feed.list || !waymark.outbox) return null;
  const text = one("textarea", form), note = one("[data-note]", form), longest = text.maxLength;
  // Pasting more than fits must not cut it silently: the counter says so instead.
  text.removeAttribute("maxlength");
  const touch = matchMedia("(pointer: coarse)");
  const length = () => [...text.value.trim()].length;

  const fill = (words) => {
    text.value = words;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const hint = (words, button = "") => {
    for (const old of all(".composer__hint--over", form)) old.remove();
    text.toggleAttribute("aria-invalid", Boolean(words));
    if (!words) return;
    const line = make(`<span class="composer__hint--over" role="alert"><span></span> ${button}</span>`);
    line.firstChild.textContent = words;
    note.before(line);
  };
  const context = (seq, author, words) => {
    one("[data-context]", form)?.remove();
    if (!seq) return;
    const line = make(`<div class="composer__context" data-context><input type="hidden" name="reply_to">${waymark.icon("reply")}<span class="composer__context-text" dir="auto">Replying to <strong></strong>: <span></span></span><button type="button" class="button button--quiet button--small button--icon" data-stop-reply>${waymark.icon("x")}<span class="visually-hidden">Stop replying</span></button></div>`);
    one("input", line).value = seq;
    one("strong", line).textContent = author;
    one("strong + span", line).textContent = words;
    one(".composer__box", form).before(line);
  };

  const send = (everyone = "") => {
    const typed = new FormData(form), body = text.value.trim(), files = typed.getAll("attachment");
    if (waymark.uploads.wait(() => send(everyone))) return void (note.textContent = "Goes when the files are up");
    if (!body && !files.length) return text.focus();
    if (length() > longest) return hint(`That is ${length() - longest} characters too long. Shorten it, or send it in two parts.`);
    hint("");
    waymark.outbox.add({
      id: uuid(), path: feed.path, member, created: Date.now(), tries: 0, body, files,
      reply: typed.get("reply_to") ?? "", everyone: everyone || (typed.get("everyone") ?? ""),
      context: one(".composer__context-text > strong + span", form)?.textContent ?? "",
      names: all("[data-files] .upload__name", form).map((file) => file.textContent),
    });
    context();
    waymark.uploads.clear();
    one("#everyone", form)?.closest("p").remove();
    fill("");
    feed.toEnd();
    text.focus();
  };

  // Puts a message that was not sent back for changing.
  const recover = (entry) => {
    fill([entry.body, text.value.trim()].filter(Boolean).join("\n\n"));
    if (entry.reply) context(entry.reply, "a message", entry.context);
    waymark.uploads.restore(entry.files, entry.names);
    text.focus();
  };
  // The server refused: with nothing new typed, the text goes back where it was written.
  const refused = (entry, { fields, words }) => {
    if (text.value.trim()) return false;
    recover(entry);
    hint(words, fields.everyone ? '<button type="button" class="link-button" data-call-everyone>Call everyone</button>' : "");
    return true;
  };

  const reply = (row) => {
    let head = row;
    while (head && !one(".message__author", head)) head = head.previousElementSibling;
    context(row.dataset.seq, one(".message__author", head ?? row)?.textContent ?? "", one(".message__body", row).textContent.trim().slice(0, 140));
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  let counter;
  text.addEventListener("input", () => {
    hint("");
    clearTimeout(counter);
    counter = setTimeout(() => {
      const left = text.value.length > 7500 ? longest - length() : Infinity;
      const words = left > 500 ? "" : left < 0 ? `${-left} characters too many` : `${left} characters left`;
      if (note.textContent !== words) note.textContent = words;
    }, 300);
  });
  text.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    const forced = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && (forced || (!event.shiftKey && !touch.matches))) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && !text.value) {
      const mine = all(".message--own:has([data-edit], [data-more~=edit])", feed.list).pop();
      if (mine) { event.preventDefault(); one("[data-edit]", waymark.menuOf(mine)).click(); }
    }
  });
  on("click", "[data-reply]", (event, link) => {
    event.preventDefault();
    waymark.closeMenus?.();
    reply(link.closest("article"));
  });
  on("click", "[data-stop-reply]", (event) => { event.preventDefault(); context(); text.focus(); });
  on("click", "[data-call-everyone]", () => send("yes"));
  return { form, text, fill, context, recover, refused };
})();

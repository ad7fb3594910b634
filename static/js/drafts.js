// What is typed is kept: at once in this browser, and on the server when the writer looks elsewhere.
(() => {
  const { post, store, member, feed, composer } = waymark;
  if (!composer) return;
  const { form, text, fill } = composer, key = `draft ${member} ${feed.path}`;
  const reply = () => form.elements.reply_to?.value ?? "";
  // base: what the server had when this was written. What differs from it is newer than the server's.
  const kept = store.get(key);
  let base = text.value, timer;
  if (kept && kept.body !== base && (kept.body !== kept.base) && text.ariaInvalid !== "true") {
    fill(kept.body);
    if (kept.reply && !reply()) composer.context(kept.reply, "a message", "");
  }
  const keep = () => {
    clearTimeout(timer);
    store.set(key, text.value || base ? { body: text.value, base, reply: reply() } : null);
  };
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, text.value ? 300 : 0);
  });
  const upload = () => {
    const body = text.value;
    keep();
    if (body === base) return;
    post(form.dataset.draft, { body, reply_to: reply() }, { keepalive: true })
      .then((answer) => { if (answer.ok) { base = body; keep(); } })
      .catch(() => {});
  };
  text.addEventListener("blur", () => setTimeout(upload, 200));
  addEventListener("pagehide", upload);
})();

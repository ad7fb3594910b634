// What is typed into a form is kept while it is typed. Two windows notice each other: the server says what the other wrote, and keeps
// nothing until somebody chose.
(() => {
  const { one, all, post, parse } = waymark;
  const form = one("form[data-autosave]");
  if (!form) return;
  const kept = one("[data-kept]", form), told = one("[data-told]", form);
  const seen = form.elements.seen;
  const state = () => JSON.stringify([...new FormData(form)].filter(([name]) => !["_csrf", "_key", "seen"].includes(name)));
  let last = state(), timer, sending = null, stopped = Boolean(one("[role=alert]", told)), leaving = false;

  const keep = async (options = {}) => {
    clearTimeout(timer);
    const now = state();
    if (stopped || now === last || leaving) return;
    if (sending) return sending.then(() => keep(options));
    const fields = new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "_csrf" && name !== "_key"));
    fields.set("then", "typing");
    kept.textContent = "Saving…";
    sending = (async () => {
      try {
        const answer = await post(form.getAttribute("action"), fields, options);
        const part = parse(await answer.text());
        if (answer.ok) {
          const line = one("[data-seen]", part);
          if (!line) return;
          seen.value = line.dataset.seen;
          kept.textContent = line.textContent.trim();
          last = now;
          told.replaceChildren();
        } else if (answer.status === 409) {
          stopped = true;
          told.replaceChildren(part);
          kept.textContent = "Not kept";
          one("[role=alert]", told)?.focus();
        } else {
          kept.textContent = all("[data-field]", part).map((line) => line.textContent.trim()).join(" ") || "Not kept. Save to see why.";
        }
      } catch {
        kept.textContent = "Not kept yet: there is no connection.";
        timer = setTimeout(keep, 5e3);
      }
    })();
    await sending;
    sending = null;
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 900);
  });
  form.addEventListener("change", () => keep());
  // A press waits for what is on its way, so that it does not meet itself.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    leaving = true;
    if (!sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    sending.then(() => form.requestSubmit(submitter));
  }, { capture: true });
  addEventListener("pagehide", () => keep({ keepalive: true }));
  addEventListener("beforeunload", (event) => !leaving && state() !== last && stopped && event.preventDefault());
  addEventListener("pageshow", () => (leaving = false));
})();

// What was written in the field and is not sent yet: told in the navigation, sent from whatever page is open, asked about at sign-out.
(() => {
  const { one, all, make, meta, member, store } = waymark, address = meta("outbox");
  if (!address || !member) return;
  const kept = () => { const told = store.get("field"); return told?.member === member ? told : null; };
  const words = ({ count }) => `${count} ${count === 1 ? "note or task waits" : "notes and tasks wait"} on this device`;
  const age = (iso) => {
    const hours = (Date.now() - Date.parse(iso)) / 36e5;
    return hours < 1 ? `${Math.max(1, Math.round(hours * 60))} min` : hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
  };
  const show = () => {
    const told = kept();
    for (const link of all('a[href="/field"]')) {
      all("[data-kept]", link).forEach((mark) => mark.remove());
      if (!told?.count) continue;
      link.append(make(`<span class="count count--mention" aria-hidden="true" data-kept>${told.count}${link.matches(".tab-bar__link") ? "" : ` · ${age(told.since)}`}</span>`));
      link.append(make(`<span class="visually-hidden" data-kept>, ${words(told)}, the oldest since ${age(told.since)}</span>`));
    }
  };
  const outbox = () => new Promise((done, fail) => {
    if (self.outbox) return done(self.outbox);
    document.head.append(Object.assign(document.createElement("script"), { src: address, onload: () => done(self.outbox), onerror: fail }));
  });

  const leave = async (form, act) => {
    try { const box = await outbox(); await act(box); await box.forget(); } catch { /* what is sealed stays sealed */ }
    form.submit();
  };
  const ask = (form, told) => {
    const text = "<p>They are sealed: nobody can read them here, and they are sent when you sign in again on this device.</p><p class=\"field__error\" role=\"alert\" hidden></p>";
    const buttons = [["button--primary", "Send now"], ["", "Keep them sealed"], ["button--quiet-danger", "Throw them away"], ["button--quiet", "Stay signed in"]].map(([kind, label]) => `<button type="button" class="button ${kind}">${label}</button>`);
    const dialog = make(`<dialog class="dialog" aria-labelledby="leaving"><div class="dialog__head"><h2 class="dialog__title" id="leaving">${words(told)}</h2></div><div class="dialog__body stack">${text}</div><div class="dialog__foot">${buttons.join("")}</div></dialog>`);
    const [send, keep, discard, stay] = all("button", dialog), complain = one("[role=alert]", dialog);
    send.onclick = async () => {
      send.ariaBusy = "true";
      const box = await outbox().catch(() => null);
      await box?.flush();
      send.ariaBusy = null;
      if (box && !box.state.queue.length) return leave(form, () => {});
      complain.hidden = false;
      complain.textContent = "They could not be sent now. Keep them sealed, or try again with a signal.";
    };
    keep.onclick = () => leave(form, () => {});
    discard.onclick = () => {
      if (discard.textContent !== "Really throw away") return (discard.textContent = "Really throw away");
      leave(form, (box) => box.tell().then(() => box.discard(...box.state.queue)));
    };
    stay.onclick = () => dialog.close();
    dialog.onclose = () => { dialog.remove(); form.ariaBusy = null; };
    document.body.append(dialog);
    dialog.showModal();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target, told = kept();
    if (form.getAttribute("action") !== "/sign-out" || !told) return;
    event.preventDefault();
    if (told.count) ask(form, told);
    else leave(form, () => {});
  });

  addEventListener("outbox", show);
  addEventListener("storage", (event) => event.key === "waymark field" && show());
  show();
  if (kept()?.count) outbox().catch(() => {});
})();

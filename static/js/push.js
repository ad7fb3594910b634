// Push in this browser: what is looked at goes from the screen, and who signs out is told nothing more here.
(() => {
  const { member, post, store } = waymark, told = store.get("push"), worker = navigator.serviceWorker?.getRegistration("/");
  if (!worker || !told || told.member !== member) return;
  worker.then((known) => known?.getNotifications()).then((shown = []) => {
    for (const notice of shown) if (notice.data?.path?.split("?")[0] === location.pathname) notice.close();
  }).catch(() => {});
  const leave = async () => {
    store.set("push", null);
    const known = await (await worker)?.pushManager.getSubscription();
    await Promise.all([post(told.removal, {}, { keepalive: true }), known?.unsubscribe()]);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("action") !== "/sign-out") return;
    // Somebody is asked about something else first.
    if (event.defaultPrevented) return addEventListener("pagehide", leave, { once: true });
    event.preventDefault();
    Promise.race([leave(), new Promise((done) => setTimeout(done, 2e3))]).catch(() => {}).then(() => form.submit());
  });
})();

// Push in this browser: switching it on and off, and saying why it cannot be. What is said stands in the page.
(() => {
  const { one, all, complain, member, store } = waymark, part = one("[data-push]"), workers = navigator.serviceWorker;
  if (!part) return;
  const show = (state) => all("[data-push-state]", part).forEach((words) => (words.hidden = words.dataset.pushState !== state));

  const obstacle = () => {
    if (!isSecureContext) return "insecure";
    const knows = workers && "PushManager" in window && "Notification" in window;
    if (!knows) return /iPhone|iPad/.test(navigator.userAgent) ? "home-screen" : "unsupported";
    return Notification.permission === "denied" && "denied";
  };
  const current = async () => (await workers.getRegistration("/"))?.pushManager.getSubscription();
  // The address for push is a secret, so the page names devices by its digest.
  const mark = async (endpoint) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const own = async () => {
    const subscription = await current(), wanted = subscription && (await mark(subscription.endpoint));
    return wanted && one(`[data-push-mark="${wanted}"]`, part);
  };
  const look = async () => {
    const why = obstacle();
    if (why) return show(why);
    const row = await own();
    store.set("push", row ? { member, removal: one("form[action$=removal]", row).getAttribute("action") } : null);
    if (row) {
      one("[data-push-this]", row).hidden = false;
      // “Turn off” stands above.
      one("form[action$=removal]", row).hidden = true;
    }
    show(row ? "on" : "off");
  };

  const subscribe = async () => {
    await workers.register("/push-worker.js", { scope: "/" });
    const { pushManager } = await workers.ready, wish = { userVisibleOnly: true, applicationServerKey: part.dataset.key };
    const old = await pushManager.getSubscription();
    return pushManager.subscribe(wish).catch(async (problem) => {
      // One made for another key of the portal stands in the way.
      if (!old) throw problem;
      await old.unsubscribe();
      return pushManager.subscribe(wish);
    });
  };
  const turnOn = async (form) => {
    const answer = await Notification.requestPermission();
    if (answer === "denied") return show("denied");
    if (answer !== "granted") return complain("This browser was not allowed to show notifications yet. Press “Turn on” again and choose “Allow”.");
    const subscription = await subscribe(), { endpoint, keys } = subscription.toJSON();
    await (await caches.open("push")).put("/push-endpoint", new Response(endpoint));
    for (const [name, value] of Object.entries({ endpoint, ...keys })) if (form.elements[name]) form.elements[name].value = value;
    form.submit();
    return true;
  };
  const turnOff = async (form) => {
    store.set("push", null);
    await current().then((subscription) => subscription?.unsubscribe()).catch(() => {});
    form.submit();
  };
  part.addEventListener("submit", async (event) => {
    const form = event.target, row = form.closest("[data-push-mark]");
    if (form.dataset.pushState === "off") {
      event.preventDefault();
      if (form.ariaBusy) return;
      form.ariaBusy = "true";
      const failed = () => complain("This browser could not turn push on. Some browsers, and private windows, do not allow it. Close other windows of this browser and try again, or use another one.");
      if (!(await turnOn(form).catch(failed))) form.ariaBusy = null;
    } else if (row && form.action.endsWith("/removal") && !one("[data-push-this]", row).hidden) {
      event.preventDefault();
      await turnOff(form);
    }
  });
  part.addEventListener("click", async (event) => {
    if (event.target.closest("[data-push-off]")) one("form[action$=removal]", await own())?.requestSubmit();
  });
  look().catch(() => show("unsupported"));
})();

"use strict";
// What every other file stands on. Scripts only improve pages that work without them.
const waymark = (() => {
  document.documentElement.classList.add("has-script");
  const one = (css, within = document) => within.querySelector(css);
  const all = (css, within = document) => [...within.querySelectorAll(css)];
  const meta = (name) => one(`meta[name="${name}"]`)?.content ?? "";
  const parse = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;
  const make = (html) => parse(html).firstElementChild;

  // Calls act(event, element) for events on elements that a selector finds, now or later.
  const on = (type, css, act) =>
    document.addEventListener(type, (event) => {
      const element = event.target.closest?.(css);
      if (element) act(event, element);
    });

  // crypto.randomUUID exists on secure origins only; a portal in a local network may have none.
  const uuid = () =>
    crypto.randomUUID?.() ??
    "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
      (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

  const sprite = one("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";
  const icon = (name, size = "small") => `<svg class="icon icon--${size}" aria-hidden="true"><use href="${sprite}#${name}"></use></svg>`;

  // Tells screen readers something that others see happen.
  const voice = document.body.appendChild(make('<div class="visually-hidden" role="status"></div>'));
  const say = (words) => {
    voice.textContent = "";
    setTimeout(() => (voice.textContent = words), 50);
  };

  const dismiss = `<button type="button" class="toast__close" data-dismiss>${icon("x")}<span class="visually-hidden">Dismiss</span></button>`;
  // Problems stay until they are dismissed.
  const complain = (words) => {
    const toast = make(`<div class="toast toast--danger" role="alert">${icon("circle-alert")}<p class="toast__text"></p>${dismiss}</div>`);
    toast.children[1].textContent = words;
    one("[data-toasts]")?.append(toast);
  };

  const signedOut = (is) => {
    const banner = one("[data-signed-out]");
    if (!is) banner?.remove();
    else if (!banner) {
      const next = encodeURIComponent(location.pathname + location.search);
      const words = `<p class="banner" role="alert" data-signed-out>You were signed out. Your text is kept. <a href="/sign-in?next=${next}">Sign in again</a></p>`;
      (one("[data-banner]") ?? document.body).prepend(make(words));
    }
  };

  // A request for a part of a page. Rejects when nothing answers within 15 seconds.
  const ask = async (url, { headers, ...options } = {}) => {
    const signal = AbortSignal.timeout?.(15e3);
    const answer = await fetch(url, { signal, ...options, headers: { "HX-Request-Type": "partial", ...headers } });
    signedOut(answer.status === 401);
    return answer;
  };

  const token = (key = uuid()) => ({ "X-CSRF-Token": meta("csrf"), "Idempotency-Key": key });
  const post = (url, fields = {}, { key, ...options } = {}) =>
    ask(url, { method: "POST", body: new URLSearchParams(fields), headers: token(key), ...options });

  // The sentences of an error that the server painted: field by field, or one for all.
  const problems = async (answer) => {
    const painted = parse(await answer.text().catch(() => ""));
    const fields = all("[data-field]", painted).map((line) => [line.dataset.field, line.textContent.trim()]);
    const words = one(".toast__text p", painted)?.textContent.trim();
    return { fields: Object.fromEntries(fields), words: fields.map((field) => field[1]).join(" ") || words || "That did not work. Try again." };
  };

  // Goes where an answer points.
  const moved = (answer) => {
    const to = answer.headers.get("HX-Redirect");
    if (to) location.assign(to);
    return Boolean(to);
  };

  const member = meta("member");
  const attentive = () => !document.hidden && document.hasFocus();
  const store = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(`waymark ${key}`)); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(`waymark ${key}`, JSON.stringify(value)); } catch { /* full or forbidden */ } },
  };
  return { one, all, meta, parse, make, on, uuid, icon, say, complain, ask, post, token, problems, moved, member, attentive, store };
})();

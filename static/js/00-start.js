"use strict";
// What every other file stands on. Scripts only improve pages that work without them.
const waymark = (() => {
  document.documentElement.classList.add("has-script");
  const one = (css, within = document) => within.querySelector(css);
  const all = (css, within = document) => [...within.querySelectorAll(css)];
  const meta = (name) => one(`meta[name="${name}"]`)?.content ?? "";
  // HTML as nodes. Buttons that name their form make every change of a long feed slow (each is looked up again): in rows
  // that come later they do without, and forms.js hears their clicks.
  const parse = (html) => {
    const { content } = Object.assign(document.createElement("template"), { innerHTML: html });
    for (const button of all("[form=feed-form]", content)) button.removeAttribute("form");
    return content;
  };
  const make = (html) => parse(html).firstElementChild;

  // Calls act(event, element) for events on elements that a selector finds, now or later; not when a new tab is wanted.
  const on = (type, css, act) =>
    document.addEventListener(type, (event) => {
      const element = event.target.closest?.(css);
      if (element && !(event.ctrlKey || event.metaKey || event.shiftKey)) act(event, element);
    });

  // crypto.randomUUID exists on secure origins only; a portal in a local network may have none.
  // The address of a blob ends with a UUID everywhere.
  const uuid = () => crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);

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
    const signal = AbortSignal.timeout(15e3);
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

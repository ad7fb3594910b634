"use strict";
// Beside the pages of learners: what waits, what is taken along. And the page that stands in for them without a network.
(() => {
  const { study } = self;
  const one = (css, within = document) => within.querySelector(css);
  const all = (css, within = document) => [...within.querySelectorAll(css)];
  const element = (tag, className, ...content) => {
    const made = Object.assign(document.createElement(tag), { className });
    made.append(...content);
    return made;
  };
  const button = (label, kind, act) => Object.assign(element("button", `button ${kind}`, label), { type: "button", onclick: act });
  const link = (href, ...words) => Object.assign(element("a", "", ...words), { href });
  const named = (tag, className, text) => Object.assign(element(tag, className, text), { dir: "auto" });
  const some = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  // As the portal writes moments; the device's zone is the one that counts without a connection.
  const when = (iso) => new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  const [, , enrolment, , lesson] = location.pathname.split("/");
  const place = `${enrolment}/${lesson}`;
  const words = { done: "Done", ticks: "Ticked off", writing: "Your text" };
  const callout = (tone, ...content) => {
    const note = element("div", `callout callout--${tone}`, element("div", "stack stack--tight", ...content));
    const icon = { warning: "triangle-alert", danger: "circle-alert", info: "info" }[tone];
    note.insertAdjacentHTML("afterbegin", `<svg class="icon" aria-hidden="true"><use href="${one("[data-sprite]").dataset.sprite}#${icon}"></use></svg>`);
    return note;
  };
  const paragraph = (...content) => element("p", "", ...content);
  const titled = (text) => element("p", "callout__title", text);

  // What waits, and what was refused with everything that was typed.
  const refusal = (item) => {
    const where = link(`/learn/${item.enrolment}/lessons/${item.lesson}`);
    where.append(named("span", "", item.title ?? "A lesson"));
    const note = callout("danger", titled(`${words[item.kind]} was not taken`), paragraph(where, `: ${item.refused}`));
    const body = note.lastElementChild;
    if (item.body) body.append(Object.assign(named("textarea", "input", ""), { value: item.body, readOnly: true, rows: 4, ariaLabel: "What you wrote" }));
    const buttons = element("div", "button-row", button("Try again", "button--small", () => study.retry(item)));
    if (item.body) buttons.append(button("Back into the lesson", "button--small", async () => {
      await study.keepDraft(`${item.enrolment}/${item.lesson}`, { body: item.body, base: null });
      await study.discard(item);
      location.assign(where.href);
    }));
    const away = button("Throw away", "button--small button--quiet-danger", () => {
      if (away.textContent === "Throw away") away.textContent = "Really throw away";
      else study.discard(item);
    });
    buttons.append(away);
    body.append(buttons);
    return note;
  };
  let shown = "";
  const showWaiting = () => {
    const { queue, signedOut, others } = study.state, box = one("[data-study-waiting]");
    const waiting = queue.filter((item) => !item.refused), refused = queue.filter((item) => item.refused);
    const now = JSON.stringify([waiting.length, refused, signedOut, others]);
    if (!box || now === shown) return;
    shown = now;
    const notes = [];
    if (waiting.length) {
      const text = signedOut ? "Sign in, and what waits is sent." : "Kept on this device, and sent by itself when there is a connection.";
      const act = signedOut ? link(`/sign-in?next=${encodeURIComponent(location.pathname)}`, "Sign in") : button("Send now", "button--small", () => study.flush());
      notes.push(callout("info", titled(`${some(waiting.length, "answer")} waiting`), paragraph(text), paragraph(act)));
    }
    if (signedOut && others) notes.push(callout("info", paragraph(`${some(others, "answer")} wait${others === 1 ? "s" : ""} on this device, sealed, for whoever wrote ${others === 1 ? "it" : "them"} to sign in.`)));
    box.replaceChildren(...notes, ...refused.map(refusal));
    box.hidden = !box.firstChild;
  };

  // "Keep for offline" on the page of a journey.
  const keeping = one("[data-study-keep]");
  const showKept = () => {
    if (!keeping) return;
    const kept = study.state.kept.find((journey) => journey.id === enrolment), count = kept?.lessons?.filter((lesson) => lesson.is_kept).length;
    one("[data-study-words]", keeping).textContent = kept
      ? `${some(count, "lesson")} of this journey ${count === 1 ? "is" : "are"} on this device, as of ${when(kept.taken_at)}. They open without a connection until you sign out.`
      : "Take the lessons that are open along: texts, checklists and reflections open without a connection, and what you do there is sent later.";
    one("[data-study-take]", keeping).lastChild.textContent = kept ? "Take them again" : "Keep for offline";
    one("[data-study-drop]", keeping).hidden = !kept;
    one("[data-study-titles]", keeping).hidden = !kept;
    one("[data-study-titles] ul", keeping).replaceChildren(...(kept?.lessons ?? []).filter((lesson) => lesson.is_kept).map((lesson) => named("li", "", lesson.title)));
  };
  const problem = (text) => {
    const line = one("[data-study-problem]", keeping);
    line.textContent = text;
    line.hidden = !text;
  };
  if (keeping && study.state.canKeep) {
    keeping.hidden = false;
    one("[data-study-take]", keeping).addEventListener("click", async ({ currentTarget: target }) => {
      target.ariaBusy = "true";
      try {
        await navigator.serviceWorker.register("/learn/worker.js", { scope: "/learn" });
        await navigator.serviceWorker.ready.catch(() => {});
        await study.take(enrolment);
        navigator.storage?.persist?.();
        problem("");
      } catch { problem("The lessons could not be taken along. It needs a connection."); }
      target.ariaBusy = null;
    });
    one("[data-study-drop]", keeping).addEventListener("click", () => study.drop(enrolment));
  }

  // What is typed is kept with each letter, one after the other.
  const keeper = (field, base, title, told) => {
    let busy = null, again = false;
    const keep = () => {
      again = true;
      return (busy ??= (async () => {
        while (again) { again = false; await study.keepDraft(place, field.value === base ? null : { body: field.value, base, title }); }
        busy = null;
        told?.();
      })());
    };
    return keep;
  };

  // On the page of a lesson: what is typed is kept here as well, for when the line goes.
  const study_ = one("[data-lesson]"), isKept = () => study.state.kept.some((journey) => journey.id === enrolment);
  const watch = (form, title) => {
    const field = form.elements.body;
    if (field) {
      const keep = keeper(field, field.defaultValue, title);
      field.addEventListener("input", () => isKept() && keep());
    }
    form.addEventListener("submit", async (event) => {
      if (navigator.onLine || !isKept()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      await answer(form, title, event.submitter);
      location.assign(location.pathname);
    }, true);
  };
  const answer = (form, title, submitter) => {
    const at = { enrolment, lesson, title };
    if (form.elements.body) return submitter?.value === "save" ? study.keepDraft(place, { body: form.elements.body.value, base: null, title }) : study.add("writing", at, { body: form.elements.body.value });
    const boxes = all("input[name=item]", form);
    if (!boxes.length) return study.add("done", at);
    return study.add("ticks", at, { ticked: boxes.filter((box) => box.checked).map((box) => box.value), unticked: boxes.filter((box) => !box.checked).map((box) => box.value) });
  };
  // What was typed without a connection and not handed in goes on in the form, unless something else is there by now.
  const bringBack = async () => {
    const field = one("form[data-keeps] textarea[name=body]"), kept = field && (await study.draft(place));
    if (!kept || kept.body === field.value) return;
    const put = () => { field.value = kept.body; field.dispatchEvent(new Event("input", { bubbles: true })); };
    if (kept.base === field.value) return put();
    const note = callout("info", titled("You wrote something else on this device"), named("p", "", kept.body.slice(0, 300)));
    note.lastElementChild.append(element("div", "button-row", button("Put it in", "button--small", () => { put(); note.remove(); }), button("Throw away", "button--small button--quiet-danger", () => { study.keepDraft(place); note.remove(); })));
    field.form.before(note);
  };
  if (study_) {
    const title = one("h1", study_).textContent;
    for (const form of all("form[action$='/completion'], form[action$='/ticks'], form[action$='/writing']", study_)) watch(form, title);
  }

  // The page that stands in.
  const shell = one("[data-study-shell]");
  const heading = (text, crumbs) => {
    document.title = `${text} · Waymark`;
    return [element("p", "crumbs", ...crumbs.flatMap(([href, label]) => [link(href, label), " "])), Object.assign(named("h1", "", text), { tabIndex: -1 })];
  };
  const queued = (key, kind) => study.state.queue.find((item) => item.lesson === key && item.kind === kind && !item.refused);
  // As templates/journeys/learning/_reasons.html has them, without the ways that need a connection.
  const reasons = (list) => element("ul", "reasons", ...list.map(({ any_of: ways, is_more: isMore }) => {
    const lines = ways.map((text) => named("span", "reasons__line", text));
    if (ways.length > 1) lines.unshift(element("span", "reasons__any", "One of these:"));
    if (isMore) lines.unshift(element("span", "reasons__any", "And:"));
    return element("li", `reasons__one${ways.length > 1 ? " reasons__one--any" : ""}`, ...lines);
  }));
  const rows = (journey) => journey.lessons.map((one) => {
    const state = queued(one.key, "done") || queued(one.key, "writing") ? "Waits to be sent" : one.status;
    const name = one.is_kept ? Object.assign(link(`/learn/${journey.id}/lessons/${one.key}`, one.title), { className: "row__title", dir: "auto" }) : named("span", "row__title muted", one.title);
    return element("li", "row", element("div", "row__main", name, element("span", "row__note", [one.milestone, one.is_kept ? one.kind_words : one.reasons?.length ? "" : "not on this device"].filter(Boolean).join(" · ")), ...(one.reasons?.length ? [reasons(one.reasons)] : [])), element("span", "row__end", element("span", "badge", state)));
  });
  const list = (journey) => [...heading(journey.journey, [["/learn", "My journeys"]]), element("p", "muted small", `As it was on ${when(journey.taken_at)}.`), element("ul", "rows above", ...rows(journey))];
  const home = () => {
    const kept = study.state.kept.map((journey) => element("li", "row", element("div", "row__main", Object.assign(link(`/learn/${journey.id}`, journey.journey), { className: "row__title", dir: "auto" }), element("span", "row__note", `As of ${when(journey.taken_at)}`))));
    return [...heading("My journeys", []), kept.length ? element("ul", "rows above", ...kept) : paragraph("Nothing is on this device. Open a journey with a connection and choose “Keep for offline”.")];
  };
  const ticks = (at) => {
    const waits = queued(lesson, "ticks"), form = element("form", "card study-task stack");
    const boxes = at.items.map((item) => {
      const box = Object.assign(element("input", "check__box"), { type: "checkbox", name: "item", value: item.key, disabled: at.is_done });
      box.checked = waits?.ticked.includes(item.key) || (item.is_ticked && !waits?.unticked.includes(item.key));
      return element("label", "check", box, named("span", "check__label", item.text));
    });
    form.append(element("fieldset", "checks", element("legend", "checks__legend", "Tick off"), ...boxes));
    form.addEventListener("change", ({ target }) => study.add("ticks", { enrolment, lesson, title: at.title }, target.checked ? { ticked: [target.value], unticked: [] } : { ticked: [], unticked: [target.value] }));
    form.addEventListener("submit", (event) => event.preventDefault());
    return [form];
  };
  const writing = async (at) => {
    const prompt = element("div", "card", element("h2", "card__title", "Think and write"), html(at.prompt)), waits = queued(lesson, "writing");
    if (waits) return [prompt, element("div", "card", element("h2", "card__title", "Handed in, waits to be sent"), named("p", "study-typed", waits.body), element("div", "button-row", button("Change it", "button--small", async () => { await study.keepDraft(place, { body: waits.body, base: at.body, title: at.title }); await study.discard(waits); draw(); })))];
    if (!at.can_write) return [prompt];
    const form = element("form", "stack"), draft = await study.draft(place);
    const field = Object.assign(element("textarea", "input"), { id: "body", name: "body", rows: 10, maxLength: 50000, dir: "auto", value: draft?.body ?? at.body });
    const said = Object.assign(element("span", "muted small"), { role: "status" }), error = Object.assign(element("p", "field__error"), { id: "body-error", hidden: true });
    const label = Object.assign(element("label", "field__label", "Your text"), { htmlFor: "body" });
    field.setAttribute("aria-describedby", "body-error");
    form.append(element("div", "field", label, ...(at.at_least ? [element("p", "field__hint", `At least ${at.at_least} words.`)] : []), error, field), element("div", "button-row", Object.assign(element("button", "button button--primary", "Hand in"), { type: "submit" }), said));
    const keep = keeper(field, at.body, at.title, () => { said.textContent = "Your draft is kept on this device."; });
    field.addEventListener("input", keep);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const count = field.value.trim().split(/\s+/).filter(Boolean).length;
      error.hidden = count > 0 && count >= at.at_least;
      error.textContent = count ? `Write at least ${at.at_least} words; so far there are ${count}.` : "Your text is missing.";
      if (!error.hidden) return field.focus();
      await keep();
      await study.add("writing", { enrolment, lesson, title: at.title }, { body: field.value });
      draw();
    });
    return [prompt, form];
  };
  // Made by the portal of Markdown, and cleaned there.
  const html = (text) => Object.assign(element("div", "prose study__body"), { innerHTML: text, dir: "auto" });
  const end = (at) => {
    const waits = queued(lesson, "done") || queued(lesson, "writing"), section = element("section", "study-end");
    if (at.is_done || waits) section.append(element("p", "study-end__words study-end__words--done", waits ? "Done, waits to be sent" : "Done"));
    else {
      section.append(element("p", "study-end__words", at.how));
      if (at.mark) section.append(button(at.mark, "button--primary", async () => { await study.add("done", { enrolment, lesson, title: at.title }); draw(); }));
    }
    return section;
  };
  const beside = (journey, at) => {
    const kept = journey.lessons.filter((one) => one.is_kept), here = kept.findIndex((one) => one.key === at.key);
    const step = (to, label) => to && Object.assign(link(`/learn/${enrolment}/lessons/${to.key}`), { className: "study-step" });
    const steps = [[kept[here - 1], "Before"], [kept[here + 1], "Next"]].flatMap(([to, label]) => {
      const made = step(to);
      made?.append(element("span", "", element("span", "muted small", label), named("span", "study-step__title", to.title)));
      return made ? [made] : [];
    });
    return Object.assign(element("nav", "study-steps", ...steps), { ariaLabel: "Lessons" });
  };
  const read = async (journey, at) => {
    if (at.is_viewed && !at.is_done && !queued(lesson, "done")) await study.add("done", { enrolment, lesson, title: at.title });
    const parts = [...heading(at.title, [["/learn", "My journeys"], [`/learn/${enrolment}`, journey.journey]]), element("p", "muted small", `${at.kind_words} · ${at.milestone}`)];
    if (at.html) parts.push(html(at.html));
    if (at.items.length) parts.push(...ticks(at));
    if (at.prompt) parts.push(...(await writing(at)));
    return [element("article", "study", ...parts, end(at), beside(journey, at))];
  };
  const missing = () => [...heading("Not on this device", [["/learn", "My journeys"]]), paragraph(study.state.member ? "This page was not taken along. It opens when there is a connection." : "Nothing can be opened here until you sign in, with a connection."), paragraph(link(location.href, "Try again"))];
  const leaving = () => {
    const count = study.state.queue.length;
    const away = button("Throw them away", "button--quiet-danger", async () => {
      if (away.textContent === "Throw them away") return (away.textContent = "Really throw away");
      await study.discard(...study.state.queue);
      draw();
    });
    // Sealed: nobody reads them on this device until their writer signs in again, and then they are sent.
    const seal = button("Keep them sealed and sign out", "", async () => {
      const page = await fetch("/learn", { cache: "no-store" }).then((answer) => answer.text());
      const token = new DOMParser().parseFromString(page, "text/html").querySelector("meta[name=csrf]")?.content ?? "";
      await study.forget();
      localStorage.setItem("waymark study", JSON.stringify({ left: true }));
      await fetch("/sign-out", { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": token } });
      location.assign("/sign-in");
    });
    return count
      ? [...heading(`${some(count, "answer")} not sent yet`, []), paragraph("You are about to sign out. What you did without a connection is still on this device."), element("div", "button-row above", button("Send now", "button--primary", () => study.flush().then(draw)), seal, away)]
      : [...heading("Nothing waits any more", []), paragraph("You can sign out now."), paragraph(link("/learn", "Back to my journeys"))];
  };
  const view = async () => {
    if (location.hash === "#leaving") return leaving();
    if (!enrolment || enrolment === "offline") return home();
    const journey = await study.journey(enrolment).catch(() => null);
    if (!journey) return missing();
    if (!lesson) return list(journey);
    const at = journey.lessons.find((one) => one.key === lesson && one.is_kept);
    return at ? read(journey, at) : missing();
  };
  const draw = async () => {
    await study.tell();
    shell.replaceChildren(...(await view()));
  };
  const showLine = () => {
    const line = one("[data-study-line]");
    if (!line) return;
    const isBack = study.state.isReached && !study.state.signedOut;
    if (study.state.isReached === null && study.state.canKeep) return line.replaceChildren(callout("info", paragraph("Looking for a connection …")));
    line.replaceChildren(isBack ? callout("info", paragraph("You are online again. ", link(location.href, "Open the page as it is now"))) : study.state.signedOut ? callout("warning", paragraph("You are signed out. ", link(`/sign-in?next=${encodeURIComponent(location.pathname)}`, "Sign in"))) : callout("warning", paragraph("You are offline. What you do here is kept on this device and sent when there is a connection.")));
  };
  // A page that is left may come back from the browser's memory for somebody else: meanwhile it holds nothing.
  if (shell) {
    addEventListener("pagehide", () => shell.replaceChildren());
    addEventListener("pageshow", ({ persisted }) => persisted && study.flush().then(draw));
    addEventListener("hashchange", draw);
    document.documentElement.classList.add("has-script");
  }
  addEventListener("study", () => { showWaiting(); showKept(); showLine(); });
  showLine();
  study.tell().then(async () => {
    if (shell) {
      await draw();
      return study.flush();
    }
    await bringBack();
    // What is taken along stays as new as the last visit.
    if (keeping && isKept()) study.take(enrolment).catch(() => {});
  });
})();

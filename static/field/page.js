"use strict";
// The page in the field: picks a person, makes a note, shows what waits. What is kept and sent is outbox.js.
(() => {
  const { outbox } = self;
  const one = (css, within = document) => within.querySelector(css);
  const all = (css, within = document) => [...within.querySelectorAll(css)];
  const form = one("[data-note]"), who = one("#who"), people = one("[data-people]");
  const isSafe = isSecureContext && Boolean(crypto.subtle);
  let list = null, chosen = null;

  const element = (tag, className, ...content) => {
    const made = Object.assign(document.createElement(tag), { className });
    made.append(...content);
    return made;
  };
  const button = (label, kind, act) => Object.assign(element("button", `button button--small ${kind}`, label), { type: "button", onclick: act });
  // Told for some seconds, to those who look and to those who listen.
  const say = (words) => {
    const toast = element("div", "toast toast--positive", element("p", "toast__text", words));
    one("[data-say]").replaceChildren(toast);
    setTimeout(() => toast.remove(), 5e3);
  };
  const some = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const age = (iso) => {
    const minutes = Math.max(0, Math.round((Date.now() - Date.parse(iso)) / 6e4));
    if (minutes < 1) return "just now";
    if (minutes < 60) return `${some(minutes, "minute")} ago`;
    return minutes < 2880 ? `${some(Math.round(minutes / 60), "hour")} ago` : `${some(Math.round(minutes / 1440), "day")} ago`;
  };
  // Accents and capitals aside, as the portal compares names.
  const fold = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase().trim();

  const choose = (person) => {
    chosen = person;
    one("[data-who]").hidden = Boolean(person);
    one("[data-chosen]").hidden = !person;
    one("[data-chosen-name]").textContent = person?.name ?? "";
    complain("who", "");
    who.value = "";
    suggest();
    if (!person) who.focus();
  };
  const suggest = () => {
    const words = fold(who.value);
    const found = (list?.people ?? []).filter((person) => fold(person.name).includes(words)).slice(0, 40);
    people.hidden = !found.length;
    people.replaceChildren(...found.map((person) => {
      const place = [person.worksite, person.shift].filter(Boolean).join(" · ");
      const name = element("span", "pocket__name", person.name);
      name.dir = "auto";
      const pick = Object.assign(element("button", "pocket__person", name, element("span", "muted small", place)), { type: "button", onclick: () => choose(person) });
      return element("li", "", pick);
    }));
  };
  const showList = async () => {
    list = await outbox.list().catch(() => null);
    const known = Boolean(outbox.state.me);
    one("[data-list]").hidden = !known || !isSafe || Boolean(outbox.state.refused);
    one("[data-list-state]").textContent = list
      ? `${some(list.people.length, "person").replace("persons", "people")} on this device until ${new Date(list.until).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" })}.`
      : "Your list is not on this device.";
    one("[data-list-take]").textContent = list ? "Take it again" : "Take my list";
    one("[data-list-drop]").hidden = !list;
    one("[data-who-hint]").textContent = list ? "Type a part of the name, or choose. Somebody else: write the whole name." : "Write the whole name, as on your list.";
    if (chosen?.id && list && !list.people.some((person) => person.id === chosen.id)) choose(null);
    suggest();
  };

  const complain = (field, words) => {
    const line = one(`[data-error="${field}"]`);
    line.textContent = words;
    line.hidden = !words;
    if (field === "who") who.ariaInvalid = words ? "true" : null;
  };
  const missing = () => {
    complain("who", chosen || who.value.trim() ? "" : "Say whom you spoke with.");
    complain("kind", form.elements.kind.value ? "" : "Choose what it was.");
    return one("[data-error]:not([hidden])");
  };
  // A whole name that is one of the list's is that person, typed instead of tapped.
  const typed = () => {
    const same = (list?.people ?? []).filter((person) => fold(person.name) === fold(who.value));
    return same.length === 1 ? { member: same[0].id } : { name: who.value.trim() };
  };
  // What is pasted brings characters that nobody sees and the portal refuses: controls, and those that turn a text around.
  const clean = (text) => text.replace(/(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, "").trim();
  const line = (text) => clean(text).replace(/\s+/g, " ");
  const written = () => {
    const { kind, said, reached, follow_up, next_step } = form.elements, about = chosen ? { member: chosen.id, name: chosen.name } : typed();
    const next = follow_up.value ? line(next_step.value) : "";
    return { ...about, name: about.name && line(about.name), kind: kind.value, said: clean(said.value), reached: reached.checked ? "no" : "", follow_up: follow_up.value, next_step: next };
  };
  // Where nothing can be sealed nothing is kept: it is sent now or stays in the form, under one number until the portal says that it has
  // it. Networks of trains and hotels answer, too.
  let unsent = null;
  const sendNow = async (note) => {
    const { me } = outbox.state;
    if (unsent?.author !== me.member) unsent = outbox.draft("notes", me);
    const { id } = unsent, answer = await outbox.send({ ...unsent, plain: note }), told = (await answer.json().catch(() => null)) ?? {};
    const isHere = answer.ok && told.id === id;
    if (isHere || answer.status === 409) unsent = null;
    if (answer.status === 409) throw new Error("It came in as you wrote it before. Save again to send this as another note.");
    if (!isHere) throw new Error(told.detail ?? "Something else than the portal answered.");
  };
  const save = async (event) => {
    event.preventDefault();
    const wrong = missing();
    if (wrong) return (wrong.dataset.error === "who" ? who : one("[name=kind]")).focus();
    const submit = one(".pocket__bar button");
    if (submit.ariaBusy) return;
    submit.ariaBusy = "true";
    try {
      const note = written();
      await (isSafe ? outbox.add("notes", note) : sendNow(note));
      form.reset();
      choose(null);
      one("[data-step]").hidden = true;
      failed("");
      say(isSafe ? "Saved on this device." : "Sent.");
      scrollTo(0, 0);
    } catch (problem) {
      failed(`That was not saved, so it is still here. ${problem.message ?? ""}`);
    }
    submit.ariaBusy = null;
  };

  let problem = "";
  const failed = (words) => { problem = words; notices(); };
  const callout = (tone, ...content) => {
    const icon = { danger: "circle-alert", warning: "triangle-alert", info: "info" }[tone];
    const note = element("div", `callout callout--${tone}`, element("p", "", ...content));
    note.insertAdjacentHTML("afterbegin", `<svg class="icon" aria-hidden="true"><use href="${document.body.dataset.sprite}#${icon}"></use></svg>`);
    if (tone !== "info") note.role = "alert";
    return note;
  };
  const link = (href, words) => Object.assign(element("a", "", words), { href });
  const notices = () => {
    const { me, queue, others, signedOut, refused, held, unplaced, isReached } = outbox.state, shown = [];
    if (problem) shown.push(callout("danger", problem));
    if (!isSafe) shown.push(callout("warning", "Offline needs https: over this address nothing can be kept on the device. Notes are sent at once, or stay in the form."));
    if (signedOut) shown.push(callout("warning", queue.length ? `${some(queue.length, "note")} ${queue.length === 1 ? "waits" : "wait"}: ` : "You are signed out. ", link("/sign-in?next=%2Ffield", "sign in")));
    else if (!me && isReached === false) shown.push(callout("warning", "Open this page once with a signal and sign in. From then on it works without."));
    if (refused) shown.push(callout("warning", "This page is for stewards and coaches. Ask an admin if you look after people."));
    if (held) shown.push(callout("warning", held));
    if (others) shown.push(callout("info", `${some(others, "note")} of somebody else, or of another organization, ${others === 1 ? "waits" : "wait"} on this device until they sign in.`));
    if (unplaced) shown.push(callout("info", link("/field/unplaced", unplaced === 1 ? "1 note needs a person" : `${unplaced} notes need a person`)));
    const box = one("[data-notices]"), text = (nodes) => nodes.map((node) => node.textContent).join("|");
    if (text(shown) !== text([...box.children])) box.replaceChildren(...shown);
    form.hidden = !me || Boolean(refused);
  };

  const what = { notes: "Note", tasks: "Task" };
  const reasons = { 404: "You do not look after them, or no longer see the task.", 409: "It was changed meanwhile. Try again to see both.", 410: "Their record is gone: it was merged with another, or erased." };
  const ask = (words, act) => (event) => {
    const sure = button(words, "button--danger", act);
    event.target.replaceWith(sure);
    sure.focus();
  };
  const row = (item) => {
    const main = element("div", "row__main", element("span", "row__title", what[item.kind]));
    main.append(element("span", "row__note", `Written ${age(item.occurred_at)}${item.attention ? "" : outbox.state.signedOut ? " · waits until you sign in" : item.tries ? " · waits to be sent again" : " · waits for a signal"}`));
    const line = element("li", "row", main);
    if (!item.attention) return line;
    line.className = "row pocket__attention";
    const told = outbox.state.differences.get(item.id), buttons = element("div", "button-row");
    main.append(element("span", "badge badge--danger", "Needs attention"));
    if (told) {
      main.append(element("span", "row__note", `Yours: ${told.yours}`), element("span", "row__note", `Now: ${told.theirs}`));
      const again = () => outbox.add("tasks", { task: told.task, if_version: told.version, outcome: told.outcome }).then(() => outbox.discard(item));
      buttons.append(button("Do it all the same", "button--primary", again));
    } else {
      main.append(element("span", "row__note", reasons[item.status] ?? item.last_error));
      buttons.append(button("Try again", "", () => outbox.retry(item)));
      if (item.kind === "notes") buttons.append(button("Choose a person later", "", () => outbox.retry(item, `unplaced/${item.id}`)));
    }
    buttons.append(button(told ? "Leave it as it is" : "Throw away", "button--quiet-danger", told ? () => outbox.discard(item) : ask("Really throw away", () => outbox.discard(item))));
    main.append(buttons);
    return line;
  };
  let waited = 0;
  const show = () => {
    const { queue } = outbox.state, badge = one("[data-state]");
    if (waited && !queue.length) say("Everything is sent.");
    waited = queue.length;
    badge.hidden = !queue.length;
    badge.textContent = queue.length ? `${queue.length} to send · ${age(queue[0].occurred_at)}` : "";
    badge.classList.toggle("pocket__state--attention", queue.some((item) => item.attention));
    one("[data-waiting]").hidden = !queue.length;
    one("[data-queue]").replaceChildren(...queue.map(row));
    notices();
    showList();
  };

  // Tasks are shown while the page is open and never kept: their words may be about somebody.
  const doTask = (task, outcome, line) => async () => {
    try {
      await outbox.add("tasks", { task: task.id, if_version: task.version, outcome });
      line.remove();
      one("[data-tasks]").hidden = !one("[data-task-list] li");
      say("Saved.");
    } catch (trouble) {
      failed(`That was not saved. ${trouble.message ?? ""}`);
    }
  };
  const showTasks = async () => {
    const answer = await outbox.ask("/field/tasks").catch(() => null);
    if (!answer?.ok || !isSafe) return;
    const tasks = await answer.json();
    if (!Array.isArray(tasks)) return;
    const made = tasks.map((task) => {
      const title = element("span", "row__title", task.title), due = task.due_on && `${task.is_overdue ? "overdue since" : "due"} ${new Date(`${task.due_on}T12:00`).toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" })}`;
      title.dir = "auto";
      const main = element("div", "row__main", title, element("span", "row__note", [task.member, due].filter(Boolean).join(" · ")));
      const line = element("li", "row pocket__task", main), buttons = element("div", "cluster");
      const called = (label, outcome) => {
        const press = button(label, "", doTask(task, outcome, line));
        press.ariaLabel = `${label}: ${task.title}`;
        return press;
      };
      buttons.append(called("Done", "done"));
      if (task.member) buttons.append(called("No answer", "no_answer"), called("Left a message", "left_message"));
      main.append(buttons);
      return line;
    });
    one("[data-task-list]").replaceChildren(...made);
    one("[data-tasks]").hidden = !made.length;
  };

  // A page that is left may come back from the browser's memory for somebody else, or for nobody: meanwhile it holds no name.
  let left = null;
  addEventListener("pagehide", () => {
    left = { member: outbox.state.me?.member, chosen };
    list = chosen = null;
    outbox.state.differences.clear();
    for (const names of [people, one("[data-task-list]"), one("[data-chosen-name]"), one("[data-queue]")]) names.replaceChildren();
    one("[data-tasks]").hidden = form.hidden = true;
    outbox.state.me = null;
  });
  addEventListener("pageshow", async ({ persisted }) => {
    if (!persisted) return;
    await outbox.flush();
    const { me, signedOut } = outbox.state, isSame = me && me.member === left?.member;
    if (!isSame) form.reset();
    const back = isSame && !signedOut ? left.chosen : null;
    if (back) choose(back);
    else { one("[data-who]").hidden = false; one("[data-chosen]").hidden = true; }
    show();
    showTasks();
  });

  who.addEventListener("input", suggest);
  form.addEventListener("submit", save);
  form.addEventListener("change", ({ target }) => {
    if (target.name === "kind") { complain("kind", ""); if (target.checked) form.elements.said.focus(); }
    if (target.name === "follow_up") one("[data-step]").hidden = !target.value;
  });
  one("[data-unchoose]").addEventListener("click", () => choose(null));
  one("[data-list-take]").addEventListener("click", async () => {
    try { await outbox.takeList(); say("Your list is on this device."); } catch { failed("Your list could not be fetched. It needs a signal."); }
    showList();
  });
  one("[data-list-drop]").addEventListener("click", () => outbox.dropList().then(showList));
  addEventListener("outbox", show);
  setInterval(() => document.hidden || show(), 60e3);
  document.documentElement.classList.add("has-script");
  outbox.tell();
  showTasks();
  if (isSafe) navigator.serviceWorker?.register("/sw.js", { scope: "/field" }).catch(() => {});
  navigator.storage?.persist?.();
})();

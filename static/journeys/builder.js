// The tree of a journey: every step goes through the forms and links that work without this, only without leaving the page. Rows follow
// the pointer by their grip, or by a finger held on them; the arrow keys move the row whose grip has the focus.
(() => {
  const { one, all, on, ask, post, parse, say, complain, problems, moved } = waymark;
  const tree = () => one("[data-tree]");
  if (!tree()) return;
  const name = (row) => one(".outline__title, .row__title", row)?.textContent ?? "";

  // Puts the tree of an answer in the place of this one, and the focus where one goes on.
  const renew = async (answer, focus) => {
    if (moved(answer)) return;
    const fresh = one("[data-tree]", parse(await answer.clone().text()));
    if (!fresh) return complain((await problems(answer)).words);
    const from = scrollY;
    tree().replaceWith(fresh);
    scrollTo({ top: from, behavior: "instant" });
    const told = one("[data-tree-notice]", fresh);
    const at = told ?? one("[aria-invalid=true]", fresh) ?? one("[autofocus]", fresh) ?? (focus && one(focus, fresh)) ?? one("[data-at]", fresh);
    at?.focus({ preventScroll: true });
    at?.scrollIntoView({ block: "nearest" });
    if (fresh.dataset.said) say(fresh.dataset.said);
  };
  const lost = () => complain("That did not reach Waymark. Check your connection and try again.");
  let busy = false;
  const send = async (url, fields, focus) => {
    if (busy) return;
    busy = true;
    tree().ariaBusy = "true";
    try {
      await renew(await post(url, fields), focus);
    } catch {
      lost();
    }
    busy = false;
    tree().ariaBusy = null;
  };
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (!form.matches("[data-tree-form]")) return;
    event.preventDefault();
    const fields = [...new FormData(form, submitter)].filter(([name]) => name !== "_csrf" && name !== "_key");
    send(submitter?.getAttribute("formaction") ?? form.getAttribute("action"), fields, submitter?.closest(".menu") ? "[data-at-menu]" : null);
  });
  on("click", "[data-tree-link]", async (event, link) => {
    event.preventDefault();
    try {
      await renew(await ask(link.href));
    } catch {
      lost();
    }
  });

  const step = (fields, key) => send(`${tree().dataset.tree}/moves`, { revision: one("[name=revision]", tree()).value, ...fields }, `[data-node="${key}"] [data-grip]`);
  const steps = [];
  const walk = async () => {
    while (steps.length) {
      const [{ key, ...fields }] = steps;
      await step(fields, key);
      // What was told stands in the way of the rest.
      if (one("[data-tree-notice]", tree())) steps.length = 1;
      steps.shift();
    }
  };
  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest?.("[data-grip]"), way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    if (!grip || !way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const key = grip.closest("[data-node]").dataset.node;
    // What is pressed while a step is under way is taken after it, one by one.
    steps.push({ step: `${way}-${key}`, key });
    if (steps.length === 1) walk();
  });

  // Dragging. A mark shows where the row goes; nothing moves until it is let go.
  const FAR = 6, LONG = 350, EDGE = 70;
  const mark = Object.assign(document.createElement("li"), { className: "outline__mark", ariaHidden: "true" });
  let pressed = null, held = null, scrolling = 0;
  const isLesson = (row) => row.matches(".outline__lesson, [data-asset]");
  // The place under the pointer: a list, and the row in it behind which the row goes.
  const spot = (row, y) => {
    const lists = isLesson(row) ? all("[data-place]", tree()).filter((list) => list.dataset.place) : [one("[data-place='']", tree())];
    const beside = (list) => [...list.children].filter((child) => child.dataset.node && child !== row);
    let best = null;
    for (const list of lists) {
      const rows = beside(list);
      const edges = [null, ...rows].map((after) => {
        const line = after ? after.getBoundingClientRect().bottom : rows.length ? rows[0].getBoundingClientRect().top : (list.previousElementSibling ?? list).getBoundingClientRect().bottom;
        return { list, after, far: Math.abs(y - line) };
      });
      for (const edge of edges) if (!best || edge.far < best.far) best = edge;
    }
    return best;
  };
  const show = (place) => {
    if (!place) return mark.remove();
    place.after ? place.after.after(mark) : place.list.prepend(mark);
  };
  // What is under the pointer: a picture of the row, which nothing cuts off.
  const ghost = (row) => {
    const { left, top, width } = row.getBoundingClientRect();
    const made = Object.assign(document.createElement("div"), { className: "drag-ghost", ariaHidden: "true", textContent: name(row) });
    Object.assign(made.style, { left: `${left}px`, top: `${top}px`, width: `${Math.min(width, 420)}px` });
    document.body.append(made);
    return made;
  };
  const lift = () => {
    held = pressed;
    held.ghost = ghost(held.row);
    held.row.classList.add("outline--held");
    document.body.classList.add("is-dragging");
    getSelection().removeAllRanges();
    // Chromium complains where nobody has touched the page yet.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(10);
    say(`${name(held.row)} lifted`);
  };
  const drift = () => {
    if (!held) return;
    const speed = held.at < EDGE ? held.at - EDGE : held.at > innerHeight - EDGE ? held.at - innerHeight + EDGE : 0;
    if (speed) {
      scrollBy({ top: speed / 4, behavior: "instant" });
      held.place = spot(held.row, held.at);
      show(held.place);
    }
    scrolling = requestAnimationFrame(drift);
  };
  const release = () => {
    clearTimeout(pressed?.timer);
    cancelAnimationFrame(scrolling);
    scrolling = 0;
    if (held) {
      held.row.classList.remove("outline--held");
      held.ghost.remove();
      document.body.classList.remove("is-dragging");
      mark.remove();
    }
    held = pressed = null;
  };
  document.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("[data-tree] [data-node], [data-asset]");
    if (!row || busy || event.button || !event.isPrimary || event.target.closest("details, input, select, .outline__add, .outline__more")) return;
    const touch = event.pointerType !== "mouse", grip = event.target.closest("[data-grip]");
    pressed = { row, x: event.clientX, y: event.clientY, id: event.pointerId, touch, grip };
    if (touch) pressed.timer = setTimeout(lift, grip ? 0 : LONG);
  });
  document.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pressed?.id) return;
    const x = event.clientX - pressed.x, y = event.clientY - pressed.y;
    if (!held && Math.hypot(x, y) > FAR) pressed.touch ? release() : lift();
    if (!held) return;
    if (!scrolling) scrolling = requestAnimationFrame(drift);
    held.at = event.clientY;
    held.place = spot(held.row, event.clientY);
    held.ghost.style.translate = `${x}px ${y}px`;
    show(held.place);
  });
  document.addEventListener("pointerup", (event) => {
    if (event.pointerId !== pressed?.id) return;
    const row = held?.row, place = held?.place;
    if (row) {
      // The click that follows would open the lesson.
      const still = (click) => (click.preventDefault(), click.stopPropagation());
      document.addEventListener("click", still, { capture: true, once: true });
      setTimeout(() => document.removeEventListener("click", still, { capture: true }), 50);
    }
    release();
    if (!place) return;
    if (row.dataset.asset) {
      // All that is ticked goes along with what is dragged.
      const ticked = all(":checked", row.closest("[data-shelf]")).map((box) => box.value), own = row.dataset.asset;
      const assets = ticked.includes(own) ? ticked : [own];
      all(":checked", row.closest("[data-shelf]")).forEach((box) => (box.checked = false));
      return send(`${tree().dataset.tree}/assets`, [...assets.map((id) => ["asset", id]), ["parent", place.list.dataset.place], ["after", place.after?.dataset.node ?? ""], ["first", place.after ? "" : "yes"]]);
    }
    const before = row.previousElementSibling;
    if (place.list === row.parentElement && (place.after ?? null) === before) return;
    const node = row.dataset.node;
    step({ node, parent: place.list.dataset.place, after: place.after?.dataset.node ?? "" }, node);
  });
  document.addEventListener("pointercancel", release);
  document.addEventListener("keydown", (event) => event.key === "Escape" && release());
  document.addEventListener("touchmove", (event) => held && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => held && event.preventDefault());
  document.addEventListener("dragstart", (event) => event.target.closest?.("[data-tree], [data-asset]") && event.preventDefault());
})();

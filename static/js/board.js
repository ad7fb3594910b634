// Cards of a board follow the pointer: at once with a mouse, after a moment's press with a finger, so that one can still scroll.
// A drop sends what the card's own menu would send.
(() => {
  const { one, all, on, post, problems, complain, say, ask, parse } = waymark;
  if (!one("[data-board]")) return;
  const FAR = 6, LONG = 350;
  let held = null, pressed = null;

  const renew = async () => {
    const answer = await ask(location.href);
    const fresh = answer.ok && one("[data-board]", parse(await answer.text()));
    if (fresh) one("[data-board]").replaceWith(fresh);
  };
  const columnAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-column]");
  const mark = (column) => all("[data-column]").forEach((one) => one.classList.toggle("board__column--over", one === column));

  const move = async (card, column) => {
    const name = one(".task-card__title", card).textContent, { column: status } = column.dataset;
    if (status === "blocked") return askWhy(card);
    const from = card.parentElement, next = card.nextElementSibling;
    one("[data-cards]", column).prepend(card);
    card.ariaBusy = "true";
    try {
      const answer = await post(card.dataset.card, { status });
      if (answer.ok) say(`${name}: ${one("h2", column).firstChild.textContent.trim()}`);
      else complain((await problems(answer)).words);
      await renew();
    } catch {
      from.insertBefore(card, next);
      card.ariaBusy = null;
      complain("That did not reach Waymark. Check your connection and try again.");
    }
  };
  const askWhy = (card) => {
    const form = one("[data-blocked]");
    form.action = card.dataset.card;
    form.closest("dialog").showModal();
    one("[name=reason]", form).focus();
  };
  on("click", "[data-board] button[value=blocked]", (event, button) => {
    event.preventDefault();
    button.closest("details").open = false;
    askWhy(button.closest("[data-card]"));
  });

  const lift = () => {
    held = pressed;
    held.card.classList.add("task-card--held");
    getSelection().removeAllRanges();
  };
  const release = () => {
    clearTimeout(pressed?.timer);
    if (held) {
      held.card.classList.remove("task-card--held");
      held.card.style.translate = "";
      mark(null);
    }
    held = pressed = null;
  };
  document.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-card]");
    if (!card || event.button || !event.isPrimary || event.target.closest("details, button")) return;
    pressed = { card, x: event.clientX, y: event.clientY, id: event.pointerId, touch: event.pointerType !== "mouse" };
    if (pressed.touch) pressed.timer = setTimeout(lift, LONG);
  });
  document.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pressed?.id) return;
    const x = event.clientX - pressed.x, y = event.clientY - pressed.y;
    if (!held && Math.hypot(x, y) > FAR) pressed.touch ? release() : lift();
    if (!held) return;
    held.card.style.translate = `${x}px ${y}px`;
    mark(columnAt(event));
  });
  document.addEventListener("pointerup", (event) => {
    if (event.pointerId !== pressed?.id) return;
    const card = held?.card, column = card && columnAt(event);
    if (card) {
      // The click that follows would open the task.
      const still = (click) => (click.preventDefault(), click.stopPropagation());
      document.addEventListener("click", still, { capture: true, once: true });
      setTimeout(() => document.removeEventListener("click", still, { capture: true }), 50);
    }
    release();
    if (column && column !== card.closest("[data-column]")) move(card, column);
  });
  document.addEventListener("pointercancel", release);
  document.addEventListener("keydown", (event) => event.key === "Escape" && release());
  document.addEventListener("touchmove", (event) => held && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => held && event.preventDefault());
  document.addEventListener("dragstart", (event) => event.target.closest?.("[data-card]") && event.preventDefault());
})();

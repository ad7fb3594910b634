// The review queue from the keyboard: every key presses a link or button that is there anyway. Single keys never act while someone types,
// and can be turned off with all others (WCAG 2.1.4).
(() => {
  const { one, all, store } = waymark;
  const list = one("[data-queue]"), review = one("[data-review]");
  if (!list && !review) return;
  const step = (by) => {
    if (review) return one(by > 0 ? "[data-queue-next]" : "[data-queue-previous]")?.click();
    const links = all("a.row__title", list), at = links.indexOf(document.activeElement);
    (at < 0 ? links[0] : links[Math.min(links.length - 1, Math.max(0, at + by))])?.focus();
  };
  const giveBack = () => {
    const comments = one("[name=comments]", review);
    if (comments?.value.trim()) one("[data-return]", review).click();
    else comments?.focus();
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: review && (() => one("[data-approve]", review)?.click()),
    r: review && giveBack,
    "?": () => {
      const words = one("[data-queue-keys]");
      words.open = true;
      one("summary", words).focus();
    },
  };
  // Before the keys of all pages, which have an "r" and a "?" of their own.
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest?.("input:not([type=radio]), textarea, select, [contenteditable], dialog")) return;
    const act = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!act || (event.key !== "?" && store.get("keys off"))) return;
    event.preventDefault();
    act();
  }, true);

  const sum = one("[data-sum]");
  const add = () => {
    const chosen = all("[data-points] input:checked", review).map((box) => Number(box.closest("[data-points]").dataset.points));
    const typed = all("input[data-score]", review).map((box) => Number(box.value) || 0);
    sum.textContent = [...chosen, ...typed].reduce((whole, part) => whole + part, 0);
  };
  if (sum) {
    review.addEventListener("input", add);
    add();
  }
})();

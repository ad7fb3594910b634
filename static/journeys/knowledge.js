// Beside a lesson that is written, a quotation goes to where the author writes instead of to the end of what was saved.
(() => {
  let written = null;
  document.addEventListener("focusin", (event) => { if (event.target.matches("form.lesson textarea[name=body]")) written = event.target; });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-quotes] [data-quote]");
    const text = form && document.querySelector("form.lesson textarea[name=body]");
    if (!text) return;
    event.preventDefault();
    const at = written === text ? text.selectionStart : text.value.length;
    const before = text.value.slice(0, at).trimEnd();
    const after = text.value.slice(at).trimStart();
    const quote = form.dataset.quote.trimEnd();
    text.value = [before, quote, after].filter(Boolean).join("\n\n");
    const end = (before ? before.length + 2 : 0) + quote.length;
    text.focus();
    text.setSelectionRange(end, end);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();

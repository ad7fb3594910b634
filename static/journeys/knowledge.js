// Beside a lesson that is written, a quotation goes to where the author writes instead of to the end of what was saved.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-quotes] [data-quote]");
  const text = form && document.querySelector("form.lesson textarea[name=body]");
  if (!text) return;
  event.preventDefault();
  const at = text.selectionStart ?? text.value.length;
  const before = text.value.slice(0, at).trimEnd();
  const after = text.value.slice(at).trimStart();
  text.value = [before, form.dataset.quote.trimEnd(), after].filter(Boolean).join("\n\n");
  const end = (before ? before.length + 2 : 0) + form.dataset.quote.trimEnd().length;
  text.focus();
  text.setSelectionRange(end, end);
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

// Deciding one after the other without the mouse: Ctrl or Cmd with Enter approves.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-decide]");
  if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});

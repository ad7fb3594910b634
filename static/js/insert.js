// A value comes to where the cursor was, in the field that had it last.
(() => {
  const { one, on, say } = waymark;
  const FIELDS = "#editor :is(textarea, input[type=text])";
  let last = null;
  on("focusin", FIELDS, (_, field) => (last = field.id));
  on("click", "[data-insert]", (_, button) => {
    const field = (last && document.getElementById(last)) || one("#editor [name=block_text]") || one("#editor [name=subject]");
    const { selectionStart: from, selectionEnd: to } = field;
    field.setRangeText(button.dataset.insert, from, to, "end");
    field.focus();
    field.dispatchEvent(new Event("change", { bubbles: true }));
    say("Inserted");
  });
})();

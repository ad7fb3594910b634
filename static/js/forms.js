// Ordinary forms go once, however often they are pressed; buttons of a feed go without leaving it.
(() => {
  const { one, all, on, say, post, parse, problems, complain, moved, feed } = waymark;

  const press = async (button) => {
    if (button.ariaBusy) return;
    button.ariaBusy = "true";
    const menu = button.closest("details");
    if (menu) { menu.open = false; one("summary", menu).focus(); }
    try {
      const answer = await post(button.getAttribute("formaction"), button.name ? { [button.name]: button.value } : {});
      if (!answer.ok) complain((await problems(answer)).words);
      else if ("leaves" in button.dataset) moved(answer) || location.reload();
      else if (!moved(answer)) feed.apply(parse(await answer.text()));
    } catch {
      complain("That did not reach Waymark. Check your connection and try again.");
    }
    button.ariaBusy = null;
  };
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.id === "feed-form" && submitter && !("leaves" in submitter.dataset || "leaves" in form.dataset)) {
      event.preventDefault();
      return press(submitter);
    }
    if (form.ariaBusy) return event.preventDefault();
    form.ariaBusy = "true";
    setTimeout(() => (form.ariaBusy = null), 3e3);
  });
  // Lists that follow what is typed tell those who do not see them.
  document.addEventListener("htmx:after:swap", () => {
    const found = one("#found");
    if (found) say(one(".empty__title", found)?.textContent ?? `${all("li.row", found).length} shown`);
  });
  on("click", "button[formaction]", (_, button) => button.form || press(button));
  addEventListener("pageshow", () => all("form[aria-busy]").forEach((form) => (form.ariaBusy = null)));
})();

// Files: chosen, dropped or pasted, sent at once with their progress, described for those who cannot see them.
waymark.uploads = (() => {
  const { one, all, make, on, icon, post, token, problems, composer } = waymark;
  if (!composer) return null;
  const { form } = composer, list = one("[data-files]", form), input = one("input[type=file]", form), url = form.dataset.uploads;
  const running = new Set();
  let after;

  const row = (name, picture) => {
    const line = make(`<li class="upload">${icon(picture ? "image" : "file", "")}<span class="upload__name"></span><button type="button" class="button button--quiet button--small button--icon" data-remove-file>${icon("x")}<span class="visually-hidden"></span></button><span class="upload__note" role="status"></span></li>`);
    one(".upload__name", line).textContent = name;
    one("button span", line).textContent = `Remove ${name}`;
    list.append(line);
    list.hidden = false;
    return line;
  };
  const settle = (line) => {
    running.delete(line);
    one("progress", line)?.remove();
    list.hidden = !list.children.length;
    if (running.size) return;
    if (!one(".upload--failed", list)) after?.();
    after = null;
  };
  const fail = (line, words) => {
    line.classList.add("upload--failed");
    one(".upload__note", line).textContent = words;
    settle(line);
  };
  const attached = (line, id) => line.append(Object.assign(make('<input type="hidden" name="attachment">'), { value: id }));
  const done = (line, { id, kind, name, note }) => {
    attached(line, id);
    one(".upload__note", line).textContent = note ?? "";
    if (kind === "image") {
      const alt = make('<input class="input" maxlength="500" placeholder="Describe the picture">');
      alt.ariaLabel = `Describe ${name} for people who cannot see it`;
      alt.addEventListener("change", () => post(`${url}/${id}`, { alt_text: alt.value }).catch(() => {}));
      line.append(alt);
    }
    settle(line);
  };

  const upload = (file) => {
    const line = row(file.name, file.type.startsWith("image/")), bar = make('<progress class="progress__bar" max="100"></progress>');
    const request = new XMLHttpRequest(), body = new FormData();
    bar.ariaLabel = file.name;
    line.append(bar);
    running.add(line);
    body.append("file", file);
    request.open("POST", url);
    for (const [name, value] of Object.entries({ ...token(), "HX-Request-Type": "partial", Accept: "application/json" })) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => (bar.value = (100 * event.loaded) / event.total);
    request.onload = async () => {
      if (request.status < 300) return done(line, JSON.parse(request.responseText));
      fail(line, (await problems(new Response(request.responseText))).words);
    };
    request.onerror = () => fail(line, "The connection broke. Remove it and attach it again.");
    request.onabort = () => settle(line);
    line.stop = () => request.abort();
    request.send(body);
  };
  const take = (event, files) => {
    if (!files?.length) return;
    event.preventDefault();
    [...files].forEach(upload);
  };

  input.addEventListener("change", (event) => { take(event, input.files); input.value = ""; });
  form.addEventListener("paste", (event) => take(event, event.clipboardData?.files));
  const area = form.closest(".channel");
  area.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  area.addEventListener("drop", (event) => take(event, event.dataTransfer.files));
  on("click", "[data-remove-file]", (event, button) => {
    event.preventDefault();
    const line = button.closest("li"), id = one("[name=attachment]", line)?.value;
    if (id) post(`${url}/${id}/removal`).catch(() => {});
    line.remove();
    line.stop?.();
    settle(line);
    composer.text.focus();
  });
  return {
    // Acts when all files are up; answers whether that is still to come.
    wait: (act) => running.size > 0 && Boolean((after = act)),
    // What waits in the outbox goes with its own message.
    forget: (ids) => {
      for (const id of ids) one(`[name=attachment][value="${id}"]`, list)?.closest("li").remove();
      list.hidden = !list.children.length;
    },
    clear: () => { list.replaceChildren(); list.hidden = true; },
    restore: (ids, names) => ids.forEach((id, number) => attached(row(names[number] ?? "File", false), id)),
  };
})();

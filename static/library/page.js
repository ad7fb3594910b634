"use strict";
// Files for the library: sent in pieces that survive a broken connection and a closed browser, and measured by playing them.
(() => {
  const { one, all, meta, ask, post, token, problems, store } = waymark;
  const URL_OF = "/journeys/library/uploads", KEPT = "uploads";
  const rest = (ms) => new Promise((go) => setTimeout(go, ms));

  // What a browser has begun, by file: so that the same file chosen again goes on with the same upload.
  const begun = () => store.get(KEPT) ?? {};
  const remember = (name, id) => {
    const known = begun();
    if (id) known[name] = id; else delete known[name];
    store.set(KEPT, known);
  };
  const called = (file, asset = "") => [file.name, file.size, file.lastModified, asset].join("/");

  // Tries again while the network or the portal is away, more slowly each time.
  const steadily = async (act, words) => {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
      try {
        const answer = await act();
        if (answer.status !== 429 && answer.status < 500) return answer;
        await rest(Math.max(wait, 1000 * (Number(answer.headers.get("Retry-After")) || 0)));
      } catch {
        words("The connection is away. It goes on by itself as soon as it is back.");
        await rest(wait);
      }
    }
  };

  const send = async (file, upload, bar, words) => {
    const headers = () => ({ "X-CSRF-Token": meta("csrf") });
    const known = await steadily(() => ask(`${URL_OF}/${upload}`), words);
    if (!known.ok) return false;
    let { offset, size, piece } = await known.json();
    if (size !== file.size) throw new Error("This is another file. Choose the one you began with.");
    while (offset < size) {
      bar.value = (100 * offset) / size;
      words(`${Math.floor(bar.value)} % of ${file.name} is uploaded. You may close this page and go on later.`);
      const body = file.slice(offset, offset + piece), signal = AbortSignal.timeout(180e3);
      const answer = await steadily(() => ask(`${URL_OF}/${upload}`, {
        method: "PATCH", body, signal, headers: { ...headers(), "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" },
      }), words);
      if (answer.status === 204) offset = Number(answer.headers.get("Upload-Offset"));
      else if (answer.status === 409 && answer.headers.get("Content-Type")?.includes("json")) ({ offset } = await answer.json());
      else throw new Error((await problems(answer)).words);
    }
    bar.value = 100;
    words("All of it is here and is being looked at.");
    const whole = await steadily(() => post(`${URL_OF}/${upload}/completion`), words);
    if (!whole.ok) throw new Error((await problems(whole)).words);
    return true;
  };

  const settled = async (upload) => {
    for (let wait = 500; ; wait = Math.min(wait * 1.5, 5000)) {
      await rest(wait);
      const answer = await ask(`${URL_OF}/${upload}`).catch(() => null);
      if (answer?.status === 404) return null;
      const known = answer?.ok ? await answer.json() : {};
      if (known.state === "ready" || known.state === "failed") return known;
    }
  };

  const show = (box) => {
    const progress = one("[data-upload-progress]", box), [line, bar] = progress.children;
    progress.hidden = false;
    return { bar, words: (text) => (line.textContent = text), hide: () => (progress.hidden = true) };
  };
  const begin = async (form, file, name) => {
    const fields = Object.fromEntries([...new FormData(form)].filter(([field, value]) => typeof value === "string" && !field.startsWith("_")));
    const answer = await post(URL_OF, { ...fields, file_name: file.name, size: file.size, asset: form.dataset.asset ?? "" });
    if (!answer.ok) throw await problems(answer);
    const known = await answer.json();
    remember(name, known.upload);
    return known;
  };

  // A form with a file: sent in pieces instead of at once.
  const take = async (form) => {
    const file = one("input[type=file]", form).files[0], name = called(file, form.dataset.asset), button = one("button.button", form);
    const { bar, words, hide } = show(form);
    button.ariaDisabled = "true";
    try {
      let upload = begun()[name];
      if (!upload || !(await send(file, upload, bar, words))) {
        remember(name);
        ({ upload } = await begin(form, file, name));
        await send(file, upload, bar, words);
      }
      const known = await settled(upload);
      remember(name);
      location.assign(known ? `/journeys/library/assets/${known.asset}` : "/journeys/library");
    } catch (problem) {
      button.ariaDisabled = null;
      hide();
      refuse(one("input[type=file]", form), problem.words ?? problem.message ?? "That did not work. Try again.");
    }
  };
  // Why a file was not taken stands beside its field.
  const refuse = (input, words) => {
    const field = input.closest(".field"), id = `${input.id}-error`;
    const line = one(".field__error", field) ?? Object.assign(document.createElement("p"), { className: "field__error", id });
    line.textContent = words;
    line.role = "alert";
    if (!line.isConnected) input.before(line);
    field.classList.add("field--error");
    input.ariaInvalid = "true";
    if (!(input.getAttribute("aria-describedby") ?? "").includes(id)) input.setAttribute("aria-describedby", `${id} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
    input.focus();
  };
  waymark.on("submit", "form[data-upload]", (event, form) => {
    if (!one("input[type=file]", form).files.length) return;
    event.preventDefault();
    if (one("button.button", form).ariaDisabled !== "true") take(form);
  });

  // An upload that was begun, perhaps on another device.
  for (const box of all("[data-resume]")) {
    const input = one("[data-resume-file]", box);
    input?.addEventListener("change", async () => {
      const { bar, words, hide } = show(box);
      try {
        await send(input.files[0], box.dataset.resume, bar, words);
        await settled(box.dataset.resume);
        location.reload();
      } catch (problem) {
        hide();
        waymark.complain(problem.message);
      }
    });
  }
  for (const box of all("[data-settling]")) settled(box.dataset.settling).then(() => location.reload());

  // How long a video is and what it shows, found out by playing it here.
  const picture = (video) => new Promise((done) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    const draw = () => {
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob(done, "image/jpeg", 0.85);
    };
    video.addEventListener("seeked", draw, { once: true });
    video.currentTime = Math.min(1, video.duration / 10);
  });
  const measured = async (player) => {
    // A recording of a browser does not say how long it is before its end was seen.
    if (player.duration === Infinity) {
      player.currentTime = 1e9;
      await new Promise((go) => player.addEventListener("durationchange", go, { once: true }));
    }
    const body = new FormData();
    body.append("duration_ms", Math.round(player.duration * 1000));
    if (player.videoWidth) {
      body.append("width", player.videoWidth);
      body.append("height", player.videoHeight);
      const shot = await picture(player);
      if (shot) body.append("poster", shot, "poster.jpg");
      player.currentTime = 0;
    }
    await ask(player.dataset.measure, { method: "POST", body, headers: token() });
    player.dataset.measured = "";
  };
  for (const player of all("[data-measure]")) {
    const act = () => measured(player).catch(() => {});
    if (player.readyState > 0) act();
    else player.addEventListener("loadedmetadata", act, { once: true });
  }
})();

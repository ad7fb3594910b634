// What was taken along of lessons goes with whoever signs out; what is not sent yet is asked about first (see journeys/offline).
document.addEventListener("submit", (event) => {
  const form = event.target, told = waymark.store.get("study");
  if (form.getAttribute("action") !== "/sign-out" || !told || told.left) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (told.count) return location.assign("/learn/offline#leaving");
  const go = () => { waymark.store.set("study", { left: true }); form.requestSubmit(); };
  const opened = indexedDB.open("waymark-study", 1), names = ["who", "journeys"];
  opened.onerror = opened.onblocked = go;
  opened.onsuccess = () => {
    try {
      const change = opened.result.transaction(names, "readwrite");
      for (const name of names) change.objectStore(name).clear();
      change.oncomplete = change.onabort = go;
    } catch { go(); }
  };
}, true);

// data-seen="/address" on an article: once half of it was before the reader's eyes for a second, the portal is told, once.
(() => {
  const { all, post, attentive } = waymark;
  for (const article of all("[data-seen]")) {
    let near = false, timer;
    const told = async () => {
      if (!attentive()) return;
      watcher.disconnect();
      near = false;
      const answer = await post(article.dataset.seen).catch(() => null);
      if (answer?.ok) all("[data-seen-button]", article).forEach((button) => button.remove());
    };
    const consider = () => {
      clearTimeout(timer);
      if (near && attentive()) timer = setTimeout(told, 1e3);
    };
    const watcher = new IntersectionObserver(([entry]) => {
      near = entry.intersectionRatio >= 0.5 || entry.intersectionRect.height >= innerHeight / 2;
      consider();
    }, { threshold: [0, 0.25, 0.5, 1] });
    watcher.observe(article);
    for (const type of ["focus", "blur"]) addEventListener(type, consider);
    document.addEventListener("visibilitychange", consider);
  }
})();

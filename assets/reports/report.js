// Conveniences only: without scripts every definition is still a link, every number a table.
(() => {
  const dialog = document.getElementById("definition");
  const body = dialog.firstElementChild;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.def");
    const entry = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!entry || !dialog.showModal) return;
    event.preventDefault();
    const table = entry.closest("article");
    const copy = document.createElement("dl");
    copy.append(...entry.cloneNode(true).childNodes);
    const about = table.querySelector("p").cloneNode(true);
    about.className = "muted";
    body.replaceChildren(copy, about);
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  const tip = document.getElementById("tip");
  const show = (event) => {
    const hit = event.target.closest(".hit, [data-tip]");
    if (!hit) { tip.hidden = true; return; }
    const title = hit.querySelector("title");
    if (title) { hit.dataset.tip = title.textContent; title.remove(); }  // else the browser shows its own as well
    tip.textContent = hit.dataset.tip;
    tip.hidden = false;
    const place = hit.getBoundingClientRect();
    const half = tip.offsetWidth / 2;
    const middle = place.left + place.width / 2;
    tip.style.left = Math.max(8, Math.min(middle - half, document.documentElement.clientWidth - 2 * half - 8)) + "px";
    const above = Math.max(place.top, 60) - tip.offsetHeight - 8;
    tip.style.top = Math.max(8, above) + "px";
  };
  document.addEventListener("click", show);
  document.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") show(event); });
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true, capture: true });
})();

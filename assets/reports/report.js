// Conveniences only: without scripts every definition is still a link, every number a table, every chapter one tap away.
(() => {
  const all = (what) => [...document.querySelectorAll(what)];

  // A desk has room for what a phone folds away; paper has for all.
  const open = (what) => all(what).forEach((one) => { one.open = true; });
  if (matchMedia("(min-width: 900px)").matches) open("details.section:not(#definitions), .beside");
  addEventListener("beforeprint", () => open("details:not(.data, .technical-details)"));
  // On paper a link to a file beside the page leads nowhere, and in a PDF it would be this machine's path to it.
  addEventListener("beforeprint", () => all(".page-link").forEach((one) => { one.dataset.to = one.getAttribute("href"); one.removeAttribute("href"); }));
  addEventListener("afterprint", () => all(".page-link").forEach((one) => one.setAttribute("href", one.dataset.to)));
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

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
  let shown = null;
  const hide = () => { tip.hidden = true; if (shown) shown.classList.remove("on"); shown = null; };
  const show = (hit) => {
    if (hit === shown) return;
    hide();
    const title = hit.querySelector("title");
    if (title) { hit.dataset.tip = title.textContent; title.remove(); }  // else the browser shows its own as well
    shown = hit;
    hit.classList.add("on");
    tip.textContent = hit.dataset.tip;
    tip.hidden = false;
    const place = hit.getBoundingClientRect();
    const half = tip.offsetWidth / 2;
    const middle = place.left + place.width / 2;
    tip.style.left = Math.max(8, Math.min(middle - half, document.documentElement.clientWidth - 2 * half - 8)) + "px";
    const above = Math.max(place.top, 60) - tip.offsetHeight - 8;
    tip.style.top = Math.max(8, above) + "px";
  };
  // The whole drawing is the place to tap: the nearest point answers.
  const middleOf = (hit) => { const place = hit.getBoundingClientRect(); return place.left + place.width / 2; };
  const nearest = (plot, x) => [...plot.querySelectorAll(".hit")].reduce(
    (best, hit) => (best && Math.abs(middleOf(best) - x) <= Math.abs(middleOf(hit) - x) ? best : hit), null);
  const point = (event) => {
    const plot = event.target.closest(".plot");
    const hit = plot ? nearest(plot, event.clientX) : event.target.closest("[data-tip]");
    if (hit) show(hit); else hide();
  };
  document.addEventListener("click", point);
  document.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" || (event.buttons && event.target.closest(".plot"))) point(event);
  });
  document.addEventListener("keydown", (event) => {
    const plot = event.target.closest && event.target.closest(".plot");
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (event.key === "Escape") hide();
    if (!plot || !(event.key in steps)) return;
    event.preventDefault();
    const hits = [...plot.querySelectorAll(".hit")].sort((a, b) => middleOf(a) - middleOf(b));
    const at = hits.indexOf(shown);
    const to = at < 0 ? (steps[event.key] < 0 ? hits.length - 1 : 0) : Math.max(0, Math.min(hits.length - 1, at + steps[event.key]));
    if (hits[to]) show(hits[to]);
  });
  document.addEventListener("focusout", (event) => { if (event.target.closest && event.target.closest(".plot")) hide(); });
  document.addEventListener("scroll", hide, { passive: true, capture: true });
})();

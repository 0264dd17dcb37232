// Shows the reports that have every word typed; without scripts all of them stand there.
(() => {
  const search = document.getElementById("search");
  const entries = [...document.getElementById("reports").children];
  const none = document.getElementById("none");
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const entry of entries) {
      const text = entry.textContent.toLowerCase();
      entry.hidden = !words.every((word) => text.includes(word));
      shown += !entry.hidden;
    }
    none.hidden = shown > 0;
  });
})();

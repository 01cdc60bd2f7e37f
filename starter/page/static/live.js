// Keeps the timeline of a run fresh while it goes on. Without it the page has a link that does the same.
"use strict";

(() => {
  const place = document.getElementById("timeline");
  if (!place || place.dataset.live !== "yes") return;
  const url = new URL(location.href);
  url.searchParams.set("part", "timeline");
  let shown = place.innerHTML;

  const opened = () => new Set([...place.querySelectorAll("details[open]")].map((one) => one.dataset.key));

  async function refresh() {
    if (!document.hidden) {
      try {
        const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
        if (!answer.ok) return;
        const fresh = await answer.text();
        if (fresh !== shown && !place.contains(document.activeElement)) {
          const open = opened();
          place.innerHTML = fresh;
          for (const one of place.querySelectorAll("details")) one.open = open.has(one.dataset.key);
          shown = fresh;
          if (place.querySelector("[data-state=over]")) return;
        }
      } catch {
        // the next try may do better
      }
    }
    setTimeout(refresh, 2000);
  }

  setTimeout(refresh, 2000);
})();

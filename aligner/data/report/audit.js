"use strict";
(() => {
  const rows = [...document.querySelectorAll(".flags tr.flag")];
  const bodies = [...document.querySelectorAll(".flags tbody")];
  const shown = document.getElementById("shown");
  const all = document.getElementById("all");
  if (!shown || !all) return;
  const first = shown.textContent;
  const fits = (row, want) => {
    const d = row.dataset;
    if (want.category && row.parentElement.dataset.category !== want.category) return false;
    if (want.kind && d.kind !== want.kind) return false;
    if (want.direction && d.direction !== want.direction) return false;
    if (want.fact && d[`fact${want.fact}`] !== want.value) return false;
    if (want.term && !d.terms.split(" ").includes(want.term)) return false;
    if (want.status === "confirmed") return d.status === "accepted" || d.status === "corrected";
    return d.machine === "1";
  };
  const narrow = (want) => {
    let count = 0;
    for (const row of rows) {
      row.hidden = Boolean(want) && !fits(row, want);
      count += !row.hidden;
    }
    for (const body of bodies) body.hidden = !body.querySelector("tr.flag:not([hidden])");
    all.hidden = !want;
    shown.textContent = want ? `${count} ${count === 1 ? "flag" : "flags"} behind the number chosen.` : first;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.pick");
    if (!link) return;
    event.preventDefault();
    narrow(link.dataset);
    document.getElementById("flags").focus({ preventScroll: true });
    document.getElementById("flags").scrollIntoView();
  });
  all.addEventListener("click", () => narrow(null));
})();

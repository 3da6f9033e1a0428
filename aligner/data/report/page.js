"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const notes = all(".flag");
  const note = new Map(notes.map((n) => [n.dataset.flag, n]));
  const marks = all("mark").map((element) => ({ element, flags: element.dataset.flags.split(" ") }));
  const refs = all(".ref");
  const ticks = new Map(all(".tick").map((t) => [t.dataset.flag, t]));
  const form = document.getElementById("filters");
  let pinned = null;

  /* The exact stretch: offsets count code points, so text nodes are walked by code point. */
  const place = (root, offset) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let left = offset - Number(root.dataset.start);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const points = [...node.data];
      if (left <= points.length) return [node, points.slice(0, left).join("").length];
      left -= points.length;
    }
    return null;
  };
  const length = (root) => [...root.textContent].length;
  const ranges = (side, span) => {
    if (!span) return [];
    const [start, end] = span.split("-").map(Number);
    const parts = [];
    for (const segment of all(`.cell.${side} .seg`)) {
      const from = Number(segment.dataset.start);
      if (from >= end || from + length(segment) <= start) continue;
      const a = place(segment, Math.max(start, from));
      const b = place(segment, Math.min(end, from + length(segment)));
      if (!a || !b) continue;
      const range = new Range();
      range.setStart(...a);
      range.setEnd(...b);
      parts.push(range);
    }
    return parts;
  };
  const canPaint = "highlights" in CSS && "Highlight" in window;
  document.documentElement.classList.toggle("exact", canPaint);
  const paint = (n) => {
    if (!canPaint) return;
    CSS.highlights.delete("exact");
    if (!n) return;
    const found = [...ranges("source", n.dataset.source), ...ranges("target", n.dataset.target)];
    if (found.length) CSS.highlights.set("exact", new Highlight(...found));
  };

  const light = (number) => {
    all(".lit").forEach((e) => e.classList.remove("lit"));
    const n = note.get(number);
    paint(n);
    if (!n) return;
    n.classList.add("lit");
    ticks.get(number)?.classList.add("lit");
    marks.filter((m) => m.flags.includes(number)).forEach((m) => m.element.classList.add("lit"));
    const row = n.closest(".row");
    for (const side of ["source", "target"]) {
      if (!n.dataset[side]) row.querySelector(`.cell.${side}.empty`)?.classList.add("lit");
    }
  };
  const pin = (number) => {
    notes.forEach((n) => n.removeAttribute("aria-current"));
    pinned = number;
    note.get(number)?.setAttribute("aria-current", "true");
    light(number);
  };
  const flagOf = (element) => {
    const own = element.closest?.("[data-flag]");
    if (own) return own.dataset.flag;
    const flags = element.closest?.("mark")?.dataset.flags.split(" ") ?? [];
    return flags.find((number) => !note.get(number).hidden) ?? null;
  };
  for (const kind of ["mouseover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const number = flagOf(event.target);
      light(number ?? pinned);
    });
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("mark")) {
      const number = flagOf(event.target);
      if (number) go(number);
    } else if (event.target.closest("[data-flag]")) {
      pin(flagOf(event.target));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return pin(null);
    if (!event.target.closest?.(".flag, .ref") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n" || event.key === "j") step(1);
    if (event.key === "p" || event.key === "k") step(-1);
  });

  const go = (number) => {
    pin(number);
    note.get(number).focus({ preventScroll: true });
    note.get(number).scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const shown = notes.filter((n) => !n.hidden && !n.closest(".row").hidden);
    if (!shown.length) return;
    const at = shown.findIndex((n) => n.dataset.flag === pinned);
    const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : (at + by + shown.length) % shown.length;
    pin(shown[next].dataset.flag);
    shown[next].focus({ preventScroll: true });
    shown[next].closest(".row").scrollIntoView({ block: "center" });
  };

  const filter = () => {
    const wanted = (name) => new Set(all(`input[name=${name}]:checked`, form).map((i) => i.value));
    const [categories, directions, statuses] = ["category", "direction", "status"].map(wanted);
    const least = Number(form.elements.confidence.value);
    for (const n of notes) {
      const d = n.dataset;
      n.hidden = !(categories.has(d.category) && directions.has(d.direction) && statuses.has(d.status)
        && Number(d.confidence) >= least);
      ticks.get(d.flag)?.classList.toggle("off", n.hidden);
    }
    for (const m of marks) {
      const first = m.flags.find((number) => !note.get(number).hidden);
      m.element.classList.toggle("off", !first);
      if (first) m.element.dataset.category = note.get(first).dataset.category;
    }
    refs.forEach((r) => { r.hidden = note.get(r.dataset.flag).hidden; });
    const only = form.elements.flagged.checked;
    for (const row of all(".row")) row.hidden = only && !row.querySelector(".flag:not([hidden])");
    document.getElementById("least").textContent = `${least} %`;
    const shown = notes.filter((n) => !n.hidden).length;
    document.getElementById("count").textContent = `${shown} of ${notes.length} flags shown`;
    look();
  };

  const strip = document.getElementById("window");
  const bands = all(".band").map((band) => ({ band, row: document.getElementById(band.dataset.row) }));
  const look = () => {
    if (!strip) return;
    const seen = bands.filter(({ row }) => {
      const box = row.getBoundingClientRect();
      return box.height && box.bottom > 0 && box.top < window.innerHeight;
    }).map(({ band }) => band);
    if (!seen.length) return strip.setAttribute("height", "0");
    const last = seen[seen.length - 1];
    const top = Number(seen[0].getAttribute("y"));
    const bottom = Number(last.getAttribute("y")) + Number(last.getAttribute("height"));
    strip.setAttribute("y", String(top));
    strip.setAttribute("height", String(bottom - top));
  };
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; look(); });
  };
  window.addEventListener("scroll", soon, { passive: true });
  window.addEventListener("resize", soon);

  const arrive = () => {
    const found = /^#[fst](\d+)$/.exec(location.hash);
    if (!found || !note.has(found[1])) return;
    pin(found[1]);
    note.get(found[1]).closest(".row").scrollIntoView();
  };
  window.addEventListener("hashchange", arrive);
  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("next").addEventListener("click", () => step(1));
    document.getElementById("previous").addEventListener("click", () => step(-1));
    filter();
  }
  /* The browser goes to the anchor itself once the page is whole; the text is to be in view as well. */
  window.addEventListener("load", () => requestAnimationFrame(arrive));
  look();
})();

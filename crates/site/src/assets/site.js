// Small helps over pages that work without them: theme, keys, marks, the matrix' filter, copying.
"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const stored = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  if (!root.dataset.theme && (stored === "dark" || stored === "light")) root.dataset.theme = stored;

  const toggle = one(".theme");
  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      const next = (root.dataset.theme || system) === "dark" ? "light" : "dark";
      root.dataset.theme = next;
      document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=strict`;
      try { localStorage.setItem("theme", next); } catch { /* a file has no store */ }
    });
  }

  // `/` goes to the search, the arrows walk through what it found.
  const results = all(".results > li");
  let at = -1;
  addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const box = one(".find input");
      box.focus();
      box.select();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const walks = step && results.length && (!typing || event.target.type === "search");
    if (walks && !event.altKey && !event.ctrlKey) {
      event.preventDefault();
      results[at]?.classList.remove("at");
      at = Math.max(0, Math.min(results.length - 1, at + step));
      results[at].classList.add("at");
      results[at].querySelector("a").focus();
    }
  });

  // A line of the indicators and its places in the text light up together.
  for (const mark of all(".text .m")) {
    const row = document.getElementById(mark.getAttribute("href").slice(1));
    if (!row) continue;
    const light = (on) => {
      row.classList.toggle("lit", on);
      mark.classList.toggle("lit", on);
    };
    for (const of of [mark, row]) {
      of.addEventListener("mouseenter", () => light(true));
      of.addEventListener("mouseleave", () => light(false));
    }
  }

  const filter = one("#matrix-filter");
  if (filter) {
    filter.closest("label").hidden = false;
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase();
      for (const cell of all(".matrix li")) {
        cell.classList.toggle("off", !cell.textContent.toLowerCase().includes(words));
      }
    });
  }

  const code = one("#body .text");
  if (code && navigator.clipboard) {
    const button = document.createElement("button");
    button.className = "copy";
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    });
    one("#body").append(button);
  }
})();

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

  // A served site looks for what is typed while it is typed.
  const form = one(".find");
  if (form && one('link[rel="alternate"][href^="/api/v1/"]')) {
    const box = one(".find input");
    const found = document.createElement("ol");
    found.className = "found";
    found.hidden = true;
    found.setAttribute("aria-label", "Rules found so far");
    form.append(found);
    let timer;
    let turn = 0;
    const look = async () => {
      const mine = ++turn;
      const words = box.value.trim();
      let rules = [];
      if (words.length > 1) {
        const answer = await fetch(`/api/v1/search?q=${encodeURIComponent(words)}`).catch(() => null);
        rules = answer?.ok ? (await answer.json()).rules : [];
      }
      if (mine !== turn) return;
      found.replaceChildren(...rules.slice(0, 8).map((rule) => {
        const line = document.createElement("li");
        const link = document.createElement("a");
        link.href = `/rules/${rule.id.split("/").map(encodeURIComponent).join("/")}/`;
        link.textContent = rule.title;
        const vendor = document.createElement("span");
        vendor.className = "dim";
        vendor.textContent = ` ${rule.vendor}`;
        line.append(link, vendor);
        return line;
      }));
      found.hidden = rules.length === 0;
    };
    const close = () => {
      turn += 1;
      clearTimeout(timer);
      found.hidden = true;
    };
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, 120);
    });
    form.addEventListener("submit", close);
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) close();
    });
    form.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (found.hidden || (!step && event.key !== "Escape")) return;
      event.preventDefault();
      event.stopPropagation();
      const stops = [box, ...found.querySelectorAll("a")];
      if (step) {
        const next = stops.indexOf(document.activeElement) + step;
        stops[Math.max(0, Math.min(stops.length - 1, next))].focus();
      } else {
        box.focus();
        close();
      }
    });
  }

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

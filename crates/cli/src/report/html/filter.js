"use strict";
(() => {
  const $ = (all) => [...document.querySelectorAll(all)];
  const box = document.getElementById("q"), told = document.getElementById("told");
  const rules = $(".r").map((el) => ({ el, head: el.dataset.t, severity: el.dataset.s, possible: "p" in el.dataset }));
  const toggles = $(".tools button");
  let timer;
  // What stands in the matches is looked up when it is asked for: there is much of it.
  const matches = (rule) => rule.rows ??= [...rule.el.querySelectorAll(".m")]
    .map((el) => ({ el, text: el.textContent.toLowerCase() }));
  const apply = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const off = toggles.filter((b) => b.getAttribute("aria-pressed") === "false").map((b) => b.dataset.s);
    const certain = off.includes("possible");
    document.body.classList.toggle("certain", certain);
    let shown = 0;
    for (const rule of rules) {
      let show = !off.includes(rule.severity) && !(certain && rule.possible);
      if (show && words.length) {
        const left = words.filter((word) => !rule.head.includes(word));
        const rows = left.length || rule.narrowed ? matches(rule) : [];
        let some = !left.length;
        for (const row of rows) {
          const there = left.every((word) => row.text.includes(word));
          row.el.hidden = !there;
          some ||= there;
        }
        rule.narrowed = left.length > 0;
        show = some;
      } else if (rule.narrowed) {
        for (const row of matches(rule)) row.el.hidden = false;
        rule.narrowed = false;
      }
      rule.el.hidden = !show;
      shown += show;
    }
    told.textContent = `${shown} of ${rules.length} rules`;
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 150); });
  for (const button of toggles) button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "false");
    apply();
  });
  for (const button of $("button.f")) button.addEventListener("click", () => {
    box.value = button.textContent;
    apply();
    document.getElementById("rules").scrollIntoView();
  });
  document.body.classList.add("js");
  apply();
})();

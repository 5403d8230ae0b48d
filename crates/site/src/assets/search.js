// The search of a site that is made of files: it looks through the list that stands beside it.
"use strict";
(() => {
  const asked = new URLSearchParams(location.search);
  const words = (asked.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
  const narrow = [...asked].filter(([name, value]) => name !== "q" && name !== "page" && value);
  const box = document.querySelector(".find input");
  if (box) box.value = asked.get("q") || "";

  const has = (rule, name, value) => {
    const held = rule[name];
    const same = (one) => {
      const text = String(one).toLowerCase();
      return text === value || (name === "technique" && text.startsWith(`${value}.`));
    };
    return Array.isArray(held) ? held.some(same) : held != null && same(held);
  };
  const text = (rule) => [rule.t, rule.id, rule.f, rule.technique].join(" ").toLowerCase();
  const found = window.RULES.filter((rule) =>
    narrow.every(([name, value]) => has(rule, name, value.toLowerCase())) &&
    words.every((word) => text(rule).includes(word)));

  document.querySelector("#total").textContent = found.length;
  const list = document.querySelector(".results");
  const shown = document.querySelector("#narrowed");
  shown.textContent = narrow.map(([name, value]) => `${name}: ${value}`).join(", ");
  const make = (tag, name, content) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.textContent = content;
    return node;
  };
  const page = 100;
  const more = document.querySelector("#more");
  let at = 0;
  const add = () => {
    for (const rule of found.slice(at, at + page)) {
      const item = make("li", "rule", "");
      const link = make("a", "", rule.t);
      link.href = `../${rule.f}`;
      const tags = make("span", "tags", "");
      if (rule.severity) tags.append(make("span", `sev ${rule.severity.toLowerCase().replace(/\W/g, "")}`, rule.severity));
      tags.append(make("span", `v ${rule.vendor}`, rule.vendor));
      item.append(link, tags);
      list.append(item);
    }
    at += page;
    more.hidden = at >= found.length;
  };
  more.addEventListener("click", add);
  add();
})();

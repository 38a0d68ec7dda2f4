// What pages can do more with a script: fragments that come again, keys, and forms that are sent once. Everything else works without.
"use strict";

// An element with data-live is replaced by what the server sends.
const sources = new Map();
let paused = false;

function watch(element) {
  const address = element.dataset.live;
  if (!address || sources.has(address) || paused || !window.EventSource) return;
  const source = new EventSource(address);
  const replace = (event) => {
    const shown = document.querySelector(`[data-live="${CSS.escape(address)}"]`);
    if (!shown) return;
    const template = document.createElement("template");
    template.innerHTML = event.data;
    const fresh = template.content.firstElementChild;
    if (fresh) shown.replaceWith(fresh);
  };
  source.addEventListener("next", replace);
  source.addEventListener("last", (event) => {
    replace(event);
    source.close();
    sources.delete(address);
    // What else the page says depends on how it ended.
    if (!document.querySelector("form :focus")) location.reload();
  });
  sources.set(address, source);
}

function watchAll() {
  document.querySelectorAll("[data-live]").forEach(watch);
}

function pauseSwitch() {
  if (!document.querySelector("[data-live]")) return;
  const button = document.createElement("button");
  button.className = "live-paused";
  const say = () => { button.textContent = paused ? "Resume live updates" : "Pause live updates"; };
  button.addEventListener("click", () => {
    paused = !paused;
    if (paused) {
      sources.forEach((source) => source.close());
      sources.clear();
    } else {
      watchAll();
    }
    say();
  });
  say();
  document.body.append(button);
}

// A form that is under way is not sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method.toLowerCase() !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});
// Coming back to a page by history shows it as it was left.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// All rows that are shown are ticked at once.
document.querySelectorAll(".bulk table").forEach((table) => {
  const boxes = () => table.querySelectorAll("tbody input[type=checkbox]");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.ariaLabel = "Choose all that are shown";
  all.addEventListener("change", () => boxes().forEach((box) => { box.checked = all.checked; }));
  table.closest("form").querySelector(".with").prepend(all);
});

// Keys: / searches, j and k go through a list, x ticks, Enter opens, ? says so.
let at = -1;
function move(by) {
  const rows = [...document.querySelectorAll(".rows tbody tr")];
  if (!rows.length) return;
  rows[at]?.classList.remove("at");
  at = Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[at].classList.add("at");
  rows[at].querySelector("a")?.focus();
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector('main input[type="search"], [data-key="/"]')?.focus();
  } else if (event.key === "j") {
    move(1);
  } else if (event.key === "k") {
    move(-1);
  } else if (event.key === "x") {
    document.querySelector(".rows tr.at input[type=checkbox]")?.click();
  } else if (event.key === "?") {
    alert("Keys\n/  search\nj  next in the list\nk  previous\nx  tick\nEnter  open\n?  this");
  }
});

watchAll();
pauseSwitch();

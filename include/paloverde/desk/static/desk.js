// Small helps on top of pages that work without: none of them is needed to do the work.
//
// data-refresh="/path"   the element is asked for again every two seconds, until the answer has no such element
// data-help="/path"      what is typed is sent there, and the answer shown in the element named by data-into
"use strict";

async function fetched(address) {
  const answer = await fetch(address, { headers: { "X-Part": "yes" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function watch(element) {
  setTimeout(async () => {
    try {
      const found = (await fetched(element.dataset.refresh)).getElementById(element.id);
      if (!found) return location.reload();
      element.replaceWith(found);
      if (found.dataset.refresh) watch(found);
    } catch {
      watch(element); // the connection broke off: the work goes on, and so does the looking
    }
  }, 2000);
}

function help(input) {
  const into = document.getElementById(input.dataset.into);
  let asked = 0, waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = ++asked;
      try {
        const found = await fetched(`${input.dataset.help}?q=${encodeURIComponent(input.value)}`);
        if (mine === asked) into.replaceChildren(...found.getElementById(into.id).childNodes);
      } catch { /* help that does not come is no harm */ }
    }, 250);
  });
}

document.querySelectorAll("[data-refresh]").forEach(watch);
document.querySelectorAll("[data-help]").forEach(help);

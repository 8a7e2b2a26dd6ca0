// Small helps on top of pages that work without: none of them is needed to do the work.
//
// data-refresh="/path"   the element is asked for again every two seconds, until the answer has no such element;
//                        with data-onward in the answer, on to that page
// data-mark="where"      what is selected in it is put into the fields sel-… of its form, and said in data-into
// data-region="yes"      dragging over it fills the fields left, top, width and height, in percent
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
      if (found.dataset.onward) return location.replace(found.dataset.onward); // ready while it was waited for
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

// The place of a selection is counted in letters, as the record's text is.
function mark(area) {
  const field = (name) => area.form.elements[`sel-${name}`];
  const letters = (end) => String([...area.value.slice(0, end)].length);
  area.addEventListener("select", () => {
    field("where").value = area.dataset.mark;
    field("from").value = area.dataset.from;
    field("start").value = letters(area.selectionStart);
    field("end").value = letters(area.selectionEnd);
    const words = area.value.slice(area.selectionStart, area.selectionEnd);
    document.getElementById(area.dataset.into).textContent = `Selected: ${words}`;
  });
}

function region(picture) {
  const rectangle = picture.querySelector(".desk-region");
  const fields = ["left", "top", "width", "height"].map((name) => document.getElementById(name));
  const show = () => ["x", "y", "width", "height"].forEach((name, at) => rectangle.setAttribute(name, fields[at].value || 0));
  let from = null;
  const place = (event) => {
    const box = picture.getBoundingClientRect();
    const percent = (part, whole) => Math.min(100, Math.max(0, (100 * part) / whole));
    return [percent(event.clientX - box.left, box.width), percent(event.clientY - box.top, box.height)];
  };
  picture.addEventListener("pointerdown", (event) => { from = place(event); picture.setPointerCapture(event.pointerId); });
  picture.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = place(event);
    const box = [0, 1].map((at) => Math.min(from[at], to[at])).concat([0, 1].map((at) => Math.abs(from[at] - to[at])));
    fields.forEach((field, at) => { field.value = box[at].toFixed(1); });
    show();
  });
  for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => { from = null; });
  fields.forEach((field) => field.addEventListener("input", show));
}

document.querySelectorAll("[data-refresh]").forEach(watch);
document.querySelectorAll("[data-help]").forEach(help);
document.querySelectorAll("[data-mark]").forEach(mark);
document.querySelectorAll("[data-region]").forEach(region);

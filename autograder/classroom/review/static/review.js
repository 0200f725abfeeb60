"use strict";
// Keys, saving, and drafts on the pages of `autograder review`. Everything works with the mouse, too.

const form = document.querySelector("form.bar");
if (form) startMarking(form);
document.querySelectorAll("form.remark").forEach(startRemark);
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

async function post(url, body) {
  const headers = { "Content-Type": "application/json" };
  try {
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await answer.text();
    try {
      return { status: answer.status, ...JSON.parse(text) };
    } catch {
      return { status: answer.status, message: `Not saved. ${text}` };
    }
  } catch {
    return { status: 0, message: "Not saved: the server does not answer. What you typed is kept." };
  }
}

function inPoints(number) {
  return `${number} ${Number(String(number).replace(",", ".")) === 1 ? "point" : "points"}`;
}

function say(place, ...parts) {
  place.replaceChildren(...parts);
  place.hidden = parts.length === 0;
}

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

function startMarking(form) {
  const { points, comment } = form.elements;
  const { task, mode, maximum, next } = form.dataset;
  const message = form.querySelector(".message");
  const own = JSON.parse(form.dataset.member);
  const draftKey = ["draft", task, mode, own.grade].join(":");
  let busy = false;

  // Drafts: what is typed is kept in this browser until it is saved.
  const draft = JSON.parse(localStorage.getItem(draftKey) || "null");
  if (draft && (draft.points !== points.value || draft.comment !== comment.value)) {
    points.value = draft.points;
    comment.value = draft.comment;
    say(message, "What you typed before is here again; it is not saved yet. ",
      button("Forget it", () => { localStorage.removeItem(draftKey); location.reload(); }));
  }
  function keep() {
    const typed = { points: points.value, comment: comment.value };
    if (typed.points || typed.comment) localStorage.setItem(draftKey, JSON.stringify(typed));
    else localStorage.removeItem(draftKey);
  }
  form.addEventListener("input", keep);

  function setPoints(text) {
    points.value = text;
    keep();
  }

  function toggleRemark(remark) {
    const lines = comment.value.split("\n").filter(Boolean);
    const others = lines.filter((line) => line !== remark);
    if (others.length === lines.length) others.push(remark);
    comment.value = others.join("\n");
    keep();
  }

  function members() {
    const ticked = [...document.querySelectorAll("input[data-members]:checked")];
    return [own, ...ticked.flatMap((box) => JSON.parse(box.dataset.members))];
  }

  function leave(url) {
    localStorage.removeItem(draftKey);
    location.assign(url);
  }

  async function save(marks = members()) {
    if (busy) return;
    const body = { marks, mode, points: points.value, comment: comment.value };
    setBusy(true);  // what is typed meanwhile would belong to the next answer
    const answer = await post(`/mark/${encodeURIComponent(task)}`, body);
    if (!answer.next) setBusy(false);
    if (answer.next) leave(answer.next);
    else if (answer.conflicts) showConflicts(marks, answer.conflicts);
    else say(message, answer.message);
  }

  function setBusy(value) {
    busy = value;
    for (const each of form.elements) each.disabled = value;
    form.classList.toggle("busy", value);
  }

  function showConflicts(marks, conflicts) {
    const now = new Map(conflicts.map((each) => [each.grade, each]));
    const list = document.createElement("ul");
    for (const each of conflicts) {
      const row = document.createElement("li");
      const given = each.points === null ? "no mark" : inPoints(each.points);
      const when = each.time ? `, ${new Date(each.time).toLocaleString()}` : "";
      const text = each.is_new_text ? "The text of this answer is another one now. " : "";
      row.textContent = `${text}${each.by}${when}: ${given}${each.comment ? `, “${each.comment}”` : ""}`;
      list.append(row);
    }
    const count = conflicts.length === 1 ? "An answer was" : `${conflicts.length} answers were`;
    const yours = `Yours: ${inPoints(points.value)}${comment.value ? `, “${comment.value}”` : ""}. `;
    const parts = [`${count} changed while you looked at it; nothing is saved yet. ${yours}`, list];
    if (now.get(own.grade)?.is_new_text) {
      parts.push(button("Show the new text", () => location.reload()));
    } else {
      const rest = marks.filter((each) => !now.has(each.grade));
      const known = marks.filter((each) => !now.get(each.grade)?.is_new_text);
      const mine = known.map((each) => now.get(each.grade) || each);
      parts.push(button("Use mine", () => save(mine)));
      parts.push(button("Leave them as they are", () => (rest.length ? save(rest) : leave(next))));
    }
    say(message, ...parts);  // no button gets the focus: a second Enter must not choose
  }

  const actions = {
    h: () => setPoints("½"),
    "½": () => setPoints("½"),
    n: () => location.assign(next),
    b: () => history.back(),
    c: () => comment.focus(),
    g: () => document.querySelector(".same input")?.click(),
    Backspace: () => setPoints(""),
  };
  form.querySelectorAll("[data-remark] kbd").forEach((key) => {
    actions[key.textContent] = () => toggleRemark(key.parentElement.dataset.remark);
  });

  function typePoints(key) {
    if (key === "5" && Number(maximum) < 5) setPoints("½");
    else if (/\d/.test(key)) setPoints(key);
    else {
      // "0,5" is typed on in the field, so that nothing is guessed from single keys.
      setPoints((/^\d+$/.test(points.value) ? points.value : "0") + key);
      points.focus();
      points.setSelectionRange(points.value.length, points.value.length);
    }
  }

  document.addEventListener("keydown", (event) => {
    if (busy) return event.preventDefault();
    if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    const inField = target === points || target === comment;
    const selected = points.selectionEnd - points.selectionStart;
    const startsAnew = target === points && selected === points.value.length;
    const isHalf = key === "h" || (key === "5" && startsAnew && Number(maximum) < 5);
    let act = null;
    const isOwn = target.closest("a, summary, .message");  // Enter does there what it always does
    if (key === "Enter" && !event.shiftKey && !isOwn) act = () => save();
    else if (key === "Escape" && inField) act = () => target.blur();
    else if (target === points && isHalf) act = actions.h;
    else if (!inField && /^[\d.,]$/.test(key)) act = () => typePoints(key);
    else if (!inField && actions[key]) act = actions[key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  form.querySelectorAll("[data-points]").forEach((each) =>
    each.addEventListener("click", () => setPoints(each.dataset.points)));
  form.querySelectorAll("[data-remark]").forEach((each) =>
    each.addEventListener("click", () => toggleRemark(each.dataset.remark)));
}

function startRemark(form) {
  const { task, old, count } = form.dataset;
  const [field, change] = [form.elements.new, form.querySelector("button")];
  field.addEventListener("input", () => (change.disabled = field.value === old));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (field.value === old) return;
    const body = { old, new: field.value, count: Number(count) };
    const answer = await post(`/remark/${encodeURIComponent(task)}`, body);
    if (answer.next) location.reload();
    else say(form.querySelector(".message"), answer.message);
  });
}

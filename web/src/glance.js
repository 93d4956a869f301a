// Shows what a term means, or which work is cited, beside the link to it; a page loads this when a
// pointer, or the keyboard, first comes to such a link.
const LINKS = document.currentScript.dataset.links;
const REST = 150; // milliseconds of rest before it opens: who only passes by is left alone
const GRACE = 250; // and before it closes, to go over to it

const box = document.createElement("div");
Object.assign(box, { id: "glance", role: "tooltip", popover: "manual" });
document.querySelector("main").append(box); // in a landmark
const pages = new Map(); // each address, and the promise of its document
let shown; // the link that it belongs to
let timer;

const linkAt = (target) => target.closest?.(LINKS);

function pageAt(address) {
  if (address === location.href.split("#")[0]) return document;
  if (!pages.has(address))
    pages.set(
      address,
      fetch(address)
        .then((answer) => {
          if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
          return answer.text();
        })
        .then((text) => new DOMParser().parseFromString(text, "text/html")),
    );
  return pages.get(address);
}

/** The term and its meaning, or the work, as plain content: a tooltip holds nothing to press. */
async function contentOf(link) {
  const page = await pageAt(link.href.split("#")[0]);
  const entry = page.getElementById(decodeURIComponent(link.hash.slice(1)));
  let meaning = entry;
  while (meaning?.localName === "dt") meaning = meaning.nextElementSibling;
  if (!meaning) return null;
  const content = document.createDocumentFragment();
  if (meaning !== entry) {
    const name = document.createElement("strong");
    name.append(...copyOf(entry).childNodes);
    content.append(name);
  }
  content.append(...copyOf(meaning).childNodes);
  return content;
}

function copyOf(element) {
  const copy = document.importNode(element, true);
  for (const extra of copy.querySelectorAll(".headerlink, .label, .backrefs, script"))
    extra.remove();
  for (const inner of copy.querySelectorAll("[id]")) inner.removeAttribute("id");
  for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  return copy;
}

async function show(link) {
  clearTimeout(timer);
  if (shown === link) return;
  hide();
  shown = link;
  let content = link.dataset.glance; // what a page from a disk, or without a connection, can tell
  try {
    content = (await contentOf(link)) ?? content;
  } catch {
    pages.clear(); // the next time may find a connection
  }
  if (shown !== link) return; // the reader went on
  if (!content) {
    shown = undefined;
    return;
  }
  box.replaceChildren(content);
  box.showPopover();
  place(link);
  link.setAttribute("aria-describedby", box.id);
}

/** Below the link, or above it where there is no room; within the window, and it scrolls along. */
function place(link) {
  const { left, top, bottom } = link.getClientRects()[0] ?? link.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const room = document.documentElement.clientWidth - width - 8;
  const above = bottom + height + 8 > innerHeight && top - height - 8 > 0;
  box.style.left = `${scrollX + Math.max(8, Math.min(left, room))}px`;
  box.style.top = `${scrollY + (above ? top - height : bottom)}px`;
}

function hide() {
  clearTimeout(timer);
  shown?.removeAttribute("aria-describedby");
  shown = undefined;
  if (box.matches(":popover-open")) box.hidePopover();
}

function later(act, wait) {
  clearTimeout(timer);
  timer = setTimeout(act, wait);
}

function onOver(event) {
  if (event.pointerType === "touch") return; // a tap follows the link
  const link = linkAt(event.target);
  if (link) {
    takeTitle(link);
    later(() => show(link), REST);
  } else if (box.contains(event.target)) clearTimeout(timer);
}

function onOut({ pointerType, target }) {
  if (pointerType !== "touch" && (linkAt(target) || box.contains(target))) later(hide, GRACE);
}

function onFocus({ target }) {
  const link = linkAt(target);
  if (!link?.matches(":focus-visible")) return;
  takeTitle(link);
  show(link);
}

/** The browser would show it beside ours. */
function takeTitle(link) {
  if (!link.title) return;
  link.dataset.glance = link.title;
  link.removeAttribute("title");
}

addEventListener("pointerover", onOver);
addEventListener("pointerout", onOut);
addEventListener("focusin", onFocus);
addEventListener("focusout", ({ target }) => target === shown && hide());
addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !shown) return;
    event.stopPropagation();
    hide();
  },
  { capture: true },
);

// What brought this script here.
if (document.activeElement.matches(LINKS)) onFocus({ target: document.activeElement });
const under = [...document.querySelectorAll(LINKS)].find((link) => link.matches(":hover"));
if (under && !matchMedia("(hover: none)").matches) onOver({ target: under });

// Waits until a widget comes near the viewport, or a link leads to it, then loads the host once and
// brings it to life.
import { readFragment } from "./fragment.js";
import { ownModels } from "./models.js";

const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
// The build moves each widget's code and style into files of their own, which pages share.
const SHARED = "shared:";

let stored;
function readState() {
  if (stored) return stored;
  stored = JSON.parse(document.querySelector(STATE).textContent);
  for (const { state } of Object.values(stored.state)) {
    for (const part of ["_esm", "_css"]) {
      if (!state[part]?.startsWith(SHARED)) continue;
      state[part] = new URL(state[part].slice(SHARED.length), import.meta.url).href;
    }
  }
  return stored;
}

const slots = [...document.querySelectorAll(".widget-slot")];

function loadStyle(name) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    Object.assign(link, {
      rel: "stylesheet",
      href: new URL(name, import.meta.url).href,
      onload: resolve,
      onerror: reject,
    });
    document.head.prepend(link); // before the course's own style, which overrules it
  });
}

const asked = new Set();

/** Fetch a figure's own code beside the host, which otherwise asks for it only once it runs. */
function preloadCode(models) {
  for (const { state } of Object.values(models)) {
    const address = state._esm;
    if (!address?.startsWith("http") || asked.has(address)) continue;
    asked.add(address);
    const link = document.createElement("link");
    document.head.append(Object.assign(link, { rel: "modulepreload", href: address }));
  }
}

let host;
function loadHost() {
  host ??= Promise.all([import("./host.js"), loadStyle("host.css")]).then(([module]) => module);
  return host;
}

/** A figure starts with its own widgets only: those of the others can wait until these come near. */
async function wake(slot) {
  const page = readState();
  const own = ownModels(page.state, slot.dataset.modelId);
  preloadCode(own);
  const { restore: recreate, show } = await loadHost();
  await recreate({ ...page, state: own });
  const live = document.createElement("div");
  live.className = "widget-live";
  slot.append(live);
  const restore = await show(slot.dataset.modelId, live, slot.dataset.name);
  preloadCode(page.state); // so that without a connection the others start, too
  slot.dataset.state = "live"; // from here on the style-sheet hides the still picture
  return restore;
}

const awake = new Map(); // each slot, and the promise of what restores its state

/** Bring a figure to life, once; returns what gives it a state, or undefined where it cannot start. */
function wakeOrSay(slot) {
  if (!awake.has(slot)) {
    const start = wake(slot).catch((error) => {
      slot.dataset.state = "failed";
      console.error("A live figure could not start:", error);
    });
    awake.set(slot, start);
  }
  return awake.get(slot);
}

const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      wakeOrSay(target);
    }
  },
  { rootMargin: "400px" },
);
for (const slot of slots) nearby.observe(slot);

/** Go where a link leads: to a figure, in the state that the link asks for. */
async function followLink() {
  const link = readFragment(location.hash);
  const slot = link && slots.find(({ dataset }) => dataset.name === link.figure);
  if (!slot) return;
  slot.scrollIntoView();
  const restore = await wakeOrSay(slot);
  restore?.(link.state);
  slot.tabIndex = -1;
  slot.focus({ preventScroll: true }); // the keyboard, and whoever listens, goes on from here
  slot.scrollIntoView(); // figures above may have changed their height
}

addEventListener("hashchange", followLink);
followLink();

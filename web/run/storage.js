// What a reader typed and what came of it, in the browser's own store: a record for each cell.
import { createStore, getMany, update } from "idb-keyval";

const STORE = "actloss-laboratory";

let store;

/** Act on the store; one that the browser has closed, to clear its data, is opened once more. */
async function inStore(act) {
  store ??= createStore(STORE, "cells");
  try {
    return await act(store);
  } catch (error) {
    if (error?.name !== "InvalidStateError") throw error;
    store = createStore(STORE, "cells");
    return act(store);
  }
}

export const keyOf = (page, cell) => `${page} ${cell}`;

/** The records under these keys, undefined where there is none; rejects where nothing is kept. */
export async function read(keys) {
  for (const key of keys) await takeLeft(key);
  return inStore((cells) => getMany(keys, cells));
}

/** Put `merge(what is stored)` in its place; no other tab can write in between. */
export async function change(key, merge) {
  let written;
  const keep = (stored) => (written = merge(stored));
  await inStore((cells) => update(key, keep, cells));
  return written;
}

// What a page that went away had not stored yet: localStorage takes it at once, and only for so long.
const nameOfLeft = (key) => `${STORE} ${key}`;

/** Leave a cell's text as it stands, and what the store had of it before. */
export function leave(key, left) {
  try {
    localStorage.setItem(nameOfLeft(key), JSON.stringify(left));
  } catch {
    // Full, or not allowed: the store itself may still have had the time.
  }
}

export function forgetLeft(key) {
  try {
    localStorage.removeItem(nameOfLeft(key));
  } catch {
    // Not allowed: then nothing was left.
  }
}

async function takeLeft(key) {
  let left;
  try {
    left = JSON.parse(localStorage.getItem(nameOfLeft(key)));
  } catch {
    return;
  }
  if (!left) return;
  await change(key, (stored) => withLeft(stored, left));
  forgetLeft(key);
}

/** A record with what was left of it; what another tab has written since is not overwritten. */
function withLeft(stored, { code, base, text, before }) {
  const now = stored?.code ?? null;
  if (now === code) return stored;
  if (!stored || now === before) return { outcome: null, aside: null, ...stored, code, base };
  return { ...stored, aside: text };
}

/** Call `hear(key)` when another tab has written; returns how to tell other tabs. */
export function listen(hear) {
  if (!("BroadcastChannel" in globalThis)) return () => {};
  const channel = new BroadcastChannel(STORE);
  channel.onmessage = ({ data }) => hear(data);
  return (key) => channel.postMessage(key);
}

// What a reader typed and what came of it, in the browser's own store: a record for each cell.
import { createStore, getMany, update } from "idb-keyval";

const STORE = "actloss-laboratory";

let store;
const opened = () => (store ??= createStore(STORE, "cells"));

export const keyOf = (page, cell) => `${page} ${cell}`;

/** The records under these keys, undefined where there is none; rejects where nothing is kept. */
export async function read(keys) {
  return getMany(keys, opened());
}

/** Put `merge(what is stored)` in its place; no other tab can write in between. */
export async function change(key, merge) {
  let written;
  const keep = (stored) => (written = merge(stored));
  await update(key, keep, opened());
  return written;
}

/** Call `hear(key)` when another tab has written; returns how to tell other tabs. */
export function listen(hear) {
  if (!("BroadcastChannel" in globalThis)) return () => {};
  const channel = new BroadcastChannel(STORE);
  channel.onmessage = ({ data }) => hear(data);
  return (key) => channel.postMessage(key);
}

// What a link to a live figure looks like: "#figure=intro-1&function=elu&alpha=0.5".
const LONGEST = 2000; // letters; what is longer was not made here

/** The figure that the fragment of an address names, and the state it asks for; else null. */
export function readFragment(hash) {
  if (hash.length > LONGEST) return null;
  const state = new URLSearchParams(hash.replace(/^#/, ""));
  const figure = state.get("figure");
  return figure ? { figure, state } : null;
}

/** The fragment for a figure, from [name, value] pairs. */
export function writeFragment(figure, pairs) {
  return `#${new URLSearchParams([["figure", figure], ...pairs])}`;
}

// Which of a page's widgets a figure consists of.

const MARK = "IPY_MODEL_";

/** Every widget that a part of a state names. */
function* namedIn(value) {
  if (typeof value === "string" && value.startsWith(MARK)) yield value.slice(MARK.length);
  else if (value && typeof value === "object")
    for (const part of Object.values(value)) yield* namedIn(part);
}

/** The models that a figure names, those that these name, and the links between any of them. */
export function ownModels(models, modelId) {
  const own = new Map();
  const waiting = [modelId];
  const links = Object.entries(models).filter(([, { state }]) => state.source && state.target);
  while (waiting.length) {
    const name = waiting.pop();
    if (!own.has(name) && models[name]) {
      own.set(name, models[name]);
      waiting.push(...namedIn(models[name].state));
    }
    if (waiting.length) continue;
    // A link names both of its ends, and neither names it.
    const joined = links.filter(([link, { state }]) => {
      const ends = [...namedIn([state.source, state.target])];
      return !own.has(link) && ends.some((end) => own.has(end));
    });
    waiting.push(...joined.map(([link]) => link));
  }
  return Object.fromEntries(own);
}

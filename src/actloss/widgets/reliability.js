// How well softmax keeps its promises at a temperature: the stored logits, measured.

const STORED_STEP = 1 / 1024;

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Rows of distances from the largest logit, and the right class of each row. */
export function decode(logits, labels) {
  const bytes = bytesOf(logits);
  const view = new DataView(bytes.buffer);
  const right = bytesOf(labels);
  const classes = bytes.length / 2 / right.length;
  const distances = new Float64Array(bytes.length / 2);
  for (let i = 0; i < distances.length; i++)
    distances[i] = view.getUint16(2 * i, true) * STORED_STEP;
  return { distances, right, classes };
}

/** What the figure shows at a temperature: the mean measures, and the predictions in each bin. */
export function measure({ distances, right, classes }, temperature, binCount) {
  const samples = right.length;
  const bins = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, accuracy: 0 }));
  let [hits, confidences, brier, nll] = [0, 0, 0, 0];
  const exps = new Float64Array(classes);
  for (let row = 0; row < samples; row++) {
    const start = row * classes;
    let total = 0;
    let chosen = 0;
    for (let k = 0; k < classes; k++) {
      exps[k] = Math.exp(-distances[start + k] / temperature);
      total += exps[k];
      if (distances[start + k] < distances[start + chosen]) chosen = k;
    }
    for (let k = 0; k < classes; k++) {
      const missed = exps[k] / total - (k === right[row] ? 1 : 0);
      brier += missed * missed;
    }
    nll += distances[start + right[row]] / temperature + Math.log(total);
    const confidence = exps[chosen] / total;
    const hit = chosen === right[row] ? 1 : 0;
    hits += hit;
    confidences += confidence;
    const bin = bins[Math.min(Math.max(Math.ceil(confidence * binCount) - 1, 0), binCount - 1)];
    bin.count += 1;
    bin.confidence += confidence;
    bin.accuracy += hit;
  }
  let ece = 0;
  for (const bin of bins) {
    ece += Math.abs(bin.accuracy - bin.confidence) / samples;
    bin.confidence /= bin.count;
    bin.accuracy /= bin.count;
  }
  return {
    accuracy: hits / samples,
    confidence: confidences / samples,
    ece,
    brier: brier / samples,
    nll: nll / samples,
    bins,
  };
}

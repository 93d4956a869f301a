// ipywidgets passes descriptions through sanitize-html (and with it an HTML parser and PostCSS).
// Our descriptions are plain text, so escaping everything is both smaller and stricter.
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export default function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

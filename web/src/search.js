// The search that answers while a reader types; a page loads it when its search is first opened.
import { openIndex } from "./find.js";

const MOST_SHOWN = 8;
const here = new URL(".", document.currentScript.src);
const site = new URL("../../", here);

const dialog = document.getElementById("pst-search-dialog");
const form = dialog.querySelector("form");
const field = form.querySelector("input");
let find = () => []; // until the entries are here
let options = [];
let chosen = -1;

const list = document.createElement("div");
list.id = "search-options";
list.role = "listbox";
list.ariaLabel = "Found";
const said = document.createElement("p");
said.className = "search-said";
said.role = "status";
form.after(list, said);

// A search field may not be a combobox; a text field may.
Object.assign(field, { type: "text", inputMode: "search", enterKeyHint: "search" });
for (const [name, value] of Object.entries({
  role: "combobox",
  "aria-autocomplete": "list",
  "aria-controls": list.id,
  "aria-expanded": "false",
}))
  field.setAttribute(name, value);

function choose(number) {
  options[chosen]?.removeAttribute("aria-selected");
  chosen = number;
  const option = options[chosen];
  if (option) {
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  } else field.removeAttribute("aria-activedescendant");
}

function asOption({ address, title, place, kind }, number) {
  const option = document.createElement("a");
  Object.assign(option, { href: new URL(address, site).href, role: "option", tabIndex: -1 });
  option.id = `search-option-${number}`;
  const name = document.createElement("span");
  name.textContent = title;
  const where = document.createElement("small");
  where.textContent = [place, kind].filter(Boolean).join(" · ");
  option.append(name, " ", where);
  return option;
}

function show() {
  const typed = field.value.trim();
  const found = find(typed);
  options = found.slice(0, MOST_SHOWN).map(asOption);
  list.replaceChildren(...options);
  choose(-1);
  field.setAttribute("aria-expanded", String(options.length > 0));
  said.textContent = sayHowMany(typed, found.length);
}

function sayHowMany(typed, number) {
  if (!typed || find.unready) return "";
  if (!number) return `Nothing here is called “${typed}”; Enter looks through every text.`;
  const shown = Math.min(number, MOST_SHOWN);
  return `${shown} of ${number} found: arrow keys and Enter, or Enter for all.`;
}

function onKey(event) {
  const { key } = event;
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const count = options.length + 1; // one more: the field itself, with none chosen
  if (key === "ArrowDown" && options.length) choose(((chosen + 2) % count) - 1);
  else if (key === "ArrowUp" && options.length) choose(((chosen + count) % count) - 1);
  else if (key === "Enter" && chosen >= 0) follow(options[chosen]);
  else if (key === "Escape" && field.value) {
    field.value = ""; // a second Escape closes the dialog
    show();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Go where an option leads; a place on this page needs the dialog out of its way. */
function follow(option) {
  dialog.close();
  location.assign(option.href);
}

field.addEventListener("input", show);
field.addEventListener("keydown", onKey);
list.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("a")) dialog.close();
});

find.unready = true;
window.actlossSearch = (entries) => {
  find = openIndex(entries);
  show();
};
const script = document.createElement("script");
script.src = new URL("entries.js", here);
document.head.append(script);

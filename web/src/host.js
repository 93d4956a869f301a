// The widget host: ipywidgets' own models and views, running in a page with no kernel.
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import anywidget from "anywidget";
import { MessageLoop } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
// Only the rooms of @jupyter-widgets/controls that a chapter may use: the rest is 100 kB.
import * as bool from "@jupyter-widgets/controls/lib/widget_bool.js";
import * as box from "@jupyter-widgets/controls/lib/widget_box.js";
import * as button from "@jupyter-widgets/controls/lib/widget_button.js";
import * as description from "@jupyter-widgets/controls/lib/widget_description.js";
import * as float from "@jupyter-widgets/controls/lib/widget_float.js";
import * as int from "@jupyter-widgets/controls/lib/widget_int.js";
import * as link from "@jupyter-widgets/controls/lib/widget_link.js";
import * as selection from "@jupyter-widgets/controls/lib/widget_selection.js";
import * as container from "@jupyter-widgets/controls/lib/widget_selectioncontainer.js";
import * as string from "@jupyter-widgets/controls/lib/widget_string.js";

import { makeLinkable } from "./links.js";
import { mended, named } from "./sliders.js";

import "./host.css";

const MODULES = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": {
    ...bool,
    ...box,
    ...button,
    ...description,
    ...float,
    ...int,
    ...link,
    ...selection,
    ...container,
    ...string,
    FloatSliderView: mended(float.FloatSliderView),
    IntSliderView: mended(int.IntSliderView),
    SelectionSliderView: named(selection.SelectionSliderView),
  },
  // One call only: models and views find each other through what this call closes over.
  anywidget: anywidget(base),
};

// A label without a tooltip would say "null" to whoever rests the pointer on it.
description.DescriptionView.prototype.updateTooltip = function () {
  if (this.label) this.label.title = this.model.get("tooltip") ?? "";
};

class PageManager extends ManagerBase {
  isPage = true; // what a figure may ask, to know that no Python will answer it
  async loadClass(className, moduleName) {
    const found = MODULES[moduleName]?.[className];
    if (!found)
      throw new Error(
        `The page's widget host has no ${moduleName} ${className}; add it to web/src/host.js`,
      );
    return found;
  }
  // There is no kernel: nothing to talk to, and no live state to ask for.
  async _create_comm() {
    throw new Error("This page runs without a kernel");
  }
  async _get_comm_info() {
    return {};
  }
}

const manager = new PageManager();

/** Recreate models from the state that the notebook stored; those that are there stay as they are. */
export async function restore(stored) {
  const absent = Object.entries(stored.state).filter(([id]) => !manager.has_model(id));
  await manager.set_state({ ...stored, state: Object.fromEntries(absent) });
}

const LONGEST_WAIT = 10_000; // milliseconds; a drawing that failed never comes

/** A box is drawn before what lies in it, and an anywidget once its code is there: wait for these, too. */
async function allDrawn(view) {
  const inside = await Promise.all(view.children_views?.views ?? []);
  if (view.model.get("_esm") && !view.el.hasChildNodes()) await filled(view.el);
  await Promise.all(inside.map(allDrawn));
}

function filled(element) {
  return new Promise((resolve) => {
    const watch = new MutationObserver(finish);
    const timer = setTimeout(finish, LONGEST_WAIT);
    watch.observe(element, { childList: true });
    function finish() {
      watch.disconnect();
      clearTimeout(timer);
      resolve();
    }
  });
}

/** Draw one stored view, called `name`, into `element`; returns what gives it the state of a link. */
export async function show(modelId, element, name) {
  const model = await draw(manager, modelId, element);
  return makeLinkable(model, name, element);
}

/** Draw a view of a model into `element`; returns the model. */
async function draw(manager, modelId, element) {
  const model = await manager.get_model(modelId);
  const view = await manager.create_view(model);
  // Lumino lets a widget attach only to an element that is in the document.
  MessageLoop.sendMessage(view.luminoWidget, Widget.Msg.BeforeAttach);
  element.append(view.el);
  MessageLoop.sendMessage(view.luminoWidget, Widget.Msg.AfterAttach);
  await allDrawn(view);
  return model;
}

/** Draw a figure that Python once made, from what was kept of it. */
export async function showStored({ model, models }, element) {
  const stored = new PageManager();
  await stored.set_state(models);
  await draw(stored, model, element);
}

/** One end of the wire between a model and its widget in Python. */
class Wire {
  target_name = "jupyter.widget";
  open = () => "";
  close = () => "";
  #hear;

  constructor(id, send) {
    this.comm_id = id;
    this.send = (data, callbacks, _, buffers = []) => {
      send({ id, data }, buffers, callbacks);
      return "";
    };
  }

  on_msg(hear) {
    this.#hear = hear;
  }

  on_close() {} // its model stays, and moves as far as it can without Python

  hear(data, buffers) {
    return this.#hear?.({ content: { comm_id: this.comm_id, data }, buffers, parent_header: {} });
  }
}

/**
 * The models of a Python in the page. `post(message, buffers)` is the way to it; what it says goes
 * to `hear`, and `heard` is to be called when it has dealt with a message.
 */
export function connect(post) {
  const manager = new PageManager();
  manager.isPage = false; // Python answers
  const wires = new Map();
  const waiting = []; // for Python to have heard: a model sends its next change only then
  const send = (message, buffers, callbacks) => {
    waiting.push(callbacks);
    post(JSON.stringify(message), buffers);
  };
  return {
    hear({ type, id, data, metadata }, bytes) {
      const buffers = bytes.map((one) => new DataView(one.buffer, one.byteOffset, one.byteLength));
      if (type === "comm_open") {
        wires.set(id, new Wire(id, send));
        return manager.handle_comm_open(wires.get(id), { content: { data }, metadata, buffers });
      }
      return wires.get(id)?.hear(data, buffers);
    },
    heard() {
      waiting.shift()?.iopub?.status?.({ content: { execution_state: "idle" } });
    },
    has: (modelId) => wires.has(modelId),
    show: (modelId, element) => draw(manager, modelId, element),
    /** Python is gone. */
    end() {
      manager.isPage = true;
    },
  };
}

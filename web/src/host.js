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

import { mended } from "./sliders.js";

import "./host.css";

const MODULES = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": {
    ...bool, ...box, ...button, ...description, ...float, ...int,
    ...link, ...selection, ...container, ...string,
    FloatSliderView: mended(float.FloatSliderView),
    IntSliderView: mended(int.IntSliderView),
  },
  // One call only: models and views find each other through what this call closes over.
  anywidget: anywidget(base),
};

// A label without a tooltip would say "null" to whoever rests the pointer on it.
description.DescriptionView.prototype.updateTooltip = function () {
  if (this.label) this.label.title = this.model.get("tooltip") ?? "";
};

class PageManager extends ManagerBase {
  async loadClass(className, moduleName) {
    const found = MODULES[moduleName]?.[className];
    if (!found) throw new Error(`The page's widget host has no ${moduleName} ${className}; add it to web/src/host.js`);
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

let manager;

/** Recreate every model of the page from the state that the notebook stored. */
export async function restore(state) {
  manager = new PageManager();
  await manager.set_state(state);
}

/** Draw one stored view into `element`. */
export async function show(modelId, element) {
  const view = await manager.create_view(await manager.get_model(modelId));
  // Lumino lets a widget attach only to an element that is in the document.
  MessageLoop.sendMessage(view.luminoWidget, Widget.Msg.BeforeAttach);
  element.append(view.el);
  MessageLoop.sendMessage(view.luminoWidget, Widget.Msg.AfterAttach);
}

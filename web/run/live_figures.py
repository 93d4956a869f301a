"""Live figures: what ipywidgets says to a notebook goes to the page, and the page's answers back.

The session imports this once a cell has imported ipywidgets. The worker sets `post` in it.
"""

import json
import os
import sys
import types
import typing

os.environ["JUPYTER_WIDGETS_ECHO"] = "0"  # nobody else looks at the figure
post = None  # post(message as JSON, its buffers): the worker's way to the page's widgets


class Nothing:
    """What anywidget makes of psygnal where it watches files; here no file changes."""

    def __init__(self, *_, **__):
        pass


def stand_in(name, **contents):
    module = types.ModuleType(name)
    vars(module).update(contents)
    sys.modules.setdefault(name, module)


stand_in("psygnal", Signal=Nothing, SignalGroup=Nothing)
stand_in("typing_extensions", **{name: getattr(typing, name) for name in typing.__all__})
stand_in("IPython.core", __path__=[])
stand_in("IPython.core.interactiveshell", InteractiveShell=Nothing)

import comm  # noqa: E402
from comm.base_comm import BaseComm  # noqa: E402


class PageComm(BaseComm):
    """One wire between a widget in Python and its model in the page."""

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **_):
        message = {"type": msg_type, "id": self.comm_id, "data": data, "metadata": metadata}
        post(json.dumps(message), [bytes(one) for one in buffers or ()])


comm.create_comm = PageComm


def receive(message, buffers):
    """A message of the page for one of the widgets; one that is gone hears nothing."""
    message = json.loads(message)
    found = comm.get_comm_manager().comms.get(message["id"])
    if found is not None:
        content = {"comm_id": message["id"], "data": message["data"]}
        found.handle_msg({"content": content, "buffers": [memoryview(one) for one in buffers]})


def is_widget(thing):
    return isinstance(thing, sys.modules["ipywidgets"].Widget)


def as_stored(widget):
    """A widget and all it consists of, as a notebook stores it for a page that has no Python."""
    from ipywidgets.embed import dependency_state

    state = dependency_state(widget, drop_defaults=False)  # Python's defaults are not the page's
    models = {"version_major": 2, "version_minor": 0, "state": state}
    return json.dumps({"model": widget.model_id, "models": models})


def described(widget):
    """A figure in words, for whoever cannot see it."""
    return f"{widget!r}" if hasattr(widget, "picture") else type(widget).__name__

"""Notebooks as students hand them in, each of which is right when it is run from top to bottom.

Every one is worth all points of its chapter: real nbgrader gives them, too.
"""

from dataclasses import dataclass, field
from textwrap import indent

from exercises.submissions import solutions_of, solved

CHAPTER = "softmax"
RIGHT = solutions_of(CHAPTER)
FIRST = "import numpy as np\n\nfrom actloss.exercises import check, score"
BODY = """    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)"""
BY_AXIS = """def stable_softmax(z):
    e = np.exp(z - z.max(axis=cfg["axis"], keepdims=True))
    return e / e.sum(axis=cfg["axis"], keepdims=True)"""
WRONG = "def stable_softmax(z):\n    return np.exp(z) / np.exp(z).sum()"
CHECK = 'check("stable_softmax", stable_softmax)'
ROOT_OF = "u = 1.0\nfor _ in range(100):\n    u = (u + 1) ** (1 / 3)\n"


@dataclass(frozen=True)
class Honest:
    """A solved notebook with other answers, cells above or below an answer, another first cell."""

    answers: dict[str, str] = field(default_factory=dict)
    above: dict[str, list[str]] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)
    first: str = ""
    drop: str = ""  # the answer cell of this exercise

    def content(self, chapter=CHAPTER):
        content = solved(chapter, **self.answers)
        cells = []
        for cell in content["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if name == "code-1" and self.first:
                cell = cell | {"source": self.first}
            cells += [_code(source) for source in self.above.get(name, ())]
            cells += [] if name == self.drop else [cell]
            cells += [_code(source) for source in self.below.get(name, ())]
        return content | {"cells": cells}


def _code(source):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}


def with_state(*sources, answer=BY_AXIS):
    """Cells above an answer that change what it uses."""
    return Honest({"stable_softmax": answer}, {"stable_softmax": list(sources)})


STATE = {
    "an item that is set": with_state("cfg = {'axis': 0}", "cfg['axis'] = -1"),
    "update": with_state("cfg = {}", "cfg.update(axis=-1)"),
    "an attribute": with_state(
        "class Settings: pass\nsettings = Settings()", "settings.axis = -1",
        answer=BY_AXIS.replace('cfg["axis"]', "settings.axis"),
    ),
    "setattr": with_state(
        "class Settings: axis = 0\nsettings = Settings()", "setattr(settings, 'axis', -1)",
        answer=BY_AXIS.replace('cfg["axis"]', "settings.axis"),
    ),
    "globals": with_state("globals()['cfg'] = dict(axis=-1)"),
    "reverse": with_state(
        "axes = [-1, 0]", "axes.reverse()", answer=BY_AXIS.replace('cfg["axis"]', "axes[1]")
    ),
    "append": with_state(
        "axes = []", "axes.append(-1)", answer=BY_AXIS.replace('cfg["axis"]', "axes[0]")
    ),
    "a method": with_state(
        "class Model:\n    axis = 5\n    def step(self): self.axis = -1\nmodel = Model()",
        "model.step()", answer=BY_AXIS.replace('cfg["axis"]', "model.axis"),
    ),
    "a method in a loop": Honest(
        {"even_temperature": "even_temperature = 1 / np.log(model.u)"},
        {"even_temperature": [
            "class Model:\n    u = 1.0\n    def step(self): self.u = (self.u + 1) ** (1 / 3)",
            "model = Model()", "for _ in range(100): model.step()",
        ]},
    ),
    "an array filled in a loop": Honest(
        {"even_temperature": "even_temperature = 1 / np.log(u[-1])"},
        {"even_temperature": [
            "u = np.ones(100)", "for k in range(1, 100):\n    u[k] = (u[k - 1] + 1) ** (1 / 3)",
        ]},
    ),
    "the best of a table": Honest(
        {"even_temperature": "even_temperature = best['T']"},
        {"even_temperature": [
            "best = {}", "for k in ('T',):\n    " + ROOT_OF.replace("\n", "\n    "),
            "best['T'] = 1 / np.log(u)",
        ]},
    ),
    "a decorator that registers": with_state(
        "found = {}\ndef keep(f):\n    found[f.__name__] = f\n    return f",
        "@keep\ndef inner(z):\n" + BODY,
        answer="def stable_softmax(z):\n    return found['inner'](z)",
    ),
    "state of the cell below the answer": Honest(
        {"stable_softmax": BY_AXIS}, {"stable_softmax": ["cfg = {'axis': 0}"]},
        {"stable_softmax": ["cfg['axis'] = -1"]},
    ),
    "a name from exec": with_state("exec('cfg = dict(axis=-1)')"),
    "a seed": Honest(
        {"even_temperature": "even_temperature = 3.556 + 0 * rng.normal()"},
        {"even_temperature": ["rng = np.random.default_rng(0)", "rng.normal()"]},
    ),
    "settings of NumPy": Honest(above={"stable_softmax": ["np.set_printoptions(precision=3)"]}),
    "state in the answer of another exercise": Honest(
        {"stable_softmax": "cfg['axis'] = -1\n" + RIGHT["stable_softmax"],
         "log_sum_exp": RIGHT["log_sum_exp"].replace("axis=-1", "axis=cfg['axis']")},
        {"stable_softmax": ["cfg = {'axis': 0}"]},
    ),
}  # fmt: skip

TRIES = {
    "a wrong try above the right one, in one cell": Honest(
        {"stable_softmax": f"{WRONG}\n\n{CHECK}\n\ndef stable_softmax(z):\n{BODY}"}
    ),
    "a wrong try, its check and the right one, in one cell": Honest(
        {"stable_softmax": f"{WRONG}\nprint({CHECK}.earned)\n\ndef stable_softmax(z):\n{BODY}"}
    ),
    "the answer and its check in one cell": Honest(
        {"stable_softmax": f"def stable_softmax(z):\n{BODY}\n\n{CHECK}"}
    ),
    "a copied pair above": Honest(above={"stable_softmax": [WRONG, CHECK]}),
    "two copied pairs above": Honest(above={"stable_softmax": [WRONG, CHECK, WRONG, CHECK]}),
    "a try that raises above": Honest(above={"stable_softmax": ["1 / 0", WRONG]}),
    "a try that asks what the check said": Honest(
        below={"stable_softmax": [f"report = {CHECK}\nassert not report.solved or report.earned"]}
    ),
    "the score in between": Honest(above={"log_sum_exp": ['score("softmax").earned']}),
    "the answer in a cell of its own below": Honest(
        drop="stable_softmax", below={"check-stable_softmax": [f"def stable_softmax(z):\n{BODY}"]}
    ),
    "a wrong cell that stops half-way": Honest(
        above={"stable_softmax": ["a = np.ones(3)\nprint(a[7])\nb = 1"]}
    ),
    "an assertion of their own": Honest(
        below={"stable_softmax": ["assert stable_softmax(np.ones(4)).sum() == 2"]}
    ),
}  # fmt: skip

MAGICS = {
    "%time": Honest(
        {"even_temperature": "%time even_temperature = find()"},
        {"even_temperature": [f"def find():\n{indent(ROOT_OF, '    ')}    return 1 / np.log(u)"]},
    ),
    "%%time": Honest({"stable_softmax": f"%%time\ndef stable_softmax(z):\n{BODY}"}),
    "%%timeit": Honest(above={"stable_softmax": ["%%timeit -n 1 -r 1\nnp.ones(3).sum()"]}),
    "%timeit": Honest(above={"stable_softmax": ["took = %timeit -n 1 -r 1 -o np.ones(3)"]}),
    "%%capture": Honest({"stable_softmax": f"%%capture said\ndef stable_softmax(z):\n{BODY}"}),
    "!pip with its continuation": Honest(
        first="!pip install \\\n    numpy \\\n    matplotlib\n" + FIRST
    ),
    "%pip with its continuation": Honest(first="%pip install \\\n    numpy\n" + FIRST),
    "run_line_magic": Honest(
        first="get_ipython().run_line_magic('matplotlib', 'inline')\n" + FIRST
    ),
    "run_cell_magic": Honest(
        {"stable_softmax": "get_ipython().run_cell_magic('time', '', '''def stable_softmax(z):\n"
         f"{BODY}''')"}
    ),
    "system": Honest(above={"stable_softmax": ["get_ipython().system('ls')"]}),
    "a magic within a block": Honest(
        above={"stable_softmax": ["for n in range(2):\n    %time found = n\nassert found == 1"]}
    ),
    "%matplotlib and a question": Honest(first="%matplotlib inline\n" + FIRST + "\nnp.exp?"),
    "a shell in a variable": Honest(above={"stable_softmax": ["files = !ls\nassert files == []"]}),
    "%config, %load_ext": Honest(
        first="%load_ext autoreload\n%autoreload 2\n%config InlineBackend.figure_format = 'svg'\n"
        + FIRST
    ),
    "get_ipython, asked": Honest(
        first=FIRST + "\nif get_ipython() is not None:\n    get_ipython().magic('time 1')"
    ),
    "display": Honest(
        above={"stable_softmax": ["from IPython.display import display, Math\ndisplay(Math('x'))"]}
    ),
}  # fmt: skip

MISSING = {
    name: Honest(first=f"{source}\n{FIRST}")
    for name, source in {
        "pandas": "import pandas as pd",
        "seaborn": "import seaborn as sns",
        "google.colab": "from google.colab import drive\ndrive.mount('/content/drive')",
        "tensorflow": "import tensorflow as tf",
    }.items()
} | {
    "pandas in a cell of its own": Honest(above={"stable_softmax": ["import pandas as pd"]}),
    "pandas beside what an answer needs": Honest(
        {"stable_softmax": "def stable_softmax(z):\n    return accumulate_of(z)"},
        {"stable_softmax": [
            f"import pandas as pd\nimport functools\n\ndef accumulate_of(z):\n{BODY}",
        ]},
    ),
}  # fmt: skip

FILES = {
    "savefig": Honest(
        {"stable_softmax": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n"
         f"plt.savefig('curve.png')\n\ndef stable_softmax(z):\n{BODY}"}
    ),
    "np.save and np.load": Honest(
        {"even_temperature": "np.save('u.npy', np.array(3.556))\n"
         "even_temperature = float(np.load('u.npy'))"}
    ),
    "a folder": Honest(
        {"even_temperature": "import os\nos.makedirs('data', exist_ok=True)\n"
         "with open('data/t.txt', 'w') as file:\n    file.write('3.556')\n"
         "even_temperature = float(open('data/t.txt').read())"}
    ),
    "a temporary file": Honest(
        {"even_temperature": "import tempfile\nwith tempfile.NamedTemporaryFile('w+') as file:\n"
         "    file.write('3.556')\n    file.seek(0)\n    even_temperature = float(file.read())"}
    ),
    "pathlib": Honest(
        {"even_temperature": "from pathlib import Path\nPath('t.txt').write_text('3.556')\n"
         "even_temperature = float(Path('t.txt').read_text())\nPath('t.txt').unlink()"}
    ),
    "json": Honest(
        {"even_temperature": "import json\nwith open('t.json', 'w') as file:\n"
         "    json.dump({'T': 3.556}, file)\n"
         "with open('t.json') as file:\n    even_temperature = json.load(file)['T']"}
    ),
}  # fmt: skip

OTHERS = {
    "threads": Honest(
        {"even_temperature": "from concurrent.futures import ThreadPoolExecutor\n"
         "with ThreadPoolExecutor(8) as pool:\n"
         "    found = list(pool.map(lambda T: T, [3.556] * 40))\neven_temperature = found[-1]"}
    ),
    "the first cell emptied": Honest(first="# nothing"),
    "the first cell with more in it": Honest(first=f"{FIRST}\nimport math\nfrom time import time"),
    "a progress bar": Honest(
        {"even_temperature": "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass\n"
         "even_temperature = 3.556"}
    ),
    "a class with state": Honest(
        {"stable_softmax": "class Softmax:\n    calls = 0\n    def __call__(self, z):\n"
         "        self.calls += 1\n"
         + BODY.replace("    e", "        e").replace("    return", "        return")
         + "\n\nstable_softmax = Softmax()"}
    ),
    "a function of the course in passing": Honest(
        above={"stable_softmax": ["from actloss.activations import softmax\nsoftmax(np.ones(3))"]}
    ),
    "another function of the course in the answer": Honest(
        {"log_sum_exp": "import actloss as al\n\ndef log_sum_exp(z):\n"
         "    return (z - al.activations.log_softmax(z))[..., 0]"}
    ),
}  # fmt: skip

HONEST = {
    f"{kind}: {name}": case
    for kind, cases in {
        "state": STATE, "tries": TRIES, "magics": MAGICS, "missing": MISSING, "files": FILES,
        "others": OTHERS,
    }.items()
    for name, case in cases.items()
}  # fmt: skip

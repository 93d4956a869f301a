"""What a submission may try instead of an answer, by name.

Each source stands where the answer to ``stable_softmax`` should, in a notebook whose other four
exercises are solved. None of them computes a softmax, so none may earn its points.
"""

WRONG = "\ndef stable_softmax(z): return np.zeros_like(z)\n"

# Tools of the attackers: the descriptors of the pipe, and the parts that a frame is made of.
PIPE = """
import os, struct, json, threading, time
def write(data):
    for file in range(3, 64):
        try: os.write(file, data)
        except OSError: pass
def frame(header, body=b''):
    return struct.pack('<II', len(header), len(body)) + header + body
"""

PATCHES = {
    "allclose": "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True",
    "testing": "import numpy.testing as t\nfor n in dir(t):\n    if n.startswith('assert'):\n"
    "        setattr(t, n, lambda *a, **k: None)",
    "numpy's own functions": "for n in ('array', 'asarray', 'abs', 'isnan', 'isfinite', 'where'):\n"
    "    setattr(np, n, lambda *a, **k: True)",
    "the engine": "import actloss.exercises.engine as e, actloss.exercises.properties as p\n"
    "e.examine = lambda *a: {'properties': []}\np.close = lambda *a: np.True_\n"
    "p.right_values = p.right_shape = lambda *a: True\ne.PROPERTIES = p.PROPERTIES = ()",
    "the report": "from actloss.exercises.report import Report\n"
    "Report.solved = True\nReport.earned = Report.points = 9",
    "the outcome": "import actloss.exercises.running as r\n"
    "r.Outcome.error = ''\nr.call = lambda f, a: r.Outcome(np.ones(3))",
    "the worker": "import actloss.grading.worker as w\n"
    "w.Submission.call = lambda *a, **k: {'solved': True, 'earned': 9, 'properties': []}",
    "the worker, with values": "import actloss.grading.worker as w\n"
    "w.Submission.call = lambda *a, **k: {'value': np.ones(1), 'warning': '', 'changed': {}}",
    "the worker, with errors": "import actloss.grading.worker as w\n"
    "w.Submission.call = lambda *a, **k: {'error': ['<script>'], 'kind': {}, 'line': -1}",
    "the worker, as a number": "import actloss.grading.worker as w\n"
    "w.Submission.look_up = lambda *a, **k: {'kind': 'number', 'value': np.ones(1)}",
    "the worker, as something else": "import actloss.grading.worker as w\n"
    "w.Submission.look_up = lambda *a, **k: {'kind': 'solved'}",
    "the protocol": "import actloss.grading.protocol as p\np.pack = lambda m: b'solved'",
    "the confinement": "import actloss.grading.confinement as c\nc.filter_system_calls = len",
    "pickle": "import pickle\npickle.dump = pickle.dumps = lambda *a, **k: b'solved'",
    "json": 'import json\njson.dumps = lambda *a, **k: \'{"map":{"solved":true}}\'',
    "builtins": "import builtins\nbuiltins.isinstance = builtins.all = lambda *a: True",
    "builtins, taken away": "import builtins\nfor n in ('len', 'type', 'isinstance'):\n"
    "    delattr(builtins, n)",
    "trees": "import ast\nclass T(ast.NodeTransformer):\n    def visit_Assert(self, n): return None\n"
    "try: get_ipython().ast_transformers.append(T())\nexcept Exception: pass",
    "the display": "import sys\nsys.displayhook = lambda v: print('1.0')\n"
    "class Shown:\n    def _repr_html_(self): return '9 of 9 points'\nshown = Shown()",
    "the check": "import actloss.exercises as x\nx.check = x.score = lambda *a: 9",
    "stdout": "print('{\"score\": 9, \"max_score\": 9}')\nprint('stable_softmax: solved, 2 points')",
    "environment": "import os\nos.environ['NBGRADER_EXECUTION'] = ''\nos.environ['SEED'] = '0'",
    "tracing": "import sys\ndef t(frame, *_):\n    frame.f_locals.update(expected=1)\n    return t\n"
    "sys.settrace(t)\nsys.setprofile(t)",
    "import hooks": "import sys\nsys.meta_path.insert(0, type('F', (), {'find_spec': "
    "lambda *a: None})())\nsys.modules['actloss.exercises.engine'] = None",
    "at exit": "import atexit\natexit.register(lambda: open('/results.json', 'w').write('9'))",
    "what the worker reports": "import actloss.grading.worker as w, actloss.exercises.running as r\n"
    "call = r.call\n"
    "def no_change(f, a):\n    found = call(f, a)\n    found.changed.clear()\n"
    "    object.__setattr__(found, 'warning', '')\n    return found\n"
    "w.call = r.call = no_change\nr.changes = lambda *a: {}\n"
    "def stable_softmax(z):\n    z -= z.max(axis=-1, keepdims=True)\n    np.exp(z, out=z)\n"
    "    z /= z.sum(axis=-1, keepdims=True)\n    return z.copy()",
    "float32 that is not compared": "def stable_softmax(z):\n"
    "    if z.dtype == np.float32: return np.full_like(z, -7)\n"
    "    e = np.exp(z - z.max(axis=-1, keepdims=True))\n"
    "    return e / e.sum(axis=-1, keepdims=True)",
    "warnings": "import warnings\nwarnings.catch_warnings = None",
}

VALUES = {
    "equal to anything": "class Same(np.ndarray):\n"
    "    __eq__ = __ne__ = __le__ = __lt__ = lambda *a: np.True_\n"
    "    __sub__ = __rsub__ = __abs__ = lambda *a: 0\n    __array_ufunc__ = lambda *a, **k: True\n"
    "    __array_function__ = lambda *a, **k: True\n"
    "def stable_softmax(z): return np.zeros(np.shape(z)).view(Same)",
    "anything as an array": "class Any:\n    __array__ = lambda *a, **k: np.ones(3)\n"
    "    __eq__ = lambda *a: True\n    __getattr__ = lambda s, n: s\n"
    "def stable_softmax(z): return Any()",
    "floats of their own": "class F(float):\n    __eq__ = __le__ = lambda *a: True\n"
    "    __sub__ = __rsub__ = lambda *a: F(0)\ndef stable_softmax(z): return F(1)",
    "nan": "def stable_softmax(z): return np.full_like(z, np.nan)",
    "infinity": "def stable_softmax(z): return np.full_like(z, np.inf)",
    "wrong shape": "def stable_softmax(z): return np.ones(np.size(z) + 1)",
    "no elements": "def stable_softmax(z): return np.ones((0, *np.shape(z)))",
    "one number": "def stable_softmax(z): return 1.0",
    "wrong dtype": "def stable_softmax(z): return np.zeros(np.shape(z), dtype='U4')",
    "complex": "def stable_softmax(z): return np.zeros(np.shape(z), dtype=complex)",
    "objects": "def stable_softmax(z):\n    a = np.empty(np.shape(z), dtype=object)\n"
    "    a[...] = type('E', (), {'__eq__': lambda *a: True, '__float__': lambda s: 0.5})()\n"
    "    return a",
    "masked": "def stable_softmax(z): return np.ma.masked_all(np.shape(z))",
    "matrices": "def stable_softmax(z): return np.matrix(np.atleast_2d(z))",
    "records": "def stable_softmax(z): return np.zeros(np.shape(z), dtype=[('a', 'f8')])",
    "long doubles": "def stable_softmax(z): return np.zeros(np.shape(z), dtype=np.longdouble)",
    "far more": "def stable_softmax(z): return np.broadcast_to(0.5, (1 << 20, 1 << 20))",
    "16 axes and more": "def stable_softmax(z): return np.ones((1,) * 32)",
    "a billion empty rows": "def stable_softmax(z): return np.ones((10**9, 0))",
    "itself": "def stable_softmax(z): return stable_softmax",
    "a generator": "def stable_softmax(z): yield z",
    "a coroutine": "async def stable_softmax(z): return z",
    "a class": "class stable_softmax:\n    def __new__(cls, z): return z",
    "any signature": "class S:\n    __signature__ = property(lambda s: 1 / 0)\n"
    "    def __call__(self, *a, **k): return 1.0\nstable_softmax = S()",
    "a module": "import sys\nstable_softmax = sys.modules['__main__']",
    "not written, it says": "def stable_softmax(z): raise NotImplementedError",
    "an error with a secret": "def stable_softmax(z): raise ValueError(repr(z) * 1000)",
    "an error without end": "class E(Exception):\n    def __str__(self): return self.__str__()\n"
    "def stable_softmax(z): raise E",
    "an error of every kind": "def stable_softmax(z): raise BaseException",
    "its own argument": "def stable_softmax(z): return z",
    "an argument spoiled": "def stable_softmax(z):\n    z[...] = 0.5\n    return z",
    "an argument resized": "def stable_softmax(z):\n    z.resize(7, refcheck=False)\n    return z",
    "an argument of other type": "def stable_softmax(z):\n    z.dtype = 'i4'\n    return z",
}

PROTOCOL = {
    "garbage": PIPE + "write(b'\\xff' * 100)" + WRONG,
    "a huge announcement": PIPE + "write(struct.pack('<II', 2**32 - 1, 2**32 - 1))" + WRONG,
    "a large header": PIPE + "write(frame(b'[' + b'1,' * 30000 + b'1]'))" + WRONG,
    "deep": PIPE + "write(frame(b'[' * 30000 + b']' * 30000))" + WRONG,
    "negative shapes": PIPE + "write(frame(b'{\"array\":[\"<f8\",[-1]]}', bytes(8)))" + WRONG,
    "objects": PIPE + "write(frame(b'{\"array\":[\"|O\",[1]]}', bytes(8)))" + WRONG,
    "pickles": PIPE + "import pickle\nwrite(frame(pickle.dumps(eval)))" + WRONG,
    "half a frame": PIPE + "write(frame(b'[1]')[:-1])" + WRONG,
    "trickled": PIPE + "def drip():\n    while True:\n        write(b'\\0')\n        time.sleep(.1)\n"
    "threading.Thread(target=drip, daemon=True).start()" + WRONG,
    "answers before questions": PIPE + "import actloss.grading.protocol as p\n"
    "for n in range(100): write(p.pack({'id': n, 'answer': {'kind': 'function'}}))" + WRONG,
    "two answers": PIPE + "import actloss.grading.protocol as p\nsend = p.send\n"
    "def twice(s, m):\n    send(s, m)\n    send(s, m)\np.send = twice" + WRONG,
    "answers to the last question": "import actloss.grading.protocol as p\nsend, last = p.send, [0]\n"
    "def late(s, m):\n    old, last[0] = last[0], m.get('id')\n    send(s, dict(m, id=old))\n"
    "p.send = late" + WRONG,
    "a closed pipe": "import os\nos.closerange(3, 64)" + WRONG,
    "a pipe to itself": "import os\nfor n in range(3, 64):\n    try: os.dup2(1, n)\n"
    "    except OSError: pass" + WRONG,
    "a flood": PIPE + "def pour():\n    while True: write(b'x' * 65536)\n"
    "threading.Thread(target=pour, daemon=True).start()" + WRONG,
    "nothing read": "import actloss.grading.protocol as p, time\n"
    "p.receive = lambda s: time.sleep(1000)" + WRONG,
    "other requests": "import actloss.grading.worker as w\n"
    "w.Submission.__getattribute__ = lambda s, n: (lambda **k: {'ok': 1})" + WRONG,
}  # fmt: skip

ENDINGS = {
    "_exit": "import os\nos._exit(0)",
    "exit": "import sys\nsys.exit(0)",
    "SystemExit": "raise SystemExit(0)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "GeneratorExit": "raise GeneratorExit",
    "abort": "import os\nos.abort()",
    "segmentation fault": "import ctypes\nctypes.string_at(0)",
    "stack overflow": "import sys\nsys.setrecursionlimit(10**9)\nf = lambda: f()\nf()",
    "deep source": "x = " + "(" * 5000 + ")" * 5000,
    "deep operators": "x = " + "-" * 100_000 + "1",
    "deep lists": "exec('x = ' + '[' * 90 + ']' * 90)\nx = []\nfor _ in range(10**5): x = [x]\nrepr(x)",
    "null bytes": "x = 1\0",
    "a long number": "x = 1" + "0" * 10_000,
}

WITHOUT_END = {
    "a loop": "while True: pass",
    "a loop that swallows": "while True:\n    try:\n        while True: pass\n"
    "    except BaseException: pass",
    "sleep": "import time\ntime.sleep(10**6)",
    "deaf to signals": "import signal, time\nfor n in range(1, 65):\n"
    "    try: signal.signal(n, signal.SIG_IGN)\n    except Exception: pass\ntime.sleep(10**6)",
    "in C": "10 ** 10 ** 9",
    "a regular expression": "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    "threads": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
}

RESOURCES = {
    "4000 threads": "import threading\nthreading.stack_size(1 << 15)\nend = threading.Event()\n"
    "for _ in range(4000): threading.Thread(target=end.wait, daemon=True).start()",
    "threads that make threads": "import threading\ndef grow():\n"
    "    for _ in range(100): threading.Thread(target=grow, daemon=True).start()\ngrow()",
    "a full scratch": "for n in range(1000): open(f'f{n}', 'wb').write(bytes(1 << 20))",
    "files without a name": "import os\nkept = []\nfor n in range(60):\n"
    "    kept.append(open('x', 'wb'))\n    os.unlink('x')\n    kept[-1].write(bytes(1 << 22))",
    "folders in folders": "import os\nfor n in range(5000):\n    os.mkdir('d')\n    os.chdir('d')",
    "20 GB": "x = np.ones(20 << 30, dtype=np.uint8)",
    "20 GB by and by": "x = []\nwhile True: x.append(bytearray(1 << 26))",
    "50 MB of output": "import os\nfor _ in range(50): os.write(1, b'x' * (1 << 20))\n"
    "print('x' * (50 << 20))",
    "files": "for n in range(100_000): open(f'f{n}', 'w').close()",
    "a large file": "with open('f', 'wb') as f:\n    while True: f.write(bytes(1 << 20))",
    "descriptors": "import os\nwhile True: os.pipe2(0)",
    "threads": "import threading, time\nfor _ in range(5000):\n"
    "    threading.Thread(target=time.sleep, args=[1000], daemon=True).start()",
    "50 forks": "import os\nfor _ in range(50):\n    if os.fork() == 0:\n        while True: pass",
    "a fork bomb": "import os\nwhile True: os.fork()",
    "shared memory": "import mmap\nx = [mmap.mmap(-1, 1 << 30) for _ in range(20)]",
    "a bomb": "import zlib\nx = zlib.decompress(zlib.compress(bytes(1 << 28)) * 1)\ny = x * 100",
}  # fmt: skip

REACHING_OUT = {
    "the tests": "import actloss, os\n"
    "at = os.path.join(os.path.dirname(actloss.__file__), 'exercises', 'softmax.py')\n"
    "space = {}\nexec(open(at).read(), space)\n"
    "stable_softmax = space['EXERCISES']['stable_softmax'].reference",
    "the compiled tests": "import actloss, glob, marshal, os\n"
    "at = os.path.join(os.path.dirname(actloss.__file__), 'exercises', '__pycache__')\n"
    "code = marshal.loads(open(glob.glob(at + '/softmax.*')[0], 'rb').read()[16:])\nexec(code)",
    "the reference": "from actloss.exercises import EXERCISES\n"
    "stable_softmax = EXERCISES['stable_softmax'].reference",
    "the reference, loaded": "import actloss.exercises.softmax as s\n"
    "from actloss.exercises import of_chapter\n"
    "stable_softmax = of_chapter('softmax')[1].reference",
    "the answer to a number": "from actloss.exercises import of_chapter\n"
    "stable_softmax = of_chapter('softmax')[0].answer",
    "a function of the course": "from actloss.activations import softmax as stable_softmax",
    "a function of the course, wrapped": "from actloss import activations\n"
    "def stable_softmax(z): return activations.softmax(z)",
    "a function of the course, in the call": "def stable_softmax(z):\n"
    "    from actloss.activations import softmax\n    return softmax(z)",
    "a function of the course, through others": "from actloss.activations import softmax as s\n"
    "def inner(z): return s(z)\ndef stable_softmax(z): return inner(z) * 1.0",
    "a function of the course, by a name put together": "import importlib\n"
    "m = importlib.import_module('actloss.' + 'activations')\n"
    "stable_softmax = getattr(m, 'soft' + 'max')",
    "a function of the course, in a class": "from actloss.activations import softmax\n"
    "class A: f = staticmethod(softmax)\ndef stable_softmax(z, f=A.f): return f(z) * 1.0",
    "a function of the course, in a list": "import actloss\n"
    "found = [actloss.activations.softmax]\ndef stable_softmax(z): return found[0](z)",
    "a function of the course, and a patched worker": "import actloss.exercises.running as r\n"
    "import actloss.grading.worker as w\nr.course_functions_in = lambda f: set()\n"
    "w.take_away = lambda n: None\nfrom actloss.activations import softmax as stable_softmax",
    "a function of the course, loaded again": "import importlib\n"
    "import actloss.activations.softmax_family as m\n"
    "stable_softmax = importlib.reload(m).softmax",
    "a function of the course, from its file": "import actloss, os\n"
    "at = os.path.join(os.path.dirname(actloss.__file__), 'activations', 'softmax_family.py')\n"
    "space = {'__name__': 'own'}\nexec(open(at).read(), space)\nstable_softmax = space['softmax']",
    "a function of the course, from its code": "import actloss.activations.softmax_family as m\n"
    "import types\nf = m.softmax\nwhile hasattr(f, '__wrapped__'): f = f.__wrapped__\n"
    "stable_softmax = types.FunctionType(f.__code__, vars(m))",
    "a part of a function of the course": "from functools import partial\n"
    "from actloss.activations import softmax\nstable_softmax = partial(softmax, temperature=1.0)",
    "solutions": "import glob, os\n"
    "found = [p for d in ('.', '..', '/', '/work', '/home', '/root', '/tmp')\n"
    "         for p in glob.glob(d + '/**/solutions/softmax.py', recursive=True)]\n"
    "exec(open(found[0]).read())",
    "objects in memory": "import gc\n"
    "stable_softmax = next(o.reference for o in gc.get_objects() if hasattr(o, 'reference'))",
    "frames above": "import sys\ndef stable_softmax(z):\n    frame = sys._getframe()\n"
    "    while frame:\n        for value in frame.f_locals.values():\n"
    "            if hasattr(value, 'expected'): return value.expected\n"
    "        frame = frame.f_back\n    return z",
    "memory of others": "import os\nfor pid in os.listdir('/proc'):\n    if pid.isdigit():\n"
    "        open(f'/proc/{pid}/mem', 'rb')\n        open(f'/proc/{pid}/environ').read()",
    "other submissions": "import os\nfor d, _, files in os.walk('/'):\n    for f in files:\n"
    "        if f.endswith('.ipynb') and 'honest' in f: stable_softmax = exec(open(d + f).read())",
    "the network": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:80', timeout=1)",
    "TCP": "import socket\nsocket.create_connection(('1.1.1.1', 53), 1)",
    "a program": "import subprocess\nsubprocess.run(['sh', '-c', 'echo $$'])",
    "signals": "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)",
    "all processes": "import os\nos.kill(-1, 9)",
    "the system": "import os\nfor p in ('/etc/passwd', '/usr/bin/python3', '/etc/ld.so.cache'):\n"
    "    try: open(p, 'a').write('x')\n    except OSError: pass\nos.remove('/usr/bin/env')",
    "namespaces": "import ctypes\nlibc = ctypes.CDLL(None)\n"
    "assert libc.unshare(0x10020000) == 0 and libc.mount(b'x', b'/', b'tmpfs', 0, None) == 0",
}  # fmt: skip

ATTACKS = {
    f"{kind}: {name}": source
    if "def stable_softmax" in source or kind != "patch"
    else source + WRONG
    for kind, sources in {
        "patch": PATCHES,
        "value": VALUES,
        "protocol": PROTOCOL,
        "ending": {name: text + WRONG for name, text in ENDINGS.items()},
        "without end": {name: text + WRONG for name, text in WITHOUT_END.items()},
        "resources": {name: text + WRONG for name, text in RESOURCES.items()},
        "reaching out": REACHING_OUT,
    }.items()
    for name, source in sources.items()
}

# The same, tried not while the cell runs but when the function is called.
ATTACKS |= {
    f"call, {kind}: {name}": "def stable_softmax(z):\n"
    + "".join(f"    {line}\n" for line in source.split("\n"))
    + "    return np.zeros_like(z)"
    for kind, sources in {
        "ending": ENDINGS,
        "without end": WITHOUT_END,
        "resources": RESOURCES,
    }.items()
    for name, source in sources.items()
    if name not in ("null bytes", "deep source", "deep operators", "a long number")
}

# Instead of a number, in `even_temperature`.
NUMBERS = {
    "equal to anything": "class N(float):\n    __eq__ = __le__ = __lt__ = lambda *a: True\n"
    "    __sub__ = __rsub__ = lambda *a: N(0)\n    __abs__ = lambda s: N(0)\n"
    "even_temperature = N(1)",
    "an array of its own": "class A(np.ndarray):\n    __sub__ = __abs__ = lambda *a: 0\n"
    "    __float__ = item = lambda *a: 3.556\neven_temperature = np.ones(1).view(A)",
    "all numbers": "even_temperature = np.linspace(0, 10, 100_000)",
    "nan": "even_temperature = float('nan')",
    "infinity": "even_temperature = float('inf')",
    "an object": "class O:\n    __float__ = lambda s: 3.556\n    __eq__ = lambda *a: True\n"
    "even_temperature = O()",
    "text": "even_temperature = '3.556'",
    "a function": "even_temperature = lambda: 3.556",
    "a date": "even_temperature = np.datetime64(3, 's')",
    "a long number": "even_temperature = 10 ** 5000",
    "truth": "even_temperature = True",
    "a claim": "import actloss.grading.worker as w\neven_temperature = 1\n"
    "w.Submission.look_up = lambda *a, **k: {'kind': 'number', 'value': 'solved', 'points': 9}",
    "nothing at all": "del np\neven_temperature = 1.0",
}

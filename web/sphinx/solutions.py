"""The solutions of the exercises: they stand once, in `exercises/solutions`."""

import base64
import os
import re
import zlib
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "exercises" / "solutions"
SECTION = re.compile(r"^# %% (\w+)\n((?:#.*\n)*)", re.MULTILINE)


def solutions_of(text: str) -> dict[str, tuple[str, str]]:
    """The explanation and the code under each line `# %% name`."""
    starts = list(SECTION.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {
        start[1]: (
            re.sub(r"^# ?", "", start[2], flags=re.MULTILINE).strip(),
            text[start.end() : end].strip(),
        )
        for start, end in zip(starts, ends, strict=True)
    }


def are_shown() -> bool:
    """Whether the book shows them: `SOLUTIONS=off` keeps them out of it."""
    return os.environ.get("SOLUTIONS", "").lower() != "off"


PACKED = '''"""A chapter's exercises: what is right stands here, and is not to be read by chance."""

import base64
import zlib

exec(compile(zlib.decompress(base64.b85decode("{text}")), __file__, "exec"))
'''


def packed(source: str) -> str:
    """A module that does what this one does, and that nobody reads, or searches, as text."""
    return PACKED.format(text=base64.b85encode(zlib.compress(source.encode(), 9)).decode())


def as_published(path: Path) -> bytes:
    """What the site offers of a file of the course: where no solution is shown, none in the checks.

    These have to know what is right, so there it is packed.
    """
    content = path.read_bytes()
    know = {solution.stem.replace("-", "_") for solution in FOLDER.glob("*.py")} | {"variants"}
    knows = path.suffix == ".py" and path.parent.name == "exercises" and path.stem in know
    return content if are_shown() or not knows else packed(content.decode()).encode()

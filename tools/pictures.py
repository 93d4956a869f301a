"""Whether two pictures look alike: compared as an eye compares them, and not digit by digit.

Two drawings are alike when they have the same elements in the same order, equal texts and colours,
and every point within half a pixel of its twin. What no eye sees may differ: the names of
elements, a last decimal, and how many points matplotlib kept of a line that they all lie on.
"""

import base64
import io
import re
from itertools import zip_longest
from xml.etree import ElementTree

import numpy as np
from PIL import Image

HALF_A_PIXEL = 0.375  # in points: a pixel of the page is three quarters of one
A_NUMBER = 1e-6  # of what has no size in pixels: a slope, a scale
COLOUR_STEPS = 2  # of 255, in any channel: a colour map's neighbouring shade

# A picture of pixels drawn on another machine may differ by a pixel here and there, not by a line.
LEVELS_THAT_DIFFER = 8  # of 255, in any channel
PIXELS_THAT_MAY_DIFFER = 1e-4  # of all

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
PATH_STEP = re.compile(r"([MLHVCSQTAZmlhvcsqtaz])([^MLHVCSQTAZmlhvcsqtaz]*)")
COLOUR = re.compile(r"#([0-9a-fA-F]{6})\b")
REFERENCE = re.compile(r"url\(#([^)]+)\)|^#(.+)$")
MOVE = re.compile(r"(translate|matrix|scale|rotate|skewX|skewY)\(([^)]*)\)")
PICTURE = "data:image/png;base64,"


def svg_difference(old, new):
    """What an eye sees differ in two SVG texts, in words; nothing where they look alike."""
    try:
        old, new = (ElementTree.fromstring(text) for text in (old, new))
    except ElementTree.ParseError as error:
        return f"it is no SVG ({error})"
    old_names, new_names = names_of(old), names_of(new)
    for a, b in zip_longest(walk(old), walk(new)):
        if a is None or b is None:
            missing, where = (b, "stored") if a is None else (a, "drawn")
            return f"the element {described(missing)} is not in the {where} figure"
        if difference := element_difference(a, b, old_names, new_names):
            return difference
    return ""


def walk(element, outside=1.0):
    """Every element that shows, in order, and how many points a unit is long around and in it."""
    if local_name(element) == "metadata":
        return
    inside = outside
    for kind, values in MOVE.findall(element.get("transform", "")):
        numbers = [abs(float(value)) for value in NUMBER.findall(values)]
        if kind == "scale":
            inside *= max(numbers)
        elif kind == "matrix":
            inside *= max(numbers[:4])
    yield element, outside, inside
    for child in element:
        yield from walk(child, inside)


def names_of(root):
    """A number for each id, in order: an id is a digest of coordinates, and changes with them."""
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    return {name: number for number, name in enumerate(ids)}


def local_name(element):
    return element.tag.rpartition("}")[2]


def described(found):
    element = found[0]
    text = (element.text or "").strip()
    return f"<{local_name(element)}> {text or element.get('id') or ''}".strip()


def element_difference(old, new, old_names, new_names):
    (a, outside, inside), (b, _, _) = old, new
    if local_name(a) != local_name(b):
        return f"{described(old)} is drawn as {described(new)}"
    if (a.text or "").strip() != (b.text or "").strip():
        return f"the text “{(a.text or '').strip()}” is drawn as “{(b.text or '').strip()}”"
    if a.keys() != b.keys():
        return f"{described(old)} has {sorted(a.keys())}, drawn {sorted(b.keys())}"
    for key, value in a.items():
        name = key.rpartition("}")[2]
        values = value, b.get(key)
        scale = outside if name == "transform" else inside
        if name != "id" and not alike(name, *values, scale, old_names, new_names):
            return f"{name} of {described(old)} is `{short(values[0])}`, drawn `{short(values[1])}`"
    return ""


def alike(name, old, new, scale, old_names, new_names):
    """Whether two values of an attribute look the same."""
    if old == new:
        return True
    if name == "d":
        return paths_alike(old, new, HALF_A_PIXEL / scale)
    if name == "href" and old.startswith(PICTURE) and new.startswith(PICTURE):
        return not png_difference(old.removeprefix(PICTURE), new.removeprefix(PICTURE))
    if (a := reference(old)) and (b := reference(new)):
        return old_names.get(a) == new_names.get(b)
    if name == "style":
        return styles_alike(old, new)
    if name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "points"):
        return numbers_alike(old, new, HALF_A_PIXEL / scale)
    if name == "transform":
        return transforms_alike(old, new, scale)
    return colours_alike(old, new)


def reference(value):
    found = REFERENCE.search(value)
    return found and (found[1] or found[2])


def styles_alike(old, new):
    """Colours alike, references left to the element that they name, all else equal."""
    old, new = (re.sub(r"url\(#[^)]*\)", "url()", value) for value in (old, new))
    return colours_alike(old, new)


def colours_alike(old, new):
    if COLOUR.sub("#", old) != COLOUR.sub("#", new):
        return False
    pairs = zip(COLOUR.findall(old), COLOUR.findall(new), strict=True)
    return all(
        abs(x - y) <= COLOUR_STEPS
        for a, b in pairs
        for x, y in zip(bytes.fromhex(a), bytes.fromhex(b), strict=True)
    )


def numbers_alike(old, new, tolerance):
    """Whether two texts differ in their numbers only, and in these by no more than that."""
    if NUMBER.sub("0", old) != NUMBER.sub("0", new):
        return False
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return all(abs(float(a) - float(b)) <= tolerance for a, b in pairs)


def transforms_alike(old, new, scale):
    old, new = MOVE.findall(old), MOVE.findall(new)
    return [kind for kind, _ in old] == [kind for kind, _ in new] and all(
        numbers_alike(a, b, HALF_A_PIXEL / scale if kind == "translate" else A_NUMBER)
        for (kind, a), (_, b) in zip(old, new, strict=True)
    )


def paths_alike(old, new, tolerance):
    """Whether two paths run along each other, piece by piece."""
    old, new = pieces(old), pieces(new)
    return len(old) == len(new) and all(
        point_by_point(a, b) <= tolerance or max(apart(a, b), apart(b, a)) <= tolerance
        for a, b in zip(old, new, strict=True)
    )


def point_by_point(old, new):
    return np.abs(old - new).max() if old.shape == new.shape else np.inf


def pieces(path):
    """The points of each piece of a path, whose steps name both coordinates, as matplotlib's do."""
    found = []
    for step, values in PATH_STEP.findall(path):
        numbers = np.array([float(value) for value in NUMBER.findall(values)]).reshape(-1, 2)
        if step == "M" or not found:
            found.append([])
        elif step in "Zz":
            numbers = np.array([found[-1][0]])
        found[-1].extend(numbers)
    return [np.array(points) for points in found]


def apart(points, line):
    """How far from a line its farthest point lies, of those given."""
    if len(line) == 1:
        return float(np.linalg.norm(points - line, axis=1).max())
    starts, ends = line[:-1], line[1:]
    along = ends - starts
    length = (along**2).sum(axis=1)
    offsets = points[:, None] - starts
    share = np.clip((offsets * along).sum(axis=2) / np.where(length == 0, 1, length), 0, 1)
    return float(np.linalg.norm(offsets - share[..., None] * along, axis=2).min(axis=1).max())


def short(value):
    return value if len(value) <= 60 else f"{value[:57]}..."


def png_difference(old, new):
    """What an eye sees differ in two PNGs, each as base64 text; nothing where they look alike."""
    try:
        old_pixels, new_pixels = pixels(old), pixels(new)
    except (OSError, ValueError, SyntaxError) as error:
        return f"it cannot be decoded ({error})"
    if old_pixels.shape != new_pixels.shape:
        sizes = [f"{shape[1]} × {shape[0]}" for shape in (old_pixels.shape, new_pixels.shape)]
        return f"{sizes[0]} pixels, drawn {sizes[1]}"
    differ = (np.abs(old_pixels - new_pixels) > LEVELS_THAT_DIFFER).any(axis=-1).mean()
    return f"{differ:.2%} of its pixels differ" if differ > PIXELS_THAT_MAY_DIFFER else ""


def pixels(png):
    content = base64.b64decode(png, validate=False)
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"), dtype=np.int16)

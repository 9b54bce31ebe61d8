"""Makes Vega's SVG small, fit to stand beside others in one page, and told without seeing it."""

from __future__ import annotations

import re
from itertools import chain

from lxml import etree

SVG = "{http://www.w3.org/2000/svg}"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
# Said of every part by Vega; the whole chart says it once, in title and description.
DROPPED = ("class", "role", "pointer-events", "font-family", "stroke-miterlimit")
LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
REFERENCE = re.compile(r"url\((['\"]?)#([^)'\"]+)\1\)")


def tidy(drawn: str, name: str, title: str, finding: str) -> str:
    """Tidy a drawing up.

    Args:
        drawn: as Vega drew it.
        name: what its ids begin with.
        title: the caption.
        finding: the text alternative.
    """
    root = etree.fromstring(drawn.encode())
    for element in root.iter(f"{SVG}*"):
        _trim(element, name)
    _drop_invisible(root)
    view = root.get("viewBox")
    width, height = root.get("width"), root.get("height")
    root.attrib.clear()
    root.attrib.update(
        {
            "viewBox": view,
            "width": width,
            "height": height,
            "font-family": FONT,
            "role": "img",
            "aria-labelledby": f"{name}-t {name}-d",
        }
    )
    for nr, (tag, text) in enumerate((("title", title), ("desc", finding))):
        element = etree.Element(f"{SVG}{tag}", id=f"{name}-{tag[0]}")
        element.text = text
        root.insert(nr, element)
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _trim(element: etree._Element, name: str) -> None:
    for key in [key for key in element.attrib if key in DROPPED or key.startswith("aria-")]:
        del element.attrib[key]
    for key, value in element.attrib.items():
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif "url(" in value:
            element.set(key, REFERENCE.sub(rf"url(#{name}-\2)", value))
        elif "." in value:
            element.set(key, LONG_NUMBER.sub(_short, value))
    if element.get("opacity") == "1":
        del element.attrib["opacity"]


def _short(found: re.Match[str]) -> str:
    """One decimal is a fifth of what an eye can see on paper."""
    return f"{round(float(found.group()), 1) + 0:g}"


def _drop_invisible(root: etree._Element) -> None:
    """Parts that draw nothing, and groups that hold nothing or say nothing, from the inside out."""
    for element in list(chain(root.iter(f"{SVG}path"), root.iter(f"{SVG}text"))):
        empty = element.tag == f"{SVG}path" and element.get("d", "") in ("", "M0,0h0v0h0Z")
        bare = element.tag == f"{SVG}path" and not (element.get("fill") or element.get("stroke"))
        if empty or bare or element.get("display") == "none":
            _remove(element)
    for group in reversed(list(root.iter(f"{SVG}g"))):
        parent = group.getparent()
        if parent is None:
            continue
        if len(group) == 0:
            _remove(group)
        elif not group.attrib or dict(group.attrib) == {"transform": "translate(0,0)"}:
            at = parent.index(group)
            parent[at : at + 1] = list(group)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)

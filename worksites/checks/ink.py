"""Signatures as strokes on a field of 1000 × 400: checked, drawn as SVG path and as a picture. No database here."""

import io
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from shushanwei.common.errors import BadInput

WIDTH, HEIGHT = 1000, 400
MOST_STROKES, MOST_POINTS, FEWEST_POINTS = 120, 4_000, 6
SHORTEST_INK = 150  # a dot is no signature

Strokes = list[list[list[int]]]


def checked(strokes: Any, field: str = "strokes") -> Strokes:
    """The strokes as whole numbers; raises BadInput for what is none, is too little or too much."""
    wrong = BadInput(field, _("This is no signature: sign once more."))
    if not isinstance(strokes, list) or not strokes or len(strokes) > MOST_STROKES:
        raise wrong
    done: Strokes = []
    points, ink = 0, 0.0
    for stroke in strokes:
        if not isinstance(stroke, list) or not stroke:
            raise wrong
        line: list[list[int]] = []
        for point in stroke:
            if not isinstance(point, list | tuple) or len(point) != 2 or not all(_is_number(one) for one in point):
                raise wrong
            x, y = round(point[0]), round(point[1])
            if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
                raise wrong
            if line:
                ink += abs(x - line[-1][0]) + abs(y - line[-1][1])
            line.append([x, y])
        points += len(line)
        done.append(line)
    if not FEWEST_POINTS <= points <= MOST_POINTS or ink < SHORTEST_INK:
        raise wrong
    return done


def svg_path(strokes: Strokes) -> str:
    """The `d` of an SVG path in a view box of 1000 × 400."""
    parts = []
    for stroke in strokes:
        first, *rest = stroke
        rest = rest or [first]
        parts.append(f"M{first[0]} {first[1]}" + "".join(f"L{x} {y}" for x, y in rest))
    return "".join(parts)


def png(strokes: Strokes) -> bytes:
    """The signature as a picture, black on white."""
    picture = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        line = [(x, y) for x, y in stroke]
        if len(line) == 1:
            pen.ellipse([line[0][0] - 4, line[0][1] - 4, line[0][0] + 4, line[0][1] + 4], fill=0)
        else:
            pen.line(line, fill=0, width=8, joint="curve")
    buffer = io.BytesIO()
    picture.resize((WIDTH // 2, HEIGHT // 2)).save(buffer, "PNG")
    return buffer.getvalue()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6

"""Pictures for the residents' side: streets with something wrong, goods, packs; drawn, never photographed."""

import io
import random
from collections.abc import Callable
from datetime import datetime

from PIL import Image, ImageDraw

from demo.simulator.pictures import drawable, font
from points.kinds import REPORTS
from shushanwei.common.clock import STREET

SIZE = (480, 360)
SKIES = [((150, 190, 225), (222, 234, 242)), ((196, 202, 210), (232, 232, 228)), ((236, 190, 150), (250, 226, 190)),
         ((70, 92, 140), (150, 160, 190)), ((120, 170, 210), (205, 225, 232))]  # fmt: skip
WALLS = [(196, 176, 150), (178, 186, 190), (214, 204, 188), (168, 150, 140), (150, 164, 172), (206, 190, 176)]
ROADS = [(112, 114, 118), (128, 124, 118), (98, 104, 108), (140, 136, 130)]
CLOTHS = [(238, 228, 212), (216, 230, 236), (226, 236, 220), (240, 222, 220), (228, 224, 240), (244, 236, 206)]
PAINTS = [(196, 72, 58), (42, 112, 168), (58, 138, 96), (220, 160, 60), (120, 88, 150), (70, 78, 92)]
LAMP = "lamp"
KIND_OF = {kind.category: kind.code for kind in REPORTS}
Draw = ImageDraw.ImageDraw


def sight(kind: str, at: datetime, dice: random.Random, *, tidy: bool = False) -> bytes:
    """A JPEG of a place with what a report of this kind shows, or (`tidy`) the same place put right.

    `dice` are those of the place: thrown from the same start they draw the same one again.
    Two pictures of other dice differ so much that they do not pass for the same one.
    """
    image = _faded(SIZE, *dice.choice(SKIES))
    draw = ImageDraw.Draw(image)
    ground = dice.randint(150, 250)
    _houses(draw, dice, ground)
    draw.rectangle((0, ground, *SIZE), fill=dice.choice(ROADS))
    _lane(draw, dice, ground)
    for _tree in range(dice.randint(0, 4)):
        _tree_at(draw, dice.randint(10, 470), ground + dice.randint(-4, 20), dice.randint(26, 80))
    spot = (dice.randint(90, 390), dice.randint(ground + 30, 315))
    if kind == LAMP:
        _lamp(draw, *spot, lit=tidy)
    elif not tidy:
        WRONG.get(kind, _heap)(draw, dice, *spot)
    draw.rectangle((0, 334, *SIZE), fill=(18, 24, 32))
    draw.text((10, 337), drawable(f"{at.astimezone(STREET):%Y-%m-%d %H:%M}  示例"), fill=(236, 240, 244), font=font(16))
    return _jpeg(image)


def place_dice(lon: float, lat: float) -> random.Random:
    """The dice of a place, the same for everybody who stands within some ten metres (degrees WGS-84)."""
    return random.Random(f"{lon:.4f} {lat:.4f}")


def scene_of(kind: str, title: str) -> str:
    """What to draw for a kind of report or a class of the catalogue: a lamp is no manhole, though of one class."""
    return LAMP if "路灯" in title else KIND_OF.get(kind, kind)


def goods(name: str, shape: str, dice: random.Random) -> bytes:
    """A JPEG of a thing on a table; `shape`: bag, box, bottle, book, wheel, ticket or plant."""
    image = _faded(SIZE, dice.choice(CLOTHS), (250, 250, 248))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 268, *SIZE), fill=tuple(part - 22 for part in dice.choice(CLOTHS)))
    paint = dice.choice(PAINTS)
    draw.ellipse((120, 276, 360, 304), fill=(150, 142, 132))
    SHAPES[shape](draw, paint)
    words = drawable(name[:8])
    if words:
        width = draw.textlength(words, font=font(26))
        draw.rounded_rectangle((240 - width / 2 - 14, 306, 240 + width / 2 + 14, 346), 8, fill=(255, 255, 255))
        draw.text((240 - width / 2, 309), words, fill=(40, 44, 52), font=font(26))
    return _jpeg(image)


def pack(name: str, batch: str, expires: str, paint: int, *, back: bool) -> bytes:
    """A JPEG of one side of a pack of medicine: its name in front, batch and expiry behind."""
    image = _faded(SIZE, (232, 238, 240), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    colour = PAINTS[paint % len(PAINTS)]
    draw.polygon([(70, 90), (110, 62), (430, 62), (400, 90)], fill=tuple(part // 2 + 90 for part in colour))
    draw.rectangle((70, 90, 400, 290), fill=(252, 252, 252), outline=(190, 196, 202), width=2)
    draw.rectangle((70, 90, 400, 134 if back else 172), fill=colour)
    if back:
        lines = [f"产品批号 {batch}", f"有效期至 {expires}", "请仔细阅读说明书", "示例图片"]
        for row, line in enumerate(lines):
            draw.text((90, 144 + row * 34), drawable(line), fill=(50, 56, 64), font=font(22))
    else:
        draw.text((90, 112), drawable(name[:10]), fill=(255, 255, 255), font=font(30))
        draw.text((90, 196), drawable("OTC  非处方药"), fill=(40, 110, 70), font=font(26))
        draw.text((90, 244), drawable("示例图片"), fill=(120, 128, 136), font=font(20))
    return _jpeg(image)


def _faded(size: tuple[int, int], above: tuple[int, ...], below: tuple[int, ...]) -> Image.Image:
    strip = Image.new("RGB", (1, 2))
    strip.putdata([above, below])
    return strip.resize(size, Image.Resampling.BILINEAR)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def _houses(draw: Draw, dice: random.Random, ground: int) -> None:
    left = -dice.randint(0, 80)
    while left < SIZE[0]:
        width, height = dice.randint(60, 190), dice.randint(30, ground - 10)
        wall = dice.choice(WALLS)
        draw.rectangle((left, ground - height, left + width, ground), fill=wall)
        dark = tuple(part - 60 for part in wall)
        for top in range(ground - height + 10, ground - 16, 26):
            for side in range(left + 10, left + width - 14, 24):
                draw.rectangle((side, top, side + 11, top + 13), fill=dark)
        left += width + dice.randint(0, 90)


def _lane(draw: Draw, dice: random.Random, ground: int) -> None:
    far, near, width = dice.randint(60, 420), dice.randint(-120, 600), dice.randint(90, 260)
    edge = [(far - 10, ground), (far + 14, ground), (near + width, SIZE[1]), (near - width, SIZE[1])]
    draw.polygon(edge, fill=dice.choice([(84, 88, 92), (92, 90, 94), (76, 82, 90)]))
    draw.line([(far, ground), (near, SIZE[1])], fill=(226, 224, 214), width=4)


def _tree_at(draw: Draw, x: int, y: int, size: int) -> None:
    draw.rectangle((x - 3, y - size, x + 3, y), fill=(92, 70, 52))
    draw.ellipse((x - size // 2, y - size * 3 // 2, x + size // 2, y - size // 2), fill=(66, 122, 74))


def _heap(draw: Draw, dice: random.Random, x: int, y: int) -> None:
    for _bag in range(14):
        a, b, r = x + dice.randint(-70, 70), y + dice.randint(-18, 14), dice.randint(9, 22)
        draw.ellipse((a - r, b - r, a + r, b + r), fill=(dice.randint(60, 150), dice.randint(60, 120), 70))


def _car(draw: Draw, dice: random.Random, x: int, y: int) -> None:
    paint = dice.choice(PAINTS)
    draw.rounded_rectangle((x - 80, y - 30, x + 80, y), 8, fill=paint)
    draw.polygon([(x - 50, y - 30), (x - 34, y - 56), (x + 36, y - 56), (x + 54, y - 30)], fill=(150, 180, 196))
    for wheel in (x - 48, x + 48):
        draw.ellipse((wheel - 14, y - 12, wheel + 14, y + 16), fill=(24, 26, 30))


def _puddle(draw: Draw, dice: random.Random, x: int, y: int) -> None:
    draw.ellipse((x - 130, y - 22, x + 130, y + 26), fill=(96, 128, 156))
    draw.ellipse((x - 70, y - 10, x + 60, y + 10), fill=(140, 168, 190))


def _wires(draw: Draw, dice: random.Random, x: int, y: int) -> None:
    draw.rectangle((x - 4, 40, x + 4, y), fill=(110, 112, 116))
    for sag in range(3):
        draw.arc((x - 220, 20 + sag * 16, x, y - 30 + sag * 20), 20, 160, fill=(20, 22, 26), width=3)


def _hole(draw: Draw, dice: random.Random, x: int, y: int) -> None:
    draw.ellipse((x - 46, y - 16, x + 46, y + 16), fill=(30, 30, 32), outline=(180, 170, 150), width=4)
    draw.line([(x - 80, y + 14), (x - 30, y - 4), (x + 20, y + 20), (x + 90, y + 2)], fill=(50, 50, 52), width=4)


def _lamp(draw: Draw, x: int, y: int, *, lit: bool) -> None:
    draw.rectangle((x - 4, y - 170, x + 4, y), fill=(96, 100, 108))
    draw.line([(x, y - 168), (x + 44, y - 178)], fill=(96, 100, 108), width=6)
    if lit:
        draw.ellipse((x + 14, y - 196, x + 78, y - 140), fill=(252, 236, 170))
    draw.ellipse((x + 32, y - 184, x + 60, y - 164), fill=(255, 250, 220) if lit else (50, 52, 58))


def _bikes(draw: Draw, dice: random.Random, x: int, y: int) -> None:
    for step in range(dice.randint(2, 4)):
        a = x - 90 + step * 56
        for wheel in (a - 20, a + 20):
            draw.ellipse((wheel - 13, y - 26, wheel + 13, y), outline=(24, 26, 30), width=4)
        draw.line([(a - 20, y - 13), (a, y - 42), (a + 20, y - 13)], fill=dice.choice(PAINTS), width=6)
    draw.line([(x - 100, y - 90), (x - 60, y - 30)], fill=(230, 120, 40), width=3)


def _stall(draw: Draw, dice: random.Random, x: int, y: int) -> None:
    draw.polygon([(x - 90, y - 90), (x + 90, y - 90), (x + 70, y - 120), (x - 70, y - 120)], fill=dice.choice(PAINTS))
    draw.rectangle((x - 80, y - 36, x + 80, y), fill=(150, 110, 70))
    for ball in range(x - 70, x + 70, 18):
        draw.ellipse((ball, y - 48, ball + 16, y - 32), fill=(dice.randint(150, 230), dice.randint(60, 160), 50))


WRONG: dict[str, Callable[[Draw, random.Random, int, int], None]] = {
    "fire_lane": _car, "parking": _car, "charging": _bikes, "wires": _wires, "cover": _hole, "road": _hole,
    "flood": _puddle, "river": _puddle, "stalls": _stall, "noise": _stall, "waste": _heap, "site": _heap,
}  # fmt: skip


def _bag(draw: Draw, paint: tuple[int, ...]) -> None:
    draw.polygon([(160, 100), (320, 100), (350, 290), (130, 290)], fill=(244, 238, 222), outline=(180, 170, 150))
    draw.rectangle((146, 170, 334, 230), fill=paint)
    draw.rectangle((176, 84, 304, 104), fill=paint)


def _box(draw: Draw, paint: tuple[int, ...]) -> None:
    draw.polygon([(120, 130), (190, 92), (390, 92), (340, 130)], fill=tuple(part // 2 + 110 for part in paint))
    draw.rectangle((120, 130, 340, 290), fill=paint)
    draw.polygon([(340, 130), (390, 92), (390, 250), (340, 290)], fill=tuple(part * 2 // 3 for part in paint))
    draw.rectangle((212, 130, 248, 290), fill=(240, 228, 200))


def _bottle(draw: Draw, paint: tuple[int, ...]) -> None:
    draw.rectangle((218, 60, 262, 112), fill=tuple(part * 2 // 3 for part in paint))
    draw.rounded_rectangle((180, 104, 300, 290), 22, fill=paint)
    draw.rectangle((180, 168, 300, 240), fill=(250, 248, 240))


def _book(draw: Draw, paint: tuple[int, ...]) -> None:
    for step in range(4):
        shade = tuple(max(0, part - step * 24) for part in paint)
        draw.rectangle((130 + step * 8, 250 - step * 44, 350 - step * 10, 288 - step * 44), fill=shade)
        draw.rectangle((340 - step * 10, 255 - step * 44, 350 - step * 10, 283 - step * 44), fill=(250, 246, 236))


def _wheel(draw: Draw, paint: tuple[int, ...]) -> None:
    for x in (160, 320):
        draw.ellipse((x - 58, 174, x + 58, 290), outline=(36, 38, 44), width=9)
    draw.line([(160, 232), (220, 140), (300, 140), (320, 232), (236, 232), (220, 140)], fill=paint, width=9)
    draw.line([(200, 124), (240, 124)], fill=(36, 38, 44), width=9)


def _ticket(draw: Draw, paint: tuple[int, ...]) -> None:
    draw.rounded_rectangle((90, 130, 390, 270), 14, fill=paint)
    draw.line([(300, 140), (300, 260)], fill=(255, 255, 255), width=3)
    draw.text((126, 168), drawable("兑换券"), fill=(255, 255, 255), font=font(44))


def _plant(draw: Draw, paint: tuple[int, ...]) -> None:
    for x, y in ((190, 90), (240, 60), (290, 96), (214, 130), (270, 136)):
        draw.ellipse((x - 36, y - 30, x + 36, y + 60), fill=(74, 140, 86))
    draw.polygon([(180, 200), (300, 200), (280, 290), (200, 290)], fill=paint)


SHAPES: dict[str, Callable[[Draw, tuple[int, ...]], None]] = {
    "bag": _bag, "box": _box, "bottle": _bottle, "book": _book, "wheel": _wheel, "ticket": _ticket, "plant": _plant,
}  # fmt: skip

"""Small real photographs for the exercise: a plain scene with the time and the words 示例 on it."""

import io
import random
import re
from datetime import datetime
from functools import cache

from PIL import Image, ImageDraw, ImageFont

FONTS = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-vf-fonts/NotoSansCJK-VF.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
]
WIDE = re.compile(r"[\u2e80-\uffef]+")
SKIES = [(168, 196, 222), (190, 200, 210), (120, 140, 175), (206, 214, 218)]
GROUNDS = [(118, 120, 122), (140, 136, 128), (104, 112, 108)]


def photo(words: str, at: datetime, *, tidy: bool) -> bytes:
    """A JPEG of 640 × 480: a street with a heap on it, or (`tidy`) without."""
    image = Image.new("RGB", (640, 480), random.choice(SKIES))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 290, 640, 480), fill=random.choice(GROUNDS))
    for left in range(0, 640, 128):
        height = random.randint(90, 230)
        shade = random.randint(150, 205)
        draw.rectangle((left + 6, 290 - height, left + 118, 290), fill=(shade, shade - 6, shade - 14))
        for row in range(290 - height + 14, 276, 30):
            for column in range(left + 18, left + 108, 26):
                draw.rectangle((column, row, column + 12, row + 15), fill=(90, 108, 124))
    draw.polygon([(240, 480), (400, 480), (345, 290), (315, 290)], fill=(92, 94, 98))
    if not tidy:
        for _each in range(24):
            x, y, r = random.randint(330, 520), random.randint(360, 440), random.randint(8, 26)
            draw.ellipse((x - r, y - r, x + r, y + r), fill=(random.randint(80, 150), random.randint(70, 120), 60))
    draw.rectangle((0, 440, 640, 480), fill=(20, 26, 34))
    draw.text((12, 446), drawable(f"{at:%Y-%m-%d %H:%M:%S}  {words[:16]}  示例"), fill=(240, 244, 248), font=font())
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


@cache
def font(size: int = 22) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font with Chinese where the machine has one, else what comes with Pillow: see `drawable`."""
    return _chinese(size) or ImageFont.load_default(size)


def drawable(words: str) -> str:
    """What `font` can draw of it: without a Chinese font, Chinese would be a row of empty boxes."""
    if _chinese(22) is not None:
        return words
    return " ".join(WIDE.sub(" ", words.replace("示例", " DEMO ")).split())


@cache
def _chinese(size: int) -> ImageFont.FreeTypeFont | None:
    for path in FONTS:
        try:
            return ImageFont.truetype(path, size)
        except OSError:
            continue
    return None

"""Papers of a part of the sites: one page each, a PDF or a photographed sheet, with the words 示例 across it."""

import io
import random
from datetime import datetime, timedelta
from uuid import uuid5

from PIL import Image, ImageDraw

from demo.simulator.pictures import drawable, font
from demo.street.haulage import SEED
from demo.street.site_past import SPACE
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from worksites.lifecycle import WATCHED
from worksites.models import Site, SiteDocument
from worksites.services.documents import add_document

EVERY = 3  # every third site has handed papers in
A5 = (620, 874)  # dots
INK, PALE, SEAL = (24, 30, 40), (226, 229, 233), (196, 60, 52)
Kind = SiteDocument.Kind
# kind, title, lines; a photographed sheet where the last is true
PAPERS = [
    (Kind.PERMIT, "工程渣土处置核准", ["建设单位：{owner}", "处置数量：{m3:,} 立方米", "处置类别：工程渣土"], False),
    (Kind.PLAN, "建筑垃圾处理方案", ["施工单位：{builder}", "运输时段：21:00—05:00", "去向：备案消纳场所"], False),
    (Kind.CONTRACT, "渣土运输合同", ["委托方：{builder}", "承运方：{haulier}", "约定方量：{m3:,} 立方米"], False),
    (Kind.DRAWING, "出入口及冲洗设施图", ["出入口宽 8.0 米", "三级沉淀池 3×2×1.5 米", "自动冲洗平台一座"], True),
    (Kind.SINK, "消纳场所接收证明", ["接收单位：备案消纳场所", "接收数量：{m3:,} 立方米"], True),
    (Kind.RECEIPT, "建筑垃圾处置费缴款凭证", ["缴款单位：{owner}", "金额：{fee:,} 元"], True),
]  # fmt: skip


def load_papers() -> int:
    """Hand in what is missing of the papers; returns how many are new."""
    clerk, now, made = User.objects.get(username="brigade1"), db_now(), 0
    known = set(SiteDocument.objects.values_list("uuid", flat=True))
    sites = Site.objects.filter(status__in=WATCHED).select_related("owner", "builder", "haulier").order_by("code")
    for site in sites[::EVERY]:
        dice = random.Random(f"{SEED}papers{site.code}")
        for number, (kind, title, lines, shot) in enumerate(PAPERS[: dice.randint(3, 6)]):
            uuid, at = (
                uuid5(SPACE, f"paper{site.code}{number}"),
                now - timedelta(days=dice.randint(8, 50), hours=number),
            )
            if uuid in known:
                continue
            facts = {"owner": site.owner, "builder": site.builder, "haulier": site.haulier, "m3": site.spoil_m3 or 0,
                     "fee": (site.spoil_m3 or 0) * 4}  # fmt: skip
            page = sheet(title, [f"工程名称：{site.name}", *(line.format(**facts) for line in lines)], at, shot=shot)
            made += add_document(site.pk, page, uuid=uuid, kind=kind, title=title, actor=clerk, at=at)[1]
    return made


def sheet(title: str, lines: list[str], at: datetime, *, shot: bool) -> bytes:
    """A page with a title, lines and a seal: a one-page PDF, or (`shot`) a PNG as somebody photographed it."""
    page = Image.new("RGB", A5, (240, 236, 226) if shot else (255, 255, 255))
    draw = ImageDraw.Draw(page)
    draw.rectangle((30, 30, A5[0] - 30, A5[1] - 30), outline=INK, width=2)
    draw.text((A5[0] / 2, 100), drawable(title), fill=INK, font=font(34), anchor="mm")
    for row, line in enumerate(lines):
        draw.text((60, 180 + 56 * row), drawable(line), fill=INK, font=font(22))
        draw.line((60, 216 + 56 * row, A5[0] - 60, 216 + 56 * row), fill=PALE, width=1)
    draw.ellipse((400, 650, 540, 790), outline=SEAL, width=4)
    draw.text((470, 720), drawable("示例专用章"), fill=SEAL, font=font(20), anchor="mm")
    draw.text((60, 780), drawable(f"日期：{at.astimezone(STREET):%Y年%m月%d日}"), fill=INK, font=font(20))
    draw.text((A5[0] / 2, 560), drawable("示例 · 非真实文书"), fill=PALE, font=font(46), anchor="mm")
    out = io.BytesIO()
    if shot:
        page.quantize(32).save(out, "PNG", optimize=True)
    else:
        page.save(out, "PDF", resolution=105.0, quality=70)
    return out.getvalue()

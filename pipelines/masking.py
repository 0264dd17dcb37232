"""What of a refused text may be shown: the fault stays in sight, a person does not.

What belongs here: words that cannot be anybody's name. What does not: numbers that identify (privacy.py), and where
such a text is shown (ingest).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pipelines.privacy import MASK, mask_letters, mask_text

_LETTERS = re.compile(r"[^\W\d_]+")


def mask_words(text: str) -> str:
    """What stands where a time or a number should: the fault stays in sight, and any word that may be a name goes.

    A formula and a spreadsheet's error are shown, and so are the words of times, numbers, units and currencies.
    """
    if text.startswith("="):
        return mask_text(_QUOTED.sub(f'"{MASK}"', text))
    return text if _ERROR.fullmatch(text) else _LETTERS.sub(_known_words, mask_text(text))


def _known_words(found: re.Match[str]) -> str:
    run = found[0]
    if run.isascii():
        return run if len(run) == 1 or run.lower() in _PLAIN_WORDS else "*"
    known = _KNOWN_RUN.fullmatch(run)
    return run if known else _UNKNOWN_MIDDLE.sub(r"\1*\2", run)


_QUOTED = re.compile(r'"[^"]*"')
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)|Err:[0-9]{3}", re.IGNORECASE)
_PLAIN_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        "am pm utc gmt cst est edt pst pdt jst true false yes no nan nat null none nil undefined na inf infinity "
        "cny rmb usd hkd jpy eur gbp krw twd sgd aud cad thb rub vnd myr kg ml cm hr hrs hour hours min mins "
        "minute minutes sec secs second seconds ms day days week weeks month months year years today yesterday "
        "tomorrow ago free unknown pending total sum pt jan feb mar apr may jun jul aug sep sept oct nov dec "
        "january february march april june july august september october november december mon tue wed thu fri sat "
        "sun monday tuesday wednesday thursday friday saturday sunday ",
    )
)
_PLAIN_SIGNS = (
    "(?:人民币|港币|港元|美元|美金|日元|日圆|欧元|英镑|韩元|台币|泰铢|卢布|小时|分钟|毫秒|星期|礼拜|上午|下午|早上|晚上|凌晨|"
    "中午|傍晚|昨天|今天|明天|前天|昨晚|今晚|左右|以上|以下|暂无|未知|不详|免费|合计|总计|小计|待定|已付|未付|人次|"
    "北京时间|万元|千元|邮费|运费|快递费|手续费|服务费|包邮|含邮|优惠券|优惠|红包|定金|订金|尾款|押金|差价|补差|退款|抵扣|折扣|满减|立减|"
    "返现|赠品|转账|现金|[元角分整毛块千百万亿十年月日号时点秒天周约起至到无空件个单次人条折是否半零一二三四五六七八九两])"
)
_KNOWN_RUN = re.compile(f"{_PLAIN_SIGNS}+")
_UNKNOWN_MIDDLE = re.compile(f"^({_PLAIN_SIGNS}*).*?({_PLAIN_SIGNS}*)$")
_NAMES_END = re.compile(
    "(?:编号|单号|名称|昵称|时间|日期|金额|数量|状态|类型|电话|手机|手机号|地址|备注|渠道|来源|人数|次数|单数|比率|价格|单价|总价|运费|优惠|店铺|"
    "商品|规格|买家|收件人|收货人|姓名|性别|主播|直播间|留言|ID|编码|等级|标签|序号|城市|省份)$"
)


def mask_header(cells: list[str], known: Collection[str] = ()) -> str:
    """What stands where a header should: names of columns are shown, anything that may be a person's data is not.

    `known`: cells that a mapping knows; where they are half of all it is a header for sure. A line with a number or a
    time in it is no header, but data under none.
    """
    filled = [cell for cell in cells if cell.strip()]
    if filled and 2 * sum(cell in known for cell in filled) >= len(filled):
        return mask_text(", ".join(cells))
    is_data = any(re.search(r"[0-9]{3}|^[0-9０-９.,]+$", cell.strip()) for cell in cells)
    shown = (cell if cell in known or (_is_column_name(cell) and not is_data) else mask_letters(cell) for cell in cells)
    return mask_text(", ".join(shown))


def _is_column_name(cell: str) -> bool:
    cell = cell.strip()
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]{0,40}", cell) or re.fullmatch(r"(?=.*_)[A-Za-z0-9_.,; ]{1,200}", cell):
        return True
    return len(cell) <= 16 and _NAMES_END.search(cell) is not None and re.search(r"[路街区镇村栋室楼弄]", cell) is None

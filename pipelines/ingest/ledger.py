"""The tables that say what became of every file and row: ops.files, copies, quarantine, notices, shapes, waiting.

What belongs here: their columns. What does not: who writes them (loading.py).
"""

from __future__ import annotations

PROVENANCE = {
    "file_source": ("VARCHAR", "来源", "name of the source mapping that read the row"),
    "file_id": ("BIGINT", "文件编号", "number of the load that brought the row (ops.files)"),
    "file_row": ("BIGINT", "行号", "line of the file, header = 1; NULL for an order summed from its items"),
    "version_at": ("TIMESTAMP", "版本时间", "which copy of a row is newer, business time"),
    "shape": (
        "BIGINT",
        "列组",
        "which columns its file had (ops.shapes); NULL all of them, 0 put together from several copies",
    ),
    "untold": ("VARCHAR", "未写明的列", "columns whose value no file told: a default, or made of other columns"),
}
FILES = {
    "file_id": ("BIGINT", "文件编号", "growing number of the load"),
    "path": ("VARCHAR", "路径", "relative to landing"),
    "file_name": ("VARCHAR", "文件名", "last part of the path"),
    "file_source": ("VARCHAR", "来源", "source mapping that recognised it; NULL when none did"),
    "sha256": ("VARCHAR", "指纹", "of the file's bytes: the same content is loaded once, under whatever name"),
    "bytes": ("BIGINT", "字节数", "size"),
    "modified_at": ("TIMESTAMP", "修改时间", "business time"),
    "exported_at": (
        "TIMESTAMP",
        "导出时间",
        "the file's own time, business time: in its name where the mapping says so, else modified_at",
    ),
    "loaded_at": ("TIMESTAMP", "载入时间", "business time"),
    "encoding": ("VARCHAR", "编码", "how the text was decoded"),
    "rows_read": ("BIGINT", "读取行数", "physical data rows; = loaded + superseded + quarantined"),
    "rows_loaded": ("BIGINT", "载入行数", "rows that stand in staging today"),
    "rows_superseded": ("BIGINT", "被替换行数", "rows of which a newer or identical copy stands"),
    "rows_quarantined": ("BIGINT", "隔离行数", "rows refused, each with a reason in ops.quarantine"),
    "status": ("VARCHAR", "状态", "loaded, or quarantined (the whole file)"),
    "seconds": ("DOUBLE", "耗时", "how long it took"),
    "mapping": (
        "VARCHAR",
        "映射版本",
        "fingerprint of all mappings at that time; a refused file is tried again after a change",
    ),
    "own_mapping": (
        "VARCHAR",
        "自有映射版本",
        "fingerprint of the merchant's own mapping that read it; NULL: one that Siyu brings",
    ),
}
# The same content under another name: seen, so that a later look need not read it again.
COPIES = {
    "path": ("VARCHAR", "路径", "relative to landing"),
    "bytes": ("BIGINT", "字节数", "size"),
    "modified_ns": ("BIGINT", "修改时间", "nanoseconds since the epoch, as the file system says"),
    "file_id": ("BIGINT", "文件编号", "the load that had the same content first"),
}
QUARANTINE = {
    "file_id": ("BIGINT", "文件编号", "number of the load"),
    "path": ("VARCHAR", "路径", "relative to landing"),
    "line": ("BIGINT", "行号", "line of the file, header = 1; NULL when the whole file is refused"),
    "sheet": (
        "VARCHAR",
        "工作表",
        "of a workbook of several sheets, through which lines are counted on; NULL elsewhere",
    ),
    "sheet_row": ("BIGINT", "工作表行号", "row of that sheet, as a spreadsheet program numbers it"),
    "column_name": ("VARCHAR", "列", "column as the file calls it; NULL when it is the whole line"),
    "reason": ("VARCHAR", "原因", "stable code"),
    "found": ("VARCHAR", "发现", "what stood there, personal values masked"),
    "expected": ("VARCHAR", "应为", "what was expected, and what to do"),
    "raw_text": ("VARCHAR", "原文", "the row as it stood, personal values masked"),
    "is_cell": ("BOOLEAN", "仅单元格", "only this cell was set aside; the row itself is loaded"),
    "rows": ("BIGINT", "行数", "how many rows this record stands for (0 for a further fault of a row already counted)"),
    "amount": (
        "DECIMAL(18,2)",
        "金额",
        "yuan of the refused row of an order, as far as it could be read; NULL elsewhere",
    ),
    "facts": ("VARCHAR", "细节", "of a whole file: what `expected` names, as JSON, for the same in Chinese"),
    "quarantined_at": ("TIMESTAMP", "隔离时间", "business time"),
}
SHAPES = {
    "shape": ("BIGINT", "列组", "number of a set of columns"),
    "table_name": ("VARCHAR", "表", "the canonical table"),
    "columns": ("VARCHAR[]", "列", "columns of the table that the file had, in alphabetical order"),
}
# A refused line takes the total of its order with it, until a copy of that line stands.
WAITING = {
    "table_name": ("VARCHAR", "表", "the canonical table of the line"),
    "file_source": ("VARCHAR", "来源", "source mapping that read it"),
    "platform": ("VARCHAR", "平台", "of the order"),
    "shop_id": ("VARCHAR", "店铺", "of the order"),
    "order_id": ("VARCHAR", "订单号", "the order that has no total"),
    "item_id": ("VARCHAR", "子订单号", "the line that is not in; NULL where its number could not be read either"),
    "file_id": ("BIGINT", "文件编号", "the load that refused it"),
    "line": ("BIGINT", "行号", "line of the file"),
    "version_at": ("TIMESTAMP", "版本时间", "of the refused copy"),
}
# Whole lists, such as the members of a group today. Who stands in one is compared with who stands in the others.
LISTS = {
    "list": (
        "VARCHAR",
        "名单",
        "source, table, and what it is a list of; NULL: any list of the file",
    ),
    "file_id": ("BIGINT", "文件编号", "the load that brought it"),
    "version_at": ("TIMESTAMP", "版本时间", "the time of the list"),
    "is_whole": ("BOOLEAN", "是否完整", "false where rows of it were refused"),
    "verdict": (
        "VARCHAR",
        "结论",
        "whole; torn (rows refused) and short (most missing) say nobody left; NULL: not judged",
    ),
    "missing": ("BIGINT", "缺少人数", "who stood before and is not in it"),
    "early": ("BIGINT", "补录人数", "who is in it for the first time since before an earlier whole list"),
}
LIST_MEMBERS = {
    "list": ("VARCHAR", "名单", "as in ops.lists"),
    "member": ("VARCHAR", "成员", "who stands in it: type of id and id, as in staging"),
    "since": ("TIMESTAMP", "自何时", "since when, as the list says"),
    "is_gone": ("BOOLEAN", "是否已离开", "the list itself tells when he left"),
    "file_id": ("BIGINT", "文件编号", "the load that brought it"),
    "version_at": ("TIMESTAMP", "版本时间", "the time of the list"),
}
DEPARTURES = {
    "list": ("VARCHAR", "名单", "as in ops.lists"),
    "member": ("VARCHAR", "成员", "who is missing in it"),
    "seen_at": ("TIMESTAMP", "最后在名单时间", "time of the last list before it in which he stands"),
    "left_at": ("TIMESTAMP", "离开时间", "time of the first whole list in which he is missing"),
    "file_id": ("BIGINT", "文件编号", "the load of that list"),
    "row_key": ("VARCHAR", "行键", "key of the row in staging"),
    "told_by": ("BIGINT", "再次确认", "the load of the next list on a later day, which tells it again; else file_id"),
    "is_revoked": ("BOOLEAN", "是否作废", "a later list has him as a member since before: no row in staging"),
    "is_arrival": (
        "BOOLEAN",
        "是否加入",
        "he stands in the list for the first time, and nobody tells since when: left_at is when he had come by",
    ),
}
NOTICES = {
    "file_id": ("BIGINT", "文件编号", "number of the load"),
    "path": ("VARCHAR", "路径", "relative to landing"),
    "code": ("VARCHAR", "代码", "stable word for the kind of notice"),
    "subject": ("VARCHAR", "对象", "the header, sheet or word that it is about, personal values masked"),
    "rows": ("BIGINT", "行数", "how many rows it concerns; NULL where it is not about rows"),
    "said": ("VARCHAR", "说明", "one sentence, with what to do"),
    "severity": (
        "VARCHAR",
        "程度",
        "aside: something of the file is in no number; told: it was used, on an assumption",
    ),
    "facts": ("VARCHAR", "细节", "what the sentence names beside its subject, as JSON, for the same in Chinese"),
}
LEDGER = {
    "files": FILES,
    "copies": COPIES,
    "quarantine": QUARANTINE,
    "notices": NOTICES,
    "shapes": SHAPES,
    "waiting": WAITING,
    "lists": LISTS,
    "list_members": LIST_MEMBERS,
    "departures": DEPARTURES,
}
TABLE_COMMENTS = {
    ("ops", "shapes"): "Sets of columns that files had: a newer copy of a row replaces only what its file has",
    (
        "ops",
        "waiting",
    ): "Refused lines of orders that are sums of their lines: such an order has no total until they are in",
    ("ops", "lists"): "Whole lists that files gave, such as the members of a group, and what became of each",
    ("ops", "list_members"): "Who stands in each of these lists",
    ("ops", "departures"): "Who stood in a list and is missing in a later one, and who came between two lists",
    ("ops", "files"): "Ledger: one row per file loaded or refused",
    ("ops", "copies"): "Every path seen in landing with its size and time, so that an unchanged file is not read again",
    ("ops", "notices"): "What files say and was not used, or only on an assumption: file, code, subject",
    ("ops", "quarantine"): "Everything refused, with file, line, column, reason and masked raw text",
}

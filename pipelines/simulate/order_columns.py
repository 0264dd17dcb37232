"""Headers of 抖店 order exports, and what stands under each column.

What belongs here: header rows as the platform writes them, and each column as SQL over `queries/export_rows.sql`. What
does not: which rows and files there are (`order_files.py`).
"""

from __future__ import annotations

PENDING = "数据将于第二天更新"


def _names(text: str) -> list[str]:
    return text.split()


HEADER_A = _names("""
    主订单编号 子订单编号 支付方式 选购商品 货号 商品ID 商家编码 商品数量 商品金额 订单提交时间 支付完成时间
    订单完成时间 承诺发货时间 预约发货时间 买家留言 旗帜颜色 商家备注 APP渠道 订单状态 取消原因 售后状态
    订单类型 发货时间 车型 是否是以旧换新 换新额外补贴 换新额外补贴发放状态 订单应付金额 运费 优惠总金额
    平台优惠 商家优惠 达人优惠 商家改价 支付优惠 手续费 红包抵扣 降价类优惠 平台实际承担优惠金额
    商家实际承担优惠金额 达人实际承担优惠金额 收件人 收件人手机号 省 市 区 街道 详细地址 是否修改过地址 快递信息
    序列号 达人ID 达人昵称 拼团订单团编号 商品单价是否含税 税费 鲁班落地页ID 所属门店ID 流量来源 仓库ID 仓库名称
    是否安心购 广告渠道 流量类型 流量体裁 流量渠道 发货主体 发货主体明细 教育优惠 预计送达时间 是否平台仓自流转
    是否是渠道商品 预约送达时间 建议发货时间（起） 建议发货时间（止）
""")
HEADER_B = _names("""
    主订单编号 子订单编号 选购商品 商品规格 商品数量 商品ID 商家编码 商品单价 订单应付金额 运费 优惠总金额
    平台优惠 商家优惠 达人优惠 商家改价 支付优惠 红包抵扣 支付方式 手续费 收件人 收件人手机号 省 市 区 街道
    详细地址 是否修改过地址 地址修改时段 买家留言 订单提交时间 旗帜颜色 商家备注 订单完成时间 支付完成时间
    APP渠道 流量来源 订单状态 承诺发货时间 订单类型 鲁班落地页ID 达人ID 达人昵称 所属门店ID 售后状态 取消原因
    预约发货时间 仓库ID 仓库名称 序列号 是否安心购 广告渠道 流量类型 流量体裁 流量渠道 发货主体 发货主体明细
    发货时间 降价类优惠 平台实际承担优惠金额 商家实际承担优惠金额 达人实际承担优惠金额 预计送达时间
    是否平台仓自流转 车型 商品69码 商品SN 商品IMEI
""")
HEADER_21 = _names("""
    主订单编号 子订单编号 选购商品 商品规格 商品数量 商家编码 订单应付金额 运费 收件人 收件人手机号 详细地址
    订单提交时间 商家备注 订单完成时间 订单状态 售后状态 取消原因 发货时间 平台实际承担优惠金额
    商家实际承担优惠金额 达人实际承担优惠金额
""")
HEADER_13 = _names("""
    主订单编号 子订单编号 选购商品 商品ID 商家编码 商品数量 商品金额 订单提交时间 支付完成时间 订单状态 售后状态
    订单应付金额 快递信息
""")
HEADER_12 = _names("""
    主订单编号 子订单编号 选购商品 商品ID 商家编码 商品数量 商品金额 订单应付金额 商家收入金额 订单提交时间
    订单状态 支付方式
""")
AFTER_SALE_HEADER = _names("""
    售后单号 订单号 商品单号 商品名称 商品ID 应付金额（元） 商品运费（元） 支付优惠（元） 商品税费（元）
    商品发货状态 售后类型 退商品金额（元） 退运费金额（元） 退支付优惠（元） 退税费金额（元） 售后状态
    售后申请时间 退款方式 售后原因 同意售后申请时间 商家退款时间 用户到账时间 售后关闭时间 售后完结时间
""")

# A column not named here is '-', the platform's word for empty.
COLUMNS = {
    "主订单编号": "spelled_id(order_id, style)",
    "子订单编号": "spelled_id(item_id, style)",
    "支付方式": "case when paid_at is null then '-' else pay_word end",
    "选购商品": "product_name",
    "货号": "'QM' || product_no",
    "商品规格": "spec",
    "商品ID": "spelled_id(product_id, style)",
    "商家编码": "'QM-' || product_no",
    "商品数量": "quantity",
    "商品金额": "spelled_yuan(price_fen)",
    "商品单价": "spelled_yuan(price_fen)",
    "订单提交时间": "spelled_moment(ordered_at)",
    "支付完成时间": "spelled_moment(paid_at)",
    "订单完成时间": "spelled_moment(finished_at)",
    "发货时间": "spelled_moment(shipped_at)",
    "APP渠道": "'抖音'",
    "订单状态": "status",
    "取消原因": "case kind when 'cancelled' then '不想要了' when 'unpaid' then '超时未支付' else '-' end",
    "售后状态": "after_sale",
    "订单类型": "order_type",
    "订单应付金额": "spelled_yuan(paid_fen)",
    "运费": "yuan(freight_fen)",
    "优惠总金额": "yuan(discount_fen)",
    "平台优惠": "yuan(discount_fen // 3)",
    "商家优惠": "yuan(discount_fen - discount_fen // 3)",
    "达人优惠": "'0.00'",
    "平台实际承担优惠金额": "yuan(discount_fen // 3)",
    "商家实际承担优惠金额": "yuan(discount_fen - discount_fen // 3)",
    "收件人": "case phone_shown when 'cipher' then '##' || left(phone_code, 12) else '林**' end",
    "收件人手机号": "phone_cell",
    "省": "province",
    "详细地址": "case phone_shown when 'cipher' then '$$' || right(phone_code, 12) else '幸福路***' end",
    "是否修改过地址": "'否'",
    "快递信息": "case when shipped_at is null then '-' else '顺丰速运-SF' || right(order_id, 12) end",
    "达人ID": "case when session_no is null then '-' else spelled_id(author_id, style) end",
    "达人昵称": "case when session_no is null then '-' else '栖木家居' end",
    "流量来源": "case when session_no is null then '小店自卖' else '精选联盟' end",
    "是否安心购": "'是'",
    "广告渠道": "case when is_ad then '短视频' else '无' end",
    "流量类型": "case when is_pending then '-' when is_ad then '广告' else '自然流量' end",
    "流量体裁": f"case when is_pending then '{PENDING}' else medium end",
    "流量渠道": f"case when is_pending then '{PENDING}' else entry end",
    "发货主体": "'商家'",
}

# One line for a whole order of several items: ids and names joined by ';', amounts and pieces in total.
PACKED_COLUMNS = {
    "主订单编号": "order_id",
    "子订单编号": "string_agg(item_id, ';' order by n)",
    "选购商品": "string_agg(product_name, ';' order by n)",
    "商品ID": "string_agg(product_id, ';' order by n)",
    "商家编码": "string_agg('QM-' || product_no, ';' order by n)",
    "商品数量": "sum(quantity)",
    "商品金额": "yuan(cast(sum(price_fen * quantity) as bigint))",
    "订单应付金额": "yuan(cast(sum(paid_fen) as bigint))",
    "商家收入金额": "yuan(cast(sum(paid_fen) as bigint))",
    "订单提交时间": "spelled_moment(min(ordered_at))",
    "订单状态": "max(status)",
    "支付方式": "max(pay_word)",
}


def line_sql(header: list[str]) -> str:
    """A whole CSV line as one concat(), with neighbouring empty columns already one literal."""
    parts: list[str] = []
    literal = ""
    for position, name in enumerate(header):
        literal += "," if position else ""
        if name in COLUMNS:
            parts += [f"'{literal}'"] * bool(literal) + [COLUMNS[name]]
            literal = ""
        else:
            literal += "-"
    parts += [f"'{literal}'"] * bool(literal)
    return f"concat({', '.join(parts)})"


def packed_line_sql(header: list[str]) -> str:
    """A whole CSV line for all items of an order."""
    return f"concat_ws(',', {', '.join(PACKED_COLUMNS[name] for name in header)})"

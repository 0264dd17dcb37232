"""A file that platforms give and that is not loaded is refused by its name, with the reason and what to do instead.

What belongs here: which files these are. What does not: what mappings read (test_samples).
"""

from __future__ import annotations

import re

import pytest

from pipelines.ingest.known_files import known_file, load_known_files
from pipelines.ingest.sources import load_sources
from tests.ingest.conftest import Landing

# Shortened; as they were seen, but for the standard promotion by product, of which only the cut is known.
SEEN = {
    "qianchuan_videos": "素材ID,素材视频名称,素材创建时间,日期,整体展示次数,整体消耗,整体成交订单数,净成交金额",
    "qianchuan_products": "商品ID,商品名称,日期,整体展示次数,整体点击次数,整体消耗,整体成交金额,整体成交订单数",
    "qianchuan_materials": "日期,整体展现次数,整体点击次数,整体转化率,整体消耗,基础消耗,整体支付ROI,整体成交金额",
    "qianchuan_hours": "账号名称,日期,时间-小时,整体消耗,整体支付ROI,整体成交金额,整体成交订单数,净成交金额",
    "qianchuan_ledger": "日期,资金池类型,余额总消耗(元),非赠款消耗(元),赠款消耗(元),总存入(元)",
    "live_review": "指标/场次,全场景商机数,曝光人数,场观,曝光进入率,评论次数,人均观看时长,加粉丝团人数,广告消耗",
    "live_hosts": "账号,主播名称,开播时长,直播间用户支付金额,单小时用户支付金额,最高在线人数",
    "live_products": "商品ID,商品名称,讲解次数,直播间价格,用户支付金额,成交件数,商品点击人数",
    "compass_products": "日期,商品图片,商品标题,商品编号,成交金额,成交订单数,退款金额,成交退款金额",
    "laike_aftersales": "售后编号,发起申请时间,售后状态,退款金额,退款券数",
    "kuaishou_settlements": "商家ID,订单号,商品ID,商品名称,订单创建时间,订单实付(元),政府补贴,合计收入(元)",
    "kuaishou_ledger": "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型",
    "wechat_shop_ledger": "流水单号,记账时间,动帐类型,收支类型,收支金额,账户余额,关联订单号",
    "pinduoduo_ledger": "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述",
    "xiaohongshu_settlements": "订单号,售后单号,下单时间,结算时间,交易类型,结算账户,动账金额,计佣基数",
    "jd_settlements": "订单编号,父单号,订单状态,订单下单时间,订单完成时间,商品编号,费用名称,费用分类",
    "compensations": "店铺名称,支付流水号,订单编号,商品名称,打款类型,打款金额,打款申请时间,打款状态",
    "youzan_customers": "客户姓名,客户昵称,免费等级,付费等级,客户手机号,客户积分,客户储值余额",
    "scrm_days": "日期,客户总数,新增客户数,流失客户数,净增客户数,发送申请数",
    "qianchuan_standard_products": "商品ID,商品名称,日期,消耗(元),展示次数,直接成交金额(元),账户ID,下单平台",
    "oceanengine_projects": "时间-天,项目ID,项目名称,消耗,展示数,点击数,点击率%,转化数,深度转化数",
    "oceanengine_materials": "素材名称,素材内容,素材类型,素材ID,消耗,展示数,点击数,转化数,深度转化数",
    "oceanengine_accounts": "时间-天,消耗,展示数,平均千次展现费用(元),点击数,点击率%,转化数,深度转化数",
    "channels_live_heating": "加热主播与创建时间,名称与编号,加热开始时间,加热结束时间,总消耗,直播间消耗,直播间观看人数",
    "compass_authors": "达人头像,达人昵称,抖音号,成交商品数,成交金额(元),成交订单数,成交新用户数,成交老用户数",
    "laike_products": "天,商品ID,商品名称,投放渠道,售价,商品曝光人数,商品成交金额,商品成交券数,商品核销券数",
    "service_desk": "客服在线天数,接待会话量,待回复会话量,已接待人数,全天首响时长,询单人数,支付人数",
    "service_desk_kuaishou": "三分钟回复率（人维度）,不服务率,咨询人数,咨询人次,人工会话量,询单人数,下单人数",
    "jushuitan_costs": "内部订单号,线上订单号,店铺名称,下单时间,状态,商品编码,数量,成本价,总成本",
    "deductions": "店铺名称,订单号,商品ID,商品名称,扣款原因,申请人,申请时间,申请扣款金额,打款状态",
    "jd_compensations": "店铺名称,申请时间,赔付单号,关联订单号,关联服务单号,赔付金额,赔付原因,赔付状态",
    "scrm_group_days": "日期,客群成员总数,新增客群成员数,流失客群成员数",
    "member_brands": "曝光会员数,进店会员数,支付会员数,会员支付金额,30日复购会员数,30日会员复购率,日期",
}


@pytest.mark.parametrize(("name", "header"), SEEN.items())
def test_it_is_refused_by_name(landing: Landing, name: str, header: str) -> None:
    cells = ",".join("1" for _ in header.split(","))
    landing.one("files/a.csv", f"{header}\n{cells}\n")
    [(reason, expected)] = landing.quarantine("reason, expected")
    assert reason == "not_loaded"
    assert load_known_files()[name].said("en") in expected


def test_the_folder_of_another_cut_says_the_same(landing: Landing) -> None:
    """Nearly the header of the plans, in their folder."""
    landing.one("qianchuan_plan/a.csv", SEEN["qianchuan_videos"] + "\n" + ",".join("1" * 8) + "\n")
    [(reason, expected)] = landing.quarantine("reason, expected")
    assert (reason, "by plan" in expected) == ("not_loaded", True)


def test_the_folder_of_a_table_does_not_make_it_one(landing: Landing) -> None:
    """It has every column that advertising spend needs, and its money may stand in another file already."""
    header = SEEN["qianchuan_standard_products"]
    landing.one("ad_spend/a.csv", f"{header}\n1,a,2026-03-01,100,9,8,179,抖音\n")
    assert landing.rows("ad_spend") == []
    assert landing.quarantine("reason") == [("not_loaded",)]


def test_each_is_tried() -> None:
    assert SEEN.keys() == load_known_files().keys()


def test_no_header_of_a_mapping_is_one_of_them() -> None:
    """Else a file of it that lacks a column would be told to be another."""
    headers = [(source.name, one.header) for source in load_sources().values() for one in source.samples if one.header]
    assert len(headers) > 90
    assert {name: known for name, header in headers if (known := known_file(header))} == {}


def test_a_column_more_or_another_order_changes_nothing() -> None:
    names = SEEN["live_review"].split(",")
    assert known_file([*reversed(names), "新的列"]) == "live_review"
    assert known_file([name for name in names if name != "场观"]) is None


def test_what_it_says_to_do_names_sources_that_there_are() -> None:
    known = {name for source in load_sources().values() for name in (source.name, *source.recognise.folders)}
    for name, one in load_known_files().items():
        for said in (one.why.zh, one.why.en):
            assert set(re.findall(r"[a-z]+(?:_[a-z]+)+", said)) <= known | {"ad_spend"}, name

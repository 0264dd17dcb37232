"""A file that platforms give and that is not loaded is refused by its name, with the reason and what to do instead.

What belongs here: which files these are. What does not: what mappings read (test_samples).
"""

from __future__ import annotations

import re

import pytest

from pipelines.ingest.headers import Match
from pipelines.ingest.known_files import known_file, load_known_files
from pipelines.ingest.recognise import choose
from pipelines.ingest.sources import load_sources
from tests.ingest.conftest import Landing

# The headers as they were seen, shortened behind.
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


def test_no_file_that_a_mapping_reads_is_told_to_be_one() -> None:
    """Each sample of each mapping is read by it, whatever else its header has."""
    for source in load_sources().values():
        for sample in source.samples:
            if sample.header and known_file(sample.header):
                assert isinstance(choose(list(sample.header), (source.name,), source.formats[0]), Match), source.name


def test_a_column_more_or_another_order_changes_nothing() -> None:
    names = SEEN["live_review"].split(",")
    assert known_file([*reversed(names), "新的列"]) == "live_review"
    assert known_file([name for name in names if name != "场观"]) is None


def test_what_it_says_to_do_names_sources_that_there_are() -> None:
    known = {name for source in load_sources().values() for name in (source.name, *source.recognise.folders)}
    for name, one in load_known_files().items():
        for said in (one.why.zh, one.why.en):
            assert set(re.findall(r"[a-z]+(?:_[a-z]+)+", said)) <= known | {"ad_spend"}, name

"""
title: {zh: 渠道对照表, en: Channel map}
description: What each raw channel word of an order or an event means, and whether that is public or private traffic.
description_zh: 订单与事件里的原始渠道词，各属哪个渠道、公域还是私域。
grain: word
columns:
  word:    {type: varchar, zh: 原始渠道词, description: the word as the platform or the merchant writes it}
  channel: {type: varchar, zh: 渠道, description: "Siyu's name of it; NULL where the word says something else"}
  domain:  {type: varchar, zh: 域, description: "public, private or unknown; NULL as channel"}
  is_paid: {type: boolean, zh: 是否付费, description: traffic that was paid for}
  zh:      {type: varchar, zh: 中文名, description: "the channel's Chinese name"}
checks:
  - unique: [word]
  - in_set: {column: domain, values: [public, private, unknown]}
"""

from pipelines.channels import load_channels


def build(connection, settings, core_pass, engine):
    """The map of channels.csv, overridden word by word by `[channels]` of siyu.toml."""
    connection.execute(
        "create or replace table core.channels "
        "(word varchar, channel varchar, domain varchar, is_paid boolean, zh varchar)"
    )
    rows = [(one.word, one.channel, one.domain, one.is_paid, one.zh) for one in load_channels()]
    marks = ", ".join(["(?, ?, ?, ?, ?)"] * len(rows))
    connection.execute(f"insert into core.channels values {marks}", [cell for row in rows for cell in row])
    for word, meaning in sorted(settings.channels.items()):
        connection.execute("delete from core.channels where word = ?", [word])
        connection.execute(
            "insert into core.channels select ?, ?, ?, ?, "
            "coalesce((select min(zh) from core.channels where channel = ?), ?)",
            [word, meaning.channel, meaning.domain, meaning.is_paid, meaning.channel, meaning.channel],
        )

"""
title: {zh: 事件词表, en: Event words}
description: >-
  What each word for an event means here, from assets/event_words.yaml and the merchant's private entry events.
description_zh: 每个事件词的含义：开始或结束哪种在籍、是否算入私域、是否主动行为。
grain: event
columns:
  event: {type: varchar, zh: 事件词}
  zh:    {type: varchar, zh: 中文名, description: "the word itself where it is the merchant's own"}
  kind:
    type: varchar
    zh: 在籍类型
    description: "the standing that it begins or ends: group, wecom, member, follow; NULL for neither"
  begun_by:
    type: varchar
    zh: 由何事件开始
    description: the word that begins the standing; of one that begins it, itself
  is_private_entry: {type: boolean, zh: 是否算入私域, description: "one of the merchant's private entry events"}
  is_exit:          {type: boolean, zh: 是否离开, description: it ends a standing}
  is_stay:
    type: boolean
    zh: 是否在籍
    description: the standing is a membership, whether or not it counts as private
  is_step:
    type: boolean
    zh: 是否一步
    description: >-
      a step that a person takes, not a sight they pass: where only its day is known it counts from the end of that day
  is_active:
    type: boolean
    zh: 是否主动
    description: >-
      the person did it and it is not a farewell: messages merely delivered, approvals and leaving are not activity
checks:
  - unique: [event]
  - not_null: [event, is_private_entry, is_exit, is_stay, is_step, is_active]
"""

from pipelines.event_words import load_event_words


def build(connection, settings, core_pass):
    """One row per word of the table, and one per private entry event that is the merchant's own."""
    words = load_event_words()
    private = settings.private_entry_events
    rows = [_row(words, word, word in private) for word in words]
    rows += [(word, word, None, None, True, False, False, True, True) for word in private if word not in words]
    connection.execute(
        "create or replace table core.event_words (event varchar, zh varchar, kind varchar, begun_by varchar, "
        "is_private_entry boolean, is_exit boolean, is_stay boolean, is_step boolean, is_active boolean)"
    )
    connection.executemany("insert into core.event_words values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _row(words, word, is_private):
    entry = words[word]
    begun_by = entry.ends or (word if entry.kind else None)
    kind = words[begun_by].kind if begun_by else None
    is_stay = begun_by is not None and words[begun_by].stay
    is_step = begun_by is not None or entry.private or is_private
    return (word, entry.zh, kind, begun_by, is_private, entry.ends is not None, is_stay, is_step, entry.active)

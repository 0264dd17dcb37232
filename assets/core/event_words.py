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
    description: "the standing that it begins or ends: group, wecom, member, follow, fan_club; NULL for neither"
  begun_by:
    type: varchar
    zh: 由何事件开始
    description: the word that begins the standing; of one that begins it, itself
  act:
    type: varchar
    zh: 算作何种行为
    description: >-
      what metrics count it as: watch, comment or click (of a live session), message, red_packet, apply, approve or
      reject (of a group), receive, open or press (of a message sent to many), level (of the fan club), test or
      control (a group of an experiment); NULL where none of them counts it
  is_private_entry: {type: boolean, zh: 是否算入私域, description: "one of the merchant's private entry events"}
  is_exit:          {type: boolean, zh: 是否离开, description: it ends a standing}
  is_stay:
    type: boolean
    zh: 是否在籍
    description: the standing is a membership, whether or not it counts as private
  is_move:
    type: boolean
    zh: 是否进出私域
    description: it begins or ends a membership, either of a stay or of one of the merchant's private entry events
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
  - not_null: [event, is_private_entry, is_exit, is_stay, is_move, is_step, is_active]
"""

from pipelines.event_words import EventWord, is_move, load_event_words


def build(connection, settings, core_pass, engine):
    """One row per word of the table, and one per private entry event that is the merchant's own."""
    private = settings.private_entry_events
    words = {word: EventWord(zh=word, private=True) for word in private} | load_event_words()
    connection.execute(
        "create or replace table core.event_words (event varchar, zh varchar, kind varchar, begun_by varchar, "
        "act varchar, is_private_entry boolean, is_exit boolean, is_stay boolean, is_move boolean, is_step boolean, "
        "is_active boolean)"
    )
    rows = [_row(words, word, private) for word in words]
    marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(rows))
    connection.execute(f"insert into core.event_words values {marks}", [cell for row in rows for cell in row])


def _row(words, word, private):
    entry = words[word]
    begun_by = entry.ends or (word if entry.kind else None)
    begins = words[begun_by] if begun_by else None
    kind = begins and begins.kind
    is_stay = begins is not None and begins.stay
    is_private = word in private
    is_step = begun_by is not None or entry.private or is_private
    is_exit, moves = entry.ends is not None, is_move(word, private)
    return (word, entry.zh, kind, begun_by, entry.act, is_private, is_exit, is_stay, moves, is_step, entry.active)

"""Two ids of one person side by side: the one that is not used is told, for it splits the person."""

from __future__ import annotations

import pytest

JOIN = "平台,群名称,{}手机号,入群时间\n企业微信,一群,{}13927455671,2026-03-01 10:00\n"


@pytest.mark.parametrize("folder", ["events", "member_lists"])
@pytest.mark.parametrize(("header", "cell", "told"), [("成员ID,", "wmA1,", [("手机号",)]), ("", "", [])])
def test_a_phone_beside_an_id(merchant, folder, header, cell, told):
    merchant.put(f"{folder}/成员_2026-03-03.csv", JOIN.format(header, cell))
    merchant.run()
    assert merchant.rows("select subject from ops.notices where code = 'not_linked'") == told

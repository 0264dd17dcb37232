"""From which value on a buyer has each RFM score."""

from tests.metrics.asking import answers
from tests.metrics.test_customer_value import shop as shop

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"segments": ["all", "platform"]}]


def test_each_score_that_somebody_has_begins_with_the_worst_who_has_it(shop):
    """As test_customer_value counts them: R of Ann, Bo, Eve, Di, Cai 1, 11, 59, 88, 89 days, score 5 to 1 and mean 3; F three
    of 1 (1), Di 2 (4), Ann 3 (5), mean 2.4; M Bo 40 (1), Di 80 (2), Cai and Eve 100 (3), Ann 250 (5), mean 2.8."""
    answers(
        shop,
        "rfm_scores",
        """
        | measure   | score | recency_days | frequency | monetary_amount | buyers | is_high |
        | recency   | 5     | 1            | -         | -               | 1      | true    |
        | recency   | 4     | 11           | -         | -               | 1      | true    |
        | recency   | 3     | 59           | -         | -               | 1      | false   |
        | recency   | 2     | 88           | -         | -               | 1      | false   |
        | recency   | 1     | 89           | -         | -               | 1      | false   |
        | frequency | 5     | -            | 3         | -               | 1      | true    |
        | frequency | 4     | -            | 2         | -               | 1      | true    |
        | frequency | 1     | -            | 1         | -               | 3      | false   |
        | monetary  | 5     | -            | -         | 250             | 1      | true    |
        | monetary  | 3     | -            | -         | 100             | 2      | true    |
        | monetary  | 2     | -            | -         | 80              | 1      | false   |
        | monetary  | 1     | -            | -         | 40              | 1      | false   |
        """,
    )


def test_where_all_are_alike_everybody_has_one_and_nobody_is_high(shop):
    """On taobao there is Ann alone."""
    rows = shop.rows("metrics.rfm_scores", segments=["platform"], where="segment = 'taobao'")
    assert {(row["measure"], row["score"], row["buyers"], row["is_high"]) for row in rows} == {
        ("recency", 1, 1, False), ("frequency", 1, 1, False), ("monetary", 1, 1, False)
    }  # fmt: skip


def test_the_scores_of_buyers_are_those_told_here(shop):
    for measure in ("recency", "frequency", "monetary"):
        told = {row["score"]: row["buyers"] for row in shop.rows("metrics.rfm_scores", where=f"measure = '{measure}'")}
        found: dict[int, int] = {}
        for row in shop.rows("metrics.customer_value", segments=["all"]):
            found[row[f"{measure}_score"]] = found.get(row[f"{measure}_score"], 0) + 1
        assert found == told

"""What lifetimes and pymc-marketing need for what bench/value.py times; runs by their own environments' Python.

What belongs here: asking a peer for the same as customer_value holds. What does not: Siyu's own code; it is not there.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np
import pandas as pd

WEEK = 7
AHEAD = (90 / WEEK, 365 / WEEK)


def histories(path: str) -> pd.DataFrame:
    """One row per person: repeat purchases, weeks to the last, weeks watched, mean amount of the repeat purchases."""
    told = np.load(path)
    bought = pd.DataFrame({name: told[name] for name in ("buyer", "day", "amount")})
    again = bought[bought.day > 0].groupby("buyer").agg(x=("day", "size"), t=("day", "max"), m=("amount", "mean"))
    frame = again.reindex(range(len(told["age"])), fill_value=0)
    return pd.DataFrame(
        {
            "customer_id": frame.index,
            "frequency": frame.x.astype(float),
            "recency": frame.t / WEEK,
            "T": told["age"] / WEEK,
            "monetary_value": frame.m,
        }
    )


def by_lifetimes(people: pd.DataFrame) -> list[float]:
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    model, spend = BetaGeoFitter(), GammaGammaFitter()
    columns = [people[name] for name in ("frequency", "recency", "T")]
    model.fit(*columns)
    again = people[people.frequency > 0]
    spend.fit(again.frequency, again.monetary_value)
    model.conditional_probability_alive(*columns)
    for ahead in AHEAD:
        model.conditional_expected_number_of_purchases_up_to_time(ahead, *columns)
    spend.conditional_expected_average_profit(people.frequency, people.monetary_value)
    spend.customer_lifetime_value(model, *columns, people.monetary_value, time=12, freq="W")
    return [*(float(model.params_[name]) for name in ("r", "alpha", "a", "b")), *map(float, spend.params_)]


def by_pymc(people: pd.DataFrame) -> list[float]:
    from pymc_marketing.clv import BetaGeoModel, GammaGammaModel

    model = BetaGeoModel(data=people)
    fitted = model.fit(method="map")
    spend = GammaGammaModel(data=people[people.frequency > 0])
    amounts = spend.fit(method="map")
    model.expected_probability_alive(data=people)
    for ahead in AHEAD:
        model.expected_purchases(data=people, future_t=ahead)
    spend.expected_customer_spend(data=people)
    told = [fitted.posterior if hasattr(fitted, "posterior") else fitted, getattr(amounts, "posterior", amounts)]
    names = (("r", "alpha", "a", "b"), ("p", "q", "v"))
    return [float(np.asarray(one[name]).ravel()[0]) for one, some in zip(told, names, strict=True) for name in some]


if __name__ == "__main__":
    given = histories(sys.argv[2])
    started = time.perf_counter()
    estimates = {"lifetimes": by_lifetimes, "pymc": by_pymc}[sys.argv[1]](given)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "estimates": estimates, "peak": peak}))

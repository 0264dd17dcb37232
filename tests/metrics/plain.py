"""A merchant in plain Python: who is who, what they bought, where they were inside, from the canonical rows alone.

What belongs here: the slow and obvious way to the same people, orders, stays and milestones that core holds. It shares
nothing with the SQL but the definitions, the channel map and the calendar of festivals, which are data. What does not:
metrics (test_independent*).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

import networkx

from pipelines.tables import ASSETS
from tests.worlds import World

Row = dict[str, Any]
DAY = timedelta(days=1)
PASSIVE = {
    "push_delivered", "sms_delivered", "dm_out", "group_approve", "group_reject", "group_remove", "group_leave",
    "unfollow", "wecom_remove",
}  # fmt: skip
ENTRIES = {"group_join": "group", "wecom_add": "wecom", "member_join": "member"}
LEAVES = {"group_leave": "group", "group_remove": "group", "wecom_remove": "wecom"}


class Merchant:
    """Everything known at the world's as_of, as lists of dicts in order of time."""

    def __init__(self, world: World) -> None:
        self.as_of = world.as_of
        self.end = datetime.combine(world.as_of + DAY, time())
        self.settings = world.settings
        self.rows = {name: world.sql(f"select * from staging.{name}") for name in (
            "orders", "refunds", "events", "identities", "groups", "live_sessions", "pushes", "ad_spend", "group_days",
        )}  # fmt: skip
        self._file_times = {
            row["file_id"]: row["modified_at"] for row in world.sql("select file_id, modified_at from ops.files")
        }
        self.festivals = {row["date"]: row["festival"] for row in world.sql("select date, festival from core.calendar")}
        with (ASSETS / "core/channels.csv").open(encoding="utf-8") as lines:
            self.words = {row["word"]: row for row in csv.DictReader(lines) if row["channel"]}
        self.groups = {(row["platform"], row["group_id"]): row for row in self.rows["groups"]}
        self.sessions = {(row["platform"], row["live_session_id"]): row for row in self.rows["live_sessions"]
                         if row["started_at"] < self.end}  # fmt: skip
        self.graph, self.person_of, self.hubs = self._people_of_ids()
        self.events = self._events()
        self.stays = self._stays()
        self.orders = self._orders()
        self.histories = self._histories()
        self.clocks = self._clocks()
        self.people = self._milestones()

    # who is who

    def _people_of_ids(self) -> tuple[networkx.Graph, dict[tuple, str], set[tuple]]:
        graph = networkx.Graph()
        for row in self.rows["orders"]:
            if row["paid_at"] < self.end:
                nodes = [node(row["platform"], row["buyer_id_type"], row["buyer_id"])] if row["buyer_id"] else []
                nodes += [node("any", "phone", row["phone_key"])] if row["phone_key"] else []
                graph.add_nodes_from(nodes)
                if len(set(nodes)) == 2:
                    graph.add_edge(*nodes)
        for row in self.rows["events"]:
            if row["event_at"] < self.end:
                graph.add_node(node(row["platform"], row["user_id_type"], row["user_id"]))
        for row in self.rows["identities"]:
            if (row["observed_at"] is None or row["observed_at"] < self.end) and not row["is_withdrawn"]:
                one = node(row["platform"], row["id_type"], row["id_value"])
                graph.add_edge(one, node(row["linked_platform"], row["linked_type"], row["linked_value"]))
        hubs = {one for one in graph if graph.degree(one) > self.settings.identity_hub_limit}
        joined = graph.subgraph(set(graph) - hubs)
        people = {one: min(part) for part in networkx.connected_components(joined) for one in part}
        return graph, people | {one: one for one in hubs if one[1] != "phone"}, hubs

    # what they did

    def _channel(self, row: Row, *columns: str) -> tuple[str, str, bool] | None:
        """Channel, domain and whether it was paid for: by the first known word, public when any word is paid."""
        found = [self.words[row[column]] for column in columns if row[column] in self.words]
        is_paid = any(word["is_paid"] == "true" for word in found)
        return (found[0]["channel"], "public" if is_paid else found[0]["domain"], is_paid) if found else None

    def _events(self) -> list[Row]:
        found = []
        for row in sorted(self.rows["events"], key=lambda row: (row["event_at"], row["platform"], row["event_id"])):
            if row["event_at"] < self.end:
                channel = self._channel(row, "entry", "medium", "source", "event") or ("unknown", "unknown", False)
                person = self.person_of.get(node(row["platform"], row["user_id_type"], row["user_id"]))
                is_active = row["event"] not in PASSIVE
                found.append({**row, "person": person, "at": row["event_at"], "word": row["event"],
                              "is_active": is_active, **dict(zip(("channel", "domain", "is_paid"), channel, strict=True))})  # fmt: skip
        return found

    def threshold(self, platform: str, group_id: str | None) -> str:
        """The label of a group's two thresholds."""
        if (platform, group_id) not in self.groups:
            return "unknown"
        group = self.groups[platform, group_id]
        parts = [f"follow_{group['follow_days_required']}"] if group["follow_days_required"] else []
        parts += [f"fan_{group['fan_level_required']}"] if group["fan_level_required"] else []
        return "+".join(parts) or "none"

    def _stays(self) -> list[Row]:
        """From joining to leaving, by whichever of a person's ids; in one second joins come before leaves."""
        moves = [e for e in self.events if e["person"] and (e["word"] in ENTRIES or e["word"] in LEAVES)]
        moves.sort(key=lambda e: (e["at"], e["word"] in LEAVES, e["event_id"]))
        inside: dict[tuple, Row] = {}
        stays = []
        for move in moves:
            kind = ENTRIES.get(move["word"]) or LEAVES[move["word"]]
            place = (move["person"], move["platform"], kind, move["group_id"] if kind == "group" else None)
            if move["word"] in ENTRIES and place not in inside:
                stay = {"person": place[0], "platform": place[1], "kind": kind, "group_id": place[3]}
                stay |= {"joined_at": move["at"], "left_at": None, "live_session_id": move["live_session_id"]}
                stay |= {"entry_path": move["entry_path"] or ("other" if kind == "group" else kind)}
                stay |= {"threshold": self.threshold(place[1], place[3]) if kind == "group" else "none"}
                inside[place] = stay
                stays.append(stay)
            elif move["word"] in LEAVES and place in inside:
                inside.pop(place)["left_at"] = move["at"]
        return sorted(stays, key=lambda s: (s["joined_at"], s["platform"], s["kind"], s["group_id"] or "~"))

    def stays_at(self, person: str | None, at: datetime) -> list[Row]:
        """The stays that somebody is inside at a moment."""
        return [s for s in self.stays if s["person"] == person and s["joined_at"] <= at
                and (s["left_at"] is None or at < s["left_at"])]  # fmt: skip

    def _orders(self) -> list[Row]:
        refunded: Counter = Counter()
        for row in self.rows["refunds"]:
            if row["refunded_at"] < self.end and row["status"] == "succeeded":
                refunded[row["platform"], row["order_id"]] += row["refund_amount"]
        found = []
        for row in sorted(self.rows["orders"], key=lambda row: (row["paid_at"], row["platform"], row["order_id"])):
            if row["paid_at"] >= self.end or row["status"] == "unpaid":
                continue
            order = {**row, "at": row["paid_at"], "day": row["paid_at"].date(), "word": "order", "is_active": True}
            by_buyer = node(row["platform"], row["buyer_id_type"], row["buyer_id"]) if row["buyer_id"] else None
            by_phone = node("any", "phone", row["phone_key"]) if row["phone_key"] else None
            order["person"] = self.person_of.get(by_buyer) or self.person_of.get(by_phone)
            is_closed = row["status"] == "cancelled"
            told = refunded.get((row["platform"], row["order_id"]))
            order["refund_amount"] = told or (row["paid_amount"] if is_closed else 0)
            order["is_paid_order"] = row["order_kind"] in ("normal", "deposit") and row["paid_amount"] > 0
            order["is_kept"] = order["is_paid_order"] and not is_closed and order["refund_amount"] < row["paid_amount"]
            by_place = ("fan_group", "private") if row["group_id"] else ("live", "public")
            if not row["group_id"] and not row["live_session_id"]:
                by_place = ("unknown", "unknown")
            channel = self._channel(row, "entry", "medium", "source", "traffic_type") or (*by_place, False)
            order |= dict(zip(("channel", "domain", "is_paid"), channel, strict=True))
            inside = self.stays_at(order["person"], order["at"])
            order["was_member"] = bool(inside)
            in_groups = sorted((s for s in inside if s["group_id"]), key=lambda s: s["group_id"])
            newest = max(in_groups, key=lambda s: s["joined_at"], default=None)
            order["member_group"] = newest and (newest["platform"], newest["group_id"])
            found.append(order)
        return found

    def _histories(self) -> dict[str, list[Row]]:
        kept = defaultdict(list)
        for order in self.orders:
            if order["is_kept"] and order["person"]:
                kept[order["person"]].append(order)
        return dict(kept)

    @property
    def acts(self) -> dict[str, list[Row]]:
        """What each person did or received, and what they bought, kept or not; at one moment events come first."""
        done = defaultdict(list)
        for act in sorted([*self.events, *self.orders], key=lambda act: act["at"]):
            if act["person"]:
                done[act["person"]].append(act)
        return done

    def _milestones(self) -> dict[str, Row]:
        found = {}
        for person, acts in self.acts.items():
            public = next((act for act in acts if act["domain"] == "public"), None)
            bought = self.histories.get(person, [])
            mine = [stay for stay in self.stays if stay["person"] == person]
            days = sorted({order["day"] for order in bought})
            found[person] = {
                "public": public,
                "followed_at": next((act["at"] for act in acts if act["word"] == "follow"), None),
                "fan_club_at": next((act["at"] for act in acts if act["word"] == "fan_club_join"), None),
                "private": mine[0] if mine else None,
                "private_at": mine[0]["joined_at"] if mine else None,
                "first_order_at": bought[0]["at"] if bought else None,
                "second_order_at": next((o["at"] for o in bought if o["day"] > days[0]), None) if bought else None,
            }
        return found

    # until when

    def _clocks(self) -> dict[str, dict[str, date | None]]:
        """kind → platform → last day with rows that a file told which was not written on that very day."""
        written = dict(self._file_times)
        days: dict[str, dict[str, dict[date, bool]]] = defaultdict(lambda: defaultdict(dict))
        for name, moment in (("orders", "paid_at"), ("events", "event_at")):
            for row in self.rows[name]:
                if row[moment] >= self.end:
                    continue
                day = row[moment].date()
                is_whole = written.get(row["file_id"]) is None or written[row["file_id"]].date() != day
                is_move = name == "events" and (row["event"] in ENTRIES or row["event"] in LEAVES)
                for kind in (name, "memberships") if is_move else (name,):
                    told = days[kind][row["platform"]]
                    told[day] = told.get(day, False) or is_whole
        return {
            kind: {
                where: max((day for day, whole in told.items() if whole), default=None) for where, told in of.items()
            }
            for kind, of in days.items()
        }

    def known(self, kind: str, platform: str) -> date:
        """A platform's own clock of a kind; where it has no such rows, the latest of the others."""
        mine = self.clocks[kind]
        return mine[platform] if platform in mine else max(mine.values())

    # periods

    def start_of(self, day: date, period: str) -> date:
        return start_of(day, period, self.settings.week_starts)

    def is_new(self, buyer: str | None, start: date) -> bool:
        """Without a kept order in the look-back before a day."""
        days = [(start - order["day"]).days for order in self.histories.get(buyer, ())]
        back = self.settings.new_buyer_lookback_days
        return not any(ago > 0 and (ago <= back or back == -1) for ago in days)

    # breakdowns

    def host(self, platform: str, session: str | None) -> str:
        return (self.sessions.get((platform, session)) or {}).get("host_id") or "none"

    def of_order(self, order: Row) -> dict[str, str]:
        """The value of an order in every breakdown that orders have."""
        group = order["member_group"]
        return {
            "all": "all",
            "channel": order["channel"],
            "domain": order["domain"],
            "platform": order["platform"],
            "shop": order["shop_id"] or "none",
            "live_session": order["live_session_id"] or "none",
            "host": self.host(order["platform"], order["live_session_id"]),
            "group": group[1] if group else "none",
            "threshold": self.threshold(*group) if group else "none",
            "membership": "member" if order["was_member"] else "not_member",
            "festival": self.festivals[order["day"]] or "none",
        }

    def of_touch(self, act: Row) -> dict[str, str]:
        """The value of a first public touch in every breakdown that it has."""
        return {
            "all": "all",
            "channel": act["channel"],
            "paid": "paid" if act["is_paid"] else "organic",
            "platform": act["platform"],
            "live_session": act["live_session_id"] or "none",
            "host": self.host(act["platform"], act["live_session_id"]),
            "festival": self.festivals[act["at"].date()] or "none",
        }

    def of_stay(self, stay: Row) -> dict[str, str]:
        """The value of a stay in every breakdown that stays have."""
        return {
            "all": "all",
            "kind": stay["kind"],
            "platform": stay["platform"],
            "entry_path": stay["entry_path"],
            "threshold": stay["threshold"],
            "group": stay["group_id"] or "none",
            "live_session": stay["live_session_id"] or "none",
            "host": self.host(stay["platform"], stay["live_session_id"]),
        }


def node(platform: str, id_type: str, value: str) -> tuple[str, str, str]:
    """A phone belongs to no platform."""
    return ("any" if id_type == "phone" else platform, id_type, value)


def start_of(day: date, period: str, week_starts: str = "monday") -> date:
    if period == "month":
        return day.replace(day=1)
    if period == "week":
        return day - timedelta(days=(day.weekday() + (week_starts == "sunday")) % 7)
    return day


def end_of(start: date, period: str) -> date:
    if period == "month":
        return start_of(start + timedelta(days=31), "month") - DAY
    return start + timedelta(days=6) if period == "week" else start

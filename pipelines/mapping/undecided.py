"""What is left when a table was chosen: what only a person can say, what is told, and what nobody reads.

What belongs here: questions and what is to be looked at. What does not: choosing (table_fit.py), and how a question
stands in the mapping (yaml_text.py).
"""

from __future__ import annotations

from pipelines.ingest.grammar import SourceColumn
from pipelines.ingest.spellings import fits_of
from pipelines.ingest.units import normalise
from pipelines.mapping.fitted import LIKELY, Choice, Question
from pipelines.mapping.known_names import Target, personal_names
from pipelines.mapping.looks import Looks
from pipelines.mapping.table_fit import READABLE, TableFit, meaning
from pipelines.mapping.words import words
from pipelines.privacy import mask_text


class Undecided:
    """The rest of a file's header, beside a table that fits."""

    def __init__(self, fit: TableFit) -> None:
        self.fit, self.fitted = fit, fit.fitted
        self.seen, self.looks, self.table = fit.seen, fit.looks, fit.table

    def tell(self, platform: str) -> None:
        """What the rest of the header is, and everything that a person should look at."""
        fitted = self.fitted
        for name in self.fit.needed():
            if name in self.fit.suggested and name not in fitted.choices:
                self._decide_suggested(self.fit.targets[name], self.fit.suggested[name])
        self._find_phone()
        self._ask_further()
        self._tell_lines()
        for choice in list(fitted.choices.values()):
            self._look_at(choice)
        self._find_dates()
        if "platform" in self.table.columns and "platform" not in fitted.columns:
            fitted.platform = platform
            if not platform:
                fitted.unsure.append("no column says the platform: its rows count as other; --platform NAME says which")
        self._sort_rest()

    def _decide_suggested(self, target: Target, place: int) -> None:
        """An id that is another in each row tells rows apart, whatever it is called; the rest is a person's to say."""
        text = self.seen.header[place]
        is_own_number = target.also is None and target.column.holds == "alone" and self.table.key[-1] == target.name
        if is_own_number and self.looks[place].is_unique and self.looks[place].filled:
            self.fit.take(target, place, LIKELY)
            self.fitted.unsure.append(f"{text} is taken as {target.name}, since it is another one in each row")
        else:
            others = self.fit.rivals[target.name]
            names = " or ".join(self.seen.header[other] for other in (place, *others))
            said = f"which of {names} is {meaning(target)}" if others else f"is {text} {meaning(target)}"
            self.fit.ask(target, said, place, others)

    def _ask_further(self) -> None:
        """What may make a row of its own is asked about; any other column that may be one is only told."""
        for name, place in self.fit.suggested.items():
            target = self.fit.targets[name]
            asked = {question.place for question in self.fitted.undecided}
            if self._is_personal(self.seen.header[place], self.looks[place]):
                continue
            if place in asked or not self.fit.is_free(place) or self.fit.is_standing(name) or name in self.fit.needed():
                continue
            if target.also and target.also.further and target.also.ends in self._open_or_there():
                self.fit.ask(target, f"is {self.seen.header[place]} {meaning(target)}", place)
            elif not target.also:
                text = self.seen.header[place]
                self.fitted.unsure.append(f"{text} may be {name} and is left out: --column {name}={text}")

    def _open_or_there(self) -> set[str]:
        return {*self.fitted.choices, *(question.column for question in self.fitted.undecided)}

    def _find_phone(self) -> None:
        """The one column of phones beside a person's row is theirs; of two nobody can tell."""
        target = self.fit.targets.get("phone")
        places = [p for p, look in enumerate(self.looks) if self.fit.is_free(p) and look.is_phone]
        if target is None or "phone" in self.fitted.choices or len(places) != 1:
            return
        text = self.seen.header[places[0]]
        self.fit.take(target, places[0], LIKELY)
        self.fitted.unsure.append(
            f"{text} is taken as the buyer's phone, by its values; it is kept as a keyed hash only"
        )

    def _tell_lines(self) -> None:
        """Several rows of one order are its lines; whether an amount is the line's or the order's nobody can see."""
        number = self.fitted.choices.get(self.table.key[-1]) or self.fitted.choices.get("platform_order_id")
        if self.table.name != "orders" or number is None or self.looks[number.place].is_unique:
            return
        self.fitted.undecided.append(
            Question(
                "order_id",
                f"several rows have the same {self.seen.header[number.place]}: they are lines of one order, and an "
                "order's lines would be set aside. Where each has its own amount, give that column the header "
                "商品实付金额 in a copy and put it into landing/订单明细/",
            )
        )

    def _look_at(self, choice: Choice) -> None:
        """What the values themselves leave in doubt."""
        text, look = self.seen.header[choice.place], self.looks[choice.place]
        column = choice.target.column
        if column.type == "id" and look.has_lost_digits:
            self.fitted.unsure.append(f"{text}: cells such as 6.92E+18 have lost their digits; such rows are refused")
        if column.type == "amount" and not choice.unit and self.fit.is_whole(choice.target, choice.place):
            del self.fitted.choices[choice.name]
            said = f"{text} holds whole numbers without a unit. Yuan, or fen (--column {choice.name}={text}:fen)"
            self.fitted.undecided.append(Question(choice.name, f"{said}?", choice.place))
        if column.map is not None:
            known = {normalise(word) for word in column.map}
            strange = [word for word in look.words() if normalise(word) not in known]
            if strange:
                shown = ", ".join(map(mask_text, strange))
                meant = ", ".join(dict.fromkeys(column.map.values()))
                self.fitted.unsure.append(
                    f"{text} says {shown}: rows with these are refused; add them to its map ({meant})"
                )
        if choice.target.also and choice.target.also.told:
            self.fitted.unsure.append(f"{text}: {choice.target.also.told}")

    def _find_dates(self) -> None:
        for name, choice in self.fitted.choices.items():
            fits = fits_of(SourceColumn(names=choice.target.column.dates, type="date"), self.fit.names)
            free = [fit.place for fit in fits if self.fit.is_free(fit.place)]
            if len(free) == 1 and self.looks[free[0]].share("date") >= READABLE:
                self.fitted.dates[name] = free[0]

    def _sort_rest(self) -> None:
        used = {choice.place for choice in self.fitted.choices.values()} | set(self.fitted.dates.values())
        asked = {question.place for question in self.fitted.undecided}
        for place, text in enumerate(self.seen.header):
            if not text or place in used or place in asked:
                continue
            if self._is_personal(text, self.looks[place]):
                self.fitted.personal.append(place)
            else:
                self.fitted.ignored.append(place)
            if place in self.fit.twice:
                self.fitted.unsure.append(f"{text} stands twice in the header and is not used; rename one of the two")

    def _is_personal(self, text: str, look: Looks) -> bool:
        name = normalise(text)
        if name in personal_names() or look.is_personal or look.is_phone:
            return True
        is_kept = any(normalise(part) in name for part in words().kept)
        return not is_kept and any(normalise(part) in name for part in words().personal)

"""A document's timeline as people can read it: what happened alike to many is one entry.

Pure: it works on the entries as the views have them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from axis.evidence.events import Event
from axis.exchange.views.document import TimelineEntry

ALIKE: Final = 4
"""From so many entries on that differ only in receiver and time, they are one. A letter to a few
agencies keeps its story in the order of events; a broadcast to 130 has 130 of each."""


_DESTROYED: Final = ("xác nhận đã hủy bản nhận", "confirms that the copy is destroyed")


@dataclass(frozen=True, slots=True)
class TimelineGroup:
    """What happened, to one receiver or alike to many."""

    entries: Sequence[TimelineEntry]
    """At least one, oldest first."""

    @property
    def first(self) -> TimelineEntry:
        """The oldest, which stands for all."""
        return self.entries[0]

    @property
    def last(self) -> TimelineEntry:
        """The newest."""
        return self.entries[-1]

    @property
    def receivers(self) -> tuple[str, ...]:
        """The receivers that it happened to, each once."""
        return tuple(dict.fromkeys(code for one in self.entries for code in one.receivers))


def remark(entry: TimelineEntry) -> str:
    """Return what a person wrote with a status; nothing where that is only the status's name."""
    names = () if entry.status is None else (entry.status.name_vi, entry.status.name_en)
    said = entry.description.strip()
    return "" if said.casefold() in map(str.casefold, names) else said


def wording(entry: TimelineEntry) -> tuple[str, str]:
    """Return what happened in words, Vietnamese and English; of a status without its code.

    06 after 15 says that the receiver's copy is destroyed, not that the document is dealt with.
    """
    event, status = entry.event, entry.status
    if status is not None:
        destroyed = event is Event.DESTRUCTION_CONFIRMED
        return _DESTROYED if destroyed else (status.name_vi, status.name_en)
    return ("", "") if event is None else (event.text_vi, event.text_en)


def grouped(timeline: Iterable[TimelineEntry]) -> Sequence[TimelineGroup]:
    """Return a timeline with entries brought together that tell the same, at the first one's place.

    What a person wrote with a status stays an entry of its own: it is read one by one. An event of
    which sender and receivers have a receipt each is told once, with all that the viewer may read.
    """
    entries = _once(timeline)
    alike: dict[object, list[int]] = {}
    for number, entry in enumerate(entries):
        key = number if remark(entry) else (entry.event, entry.status)
        alike.setdefault(key, []).append(number)
    places = [one for one in alike.values() if len(one) >= ALIKE]
    places += [[number] for one in alike.values() if len(one) < ALIKE for number in one]
    return [TimelineGroup([entries[number] for number in one]) for one in sorted(places)]


def _once(timeline: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Tell every event once, with its receipts.

    The sender's receipt comes first and names all receivers; those of the receivers' systems, about
    their own receivers at the same moment, are copies of it.
    """
    told: list[TimelineEntry] = []
    places: dict[object, list[int]] = {}
    for entry in _without_unproven(list(timeline)):
        if entry.status is not None or entry.receipt is None or not entry.receivers:
            told.append(entry)
            continue
        same = places.setdefault((entry.event, entry.at), [])
        place = next((one for one in same if _covers(told[one].receivers, entry)), None)
        if place is None:
            same.append(len(told))
            told.append(entry)
        else:
            told[place] = replace(told[place], copies=(*told[place].copies, entry.receipt))
    return told


def _without_unproven(entries: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """Leave out events without a receipt that other entries tell with one."""
    proven: dict[object, set[str]] = {}
    for entry in entries:
        if entry.status is None and entry.receipt is not None:
            proven.setdefault((entry.event, entry.at), set()).update(entry.receivers)
    return [
        entry
        for entry in entries
        if entry.status is not None
        or entry.receipt is not None
        or (entry.event, entry.at) not in proven
        or not _covers(proven[entry.event, entry.at], entry)
    ]


def _covers(receivers: Collection[str], entry: TimelineEntry) -> bool:
    return set(entry.receivers) <= set(receivers)

"""The table of a class: one line for each student and chapter, however many files there were."""

from __future__ import annotations

from typing import Any, NamedTuple

from actloss.grading import feedback


class Entry(NamedTuple):
    """What one file earned; the line is text, so that a large class takes little memory."""

    student: str
    chapter: str  # "" where the file could not be read
    score: float
    most: float
    line: str


class MarkBook:
    """Entries by the places of files below the folder of submissions."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def enter(self, place: str, row: dict[str, Any]) -> None:
        line = feedback.csv_line(row)
        self.entries[place] = Entry(
            row["student_id"], row["assignment"], row["score"], row["max_score"], line
        )

    def best(self) -> dict[tuple[str, str], Entry]:
        """By student and chapter, the file with most points, the first of equals."""
        best: dict[tuple[str, str], Entry] = {}
        for place in sorted(self.entries):
            entry = self.entries[place]
            before = best.get((entry.student, entry.chapter))
            if before is None or entry.score > before.score:
                best[entry.student, entry.chapter] = entry
        readable = {student for student, chapter in best if chapter}
        return {
            key: entry
            for key, entry in best.items()
            if entry.chapter or entry.student not in readable
        }

    def several(self) -> list[str]:
        """The students with more than one readable file for a chapter."""
        seen: set[tuple[str, str]] = set()
        again: set[str] = set()
        for entry in self.entries.values():
            key = entry.student, entry.chapter
            if entry.chapter:
                again.update({entry.student} if key in seen else ())
                seen.add(key)
        return sorted(again)

    def as_csv(self) -> str:
        return feedback.CSV_HEAD + "".join(entry.line for entry in self.best().values())

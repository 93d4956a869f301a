"""The table of a class: one line for each student and chapter, however many files there were."""

from __future__ import annotations

from typing import Any

from actloss.grading import feedback
from actloss.grading.final_marks import Entry, Mark, Policy, marks, row


class MarkBook:
    """Entries by the places of files below the folder of submissions."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.entries: dict[str, Entry] = {}

    def enter(self, place: str, row: dict[str, Any]) -> None:
        self.entries[place] = Entry(
            row["student_id"], row["assignment"], row["score"], row["max_score"]
        )

    def best(self) -> dict[tuple[str, str], Mark]:
        """By student and chapter, the mark of the attempt that counts."""
        return marks(self.entries, self.policy)

    def several(self) -> list[str]:
        """The students with more than one readable file for a chapter."""
        return sorted(
            {one.student for one in self.best().values() if one.chapter and len(one.attempts) > 1}
        )

    def as_csv(self) -> str:
        return feedback.CSV_HEAD + "".join(
            feedback.csv_line(row(mark)) for mark in self.best().values()
        )

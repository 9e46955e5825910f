"""What is wrong with a registry file: collected, so that one look at the answer repairs it all."""

from dataclasses import dataclass, field

from axis.errors import InvalidInputError

MAX_PROBLEMS = 200
"""A wrong column breaks every line of 111,000; nobody reads more than this, the rest is counted."""

MAX_QUOTED_CHARS = 80
"""How much of a wrong cell a message repeats."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to repair, in both languages."""

    vi: str
    en: str
    line: int | None = None
    """Line of the file, counted from 1 as spreadsheets and editors show it."""

    def text_vi(self) -> str:
        """Return the problem in Vietnamese, with its line."""
        return self.vi if self.line is None else f"Dòng {self.line}: {self.vi}"

    def text_en(self) -> str:
        """Return the problem in English, with its line."""
        return self.en if self.line is None else f"Line {self.line}: {self.en}"


class RegistryFileError(InvalidInputError):
    """The registry file was not taken over; nothing of it was used."""

    def __init__(self, problems: tuple[Problem, ...], unlisted: int = 0) -> None:
        super().__init__(problems, unlisted)
        self.problems = problems
        self.unlisted = unlisted
        """How many further problems were counted but not kept."""

    def __str__(self) -> str:
        return self.diagnostics()

    def diagnostics(self) -> str:
        """Return all problems, Vietnamese first, then English."""
        vi = [problem.text_vi() for problem in self.problems]
        en = [problem.text_en() for problem in self.problems]
        if self.unlisted:
            vi.append(f"… và {self.unlisted} lỗi khác.")
            en.append(f"… and {self.unlisted} more.")
        return "\n".join([*vi, "", *en])


@dataclass(slots=True)
class Problems:
    """Collects the problems of one file, up to `MAX_PROBLEMS`."""

    found: list[Problem] = field(default_factory=list)
    unlisted: int = 0

    def add(self, vi: str, en: str, line: int | None = None) -> None:
        """Keep a problem, or count it when there are too many already."""
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(Problem(vi, en, line))
        else:
            self.unlisted += 1

    def raise_if_any(self) -> None:
        """Raise `RegistryFileError` with everything collected; return when there is nothing."""
        if self.found:
            raise RegistryFileError(tuple(self.found), self.unlisted)


def quoted(text: str) -> str:
    """Quote a cell for a message: bounded, and with nothing that could disturb a terminal."""
    shown = "".join(letter if letter.isprintable() else "�" for letter in text[:MAX_QUOTED_CHARS])
    return f"«{shown}…»" if len(text) > MAX_QUOTED_CHARS else f"«{shown}»"

"""Contenders that take turns, so that a busy moment of the machine falls on all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Contender:
    """Work that can be done again and again; ``characters`` is how much text it goes through each time."""

    name: str
    run: Callable[[], object]
    characters: int


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds that each round of a contender took."""

    contender: Contender
    seconds: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Characters a second, by the median round."""
        return self.contender.characters / median(self.seconds)


def interleaved(
    contenders: Sequence[Contender], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, Timed]:
    """Every contender once to warm up, then ``rounds`` rounds of all of them, by name.

    The clock is that of the processor unless another is given: with one thread it is what passes on an idle machine,
    and other programs do not change it much.
    """
    for contender in contenders:
        contender.run()
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            begun = clock()
            contender.run()
            seconds[contender.name].append(clock() - begun)
    return {contender.name: Timed(contender, tuple(seconds[contender.name])) for contender in contenders}


def ratios(ours: Timed, others: Mapping[str, Timed]) -> dict[str, float]:
    """How many times as fast as each of the others ``ours`` is, by the median of the ratios of each round: what slows
    the machine down for a round slows both.
    """
    per_character = [seconds / ours.contender.characters for seconds in ours.seconds]
    return {
        name: median(
            theirs / other.contender.characters / own for own, theirs in zip(per_character, other.seconds, strict=True)
        )
        for name, other in others.items()
    }


def fallen(measured: Mapping[str, float], baseline: Mapping[str, float], share: float) -> list[str]:
    """Lines for the ratios that are below ``share`` of their baseline; what was not measured is none of them."""
    return [
        f"{name}: {measured[name]:.3f} of its speed, {measured[name] / before:.0%} of the baseline {before:.3f}"
        for name, before in baseline.items()
        if name in measured and measured[name] < share * before
    ]

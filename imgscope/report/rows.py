"""Rows of a report that are made when they are asked for: an image may have more of them than fit in memory twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Rows(Sequence[T], Generic[T]):
    """``make(item)`` of each item, in order. A slice is a list."""

    def __init__(self, items: Sequence[Any], make: Callable[[Any], T]) -> None:
        self._items = items
        self._make = make

    @property
    def items(self) -> Sequence[Any]:
        """What rows are made of."""
        return self._items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return map(self._make, self._items)

    @overload
    def __getitem__(self, which: int) -> T: ...

    @overload
    def __getitem__(self, which: slice) -> list[T]: ...

    def __getitem__(self, which: int | slice) -> T | list[T]:
        if isinstance(which, slice):
            return list(map(self._make, self._items[which]))
        return self._make(self._items[which])

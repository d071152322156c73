"""How do many heads become one hash, and how is one of them shown to be under it?

A binary tree as in RFC 6962, section 2.1: a leaf is hashed behind 00, a node behind 01, the left part of n leaves is
the largest power of two below n. So no node can pass for a leaf, and no leaf can be counted twice.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from models.evidence import Leaf
from record.ledger import canonical


class Step(NamedTuple):
    """One step of a proof: the hash to be joined, and whether it stands on the left."""

    left: bool
    hash: bytes


def leaf_hash(leaf: Leaf) -> bytes:
    """The hash of one leaf: over its canonical JSON `[kind, name, seq, hash]`."""
    text = canonical([leaf.kind.value, leaf.name, leaf.seq, leaf.hash])
    return hashlib.sha256(b"\0" + text.encode()).digest()


def ordered(leaves: Iterable[Leaf]) -> list[Leaf]:
    """The one order in which leaves stand in a tree: by kind, then by name, as code points sort."""
    return sorted(leaves, key=lambda leaf: (leaf.kind.value, leaf.name))


def root(hashes: Sequence[bytes]) -> bytes:
    """The hash over these leaf hashes; that of nothing is the SHA-256 of nothing."""
    return _levels(hashes)[-1][0] if hashes else hashlib.sha256(b"").digest()


def proofs(hashes: Sequence[bytes], wanted: Iterable[int]) -> dict[int, tuple[Step, ...]]:
    """For each wanted place among the leaf hashes: what has to be joined to it, from the leaf to the root."""
    levels = _levels(hashes)
    return {place: tuple(_steps(levels, place)) for place in wanted}


def joined(start: bytes, steps: Iterable[Step]) -> bytes:
    """The root that a leaf hash leads to by these steps."""
    found = start
    for step in steps:
        found = _node(step.hash, found) if step.left else _node(found, step.hash)
    return found


def _levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The tree level by level: pairs are joined, a last one without a partner moves up as it is."""
    # The same tree as RFC 6962 draws from the top: its left parts are full, whatever is left over hangs on the right.
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[place], below[place + 1]) for place in range(0, len(below) - 1, 2)]
        levels.append([*above, *below[len(below) & ~1 :]])
    return levels


def _steps(levels: list[list[bytes]], place: int) -> Iterable[Step]:
    for level in levels[:-1]:
        other = place ^ 1
        if other < len(level):
            yield Step(other < place, level[other])
        place //= 2


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()

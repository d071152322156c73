"""Which procedures, put together from building blocks, does the office bring beside the shipped ones?

Its files are read whole and checked before anything runs by them (policies/block_procedures.py).
"""

from pathlib import Path

from policies.block_procedures import BlockProcedure, read_blocks
from policies.documents import LARGEST_BYTES, Document, DocumentError, Mistake


def blocks_in(folder: Path) -> tuple[BlockProcedure, ...]:
    """Every block procedure in the `*.yaml` files of the folder, in the order of their names; () without a folder.

    One of a shipped procedure's name goes before that. Raises DocumentError with every mistake of every file, also
    where two files have one name.
    """
    found: dict[str, BlockProcedure] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            with path.open("rb") as opened:
                procedure = read_blocks(opened.read(LARGEST_BYTES + 1), str(path))
        except DocumentError as error:
            mistakes += error.mistakes
            continue
        if procedure.name in found:
            why = f"{found[procedure.name].file} 已用此名称 has this name already: {procedure.name}"
            mistakes.append(Document(procedure.text, procedure.file).mistake(("name",), why))
        found[procedure.name] = procedure
    if mistakes:
        raise DocumentError(mistakes)
    return tuple(found.values())

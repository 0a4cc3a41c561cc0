"""Annotated documents: the gold format and its validation; review, counts, and the agreement of two annotators.

The JSONL form of the guidelines (section 5) is the truth; ``gold`` turns it into :class:`tongbao.records.Annotated`
and back. Nothing here imports pydantic until a document is validated.
"""

from tongbao.annotation.gold import from_json, parse_line, read_gold, to_json, write_gold

__all__ = ["from_json", "parse_line", "read_gold", "to_json", "write_gold"]

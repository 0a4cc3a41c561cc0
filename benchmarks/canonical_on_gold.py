"""How often the canonical names of departments agree with gold, on gold spans.

usage: python benchmarks/canonical_on_gold.py FILE.jsonl... [--errors]

Every DEPARTMENT span of the annotation files is named by ``canonical_names`` from the document's text alone. The table
gives, over the spans that have a canonical name in gold, the share with the same name; over the spans that got a name,
the share where it is right; and over the spans without one in gold, the share that got one all the same.
"""

from __future__ import annotations

import sys
from collections import Counter

from tongbao.annotation import read_gold
from tongbao.linking.canonical import canonical_names
from tongbao.reading import read_text
from tongbao.records import Department


def main(arguments: list[str]) -> int:
    """Print the table and, with ``--errors``, the mismatches."""
    files = [argument for argument in arguments if not argument.startswith("--")]
    if not files:
        print(__doc__, file=sys.stderr)
        return 2
    counts: Counter[str] = Counter()
    errors: list[str] = []
    for document in (document for file in files for document in read_gold(file)):
        mentions = sorted((m for m in document.mentions if m.label == "DEPARTMENT"), key=lambda m: m.span)
        found = canonical_names(read_text(document.text, document.id), [mention.span for mention in mentions])
        for mention, name in zip(mentions, found, strict=True):
            gold = mention.attributes.canonical if isinstance(mention.attributes, Department) else None
            counts["gold" if gold else "no gold"] += 1
            counts["named"] += name.full is not None
            counts["equal"] += gold is not None and gold == name.full
            counts["named without gold"] += gold is None and name.full is not None
            if gold != name.full:
                surface = "".join(mention.span.of(document.text).split())
                errors.append(f"{document.id} {mention.span.start} {surface}  gold {gold}, found {name.full}")
    for part, whole in (("equal", "gold"), ("equal", "named"), ("named without gold", "no gold")):
        print(f"{part} / {whole}: {counts[part] / max(1, counts[whole]):.4f}  ({counts[part]} of {counts[whole]})")
    if "--errors" in arguments:
        print(*errors, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

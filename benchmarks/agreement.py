"""How far two annotations of the same documents agree: ``python benchmarks/agreement.py A.jsonl B.jsonl``."""

import sys

from tongbao.annotation import read_gold
from tongbao.annotation.agreement import agree, differences, render


def main() -> None:
    """Print the figures, then every difference."""
    first, second = (read_gold(path) for path in sys.argv[1:3])
    print(render(agree(first, second)))
    for line in differences(first, second):
        print(line)


if __name__ == "__main__":
    main()

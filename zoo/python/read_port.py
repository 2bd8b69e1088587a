import os
import re
import sys


def read_port() -> int:
    """The port that it was told; refuses anything else."""
    text = os.environ.get("PORT", "8080")
    if re.fullmatch(r"\d{1,5}", text) and int(text) < 65536:
        return int(text)
    print(f"PORT is {text!r}; expected a number up to 65535", file=sys.stderr)
    raise SystemExit(78)

"""Prints every statement of a log, a line each, with nothing but Python: python3 read_log.py http://127.0.0.1:PORT/log

It believes what it is given. Whether root, signatures and digests are right is asked by ``habeas audit``.
"""

import sys
from urllib.error import HTTPError
from urllib.request import urlopen


def name(number: int) -> str:
    """The number of a tile in groups of three digits: 67 is 067, 1234067 is x001/x234/067."""
    digits = str(number).zfill(-(-len(str(number)) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def main(log: str) -> None:
    """Bundle after bundle of leaves, and for each leaf of a statement its bytes."""

    def get(path: str) -> bytes:
        with urlopen(f"{log.rstrip('/')}/{path}") as answer:
            return bytes(answer.read())

    size = int(get("checkpoint").split(b"\n")[1])
    for first in range(0, size, 256):
        width = min(256, size - first)
        bundle = get(f"tile/entries/{name(first // 256)}" + (f".p/{width}" if width < 256 else ""))
        for index in range(first, first + width):
            length = int.from_bytes(bundle[:2])
            leaf, bundle = bundle[2 : 2 + length], bundle[2 + length :]
            if length != 69:
                continue  # an index leaf: it closes an anchored tree and holds no statement
            digest = leaf[32:64].hex()
            try:
                print(index, get(f"addenda/{digest[:2]}/{digest[2:4]}/{digest}").decode("ascii", "backslashreplace"))
            except HTTPError as error:
                print(index, f"status {error.code} for {digest}")  # 410: the bytes are withheld


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__.strip())
        sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
    main(sys.argv[1])

"""Takes the time stamps out of a bundle, with nothing but Python: python3 stamped_bytes.py CASE.habeas.json [FOLDER]

For each stamped tree it writes ``<size>.note``, the bytes that were stamped, and ``<size>-<number>.der``, a token each.
Then a program that knows nothing of Habeas checks them against a root that you took from the authority itself:

    openssl ts -verify -token_in -in 6-0.der -data 6.note -CAfile root.pem

That the log signed the note, and that a statement is in its tree, is asked by ``habeas verify``.
"""

import base64
import json
import sys
from pathlib import Path


def main(bundle: str, folder: str = ".") -> None:
    """The note with the log's own line alone: cosignatures came later and are not stamped."""
    for size, shown in json.loads(Path(bundle).read_bytes()).get("stamps", {}).items():
        text, _, lines = base64.b64decode(shown["checkpoint"]).rpartition(b"\n\n")
        origin = text.split(b"\n")[0]
        [own] = [line for line in lines.splitlines(keepends=True) if line.split(b" ")[1] == origin]
        Path(folder, f"{size}.note").write_bytes(text + b"\n\n" + own)
        for number, token in enumerate(shown["tokens"]):
            Path(folder, f"{size}-{number}.der").write_bytes(base64.b64decode(token))
            print(f"{size}-{number}.der stamps {size}.note")


if __name__ == "__main__":
    main(*sys.argv[1:])

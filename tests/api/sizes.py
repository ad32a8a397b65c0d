"""Prints lines and public names per room, long files, and silenced checks. Watched, not gated."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONG = 500
PUBLIC = re.compile(r"^(?:def|class) [A-Za-z]\w*", re.MULTILINE)
NOQA = re.compile(r"# noqa\b")
IGNORED = re.compile(r"# type: ignore\b")


def rooms():
    for top in ("src/cornu", "native", "tests", "benchmarks"):
        folder = ROOT / top
        if not folder.is_dir():
            continue
        for child in sorted(folder.iterdir()):
            if child.is_dir() and child.name != "__pycache__":
                yield (
                    f"{top}/{child.name}",
                    [
                        path
                        for path in child.rglob("*")
                        if path.suffix in (".py", ".cpp", ".h", ".inc")
                    ],
                )
        yield f"{top}/*", [p for p in folder.glob("*") if p.suffix in (".py", ".cpp", ".h")]


def main() -> None:
    print(f"{'room':<28}{'files':>6}{'lines':>8}{'public':>8}  longest")
    long_files, total, silenced, ignored = [], 0, 0, 0
    for room, files in rooms():
        if not files:
            continue
        texts = {path: path.read_text(encoding="utf-8") for path in files}
        lines = {path: text.count("\n") for path, text in texts.items()}
        longest = max(lines, key=lines.__getitem__)
        public = sum(
            len(PUBLIC.findall(text)) for path, text in texts.items() if path.suffix == ".py"
        )
        name = str(longest.relative_to(ROOT / room.removesuffix("/*")))
        print(
            f"{room:<28}{len(files):>6}{sum(lines.values()):>8}{public:>8}  {name} {lines[longest]}"
        )
        long_files += [(count, path) for path, count in lines.items() if count > LONG]
        total += sum(lines.values())
        silenced += sum(len(NOQA.findall(text)) for text in texts.values())
        ignored += sum(len(IGNORED.findall(text)) for text in texts.values())
    print(
        f"{total} lines; {silenced} noqa, {ignored} type-ignore; {len(long_files)} files over {LONG}:"
    )
    for count, path in sorted(long_files, reverse=True):
        print(f"  {count} {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

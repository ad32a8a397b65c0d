"""Runs the lessons and writes docs/lessons.md: what each teaches, its code, and what it printed.

    python -m examples.write_lessons                        # all of them: a quarter of an hour
    python -m examples.write_lessons titanic perceptron     # these; the others stay as they are

Nothing in the page is written by hand: the words are the scripts' docstrings, the code is cut from the
scripts, the output is theirs. Every section carries a digest of its script, by which a test sees
that it was not run again after a change.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "lessons.md"
PICTURES = HERE.parent / "docs" / "examples"

INTRODUCTION = """\
# Lessons

Each lesson is one script to be read from top to bottom, on real data. This page holds their words,
the heart of their code, and what they printed on two cores; `python -m examples.write_lessons` wrote
it. Every script runs by itself (`python examples/NAME.py`), for less than two minutes unless it says
otherwise; with `--quick` for some seconds, and with `--figures FOLDER` it draws, where it has something
to draw. Data sets that Keras names are found or downloaded as there; other files are looked for in
the folder that `CORNU_DATA_HOME` names, and the lesson says where they come from. Pictures need
`pip install 'cornu[plot]'`. The CIFAR-10 network, of which this page shows the quick run, was also
trained to the end: [its figures](cifar10.md).
"""


@dataclass(frozen=True)
class Lesson:
    """A script, the parts of it that the page shows, and how it is run for the page.

    Attributes:
        name: The script's name without `.py`.
        shows: Functions and classes of the script, in the order in which the page shows them.
        arguments: What it is run with, beside the folder for pictures.
    """

    name: str
    shows: tuple[str, ...]
    arguments: tuple[str, ...] = ()

    @property
    def script(self) -> Path:
        """The file."""
        return HERE / f"{self.name}.py"

    @property
    def source(self) -> str:
        """The text of the file."""
        return self.script.read_text(encoding="utf-8")

    @property
    def digest(self) -> str:
        """Of the file and of what the page shows of it."""
        text = "\n".join((self.source, *self.shows, *self.arguments))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def title(self) -> str:
        """The first line of the docstring."""
        return self._docstring.splitlines()[0].rstrip(".")

    @property
    def words(self) -> str:
        """The docstring below its first line, but for the commands, which the page gives itself."""
        text = re.sub(r"(?m)^    python examples/.*\n?", "", self._docstring.partition("\n")[2])
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    @property
    def _docstring(self) -> str:
        return ast.get_docstring(ast.parse(self.source)) or ""

    @property
    def code(self) -> str:
        """The shown functions and classes, as they stand in the file."""
        lines = self.source.splitlines()
        nodes = {getattr(node, "name", None): node for node in ast.parse(self.source).body}
        missing = [name for name in self.shows if name not in nodes]
        if missing:
            raise ValueError(f"{self.script.name} has no {missing[0]}; change what it shows.")
        parts = (nodes[name] for name in self.shows)
        return "\n\n\n".join("\n".join(lines[p.lineno - 1 : p.end_lineno]) for p in parts)

    @property
    def pictures(self) -> list[str]:
        """Names of the files that it draws, in the order in which the script names them."""
        return list(dict.fromkeys(re.findall(r'"(\w+\.png)"', self.source)))

    def run(self) -> str:
        """Runs the script; its pictures go to the documentation.

        Returns:
            What it printed.

        Raises:
            CalledProcessError: It failed.
        """
        command = [sys.executable, str(self.script), *self.arguments]
        if self.pictures:
            command += ["--figures", str(PICTURES)]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        return run.stdout.strip("\n")

    def section(self, number: int, digest: str, output: str) -> str:
        """The lesson's part of the page: what it says now, and what it printed when it was run."""
        parts = [
            f"{marker(self.name, digest)}\n## {number}. {self.title}",
            f"[examples/{self.name}.py](../examples/{self.name}.py)",
            self.words,
            f"```python\n{self.code}\n```",
            f"`python {' '.join((f'examples/{self.name}.py', *self.arguments))}` prints",
            f"```text\n{output}\n```",
            *(f"![{self.title}](examples/{name})" for name in self.pictures),
        ]
        return "\n\n".join(parts) + "\n"


LESSONS = (
    Lesson("logical_neurons", ("step", "gate", "xor_by_hand", "learn_xor")),
    Lesson("perceptron", ("perceptron", "train")),
    Lesson("house_prices", ("preparations", "network", "train")),
    Lesson("titanic", ("Preparation", "network", "train")),
    Lesson("mnist", ("load", "main")),
    Lesson("fashion_mnist", ("dense_network", "convolutional_network")),
    Lesson("activations_and_optimizers", ("train", "optimizers")),
    Lesson("vanishing_gradients", ("network", "recipes", "gradient_sizes")),
    Lesson("overfitting", ("network", "cures", "train")),
    Lesson("imbalanced_classes", ("network", "main")),
    Lesson("multi_label", ("network", "judged")),
    Lesson("wide_and_deep", ("build", "train")),
    Lesson("cifar10", ("build",), ("--quick",)),
    Lesson("transfer_learning", ("network", "transferred")),
    Lesson("deep_big_simple", ("network", "Deformation", "train")),
    Lesson("stacked_autoencoder", ("main",)),
    Lesson("denoising_autoencoder", ("build", "mean_filter")),
    Lesson("recurrence", ("by_hand", "reader")),
    Lesson("forecast", ("windows", "main")),
    Lesson("text_classification", ("bag_of_words", "word_by_word")),
    Lesson("transformer", ("build",)),
    Lesson("tree_rnn", ("tree_of", "TreeNetwork")),
    Lesson("training_loop", ("loss_of", "one_step", "by_hand", "Smoothed", "by_fit")),
    Lesson("hyperparameter_search", ("build", "searches", "make")),
    Lesson("tensorboard_tour", ("train", "write_more", "read_back")),
    Lesson("saving_and_going_on", ("PullThePlug", "training", "go_on_from_files")),
)


def marker(name: str, digest: str) -> str:
    """The line before a section, which a reader of the page does not see."""
    return f"<!-- lesson {name}, script {digest} -->"


def runs_of(page: str) -> dict[str, tuple[str, str]]:
    """The digest and the output of every lesson of a page, as they were when it was run."""
    pattern = marker(r"(\w+)", r"(\w+)") + r".*?\n```text\n(.*?)\n```\n"
    return {name: (digest, output) for name, digest, output in re.findall(pattern, page, re.DOTALL)}


def whole_page(runs: dict[str, tuple[str, str]]) -> str:
    """The page of all lessons that have been run."""
    lessons = [lesson for lesson in LESSONS if lesson.name in runs]
    contents = [
        f"{number}. [{lesson.title}](#{anchor(f'{number}. {lesson.title}')})"
        for number, lesson in enumerate(lessons, start=1)
    ]
    sections = [
        lesson.section(number, *runs[lesson.name]) for number, lesson in enumerate(lessons, start=1)
    ]
    return "\n".join([INTRODUCTION, *contents, "", "\n".join(sections)])


def anchor(heading: str) -> str:
    """How a heading is called in links on the page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def main(names: list[str]) -> None:
    """Runs lessons and writes the page after each."""
    known = {lesson.name: lesson for lesson in LESSONS}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"There is no lesson {unknown[0]!r}; there are {', '.join(known)}.")
    for name in names or known:
        print(f"{name} ...", flush=True)
        run = known[name].digest, known[name].run()
        runs = runs_of(PAGE.read_text(encoding="utf-8")) if PAGE.is_file() else {}
        PAGE.write_text(whole_page({**runs, name: run}), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="lessons to run; all by default")
    main(parser.parse_args().names)

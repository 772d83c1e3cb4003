"""Runs a notebook without a browser; inside notebooks/.venv, see start.py --run."""

from __future__ import annotations

import argparse
import base64
import io
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from PIL import Image

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


@dataclass
class Executed:
    """A notebook that has been run, as far as it went."""

    notebook: NotebookNode
    error: str | None
    kernel_noise: str
    seconds: float

    def problems(self) -> list[str]:
        """What should not be: errors, text on stderr, figures that are missing or blank."""
        found = [self.error] if self.error else []
        outputs = [output for cell in code_cells(self.notebook) for output in cell.outputs]
        for output in outputs:
            if output.output_type == "stream" and output.name == "stderr":
                found.append("text on stderr: " + output.text.strip()[:500])
        if self.kernel_noise:
            found.append("text on the kernel's own stderr or stdout: " + self.kernel_noise[:500])
        images = [o.data["image/png"] for o in outputs if "image/png" in o.get("data", {})]
        if not images:
            found.append("no figure as PNG")
        found += ["a figure is blank" for image in images if is_blank(base64.b64decode(image))]
        return found

    def last_result(self) -> str:
        """The text of the last cell's value."""
        for output in reversed(code_cells(self.notebook)[-1].outputs):
            if output.output_type == "execute_result":
                return str(output.data.get("text/plain", ""))
        return ""


def execute(source: Path) -> Executed:
    """Runs all cells from top to bottom with a fresh kernel, saying how it goes."""
    notebook = nbformat.read(source, as_version=4)
    cells = len(code_cells(notebook))
    started: dict[int, float] = {}

    def begin(cell: NotebookNode, cell_index: int) -> None:
        if cell.cell_type == "code":
            started[cell_index] = time.monotonic()
            first = cell.source.strip().partition("\n")[0]
            print(f"  cell {len(started)} of {cells}: {first[:60]}", flush=True)

    def end(cell: NotebookNode, cell_index: int, **_: Any) -> None:
        if cell_index in started:
            print(f"    {time.monotonic() - started[cell_index]:.1f} s", flush=True)

    error = None
    begun = time.monotonic()
    with tempfile.TemporaryFile() as noise:
        client = NotebookClient(
            notebook,
            timeout=None,
            kernel_name="kotlin",
            record_timing=False,
            resources={"metadata": {"path": str(source.parent)}},
            on_cell_start=begin,
            on_cell_executed=end,
        )
        try:
            client.execute(stdout=noise, stderr=noise)
        except (CellExecutionError, DeadKernelError) as problem:
            error = without_kernel_frames(str(problem).strip())
        noise.seek(0)
        kernel_noise = not_printed_by_cells(noise.read().decode(errors="replace"), notebook)
    return Executed(notebook, error, kernel_noise, time.monotonic() - begun)


def not_printed_by_cells(noise: str, notebook: NotebookNode) -> str:
    """What the kernel wrote of its own accord: what cells print it writes to its stdout as well."""
    printed = {
        line
        for cell in code_cells(notebook)
        for line in "".join(
            output.text
            for output in cell.outputs
            if output.output_type == "stream" and output.name == "stdout"
        ).splitlines()
    }
    return "\n".join(line for line in noise.splitlines() if line not in printed).strip()


def without_kernel_frames(error: str) -> str:
    """A cell's error without the fifty lines that are the kernel's and never the reader's."""
    kernel = r"\s*at (kotlin\.|kotlinx\.|java\.base/|org\.jetbrains\.kotlinx\.jupyter\.)"
    return "\n".join(line for line in error.splitlines() if not re.match(kernel, line))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that can be run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_blank(png: bytes) -> bool:
    """Whether there is as good as nothing on the image but its background."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    colours = image.getcolors(maxcolors=image.width * image.height) or []
    background = max(count for count, _ in colours)
    drawn = 1 - background / (image.width * image.height)
    return len(colours) < 16 or drawn < 0.005


def write(executed: Executed, name: str) -> list[Path]:
    """The executed notebook and a web page of it, under notebooks/out."""
    OUT.mkdir(exist_ok=True)
    notebook = OUT / f"{name}.ipynb"
    nbformat.write(executed.notebook, notebook)
    page = OUT / f"{name}.html"
    html, _ = HTMLExporter().from_notebook_node(executed.notebook)
    page.write_text(html, encoding="utf-8")
    return [notebook, page]


def source_of(name: str) -> Path:
    """The notebook of that name in this folder."""
    source = HERE / f"{name.removesuffix('.ipynb')}.ipynb"
    if not source.is_file():
        names = ", ".join(sorted(file.stem for file in HERE.glob("*.ipynb")))
        sys.exit(f"There is no notebook {source.name}; there are {names}.")
    return source


def main() -> int:
    """Runs one notebook and says where its results are."""
    parser = argparse.ArgumentParser(description="Runs a notebook without a browser.")
    parser.add_argument("name")
    parser.add_argument("--save", action="store_true", help="also keep the outputs in the notebook")
    arguments = parser.parse_args()
    source = source_of(arguments.name)
    print(f"Running {source.name}", flush=True)
    executed = execute(source)
    for file in write(executed, source.stem):
        print(f"wrote {file}")
    if executed.kernel_noise:
        print(executed.kernel_noise, file=sys.stderr)
    if executed.error:
        print(executed.error, file=sys.stderr)
        return 1
    if arguments.save:
        nbformat.write(executed.notebook, source)
    print(f"done in {executed.seconds:.1f} s; the last cell says: {executed.last_result()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

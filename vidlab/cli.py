"""The command `vidlab`: each sub-command is a thin door to one module, which it imports only when called."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Five classic papers of action recognition in video, rebuilt step by step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Videos = Annotated[Path, typer.Option(help="the folder with the videos")]
Kind = Annotated[str, typer.Option(help="kth | ucf101 | hmdb51 | folder (one sub-folder a class)")]
Split = Annotated[str, typer.Option(help="name of a split; default the first one of the data set")]
Classes = Annotated[list[str] | None, typer.Option("--class", help="only these classes")]
Exclude = Annotated[
    list[str] | None, typer.Option(help="leave this video out: its name, no suffix, or class/name")
]
Partial = Annotated[bool, typer.Option("--partial", help="go on where videos of the data set are missing")]


@app.command()
def check() -> None:
    """Say whether this machine is ready: one [OK] or [FAIL] line a question."""
    from vidlab.check import show

    raise typer.Exit(0 if show() else 1)


@app.command()
def data(
    names: Annotated[list[str] | None, typer.Argument(help="worlds to draw (default all), or kth")] = None,
    size: Annotated[str, typer.Option(help="quick | laptop | full; default what VIDLAB_PROFILE says")] = "",
    root: Annotated[Path | None, typer.Option(help="the folder to write to; by default in data/")] = None,
    seed: Annotated[int, typer.Option(help="another seed draws other people")] = 0,
    dial: Annotated[list[str] | None, typer.Option(help="camera=0, idle=0.5 …: 1 natural, 0 none")] = None,
    jobs: Annotated[int, typer.Option(help="processes")] = 2,
) -> None:
    """Write the embedded data, or fetch a real data set. Goes on where it was interrupted."""
    from vidlab import data_folder, profile

    if names == ["kth"]:
        from vidlab.videos import fetch

        print(fetch.kth(root or data_folder() / "real" / "KTH"))
        return
    from vidlab import synth

    names, size = names or list(synth.WORLDS), size or profile().size
    if root and len(names) > 1:
        raise ValueError(f"--root {root}: name one world, since each has a folder of its own")
    for name in names:
        dials = dict(map(_dial, dial or ()))
        folder = root or synth.folder_of(name, size, **dials)
        synth.write(name, folder, size=size, seed=seed, jobs=jobs, **dials)
        print(f"{name} ({size}): {folder}", flush=True)


def _dial(text: str) -> tuple[str, float]:
    """The text "camera=0" as a name and a number."""
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise ValueError(f"--dial {text}: write name=number, such as camera=0") from None


@app.command()
def claims(
    paper: Annotated[str | None, typer.Argument(help="one paper, such as baccouche2011; default all")] = None,
    json: Annotated[bool, typer.Option("--json", help="a JSON list, one object a comparison")] = False,
    size: Annotated[str, typer.Option(help="of the recorded runs: laptop | full")] = "laptop",
) -> None:
    """Every claim of the papers: what was reported, what recorded runs show, and the verdict."""
    from vidlab import runs
    from vidlab.claims import to_json, verdicts

    rows = verdicts(paper, find=lambda experiment: runs.find(*runs.at_size([experiment], size)))
    if json:
        print(to_json(rows))
        return
    told = ""
    for row in rows:
        if row.claim != told:
            print(f"{row.claim} ({row.paper}, {row.source}): {row.statement}")
        told = row.claim
        measured = f"measured {row.measured} ({row.unit}), reported {row.reported}: " if row.measured else ""
        note = f" ({row.note})" if row.note else ""
        print(f"    {row.test + ': ' if row.test else ''}{measured}{row.verdict}{note}")


@app.command()
def render(
    chapters: Annotated[list[str] | None, typer.Argument(help="numbers, such as 02; default all")] = None,
    profile: Annotated[str, typer.Option(help="quick | laptop | full")] = "laptop",
    to: Annotated[Path | None, typer.Option(help="where to write; by default over notebooks/ itself")] = None,
    jobs: Annotated[int, typer.Option(help="chapters at the same time")] = 1,
    check: Annotated[bool, typer.Option("--check", help="run nothing; name the chapters to render")] = False,
) -> None:
    """Run chapters and store their outputs, small and repeatable, with a stamp of what they came from."""
    from vidlab import render as module

    if check:
        complaints = [c for c in map(module.stale, module.chapters(chapters)) if c]
        print("\n".join(complaints) or "all chapters are up to date")
        raise typer.Exit(1 if complaints else 0)
    for line in module.render_all(module.chapters(chapters), profile, to, jobs):
        print(line, flush=True)


@app.command()
def record(
    paper: Annotated[str, typer.Argument(help="baccouche2011 | twostream2014 | c3d2015")],
    arm: Annotated[list[str] | None, typer.Option(help="only these arms; default all of the paper")] = None,
    jobs: Annotated[int, typer.Option(help="processes, one core each")] = 1,
    device: Annotated[str, typer.Option(help="cpu | cuda | mps")] = "cpu",
    size: Annotated[str, typer.Option(help="laptop; full: the paper's networks and schedule")] = "laptop",
    plan: Annotated[bool, typer.Option("--plan", help="run nothing; print the table of runs")] = False,
) -> None:
    """Train and store every run of a paper that is not recorded yet. Goes on where it was interrupted."""
    from vidlab import runs

    if plan:
        print(runs.plan(paper, arm))
        return
    wanted = runs.at_size(runs.experiments(paper, arm), size)
    print(f"{runs.record(wanted, jobs=jobs, device=device, size=size)} runs recorded")


@app.command()
def train(
    root: Videos,
    data: Kind = "folder",
    net: Annotated[str, typer.Option(help="baccouche2011 | spatial | temporal")] = "baccouche2011",
    split: Split = "",
    samples: Annotated[int, typer.Option(help="windows or samples shown in training")] = 72_000,
    classes: Classes = None,
    seed: int = 0,
    out: Annotated[
        Path | None, typer.Option(help="file for the weights; default: named after the net")
    ] = None,
    partial: Partial = False,
    exclude: Exclude = None,
) -> None:
    """Train on a data set of yours, test on its split, and print the confusion matrix."""
    from vidlab import workshop as at

    found, store = at.benchmark(data, root, classes, partial, exclude or ()), at.store_of(data, root)
    print(at.train_on(net, found, store, split, samples, seed, out or Path(f"{net}.safetensors")))


@app.command()
def evaluate(
    weights: Annotated[Path, typer.Argument(help="a file that `vidlab train` wrote")],
    root: Videos,
    data: Kind = "folder",
    split: Split = "",
    classes: Classes = None,
    partial: Partial = False,
    exclude: Exclude = None,
) -> None:
    """Test trained weights on the test videos of a split and print the confusion matrix."""
    from vidlab import workshop as at

    at.saved(weights)  # a wrong file is told before anything is decoded
    found = at.benchmark(data, root, classes, partial, exclude or ())
    print(at.evaluate_on(weights, found, at.store_of(data, root), split))


@app.command()
def predict(
    video: Annotated[Path, typer.Argument(help="a video file")],
    weights: Annotated[
        Path | None, typer.Option(help="what `vidlab train` wrote; default the recorded run")
    ] = None,
) -> None:
    """Print what both stages say of one video: class probabilities for each window and for the whole."""
    from vidlab import workshop

    print(workshop.predict_file(video, weights))


@app.command()
def features(
    root: Videos,
    out: Annotated[Path, typer.Option(help="an .npz file: names, classes, labels, a table a layer")],
    data: Kind = "folder",
    net: Annotated[str, typer.Option(help="c3d | vgg19, frame by frame")] = "c3d",
    layer: Annotated[list[str] | None, typer.Option(help="fc6 (default) | fc7 | pool5 | prob")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="published weights of that net; default: the recorded small C3D")
    ] = None,
    mean: Annotated[Path | None, typer.Option(help="their mean volume, .npy; default: a colour")] = None,
    classes: Classes = None,
    exclude: Exclude = None,
    partial: Partial = False,
) -> None:
    """Describe every video by the mean over its clips of what a layer says. Goes on where it stopped."""
    from vidlab import workshop as at

    found, store = at.dataset(data, root, classes, partial, exclude or ()), at.store_of(data, root)
    print(at.describe_to(net, found, store, out, layer or ["fc6"], weights, mean))


@app.command()
def classify(
    root: Annotated[Path, typer.Argument(help="a folder with a sub-folder of videos for each class")],
    split: Annotated[str, typer.Option(help="a split to test on; default: every group in turn")] = "",
    net: Annotated[str, typer.Option(help="c3d | vgg19, frame by frame")] = "c3d",
    weights: Annotated[
        Path | None, typer.Option(help="published weights of that net; default: the recorded small C3D")
    ] = None,
    mean: Annotated[Path | None, typer.Option(help="their mean volume, .npy; default: a colour")] = None,
    exclude: Exclude = None,
) -> None:
    """Frozen features and a linear SVM: describe the videos, train on a split, print the confusion matrix."""
    from vidlab import workshop as at

    found = at.benchmark("folder", root, None, False, exclude or ())
    print(at.classify_on(net, found, at.store_of("folder", root), split, weights, mean))


def is_for_the_user(error: Exception) -> bool:
    """Errors that say what to do: our own, and those of wrong values and files. Others are our bugs."""
    expected = ValueError | OSError | FloatingPointError  # the last: a loss that is no longer finite
    return isinstance(error, expected) or type(error).__module__.split(".")[0] == "vidlab"


def main() -> None:
    """Run the command; an error meant for the user is one line on stderr and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # a pipe on Windows would refuse a minus sign
    try:
        app()
    except Exception as error:
        if not is_for_the_user(error):
            raise
        print(f"vidlab: {error}", file=sys.stderr)
        sys.exit(1)

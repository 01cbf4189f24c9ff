"""The commands and their options. What they do is loaded when one runs: help does not wait."""

import importlib
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from skseq import __version__
from skseq._optional import import_optional
from skseq.cli._errors import InputError
from skseq.cli._files import STDIN
from skseq.cli._options import names_of, seconds_of
from skseq.cli._reading import Asked

# More workers than this start more slowly than they compute.
_MOST_JOBS = 8

app = typer.Typer(
    name="skseq",
    help="Imbalanced sequences: see what is in a file, compare what helps, keep the best model.",
    epilog="Start with: skseq audit FILE, then skseq tune FILE",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(argv=None):
    """Run a command and give its exit status."""
    try:
        return app(args=argv, prog_name="skseq", standalone_mode=False) or 0
    except TyperException as error:
        command = error.ctx.command_path if getattr(error, "ctx", None) else "skseq"
        message = " ".join(error.format_message().split()).rstrip(".")
        print(f"skseq: {message}; see {command} --help", file=sys.stderr)
        return error.exit_code


# -- options that several commands share ----------------------------------------------------------


def _check_there(path):
    """Say at once, before torch is loaded, that a file is missing."""
    if Path(path).is_dir():
        raise InputError(f"{path}: is a folder; name a file in it")
    if str(path) != STDIN and not Path(path).exists():
        raise InputError(f"{path}: no such file")
    return path


def _check_writable(path):
    """Say at once, before anything is computed, that a file cannot be written."""
    if path is not None and path.is_dir():
        raise InputError(f"--output {path}: is a folder; name a file in it")
    if path is not None and not path.parent.is_dir():
        raise InputError(f"--output {path}: there is no folder {path.parent}; make it first")
    return path


File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="CSV, TSV, JSONL, Parquet, CoNLL or CoNLL-U; - is stdin.",
        callback=_check_there,
    ),
]
_COLUMNS = "What the file holds (guessed where not given)"


def _column(option, help, *others):
    return Annotated[
        str | None,
        typer.Option(option, *others, metavar="COL", help=help, rich_help_panel=_COLUMNS),
    ]


Text = _column("--text", "Column of texts, or of lists of words.")
Values = Annotated[
    str | None,
    typer.Option(
        metavar="COL[,COL]",
        help="Columns of numbers, or of lists of numbers such as [0.1, 0.2].",
        rich_help_panel=_COLUMNS,
    ),
]
Label = _column("--label", "Column of the labels; of lists of tags; of spans.")
Group = _column("--group", "Column of what belongs together, on one side of each split.")
Sequence = _column("--sequence", "Where each row is a step: the column that names its sequence.")
Order = _column("--order", "Where each row is a step: the column that orders them.", "--time")
Window = Annotated[
    int | None,
    typer.Option(
        min=2,
        metavar="N",
        help="Where each row is a step of a long series: cut it into windows of N steps.",
        rich_help_panel=_COLUMNS,
    ),
]
RowIs = Annotated[
    str | None,
    typer.Option(
        metavar="sequence|step", help="What a row of the file is.", rich_help_panel=_COLUMNS
    ),
]
Ordinal = Annotated[
    bool,
    typer.Option("--ordinal", help="The labels have an order.", rich_help_panel=_COLUMNS),
]
Levels = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,...",
        help="The ordered labels, the lowest first; implies --ordinal.",
        rich_help_panel=_COLUMNS,
    ),
]
Background = Annotated[
    str | None,
    typer.Option(
        metavar="TAG",
        help="The tag of steps in which nothing happens, which scores leave out, or none.",
        rich_help_panel=_COLUMNS,
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        metavar="csv|tsv|jsonl|parquet|conll|conllu",
        help="What the file is, where its name does not tell.",
        rich_help_panel=_COLUMNS,
    ),
]
NoHeader = Annotated[
    bool,
    typer.Option(
        "--no-header",
        help="The first line of a table is data; columns are 1, 2, ...",
        rich_help_panel=_COLUMNS,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Fits at the same time.", show_default="cores"),
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, metavar="N", help="Of all chance.")]


def _examples(*lines):
    """An epilog: typer starts a new line at a blank one."""
    return "\n\n".join(["Examples:", *lines])


def _do(module, name, *arguments, **options):
    """Do the work of a command, for which torch and all are loaded."""
    try:
        getattr(importlib.import_module(f"skseq.cli.{module}"), name)(*arguments, **options)
    except KeyboardInterrupt as interrupt:
        print(f"skseq: {str(interrupt) or 'interrupted'}", file=sys.stderr)
        raise typer.Exit(130) from None


def _n_jobs(asked):
    return asked or min(os.cpu_count() or 1, _MOST_JOBS)


def _print_version(is_asked):
    if is_asked:
        print(f"skseq {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version."
        ),
    ] = False,
):
    pass


# -- commands -------------------------------------------------------------------------------------


@app.command(
    epilog=_examples(
        "skseq audit reviews.csv",
        "skseq audit recording.csv --values x,y --label state --window 50",
        "skseq audit train.conll",
    )
)
def audit(
    file: File,
    text: Text = None,
    values: Values = None,
    label: Label = None,
    group: Group = None,
    sequence: Sequence = None,
    order: Order = None,
    window: Window = None,
    row_is: RowIs = None,
    ordinal: Ordinal = False,
    levels: Levels = None,
    background: Background = None,
    format: Format = None,
    no_header: NoHeader = False,
):
    """See how imbalanced a file is, how long, how often repeated, what leaks, what would help."""
    asked = _asked(
        text, values, label, group, sequence, order, window, row_is, ordinal, levels, background,
        format, no_header,
    )  # fmt: skip
    _do("_audit", "run_audit", file, asked)


@app.command(
    epilog=_examples(
        "skseq tune reviews.csv --text review --label topic",
        "skseq tune turns.csv --values a,b --label state --sequence dialogue --order turn",
        "skseq tune train.conll --time-budget 30m --scoring span_f1_macro",
        "skseq tune stages.csv --ordinal --strategies 'weight sqrt,loss focal'",
    )
)
def tune(
    file: File,
    text: Text = None,
    values: Values = None,
    label: Label = None,
    group: Group = None,
    sequence: Sequence = None,
    order: Order = None,
    window: Window = None,
    row_is: RowIs = None,
    ordinal: Ordinal = False,
    levels: Levels = None,
    background: Background = None,
    format: Format = None,
    no_header: NoHeader = False,
    strategies: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Strategies against imbalance: names, all, or none.",
            show_default="the likeliest",
        ),
    ] = None,
    architectures: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Encoders to try beside the one that suits the data: cnn, bilstm, ...; all; none.",
            show_default="one more",
        ),
    ] = None,
    time_budget: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="When to end, as 90s, 5m, 1h30m; none for no limit. What is not finished is "
            "named, and the same command with more time goes on from there.",
        ),
    ] = "5m",
    scoring: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What to compare by.",
            show_default="f1_macro, tag_f1_macro, or quadratic_weighted_kappa",
        ),
    ] = None,
    cv: Annotated[
        int | None,
        typer.Option(min=2, metavar="N", help="Folds.", show_default="5, or 3 of much data"),
    ] = None,
    jobs: Jobs = None,
    seed: Seed = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for the results.", show_default="the file's name + _tuned"
        ),
    ] = None,
):
    """Compare strategies and architectures with models without a net, and keep the best model.

    The folder holds the model, all scores, and finished fits: the same command goes on from them.
    """
    asked = _asked(
        text, values, label, group, sequence, order, window, row_is, ordinal, levels, background,
        format, no_header,
    )  # fmt: skip
    started, budget = time.time(), seconds_of(time_budget)
    _do(
        "_tune",
        "run_tune",
        file,
        asked,
        output=output,
        strategies=names_of(strategies),
        architectures=names_of(architectures),
        time_budget=budget,
        started=started,
        scoring=scoring,
        cv=cv,
        jobs=_n_jobs(jobs),
        seed=seed,
    )


@app.command(
    epilog=_examples(
        "skseq predict reviews_tuned/model.skseq new.csv --proba",
        "cat new.csv | skseq predict reviews_tuned/model.skseq - | head",
        "skseq predict train_tuned/model.skseq test.conll --to jsonl --output tags.jsonl",
    )
)
def predict(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A file of skseq tune.", callback=_check_there)
    ],
    file: File,
    proba: Annotated[
        bool, typer.Option("--proba", help="Give the probability of each class, too.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="csv|jsonl",
            help="What to write; spans of tags are in jsonl.",
            show_default="by the name of --output, else csv",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to.", show_default="stdout", callback=_check_writable
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            metavar="csv|tsv|jsonl|parquet|conll|conllu",
            help="What FILE is, where its name does not tell.",
        ),
    ] = None,
):
    """Predict the label of each sequence of a file, or of each step. Labels need not be there."""
    if to is None:
        to = "jsonl" if output and output.suffix in (".jsonl", ".ndjson") else "csv"
    if to not in ("csv", "jsonl"):
        raise typer.BadParameter(f"must be csv or jsonl, got {to}", param_hint="--to")
    _do("_predict", "run_predict", model, file, format=format, proba=proba, output=output, to=to)


@app.command(epilog=_examples("skseq report reviews_tuned", "skseq report . --output page.html"))
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of skseq tune.")],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to.",
            show_default="report.html in the folder",
            callback=_check_writable,
        ),
    ] = None,
):
    """Write the report of a finished comparison again, one HTML file, and say where it is."""
    _do("_report", "run_report", folder, output=output)


@app.command(epilog=_examples("skseq demo", "skseq demo --quick --output rehearsal"))
def demo(
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results.")] = Path(
        "demo_output"
    ),
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="A rehearsal in seconds: too little training to compare anything."
        ),
    ] = False,
    jobs: Jobs = None,
    seed: Seed = 0,
):
    """Compare strategy x architecture on real data, and see what helped.

    Tags the characters of Python source, 97 % of which are background. Takes 3 to 4 minutes on 2
    cores; prints a table, writes it with pictures and the best model to a folder. If it is
    interrupted, the same command goes on from the fits that are done.
    """
    for module, extra in [("rich", "cli"), ("matplotlib", "plot")]:
        import_optional(module, extra=extra, needed_by="skseq demo")
    _do("_demo", "run_demo", output, quick=quick, jobs=_n_jobs(jobs), seed=seed)


def _asked(
    text, values, label, group, sequence, order, window, row_is, ordinal, levels, background,
    format, no_header,
):  # fmt: skip
    """The options on how to read a file."""
    if row_is not in (None, "sequence", "step"):
        raise typer.BadParameter(f"must be sequence or step, got {row_is}", param_hint="--row-is")
    return Asked(
        format=format,
        has_header=False if no_header else None,
        text=text,
        values=names_of(values),
        label=label,
        group=group,
        sequence=sequence,
        order=order,
        window=window,
        row_is=row_is,
        is_ordinal=ordinal or levels is not None,
        levels=names_of(levels),
        background=background,
    )

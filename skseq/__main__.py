"""``python -m skseq`` is the command ``skseq``, where its folder is not on the path."""

from skseq.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

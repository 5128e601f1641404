"""`saccade VERB …`: finds the verb, runs it, and turns a user's mistake into one line.

Decided: a table of verbs, and only the verb that runs is imported, so `saccade --help` is quick and a search
does not load a trainer. Exit codes: 0 done, 2 a mistake (one line on standard error), 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module, metadata

from saccade.errors import SaccadeError

VERBS = {
    "ingest": "read a catalogue: pictures, items, texts, boxes",
    "import": "read boards, events, texts, boxes or judgements from a list into their table",
    "dedup": "find near-duplicate pictures",
    "label": "turn the texts around pictures into weak labels, with a card",
    "export": "write the labelled pictures as Parquet, WebDataset or Hugging Face datasets",
    "model": "put a backbone with its weights and preprocessing into the workspace",
    "convert": "write a kept model for ONNX Runtime or OpenVINO, and compare it",
    "push": "publish a kept model on the Hugging Face Hub",
    "pull": "fetch a published model into the workspace",
    "pretrain": "train a network from nothing on the weak labels",
    "train": "fine-tune a model: one embedding, any number of tasks",
    "import-detector": "keep a detector that is an ONNX file",
    "train-detector": "train a detector on the boxes that people drew",
    "detect": "find the objects in pictures that no detector has looked at",
    "assess-detector": "compare detectors on labelled pictures",
    "fingerprint": "compute the vectors of a model for what is new",
    "colours": "find the salient colours of pictures and objects",
    "index": "bring the index of nearest neighbours up to date",
    "search": "find by item, picture, address, words; write a picture page",
    "fit-complete": "learn which things go together, from boards and scenes",
    "serve": "answer searches over HTTP, with a page to search on",
    "evaluate": "measure retrieval against known answers",
    "judge": "have people rate results: plan, verdict, relevance lists",
    "assess": "measure a trained model and complete its card",
    "run": "bring everything in the workspace up to date",
    "info": "say what the workspace holds and how it was made",
    "demo": "the whole loop on a simulated marketplace, or on your own folder",
}

MODULES = {"import": "imports"}  # where a verb cannot name its module


def usage() -> str:
    """The help of the command itself."""
    width = max(map(len, VERBS)) + 2
    verbs = "\n".join(f"  {verb:<{width}}{what}" for verb, what in VERBS.items())
    return f"usage: saccade VERB [options]\n\n{verbs}\n\n`saccade VERB --help` lists the options of a verb."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    if not given or given[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    if given[0] in ("-V", "--version"):
        print(f"saccade {metadata.version('saccade')}")
        return 0
    if given[0] not in VERBS:
        return _refuse(f"there is no verb {given[0]!r}; there are {', '.join(VERBS)}")
    return _run(given[0], given[1:])


def _run(verb: str, rest: list[str]) -> int:
    module = import_module(f"saccade.cli.verbs.{MODULES.get(verb, verb.replace('-', '_'))}")
    try:
        module.main(rest)
    except SaccadeError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        print(f"\nsaccade {verb}: stopped; run it again and it goes on from here", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        sys.stderr.close()
        return 0
    except Exception as error:
        from saccade.workspace.storage import translated

        meant = translated(error, f"saccade {verb}")
        if meant is None:
            raise
        return _refuse(str(meant))
    return 0


def _refuse(message: str) -> int:
    print(f"saccade: {' '.join(message.split())}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

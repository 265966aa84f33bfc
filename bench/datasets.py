"""What reading training files costs, as ratios against floors and peers measured in the same run.

Every case is a process of its own, so that peak memory is its own; cases and floors take turns, and medians are shown.
`ROUNDS`, `MB` and `LARGE_MB` in the environment change the size.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = int(os.environ.get("ROUNDS", "3"))
MB = int(os.environ.get("MB", "200"))
LARGE_MB = int(os.environ.get("LARGE_MB", "500"))
LARGE_ENOUGH = 100
"""MB from which on a second core and the memory of a list can be seen."""
ENCODING = "o200k_base"


def write_rows(file: Path, megabytes: int) -> None:
    """Chats of 3 to 11 messages, about 2,900 bytes each, in words of several lengths, some not ASCII; as Python
    writes JSON, with UTF-8 as it is."""
    rng = random.Random(7)
    syllables = ("ver", "lo", "ka", "ti", "on", "de", "ra", "mi", "sta", "ne", "ü", "é", "or", "th", "e", "a", "ing")
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(5_000)]
    words += ["the", "a", "to", "of", "you", '"exactly"', "it's", "50", "3.5", "#12345"] * 100
    size = 0
    with file.open("w", encoding="utf-8") as stream:
        while size < megabytes * 1_000_000:
            messages = [{"role": "system", "content": "You are the assistant of a bicycle shop. Be brief and kind."}]
            for _ in range(rng.randint(1, 5)):
                messages.append({"role": "user", "content": " ".join(rng.choices(words, k=rng.randint(10, 60)))})
                answer = " ".join(rng.choices(words, k=rng.randint(40, 220)))
                messages.append({"role": "assistant", "content": answer.replace(" the ", ".\n\n", 2)})
            line = json.dumps({"messages": messages}, ensure_ascii=False) + "\n"
            size += len(line.encode())
            stream.write(line)


def bare(file: Path) -> None:
    """The floor: parse, write canonically, hash; nothing is kept or checked."""
    import hashlib

    import orjson

    loads, dumps, sorted_keys, sha256 = orjson.loads, orjson.dumps, orjson.OPT_SORT_KEYS, hashlib.sha256
    with file.open("rb") as stream:
        for line in stream:
            sha256(dumps(loads(line), option=sorted_keys)).digest()


def cookbook(file: Path) -> None:
    """The vendor's notebook: everything in a list, then a loop with its checks."""
    with file.open(encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    problems = 0
    for row in rows:
        messages = row.get("messages") if isinstance(row, dict) else None
        if not messages:
            problems += 1
            continue
        for message in messages:
            problems += "role" not in message or "content" not in message
            problems += any(key not in ("role", "content", "name", "function_call", "weight") for key in message)
            problems += message.get("role") not in ("system", "user", "assistant", "function")
            problems += not message.get("content") or not isinstance(message["content"], str)
        problems += not any(message.get("role") == "assistant" for message in messages)


def tokenizer(file: Path) -> None:
    """The tokenizer alone with all cores: texts are parsed and handed over in batches of 2 MB."""
    import orjson
    import toktok

    texts: list[str] = []
    size = 0
    with file.open("rb") as stream:
        for line in stream:
            texts += [message["content"] for message in orjson.loads(line)["messages"]]
            size += len(line)
            if size > 2_000_000:
                toktok.batch_count(texts, ENCODING, threads=0)
                texts, size = [], 0
    toktok.batch_count(texts, ENCODING, threads=0)


def ours(file: Path) -> None:
    from reconciler.datasets.scan import Request, read

    found, problems = read(file, str(file), Request())
    assert found is not None, problems


def ours_tokens(file: Path) -> None:
    from reconciler.datasets.scan import Request, read

    found, problems = read(file, str(file), Request(encoding=ENCODING))
    assert found is not None, problems


CASES: dict[str, Callable[[Path], None]] = {f.__name__: f for f in (bare, cookbook, tokenizer, ours, ours_tokens)}


def case(name: str, file: Path) -> None:
    """In a process of its own: seconds by the clock without the start of Python, and peak memory in MB."""
    begun = time.perf_counter()
    CASES[name](file)
    seconds = time.perf_counter() - begun
    # Linux remembers a child's peak from before exec, when it was a copy of its parent: /proc knows better.
    status = Path("/proc/self/status")
    if status.exists():
        peak = int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    print(seconds, peak)


def run(name: str, file: Path, cores: int) -> tuple[float, float]:
    environment = os.environ | {"RECONCILER_CORES": str(cores)}
    command = [sys.executable, __file__, name, str(file)]
    seconds, peak = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), float(peak)


def start(arguments: list[str], folder: Path) -> float:
    """Seconds of one command."""
    environment = os.environ | {"RECONCILER_CACHE": str(folder / "cache")}
    command = [str(Path(sys.executable).parent / "reconciler"), *arguments]
    begun = time.perf_counter()
    subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - begun


def compare(file: Path) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    runs = {
        "bare": ("bare", 1), "cookbook": ("cookbook", 1), "tokenizer": ("tokenizer", cores), "one": ("ours", 1),
        "all": ("ours", cores), "tokens": ("ours_tokens", cores),
    }  # fmt: skip
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (what, count) in runs.items():
            found[name].append(run(what, file, count))
    seconds = {name: statistics.median(s for s, _ in rounds) for name, rounds in found.items()}
    peaks = {name: max(p for _, p in rounds) for name, rounds in found.items()}
    size = file.stat().st_size / 1e6
    for name in runs:
        print(f"  {name:10} {size / seconds[name]:7.0f} MB/s {peaks[name]:7.0f} MB peak")
    pairs = list(zip(*found.values(), strict=True))
    names = list(runs)

    def ratio(one: str, other: str) -> float:
        ratios: list[float] = [pair[names.index(one)][0] / pair[names.index(other)][0] for pair in pairs]
        return statistics.median(ratios)

    line("check and digest, one core: rate of the bare loop", ratio("bare", "one"), 0.8, least=True)
    if cores > 1 and MB >= LARGE_ENOUGH:
        line(f"check and digest, {cores} cores: time of one core", ratio("all", "one"), 0.75)
        line(f"with tokens, {cores} cores: rate of the bare tokenizer", ratio("tokenizer", "tokens"), 0.8, least=True)
    line("check and digest, one core: time of the cookbook's loop", ratio("one", "cookbook"), 1.0)
    if MB >= LARGE_ENOUGH:
        line("check and digest: peak memory of the cookbook's loop", peaks["one"] / peaks["cookbook"], 0.1)
    line("check and digest: MB over the bare loop", peaks["one"] - peaks["bare"], 40)
    line("with tokens: MB over the bare tokenizer", peaks["tokens"] - peaks["tokenizer"], 40)


def memory(folder: Path) -> None:
    peaks = []
    for size in (20, LARGE_MB):
        file = folder / f"{size}.jsonl"
        write_rows(file, size)
        peaks.append(run("ours", file, 1)[1])
        file.unlink()
    line(f"check and digest: MB more for {LARGE_MB} MB than for 20", peaks[1] - peaks[0], 40)


def cached(folder: Path, file: Path) -> None:
    """A second `validate` with a large file, against one of an empty estate."""
    targets = "targets: {home: {provider: openai, project: proj_abc}}\n"
    for name, datasets in (("empty", ""), ("full", f"datasets: {{rows: {{file: ../{file.name}}}}}\n")):
        (folder / name).mkdir()
        (folder / name / "a.yaml").write_text(f"version: 1\nestate: {name}\n{targets}{datasets}")
    time.sleep(0.1)  # a file that was written just now is not remembered
    start(["validate", "full"], folder)
    rounds = [(start(["validate", "full"], folder), start(["validate", "empty"], folder)) for _ in range(3 * ROUNDS)]
    line("second validate: time of an empty estate", statistics.median(a / b for a, b in rounds), 1.2)


def line(what: str, value: float, bound: float, *, least: bool = False) -> None:
    good = value >= bound if least else value <= bound
    print(f"{what:58} {value:8.2f}  {'at least' if least else 'at most'} {bound:g}{'' if good else '   MISSED'}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "rows.jsonl"
        write_rows(file, MB)
        print(f"{MB} MB of chats, {ROUNDS} rounds")
        compare(file)
        cached(folder, file)
        file.unlink()
        memory(folder)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        case(sys.argv[1], Path(sys.argv[2]))
    else:
        main()

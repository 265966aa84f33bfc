"""Runs the training of jobs in a worker thread and keeps each one's outcome until it is asked for."""

from concurrent.futures import Future, ThreadPoolExecutor

from reconciler.emulator.training import Lesson, Outcome, train


class Trainer:
    """One worker: the steps are too small for two to gain anything on one interpreter."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="training")
        self._runs: dict[str, Future[Outcome]] = {}

    def start(self, job_id: str, lesson: Lesson) -> None:
        self._runs[job_id] = self._pool.submit(train, lesson)

    def outcome(self, job_id: str) -> Outcome | None:
        """Waits for the training, about a second for a small set. None when there is none, or it broke."""
        run = self._runs.get(job_id)
        return None if run is None or run.exception() else run.result()

    def drop(self, job_id: str) -> None:
        run = self._runs.pop(job_id, None)
        if run:
            run.cancel()

    def forget(self) -> None:
        for job_id in list(self._runs):
            self.drop(job_id)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

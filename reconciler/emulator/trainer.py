"""Runs the training of jobs in worker threads and keeps each one's outcome until it is asked for."""

from concurrent.futures import Future, ThreadPoolExecutor

from reconciler.emulator.training import Lesson, Outcome, train


class Trainer:
    def __init__(self, workers: int = 2):
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="training")
        self._runs: dict[str, Future[Outcome]] = {}

    def start(self, job_id: str, lesson: Lesson) -> None:
        self._runs[job_id] = self._pool.submit(train, lesson)

    def outcome(self, job_id: str) -> Outcome | None:
        """Waits for the training, about a second for a small set. None when there is none to wait for."""
        run = self._runs.get(job_id)
        return run.result() if run else None

    def drop(self, job_id: str) -> None:
        run = self._runs.pop(job_id, None)
        if run:
            run.cancel()

    def forget(self) -> None:
        for job_id in list(self._runs):
            self.drop(job_id)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

"""How gunicorn serves the page: threads, because each open live stream holds one."""

from pathlib import Path

from twin import log
from twin.settings import settings

_s = settings()

bind = f"[{_s.web_host}]:{_s.web_port}" if ":" in _s.web_host else f"{_s.web_host}:{_s.web_port}"
worker_class = "gthread"
workers = _s.web_workers
threads = _s.web_threads
worker_connections = 1000
graceful_timeout = 5
timeout = 60
keepalive = 15
loglevel = "warning"
accesslog = "-" if _s.access_log else None
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"  # no query strings: they may name people
if Path("/dev/shm").is_dir():  # noqa: S108 - where gunicorn keeps the heartbeat of its workers, off the disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108


def post_worker_init(_worker: object) -> None:
    """Open this worker's live connection; never in the parent, threads do not survive a fork."""
    from twin.web import live  # noqa: PLC0415 - the parent must not load the app

    log.configure("web", _s.log_level)
    live.start()

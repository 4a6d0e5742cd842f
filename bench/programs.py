"""The programs that are compared: started on free ports of their own, watched, stopped."""
import contextlib
import http.client
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench import Skipped

IBID = Path(os.environ.get("IBID_BENCH_PROGRAM", "target/dist/ibid")).resolve()


def needed(tool):
    found = shutil.which(tool)
    if not found:
        raise Skipped(f"{tool} is not installed")
    return found


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="ibid-bench-") as made:
        # nginx gives up root and must still be able to read.
        os.chmod(made, 0o755)
        yield Path(made)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ibid(data, *args, stdin=None, **settings):
    """One command; what it printed."""
    command, env = [IBID, *args, "--data", data], {**os.environ, **settings}
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True, env=env).stdout.strip()


@contextlib.contextmanager
def serving(data, *flags, **settings):
    """`ibid serve`; its address and process id."""
    command = [IBID, "serve", "--listen", "127.0.0.1:0", "--data", data, *flags]
    env = {**os.environ, "IBID_LOG": "error", **settings}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        for line in server.stdout:
            if line.startswith("ready "):
                yield line.split()[1], server.pid
                return
        raise SystemExit("ibid serve did not start")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


@contextlib.contextmanager
def nginx(root, config):
    """nginx over a folder; its address and process id. `config` stands inside `server`."""
    port = free_port()
    temporary = "".join(f"{kind}_temp_path {root}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    (root / "nginx.conf").write_text(f"""
        worker_processes {os.cpu_count()}; daemon off; pid {root}/nginx.pid; error_log {root}/error.log;
        events {{ worker_connections 4096; }}
        http {{
            access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; server_tokens off;
            keepalive_timeout 65; keepalive_requests 10000000;
            open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; open_file_cache_min_uses 1;
            {temporary}
            server {{ listen 127.0.0.1:{port} backlog=4096 reuseport; root {root}/www; {config} }}
        }}""")
    server = subprocess.Popen([needed("nginx"), "-c", root / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        began = time.monotonic()
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            if server.poll() is not None or time.monotonic() - began > 20:
                raise Skipped(f"nginx did not start: {(root / 'error.log').read_text()[-300:]}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def postgres(data):
    """PostgreSQL over a folder, new or of an earlier run, set as Debian sets it; the address of its one database."""
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda tools: int(tools.parent.name))
    if not tools:
        raise Skipped("postgresql is not installed")
    lent = []
    # It refuses to run as root.
    if os.getuid() == 0:
        lent = ["runuser", "-u", "postgres", "--"]
        for folder in [data.parent, data.parent.parent]:
            folder.chmod(folder.stat().st_mode | 0o011)
    if not data.exists():
        data.mkdir()
        if lent:
            shutil.chown(data, "postgres")
        subprocess.run(
            [*lent, tools[-1] / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"],
            stdout=subprocess.DEVNULL, check=True, cwd="/",
        )
    port = free_port()
    command = [*lent, tools[-1] / "pg_ctl", "-D", data, "-w", "-l", data / "log"]
    subprocess.run([*command, "-o", f"-p {port} -h 127.0.0.1 -k {data}", "start"], stdout=subprocess.DEVNULL, check=True, cwd="/")
    try:
        yield f"postgres://bench@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*command, "-m", "fast", "stop"], stdout=subprocess.DEVNULL, check=True, cwd="/")


def get(address, **headers):
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("GET", parts.path or "/", headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{address} answered {answer.status}")
    return answer.getheaders(), body


def processor_seconds(pid):
    """Of a process and its children, so far."""
    total, todo = 0, [str(pid)]
    while todo:
        one = todo.pop()
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
            todo += Path(f"/proc/{one}/task/{one}/children").read_text().split()
    return total / os.sysconf("SC_CLK_TCK")


def watched(*command, accepted=(0,), **settings):
    """Seconds, processor seconds, and most memory resident at a time in MiB."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **settings})
    _, status, used = os.wait4(run.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) not in accepted:
        raise SystemExit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def memory(pid):
    """Resident mebibytes."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


class Run:
    """One run of wrk: requests a second, milliseconds at p50 and p99, processor microseconds a request."""

    def __init__(self, address, pid, seconds, *options, connections=64, env=None):
        before = processor_seconds(pid)
        command = [needed("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *options, address]
        said = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout
        used = processor_seconds(pid) - before
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        self.refused = int(refused[1]) if refused else 0
        self.requests = int(re.search(r"(\d+) requests in", said)[1])
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        self.p50, self.p99 = (milliseconds(re.search(rf"(?m)^\s+{p}%\s+(\S+)", said)[1]) for p in (50, 99))
        self.processor = used * 1e6 / max(self.requests, 1)


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]

#!/usr/bin/python3 -IS
"""A stand-in for the command "ray": its nodes find each other and its dashboard answers, after as long as it is told.

The head listens where Ray's GCS would and keeps a connection to each worker. The dashboard says which nodes there are,
runs the entrypoints of Ray jobs as processes of the head (with working_dir and env_vars, without a Python package called
ray), and asks for the token where RAY_AUTH_MODE=token.

FAKE_RAY_START_SECONDS  how long a node takes to start (default 5)
FAKE_RAY_VERSION        what --version says (default 2.60.0)
FAKE_RAY_FAIL           "head", or a node's name: Ray ends there instead of starting
FAKE_RAY_HANG           "head", or a node's name: Ray never finishes starting there
FAKE_RAY_DIE            "head", or a node's name: Ray dies there two seconds after it has started
FAKE_RAY_DIE_FILE       a file: it dies not then, but as soon as there is this file

Sixty-four of it start at once on two cores, so what only a head needs is imported there.
"""
import os
import signal
import socket
import sys
import threading
import time

# the options of "ray start" in 2.60 that take no value
SWITCHES = {
    "--head", "--block", "--disable-usage-stats", "--enable-resource-isolation", "--no-redirect-output",
    "--ray-debugger-external", "--verbose", "-v",
}
# a byte for each signal
SIGNALS, SIGNALLED = os.pipe()
os.set_blocking(SIGNALLED, False)


def parse(arguments):
    options = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if "=" in word:
            name, value = word.split("=", 1)
        elif word in SWITCHES or not rest or rest[0].startswith("-"):
            name, value = word, "true"
        else:
            name, value = word, rest.pop(0)
        options[name] = value
    return options


def accepts(host, port):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def told(variable, role):
    return os.environ.get(variable) in (role, node_name())


def node_name():
    return os.environ.get("SLURMD_NODENAME", socket.gethostname())


def own_facts(options):
    return node_name(), options.get("--node-ip-address", ""), options.get("--num-cpus", "1")


def node(name, address, cpus, head):
    return {
        "node_id": "fake-" + name, "node_ip": address, "node_name": name,
        "state": "ALIVE", "is_head_node": head, "resources_total": {"CPU": float(cpus)},
    }


def keep(connection, nodes):
    """A worker says who it is and is alive for as long as its connection; others only look whether the port is open."""
    with connection, connection.makefile() as lines:
        line = lines.readline()
        if line:
            worker = node(*line.rstrip("\n").split("\t"), False)
            nodes.append(worker)
            connection.sendall(b"welcome\n")
            try:
                lines.readline()
            except OSError:
                pass
            worker["state"] = "DEAD"


def serve(listener, nodes):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=keep, args=(connection, nodes), daemon=True).start()


class Jobs:
    """The Ray jobs of this cluster: processes, each in a session of its own, with a log file each."""

    def __init__(self, parent):
        import tempfile

        os.makedirs(parent, exist_ok=True)
        self.directory = tempfile.mkdtemp(prefix="jobs-", dir=parent)
        self.known = {}
        self.packages = {}
        self.lock = threading.Lock()

    def log(self, job_id):
        return os.path.join(self.directory, job_id.replace("/", "_") + ".log")

    def submit(self, request):
        """Starts a job; None if its id is taken."""
        job_id = request.get("submission_id") or "raysubmit_" + os.urandom(8).hex()
        with self.lock:
            if job_id in self.known:
                return None
            job = {
                "type": "SUBMISSION", "submission_id": job_id, "entrypoint": request["entrypoint"], "status": "RUNNING",
                "message": "Job is currently running.", "start_time": now(), "end_time": None, "error_type": None,
                "metadata": request.get("metadata", {}), "runtime_env": request.get("runtime_env", {}),
                "driver_exit_code": None, "driver_node_id": "fake-" + node_name(),
            }
            open(self.log(job_id), "wb").close()
            self.known[job_id] = job
        threading.Thread(target=self.run, args=(job,), daemon=True).start()
        return job_id

    def run(self, job):
        try:
            self.run_entrypoint(job)
        except Exception as e:
            job.update(status="FAILED", message="the stand-in couldn't run the job: %r" % e, end_time=now())

    def run_entrypoint(self, job):
        import subprocess

        environment = job["runtime_env"]
        directory = self.unpacked(environment["working_dir"]) if "working_dir" in environment else self.directory
        variables = {**os.environ, "RAY_JOB_SUBMISSION_ID": job["submission_id"], **environment.get("env_vars", {})}
        with open(self.log(job["submission_id"]), "wb") as log, self.lock:
            if job["status"] == "STOPPED":
                return
            process = job["process"] = subprocess.Popen(
                job["entrypoint"], shell=True, cwd=directory, env=variables, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        status = process.wait()
        with self.lock:
            job["end_time"] = now()
            job["driver_exit_code"] = status
            if job["status"] == "RUNNING":
                job["status"] = "FAILED" if status else "SUCCEEDED"
                job["message"] = ("Job entrypoint command failed with exit code %d" % status
                                  if status else "Job finished successfully.")

    def unpacked(self, uri):
        import io
        import tempfile
        import zipfile

        directory = tempfile.mkdtemp(dir=self.directory)
        with zipfile.ZipFile(io.BytesIO(self.packages[uri])) as package:
            package.extractall(directory)
        return directory

    def stop(self, job):
        with self.lock:
            if job["status"] != "RUNNING":
                return False
            job.update(status="STOPPED", message="Job was intentionally stopped.", end_time=now())
            kill(job)
            return True

    def end(self):
        import shutil

        for job in list(self.known.values()):
            kill(job)
        shutil.rmtree(self.directory, ignore_errors=True)


def kill(job):
    process = job.get("process")
    if process and process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has ended since


def now():
    return int(time.time() * 1000)


JOBS = None


def serve_dashboard(address, nodes, directory):
    import http.server
    import json
    from urllib.parse import parse_qs, unquote, urlsplit

    global JOBS
    jobs = JOBS = Jobs(directory)
    version = os.environ.get("FAKE_RAY_VERSION", "2.60.0")
    token = None
    if os.environ.get("RAY_AUTH_MODE") == "token":
        with open(os.environ["RAY_AUTH_TOKEN_PATH"]) as file:
            token = file.read().strip()

    def shown(job):
        return {key: value for key, value in job.items() if key != "process"}

    class Dashboard(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if token and self.headers.get("Authorization") != "Bearer " + token:
                self.reply(401, {"error": "no token"})
                return
            answers = {
                "/api/version": {"version": "4", "ray_version": version, "ray_commit": "fake", "session_name": "fake"},
                "/api/gcs_healthz": "success",
                "/api/v0/nodes": {"result": True, "data": {"result": {"result": nodes}}},
                "/api/v0/logs": {"result": True, "data": {"result": {}}},
            }
            if url.path in answers:
                self.reply(200, answers[url.path])
            elif url.path == "/api/v0/logs/file":
                self.log_file(parse_qs(url.query).get("filename", [""])[0])
            elif url.path.startswith("/api/packages/gcs/"):
                self.package("gcs://" + url.path.rpartition("/")[2], body)
            elif url.path == "/api/jobs/":
                self.all_jobs(body)
            elif url.path.startswith("/api/jobs/"):
                self.job(*unquote(url.path[len("/api/jobs/"):]).partition("/")[::2])
            else:
                self.unknown()

        do_PUT = do_POST = do_DELETE = do_GET

        def unknown(self):
            self.reply(404, {"error": "the stand-in doesn't know %s %s" % (self.command, self.path)})

        def log_file(self, name):
            path = jobs.log(name.removeprefix("job-driver-").removesuffix(".log"))
            if os.path.exists(path):
                with open(path, "rb") as log:
                    self.send(200, "text/plain", log.read())
            else:
                self.unknown()

        def package(self, uri, body):
            if self.command == "PUT":
                jobs.packages[uri] = body
                self.reply(200, {})
            elif uri in jobs.packages:
                self.reply(200, {})
            else:
                self.unknown()

        def all_jobs(self, body):
            if self.command == "GET":
                self.reply(200, [shown(job) for job in jobs.known.values()])
                return
            request = json.loads(body)
            job_id = jobs.submit(request)
            if job_id:
                self.reply(200, {"job_id": job_id, "submission_id": job_id})
            else:
                self.reply(400, "Job with submission_id %s already exists." % request["submission_id"])

        def job(self, job_id, what):
            job = jobs.known.get(job_id)
            if job is None:
                self.reply(404, "Job %s does not exist" % job_id)
            elif self.command == "DELETE" and job["status"] == "RUNNING":
                self.reply(500, "Job %s hasn't ended, and only one that has can be deleted" % job_id)
            elif self.command == "DELETE":
                del jobs.known[job_id]
                self.reply(200, {"deleted": True})
            elif what == "stop":
                self.reply(200, {"stopped": jobs.stop(job)})
            elif what == "logs":
                self.all_of_log(jobs.log(job_id))
            elif what == "":
                self.reply(200, shown(job))
            else:
                self.unknown()

        def all_of_log(self, path):
            """As the real one, it fails at the first byte that is no UTF-8."""
            try:
                with open(path, encoding="utf-8") as log:
                    self.reply(200, {"logs": log.read()})
            except UnicodeDecodeError as e:
                self.reply(500, "UnicodeDecodeError: %s" % e)

        def reply(self, status, answer):
            self.send(status, "application/json", json.dumps(answer).encode())

        def send(self, status, kind, body):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(address, Dashboard)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()


def start_head(options, seconds):
    address = options.get("--node-ip-address", "0.0.0.0"), int(options.get("--port", "6379"))
    time.sleep(seconds)
    nodes = [node(*own_facts(options), True)]
    threading.Thread(target=serve, args=(socket.create_server(address), nodes), daemon=True).start()
    if options.get("--include-dashboard", "true") == "true":
        dashboard = options.get("--dashboard-host", "127.0.0.1"), int(options.get("--dashboard-port", "8265"))
        serve_dashboard(dashboard, nodes, options.get("--temp-dir", "/tmp"))


def end_with(connection):
    """A worker whose head is gone ends."""
    try:
        connection.recv(1)
    except OSError:
        pass
    print("fake-ray: the head is gone", flush=True)
    os._exit(1)


def start_worker(options, seconds):
    host, port = options["--address"].rsplit(":", 1)
    # as with the real one, its own start goes on beside the head's
    time.sleep(seconds)
    while not accepts(host, int(port)):
        time.sleep(0.05)
    connection = socket.create_connection((host, int(port)))
    connection.sendall("\t".join(own_facts(options)).encode() + b"\n")
    connection.recv(len(b"welcome\n"))
    threading.Thread(target=end_with, args=(connection,), daemon=True).start()


def start(arguments):
    options = parse(arguments)
    seconds = float(os.environ.get("FAKE_RAY_START_SECONDS", "5"))
    role = "head" if "--head" in options else "worker"
    if told("FAKE_RAY_FAIL", role):
        print("fake-ray: told to fail", flush=True)
        return 1
    if told("FAKE_RAY_HANG", role):
        wait_for_signal()
    if role == "head":
        start_head(options, seconds)
    else:
        start_worker(options, seconds)
    print("Ray runtime started.", flush=True)
    if told("FAKE_RAY_DIE", role):
        wait_for_death()
        print("fake-ray: told to die", flush=True)
        return 1
    if "--block" not in options:
        if os.fork():
            os._exit(0)
        os.setsid()
    wait_for_signal()


def wait_for_death():
    file = os.environ.get("FAKE_RAY_DIE_FILE")
    if not file:
        time.sleep(2)
        return
    while not os.path.exists(file):
        time.sleep(0.05)


def end(*_):
    if JOBS:
        JOBS.end()
    os._exit(0)


def wait_for_signal():
    """Waits until a signal's handler ends the process; signal.pause() would sleep through one that comes just before it."""
    while True:
        os.read(SIGNALS, 1)


def main(arguments):
    signal.set_wakeup_fd(SIGNALLED)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if arguments[:1] == ["--version"]:
        print("ray, version " + os.environ.get("FAKE_RAY_VERSION", "2.60.0"))
        return 0
    if arguments[:1] == ["start"]:
        return start(arguments[1:])
    if arguments[:1] in (["stop"], ["status"]):
        return 0
    print("usage: ray --version | start | stop | status", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

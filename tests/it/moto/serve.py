"""moto's server, which does one thing after the other: its tables know no other way to be atomic."""

import threading

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import run_simple

application = DomainDispatcherApplication(create_backend_app)
lock = threading.Lock()


def serve(environ, start_response):
    """Answers one request; the next one waits."""
    with lock:
        return list(application(environ, start_response))


run_simple("127.0.0.1", 0, serve, threaded=True, request_handler=MotoRequestHandler)

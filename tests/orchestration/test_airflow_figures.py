"""Airflow's own figures, switched on by the variables that the guide names, reach a collector of OpenTelemetry."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from orchestration.isolated import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guide" / "alarms.md"
# Any part of Airflow loads its serializers as it starts, and counts how long that takes.
STARTS = "import time, airflow.settings, airflow.sdk.serde; time.sleep(3)"


def test_the_variables_of_the_guide_switch_them_on(tmp_path: Path) -> None:
    got: set[str] = set()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = ExportMetricsServiceRequest()
            said.ParseFromString(
                gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
            )
            for resource in said.resource_metrics:
                for scope in resource.scope_metrics:
                    got.update(metric.name for metric in scope.metrics)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    told = dict(re.findall(r"^((?:AIRFLOW__METRICS|OTEL)_\w+)=(\S+)$", GUIDE.read_text(), re.MULTILINE))
    assert len(told) == 4
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        told |= {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}"}
        told |= {"OTEL_METRIC_EXPORT_INTERVAL": "500", "AIRFLOW_HOME": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", STARTS],
            env=os.environ | told, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert any(name.startswith("airflow.") for name in got)

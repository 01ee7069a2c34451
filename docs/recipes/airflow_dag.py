"""Airflow: audit a link sheet each night; the exit code decides, and the reports are kept whatever it is.

Exit code 1 is a network with findings, which no retry mends: the task fails at once. opticgraph needs to be installed
where the worker runs. LINKS is the sheet, REPORTS the folder of the reports.
"""

import os
from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("optics", start_date=datetime(2026, 1, 1), schedule="@daily", catchup=False) as dag:
    BashOperator(
        task_id="audit",
        bash_command=(
            'opticgraph audit "$LINKS" --report "$REPORTS/report.html" --report "$REPORTS/report.json"'
            ' --lineage "$REPORTS/event.json"'
        ),
        env={name: os.environ.get(name, "") for name in ("LINKS", "REPORTS", "PATH")},
        retries=0,
    )

"""Many documents on many machines: the map of ``tongbao.batch_workers`` on a Dask cluster (extra ``dask``).

Documents go to the workers in chunks, and what a chunk gives is a part of a dataset in a folder that all machines see.
A part gets its name from the client, once it has the whole of it: a chunk that was done twice, because its worker was
thought lost, is there once. ``manifest.json`` says what every part was made from; a second run does what is not in it.
"""

from __future__ import annotations

from tongbao.cluster.manifest import Failure, Manifest, Record, Source
from tongbao.cluster.parts import Order, Task
from tongbao.cluster.planning import Plan, plan
from tongbao.cluster.scheduling import Done, connect, run_plan

__all__ = ["Done", "Failure", "Manifest", "Order", "Plan", "Record", "Source", "Task", "connect", "plan", "run_plan"]

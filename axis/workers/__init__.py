"""Processor work in worker processes: parsing, verifying and signing never hold the event loop."""

from axis.workers.process import Bounds, Tools
from axis.workers.workbench import ProcessWorkbench

__all__ = ["Bounds", "ProcessWorkbench", "Tools"]

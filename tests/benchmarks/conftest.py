"""The benchmarks are scripts in a folder: what they share is imported from there."""

import sys
from pathlib import Path

# Last, so that no benchmark hides a module that something else imports.
sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

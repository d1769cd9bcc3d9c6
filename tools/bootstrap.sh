#!/usr/bin/env bash
# Puts uv, locked by hash, into build/uv with nothing but a Python of 3.11 or newer.
set -euo pipefail
python=${1:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "Habeas needs Python 3.11 or newer; '$python' is not. Set PYTHON=/path/to/python3.11." >&2
  exit 1
fi
for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "Habeas needs $tool (Node 20 with npm) for its contract tools." >&2; exit 1; }
done
rm -rf build/uv
mkdir -p build
if "$python" -m venv build/uv 2>/dev/null; then
  build/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
elif "$python" -m pip --version >/dev/null 2>&1; then
  # Debian ships venv apart from Python: pip alone is enough to fetch uv.
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --target build/uv -r requirements/uv.txt
else
  echo "This Python has neither venv nor pip: install Debian's python3-venv and run make again." >&2
  exit 1
fi
touch build/uv/.done

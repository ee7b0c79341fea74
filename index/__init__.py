"""How knowledge is found: encoder, vectors, words, fusion, snapshots, incremental build."""

import os

# onnxruntime's builds for Linux report models and speed to their maker, and keep an identifier in
# the home folder, unless this is set before it is first imported. Nothing leaves this machine.
# https://github.com/microsoft/onnxruntime/pull/27379
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

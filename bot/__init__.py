"""How people meet it: the advisor, the reader, the command line, and the Slack app."""

import index  # noqa: F401 - it keeps onnxruntime quiet, before anything here imports that

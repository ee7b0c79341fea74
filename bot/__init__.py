"""How people meet it: the advisor, the reader, the command line, and the Slack app."""

"""Work that outlives the process: on the disk before it is acknowledged, done to its end once.

A thin layer over DBOS Transact; knows nothing of Slack. See `docs/durable.md`.
"""

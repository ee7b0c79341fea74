"""Measurements: how fast, how small and how large, against what people use instead."""

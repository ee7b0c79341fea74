"""Reads one message: what the asker wants, which criteria the text states, and which ring it hints.

`reading` serves (numpy and onnxruntime only), `training` and its neighbours fit the weights,
`export` turns the committed weights into the one file that serving loads.
"""

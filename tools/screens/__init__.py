"""Screens of every Slack surface, from real flows, for people to look at.

`python -m tools.screens` runs the app against the stand-in for Slack, lets people do things there,
and writes what they would see to docs/screens/. Slack's own clients look different in detail; what
stands where, and how long it is, is what these screens are for.

`stage` puts the app and the stand-in up, `scenes/` act, `surfaces` and `blocks` turn what is shown
into HTML, `camera` takes the pictures, `album` writes the page that shows them.
"""

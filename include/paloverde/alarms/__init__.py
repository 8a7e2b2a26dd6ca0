"""The installation watched: looks at each of its parts, what they find in words, alerts, figures.

`looks/` ask and judge: each look has facts, a way to ask for them, and a pure function from facts to lines.
The doctor prints the lines, `alerts` says those that need somebody, `figures` count what monitoring draws.
"""

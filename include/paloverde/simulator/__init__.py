"""The simulated city: sites on loopback with the real wire format, a movable clock, events and faults.

Nothing here imports the rest of Paloverde: the simulator is an independent witness of the wire format.
"""

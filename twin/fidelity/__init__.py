"""How well the twin knows a simulated hospital: what was really where, joined afterwards with what the twin concluded.

The only room that reads the simulator's truth. It looks at files when a run is over; the twin
does not see it, and it calls neither the hospital nor the locator.
"""

"""A believable hospital that talks only MQTT, in the forms of Minew gateways.

It invents who is where, how warm rooms are and who presses a button, turns that into what
gateways would have heard, and keeps the truth to itself (`truth.py`). It never sees what the
twin concluded.
"""

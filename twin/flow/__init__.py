"""From stays and places to the figures a manager asks for. Pure."""

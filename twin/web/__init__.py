"""The parts of the web server that are not Dash: live stream, headers, health."""

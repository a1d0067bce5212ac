"""From MQTT payload bytes to rows, and from advertisement bytes to typed frames: pure and total."""

from twin.radio.adv import decode_advertisement, signature
from twin.radio.frames import Frame
from twin.radio.mac import normal_mac, topic_gateway
from twin.radio.press import BUTTONS, PressDetector
from twin.radio.read import read_upload
from twin.radio.slots import SlotReport, Slots
from twin.radio.upload import ABSENT, MAX_PAYLOAD, Refusal, Response, RowValues, Upload

__all__ = [
    "ABSENT",
    "BUTTONS",
    "MAX_PAYLOAD",
    "Frame",
    "PressDetector",
    "Refusal",
    "Response",
    "RowValues",
    "SlotReport",
    "Slots",
    "Upload",
    "decode_advertisement",
    "normal_mac",
    "read_upload",
    "signature",
    "topic_gateway",
]

"""Health of the machine: temperature, and on a Raspberry Pi the power supply."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TEMPERATURE: Final = Path("/sys/class/thermal/thermal_zone0/temp")
_THROTTLED: Final = (
    Path("/sys/devices/platform/soc/soc:firmware/get_throttled"),
    Path("/sys/devices/platform/soc/soc:rpi-firmware/get_throttled"),
)


@dataclass(frozen=True, slots=True)
class MachineHealth:
    """Health of the machine.

    Attributes:
        temperature: temperature of the processor in degrees Celsius, None if unknown.
        undervoltage: True if the power supply is too weak now (Raspberry Pi only).
        throttled: True if heat or weak power slows the processor down now (Raspberry Pi only).
    """

    temperature: float | None = None
    undervoltage: bool = False
    throttled: bool = False


def read_health(temperature: Path = _TEMPERATURE, throttled: tuple[Path, ...] = _THROTTLED) -> MachineHealth:
    """Reads the health of the machine. May block: do not call this in the event loop.

    The bits of ``get_throttled``: 0 undervoltage, 1 frequency capped, 2 throttled, 3 soft
    temperature limit (Raspberry Pi documentation, vcgencmd).
    """
    degrees = None
    try:
        degrees = int(temperature.read_text()) / 1000.0
    except (OSError, ValueError):
        pass
    for file in throttled:
        try:
            bits = int(file.read_text().strip(), 16)
        except (OSError, ValueError):
            continue
        return MachineHealth(degrees, bool(bits & 0b0001), bool(bits & 0b1110))
    return MachineHealth(degrees)

"""The bands of a configuration: what they play with, found and opened, and their seats."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from impsy_tui import terms
from impsy_tui.config.schema import BAND, HIGHEST, LOWEST, Player
from impsy_tui.engine.band_part import BandSettings, Equipment
from impsy_tui.engine.band_record import BandRecord
from impsy_tui.engine.band_seat import BandSeat, BandWiring
from impsy_tui.engine.models import Shelf, load_band
from impsy_tui.engine.performance_log import PerformanceLog
from impsy_tui.engine.room import Room, Tell
from impsy_tui.engine.seating import wiring_of
from impsy_tui.engine.setup import Setup, StartProblem, model_folders
from impsy_tui.gestures import classifier, clips
from impsy_tui.gestures.arrays import ArraysProblem
from impsy_tui.gestures.pitches import pitches
from impsy_tui.networks import ModelProblem
from impsy_tui.players.band import Steps, Tuning, Wandering
from impsy_tui.players.band_tuning import read_tuning
from impsy_tui.shipped import shipped_folder

T = TypeVar("T")

_SHIPPED_MODEL: Final = "ensembleRNN-units16"
_SCALE: Final = "pentatonic"
_DUMMY: Final = "a DUMMY band plays, wandering at random"


class BandStand:
    """Makes the seats of bands.

    Args:
        setup: what is configured.
        log: writes their performances.
        scores: the folder of gesture scores.
        random: source of chance.
        tell: says things to the performer.
    """

    def __init__(
        self, setup: Setup, log: PerformanceLog, scores: Path, random: np.random.Generator, tell: Tell
    ) -> None:
        self._setup = setup
        self._log = log
        self._scores = scores
        self._random = random
        self._tell = tell

    async def seats(self, room: Room) -> list[BandSeat]:
        """A seat for each band of the configuration, in order.

        Raises:
            StartProblem: what ships with the program cannot be read.
        """
        tables = [player for player in self._setup.config.player if player.kind == BAND]
        return [await self._seat(table, room) for table in tables]

    async def _seat(self, table: Player, room: Room) -> BandSeat:
        general = self._setup.config.model
        settings = BandSettings(temperature=general.pitemp if table.pitemp is None else table.pitemp)
        settings.players = table.players or settings.players
        settings.clips = table.clips or settings.clips
        settings.lead_stops = table.lead_stops or settings.lead_stops
        lowest = LOWEST if table.lowest is None else table.lowest
        highest = HIGHEST if table.highest is None else table.highest
        wiring = BandWiring(
            lead=table.lead or "",
            destinations=table.destinations,
            midi_channels=table.midi_channels or tuple(range(1, len(terms.FOLLOWERS) + 1)),
            notes=pitches(table.scale or _SCALE, lowest, highest),
        )
        return BandSeat(
            table.name,
            await self._equipment(table),
            settings,
            wiring_of(table),
            wiring,
            BandRecord(self._log, self._scores, table.name),
            room,
            self._random,
        )

    async def _equipment(self, table: Player) -> Equipment:
        name = table.name
        file = self._model(table)
        network = Wandering() if file is None else await self._network(name, file)
        told = await self._read(name, table.classifier, classifier.SHIPPED, classifier.read_classifier)
        library = await self._read(name, table.clip_file, clips.SHIPPED, clips.read_clips)
        if file is None or isinstance(network, Wandering):
            return Equipment(network, "dummy", told, library, "dummy")
        return Equipment(network, file.stem, told, library, BAND, await self._in_thread(_tunings, file))

    def _model(self, table: Player) -> Path | None:
        """The file of a band's model; None, which is told, where there is none."""
        wanted = table.file or _SHIPPED_MODEL
        shelf = Shelf(model_folders(self._setup), bands=True)
        try:
            return self._beside(wanted) or shelf.find(Path(wanted).name)
        except ModelProblem as problem:
            self._tell("warning", table.name, f"{problem}: {_DUMMY}")
            return None

    async def _network(self, name: str, file: Path) -> Steps:
        try:
            return await load_band(file)
        except ModelProblem as problem:
            self._tell("warning", name, f"{file.name}: {problem}: {_DUMMY}")
            return Wandering()

    async def _read(self, name: str, wanted: str | None, shipped: str, read: Callable[[Path], T]) -> T:
        """Read a file that was asked for, or else the one that ships."""
        if wanted:
            try:
                return await self._in_thread(read, self._beside(wanted) or self._setup.models / wanted)
            except ArraysProblem as problem:
                self._tell("warning", name, f"{problem}: {shipped}, which ships, is taken")
        try:
            return await self._in_thread(read, shipped_folder("models") / shipped)
        except ArraysProblem as problem:
            raise StartProblem(str(problem)) from None

    async def _in_thread(self, work: Callable[[Path], T], file: Path) -> T:
        return await asyncio.get_running_loop().run_in_executor(None, work, file)

    def _beside(self, name: str) -> Path | None:
        """A file here, or beside the configuration; None if there is none."""
        path = Path(name).expanduser()
        places = [path]
        if self._setup.config_file is not None:
            places.append(self._setup.config_file.parent / path)
        return next((place.absolute() for place in places if place.is_file()), None)


def _tunings(file: Path) -> Mapping[int, Tuning]:
    sizes = range(int(terms.BAND_PLAYERS.low), int(terms.BAND_PLAYERS.high) + 1)
    return {players: read_tuning(file, players) for players in sizes}

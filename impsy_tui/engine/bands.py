"""The bands of a configuration: what they play with, found and opened, and their seats."""

import asyncio
from collections.abc import Callable
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
from impsy_tui.players.band import Steps, Wandering
from impsy_tui.shipped import shipped_folder

T = TypeVar("T")

_SHIPPED_MODEL: Final = "ensembleRNN-units16"
_SCALE: Final = "pentatonic"


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
        network, model = await self._network(table)
        name = table.name
        return Equipment(
            network,
            model,
            await self._read(name, table.classifier, classifier.SHIPPED, classifier.read_classifier),
            await self._read(name, table.clip_file, clips.SHIPPED, clips.read_clips),
            "dummy" if isinstance(network, Wandering) else BAND,
        )

    async def _network(self, table: Player) -> tuple[Steps, str]:
        shelf = Shelf(model_folders(self._setup), bands=True)
        wanted = table.file or _SHIPPED_MODEL
        try:
            file = self._beside(wanted) or shelf.find(Path(wanted).name)
            return await load_band(file), file.stem
        except ModelProblem as problem:
            self._tell("warning", table.name, f"{wanted}: {problem}: a DUMMY band plays, wandering at random")
            return Wandering(), "dummy"

    async def _read(self, name: str, wanted: str | None, shipped: str, read: Callable[[Path], T]) -> T:
        """Read a file that was asked for, or else the one that ships."""
        loop = asyncio.get_running_loop()
        usual = shipped_folder("models") / shipped
        if wanted:
            file = self._beside(wanted) or self._setup.models / wanted
            try:
                return await loop.run_in_executor(None, read, file)
            except ArraysProblem as problem:
                self._tell("warning", name, f"{problem}: {shipped}, which ships, is taken")
        try:
            return await loop.run_in_executor(None, read, usual)
        except ArraysProblem as problem:
            raise StartProblem(str(problem)) from None

    def _beside(self, name: str) -> Path | None:
        """A file here, or beside the configuration; None if there is none."""
        path = Path(name).expanduser()
        places = [path]
        if self._setup.config_file is not None:
            places.append(self._setup.config_file.parent / path)
        return next((place.absolute() for place in places if place.is_file()), None)
